"""Importing articles from a chat: the blocking part, for a thread of its own.

The same loading and storing as `citebot index add`, with the guards against private addresses.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bot.admin.group_articles import GroupLimits
from bot.i18n import texts
from bot.i18n.language import tr
from index.ingest import IngestReport, Progress, ingest
from index.loading.files import COLLECTION_SUFFIXES
from index.loading.formats import SUFFIXES
from index.loading.isolated import Bounds, ReadingApart
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC, Article, Embedder, Loaded, LoadFailure, SearchFilter, Vectors

READABLE = (*SUFFIXES, *COLLECTION_SUFFIXES)
MIME_SUFFIXES = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
}  # files without a name
MAX_NAME_CHARS = 60  # of up to four bytes each: file systems take 255
BOUNDS = Bounds(file_s=120, total_s=600)  # an admin waits for it, and other imports behind it
BATCH_PASSAGES = 32  # embedded between two checks of `is_running`


class ImportStopped(Exception):
    """The import was stopped before everything was stored."""


class Phase(StrEnum):
    FETCHING = "fetching"
    READING = "reading"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """The progress of an import; `done` of `of` passages while embedding."""

    phase: Phase
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was sent; `name` comes from `safe_name`."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result of an import."""

    report: IngestReport
    title: str  # of the last article that was read
    passages: int  # stored


def safe_name(file_name: str | None, mime_type: str | None) -> str | None:
    """A file name of letters, digits and ._- with a supported suffix, always the same for the same name.

    None when the kind is not in READABLE.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", file_name or ""))[-1]
    plain = re.sub(r"[^\w.-]+", "_", last).rstrip("._-") or "document"
    suffix = next((one for one in sorted(READABLE, key=len)[::-1] if plain.lower().endswith(one)), None)
    if suffix is None and not file_name:
        suffix = MIME_SUFFIXES.get(mime_type or "")
    if suffix is None:
        return None
    stem = plain[: -len(suffix)] if plain.lower().endswith(suffix) else plain
    stem = stem[:MAX_NAME_CHARS].strip("._-")
    if not stem:  # 👍.txt, which is another document than 🎉.txt
        stem = f"document-{blake2b(last.encode(errors='replace'), digest_size=4).hexdigest()}"
    return f"{stem}{suffix}"


def import_articles(
    origin: str | Document,
    store: EmbeddedStore,
    embedder: Embedder,
    tell: Callable[[ImportProgress], None],
    going_on: Callable[[], bool],
    collection: str = PUBLIC,
    limits: GroupLimits | None = None,
) -> ImportResult:
    """Load a web address or a document and store its articles. `tell` is called in this thread.

    In a `collection` other than the public one they have ids of their own; with `limits`, what is beyond
    them fails.

    Raises ValueError for an origin that is no web address: a chat must not name files of this machine.
    Raises ImportStopped soon after `going_on` has become false, StoreError and EmbeddingError.
    """
    if isinstance(origin, str):
        if not re.match(r"https?://", origin, re.IGNORECASE):
            raise ValueError(f"expected a web address, got {origin!r}")
        with ReadingApart([origin], bounds=BOUNDS, going_on=going_on) as reading:
            loaded = _within(reading.articles(), reading, store, collection, limits)
            return _ingest(reading, loaded, store, embedder, tell, going_on)
    with TemporaryDirectory(prefix="citebot-") as folder:
        path = Path(folder) / origin.name
        path.write_bytes(origin.content)
        with ReadingApart([str(path)], bounds=BOUNDS, going_on=going_on) as reading:
            articles = _with_document_ids(reading.articles(), origin.name)
            loaded = _within(articles, reading, store, collection, limits)
            return _ingest(reading, loaded, store, embedder, tell, going_on)


def _ingest(
    reading: ReadingApart,
    loaded: Iterator[Loaded],
    store: EmbeddedStore,
    embedder: Embedder,
    tell: Callable[[ImportProgress], None],
    going_on: Callable[[], bool],
) -> ImportResult:
    title, passages = "", 0

    def read() -> Iterator[Loaded]:
        nonlocal title
        for one in loaded:
            if not going_on():
                raise ImportStopped
            if isinstance(one, Article):
                title = one.source.title
            tell(ImportProgress(Phase.READING))
            yield one
        if not going_on():
            raise ImportStopped

    def stored(progress: Progress) -> None:
        nonlocal passages
        passages = progress.passages

    watched = _ProgressEmbedder(embedder, tell, going_on)
    report = ingest(read(), store, watched, on_progress=stored, cut=reading.passages)
    store.flush()
    return ImportResult(report, title, passages)


def _within(
    loaded: Iterator[Loaded],
    reading: ReadingApart,
    store: EmbeddedStore,
    collection: str,
    limits: GroupLimits | None,
) -> Iterator[Loaded]:
    """The articles in their collection; what goes beyond its limits fails."""
    stored = store.count(SearchFilter(frozenset({collection})))
    articles, passages = stored.articles, stored.passages
    for one in loaded:
        if isinstance(one, Article):
            one = one.in_collection(collection)
            replaced = len(store.article_passages(one.source.article_id))
            more = len(reading.passages(one)) - replaced
            is_full = limits and (
                articles + (not replaced) > limits.articles or passages + more > limits.passages
            )
            if is_full and more > 0:
                said = tr(texts.ADD_FULL).format(articles=articles, passages=passages)
                one = LoadFailure(one.source.title, said)
            else:
                articles, passages = articles + (not replaced), passages + more
        yield one


def _with_document_ids(loaded: Iterator[Loaded], name: str) -> Iterator[Loaded]:
    """The articles with an id made from the name, without the path of the temporary folder.

    A document sent again under the same name replaces the earlier one.
    """
    for one in loaded:
        if isinstance(one, Article) and one.source.path is not None:
            one = replace(one, source=replace(one.source, article_id=f"sent-{name}", path=None))
        yield one


class _ProgressEmbedder:
    """An embedder that reports its progress and can be stopped between two batches."""

    def __init__(
        self, embedder: Embedder, tell: Callable[[ImportProgress], None], going_on: Callable[[], bool]
    ) -> None:
        self._embedder = embedder
        self._tell = tell
        self._going_on = going_on
        self.name = embedder.name
        self.dimension = embedder.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        pieces = []
        for first in range(0, len(texts), BATCH_PASSAGES):
            if not self._going_on():
                raise ImportStopped
            self._tell(ImportProgress(Phase.EMBEDDING, first, len(texts)))
            pieces.append(self._embedder.embed_passages(texts[first : first + BATCH_PASSAGES]))
        return np.concatenate(pieces) if pieces else self._embedder.embed_passages(texts)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)
