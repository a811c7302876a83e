"""Articles are read again from the file or address they came from, after the reader has become better."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from index.ingest import Progress, ingest
from index.loading.files import load
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
    again = [source for source in sources if _has_origin(source, readers)]
    report = ingest(
        _read_again(again, allow_private, ocr_languages), store, embedder, on_progress=on_progress
    )
    return RefreshReport(
        replaced=report.replaced,
        unchanged=report.skipped,
        failed=report.failed,
        no_origin=[source.article_id for source in sources if not _has_origin(source, readers)],
        notes=report.notes,
    )


def read_before(store: Store, version: int = READER_VERSION) -> list[str]:
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


def _read_again(sources: Iterable[Source], allow_private: bool, ocr_languages: str) -> Iterator[Loaded]:
    for source in sources:
        if source.path is not None and not Path(source.path).is_file():
            reason = f"no such file, seen from {Path.cwd()}: {source.article_id} stays as it is stored"
            yield LoadFailure(source.path, reason)
            continue
        origin = source.path or source.url or ""
        for one in load(
            origin, collection=source.collection, allow_private=allow_private, ocr_languages=ocr_languages
        ):
            if isinstance(one, Article):
                one = replace(one, source=replace(one.source, article_id=source.article_id))
            yield one
