"""Articles into the index at an operator's word: the blocking part, for a thread of its own.

It is what `citebot index add` does: the same loading, with its guards against private addresses but in a
process of its own, and the same storing, in which an article is in whole or not at all.
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

from index.ingest import IngestReport, Progress, ingest
from index.loading.files import COLLECTION_SUFFIXES
from index.loading.formats import SUFFIXES
from index.loading.isolated import Bounds, ReadingApart
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Loaded, Vectors

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
BOUNDS = Bounds(file_s=120, total_s=600)  # somebody waits for it, and others behind them
PIECE_PASSAGES = 32  # embedded between two looks at whether to go on: a fraction of a second


class Stopped(Exception):
    """The import was told to end before everything was in."""


class Phase(StrEnum):
    FETCHING = "fetching"
    READING = "reading"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class Step:
    """How far an import is; `done` of `of` passages while embedding."""

    phase: Phase
    done: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document as somebody sent it; `name` comes from `safe_name`."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of it."""

    report: IngestReport
    title: str  # of the last article that was read
    passages: int  # stored


def safe_name(file_name: str | None, mime_type: str | None) -> str | None:
    """A name for a sent file, of letters, digits and ._- alone, with an ending that can be read.

    The same for the same document; None when it is none of the kinds in READABLE.
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


def take_in(
    origin: str | Document,
    store: EmbeddedStore,
    embedder: Embedder,
    tell: Callable[[Step], None],
    going_on: Callable[[], bool],
) -> Imported:
    """Store what a web address or a document holds. `tell` hears how far it is, in this thread.

    Raises ValueError for an origin that is no web address: files of this machine are not for a chat to name.
    Raises Stopped soon after `going_on` has become false, StoreError and EmbeddingError.
    """
    if isinstance(origin, str):
        if not re.match(r"https?://", origin, re.IGNORECASE):
            raise ValueError(f"expected a web address, got {origin!r}")
        with ReadingApart([origin], bounds=BOUNDS, going_on=going_on) as reading:
            return _take_in(reading, reading.articles(), store, embedder, tell, going_on)
    with TemporaryDirectory(prefix="citebot-") as folder:
        path = Path(folder) / origin.name
        path.write_bytes(origin.content)
        with ReadingApart([str(path)], bounds=BOUNDS, going_on=going_on) as reading:
            articles = _as_sent(reading.articles(), origin.name)
            return _take_in(reading, articles, store, embedder, tell, going_on)


def _take_in(
    reading: ReadingApart,
    loaded: Iterator[Loaded],
    store: EmbeddedStore,
    embedder: Embedder,
    tell: Callable[[Step], None],
    going_on: Callable[[], bool],
) -> Imported:
    title, passages = "", 0

    def read() -> Iterator[Loaded]:
        nonlocal title
        for one in loaded:
            if not going_on():
                raise Stopped
            if isinstance(one, Article):
                title = one.source.title
            tell(Step(Phase.READING))
            yield one
        if not going_on():
            raise Stopped

    def stored(progress: Progress) -> None:
        nonlocal passages
        passages = progress.passages

    watched = _Watched(embedder, tell, going_on)
    report = ingest(read(), store, watched, on_progress=stored, cut=reading.passages)
    store.flush()
    return Imported(report, title, passages)


def _as_sent(loaded: Iterator[Loaded], name: str) -> Iterator[Loaded]:
    """The articles under ids of their own, without the path of the temporary folder.

    The id is made from the name, so that a document sent again takes the place of the earlier one.
    """
    for one in loaded:
        if isinstance(one, Article) and one.source.path is not None:
            one = replace(one, source=replace(one.source, article_id=f"sent-{name}", path=None))
        yield one


class _Watched:
    """An embedder that tells how far it is and can be stopped between two pieces."""

    def __init__(
        self, embedder: Embedder, tell: Callable[[Step], None], going_on: Callable[[], bool]
    ) -> None:
        self._embedder = embedder
        self._tell = tell
        self._going_on = going_on
        self.name = embedder.name
        self.dimension = embedder.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        pieces = []
        for first in range(0, len(texts), PIECE_PASSAGES):
            if not self._going_on():
                raise Stopped
            self._tell(Step(Phase.EMBEDDING, first, len(texts)))
            pieces.append(self._embedder.embed_passages(texts[first : first + PIECE_PASSAGES]))
        return np.concatenate(pieces) if pieces else self._embedder.embed_passages(texts)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)
