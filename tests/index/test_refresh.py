"""Articles read again from where they came, by a reader that has become better."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.ingest import ingest
from index.loading.files import load
from index.loading.version import READER_VERSION
from index.refresh import RefreshReport, read_by_older, refresh
from index.store.embedded import EmbeddedStore
from index.types import Article, Loaded, LoadFailure
from tests.index.loading.test_web import Site
from tests.index.store.conformance import DIMENSION, EMBEDDER
from tests.index.test_ingest import HashEmbedder


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    store = EmbeddedStore.open(tmp_path / "index", embedder_name=EMBEDDER, dimension=DIMENSION)
    yield store
    assert store.verify() == []
    store.close()


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def worse(loaded: Loaded) -> Loaded:
    """What an older reader made of it."""
    if not isinstance(loaded, Article):
        return loaded
    return replace(loaded, text=loaded.text.partition(".")[0] + ".", read_by=READER_VERSION - 1)


def test_what_an_older_reader_read_is_read_again_where_it_still_is(
    store: EmbeddedStore, tmp_path: Path, site: Site
) -> None:
    embedder, folder = HashEmbedder(), tmp_path / "in"
    folder.mkdir()
    for name in ("changed", "alike", "gone"):
        end = "" if name == "alike" else " It came back on Monday."
        (folder / f"{name}.txt").write_text(f"The lorry of {name} left.{end}")
    (folder / "lines.jsonl").write_text(
        '{"id": "line", "text": "The line stays. All of it.", "url": "https://example.org/"}'
    )
    page = f"{site.url}/news/floods"
    loaded = [*load(str(folder), collection="news"), *load(page, allow_private=True)]
    whole = {one.source.article_id: one for one in loaded if isinstance(one, Article)}
    given = {"line", "sent"}
    older = [one if one is whole.get("line") else worse(one) for one in loaded]
    sent = replace(whole["alike"].source, article_id="sent", path=None)
    older.append(Article(sent, "As sent.", (), READER_VERSION - 1))
    ingest(older, store, embedder)
    (folder / "gone.txt").unlink()
    stored = {i: store.article(i) for i in ("gone", *given)}
    [web_id] = whole.keys() - {"changed", "alike", "gone", "line"}
    assert sorted(read_by_older(store)) == sorted(["alike", "changed", web_id])

    report = refresh(store, embedder, allow_private=True)

    assert report == RefreshReport(
        replaced=[web_id, "changed"],
        unchanged=["alike"],
        failed=[
            LoadFailure(
                str(folder / "gone.txt"), f"no such file, seen from {Path.cwd()}: gone stays as it is stored"
            )
        ],
        no_origin=["line", "sent"],
        notes=[],
    )
    assert [store.article(i) for i in ("changed", "alike", web_id)] == [
        whole[i] for i in ("changed", "alike", web_id)
    ]
    assert {i: store.article(i) for i in stored} == stored
    assert read_by_older(store) == []


def test_only_the_collection_asked_for_is_read_again(store: EmbeddedStore, tmp_path: Path) -> None:
    embedder = HashEmbedder()
    for name in ("one", "two"):
        path = tmp_path / f"{name}.txt"
        path.write_text(f"The lorry left. It came back to {name}.")
        ingest(map(worse, load(str(path), collection=name)), store, embedder)

    report = refresh(store, embedder, collection="two")

    assert report == RefreshReport(replaced=["two"], unchanged=[], failed=[], no_origin=[], notes=[])
    assert read_by_older(store) == ["one"]
    assert {s.article_id: s.collection for s in store.sources()} == {"one": "one", "two": "two"}


def test_an_address_that_does_not_answer_keeps_its_article(store: EmbeddedStore, site: Site) -> None:
    embedder = HashEmbedder()
    ingest(map(worse, load(f"{site.url}/news/floods", allow_private=True)), store, embedder)
    before = [store.article(source.article_id) for source in store.sources()]
    site.close()

    report = refresh(store, embedder, allow_private=True)

    assert [failure.origin for failure in report.failed] == [f"{site.url}/news/floods"]
    assert [store.article(source.article_id) for source in store.sources()] == before
