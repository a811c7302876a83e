"""Articles are read again from the file or address they came from, after the reader has become better."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.ingest import Progress, ingest
from index.loading.isolated import ReadingApart
from index.loading.version import READER_VERSION
from index.types import Article, Embedder, Loaded, LoadFailure, LoadNote, Source, Store

OLDER_READERS = "{count:,} articles were read by an older version of Citebot: run `citebot index refresh`"


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What became of the articles: their ids, and failures and notes with their words."""

    replaced: list[str]
    unchanged: list[str]
    failed: list[LoadFailure]  # gone or unreadable now: what is stored stays
    no_origin: list[str]  # lines of collections and documents sent to the bot: nothing to read again
    notes: list[LoadNote]


def refresh(
    store: Store,
    embedder: Embedder,
    *,
    collection: str | None = None,
    allow_private: bool = False,
    ocr_languages: str = "",
    on_progress: Callable[[Progress], None] | None = None,
) -> RefreshReport:
    """Read again whatever has a path or an address, under the id and in the collection it is stored.

    With a `collection`, only that one. Raises StoreError and EmbeddingError.
    """
    readers = store.readers()
    sources = [source for source in store.sources() if collection in (None, source.collection)]
    origins = {_origin(source): source for source in sources if _has_origin(source, readers)}
    there = [origin for origin, source in origins.items() if source.path is None or Path(origin).is_file()]
    with ReadingApart(there, allow_private=allow_private, ocr_languages=ocr_languages) as reading:
        report = ingest(
            _read_again(reading, origins, there),
            store,
            embedder,
            on_progress=on_progress,
            cut=reading.passages,
        )
    return RefreshReport(
        replaced=report.replaced,
        unchanged=report.skipped,
        failed=report.failed,
        no_origin=[source.article_id for source in sources if not _has_origin(source, readers)],
        notes=report.notes,
    )


def read_by_older(store: Store, version: int = READER_VERSION) -> list[str]:
    """Ids of the articles that an older reader took out of a page, or out of a file that is still there."""
    readers = store.readers()
    older = {
        article_id for article_id, read_by in readers.items() if read_by is not None and read_by < version
    }
    if not older:
        return []
    return [
        source.article_id
        for source in store.sources()
        if source.article_id in older
        and _has_origin(source, readers)
        and (source.path is None or Path(source.path).exists())
    ]


def _has_origin(source: Source, readers: Mapping[str, int | None]) -> bool:
    """Whether it came from a file or an address of its own; a line of a collection may state one too."""
    return readers.get(source.article_id) is not None and (source.path or source.url) is not None


def _origin(source: Source) -> str:
    return str(Path(source.path)) if source.path is not None else source.url or ""


def _read_again(
    reading: ReadingApart, origins: Mapping[str, Source], there: Sequence[str]
) -> Iterator[Loaded]:
    """What `reading` reads, under the ids and in the collections in which it is stored."""
    for gone in sorted(origins.keys() - set(there)):
        stays = origins[gone].article_id
        yield LoadFailure(gone, f"no such file, seen from {Path.cwd()}: {stays} stays as it is stored")
    for one in reading.articles():
        if isinstance(one, Article):
            stored = origins[reading.at or ""]
            source = replace(one.source, article_id=stored.article_id, collection=stored.collection)
            one = replace(one, source=source)
        yield one
