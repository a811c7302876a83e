"""A collection is removed whole, and nothing of it stays in the files of the index."""

from contextlib import closing
from pathlib import Path

from index.ingest import ingest
from index.sources.database import FollowedSource, SourceDatabase, SourceKind
from index.sources.removal import remove_collection
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Source


def test_a_collection_is_removed_with_its_sources_and_its_words_are_overwritten(
    tmp_path: Path, embedder: Embedder
) -> None:
    public = Article(Source("bridge", "The bridge"), "The bridge of Arlen was built in 1911 by the city.")
    own = Article(Source("bridge", "Zubotarix"), "The bridge of Zubotarix was built in 1766 by the king.")
    earlier = Article(own.source, "The bridge of Zubotarix was built in 1755 by the king.")
    name, dimension = embedder.name, embedder.dimension
    store = EmbeddedStore.open(tmp_path, embedder_name=name, dimension=dimension)
    with closing(store), closing(SourceDatabase.in_index(tmp_path)) as followed:
        for articles in ([public, earlier.in_collection("team")], [own.in_collection("team")]):
            assert not ingest(articles, store, embedder).failed
        for address, collection in (("https://zubotarix.test/", "team"), ("https://arlen.test/", "public")):
            followed.add(FollowedSource(address, SourceKind.FEED, collection=collection))
        assert remove_collection("team", store, followed) == ["bridge@team"]
        assert [source.article_id for source in store.sources()] == ["bridge"]
        assert [source.collection for source in followed.sources()] == ["public"]
        assert store.verify() == []
    left = [path.name for path in tmp_path.glob("*.sqlite*") if b"zubotarix" in path.read_bytes().lower()]
    assert left == []
