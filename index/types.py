"""The words the whole project speaks: articles, passages, hits and the seam of the store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Unit-length rows, shape (texts, dimension)."""

PUBLIC = "public"
MAX_REVISIONS = 10  # of an article
MAX_REVISION_AGE = timedelta(days=365)  # as long as an answer is kept that may quote it

_HASHED_ALWAYS = ("article_id", "title", "publisher", "author", "url", "path", "published", "collection")
_HASHED_CHARS = 1_000_000  # at a time: the whole of 20 MB at once held up every other thread for 0.2 s


@dataclass(frozen=True, slots=True)
class Source:
    """Where an article comes from; what the source does not state is None, never invented."""

    article_id: str
    title: str
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    path: str | None = None
    published: date | None = None  # the day as the source writes it, in its own time zone
    collection: str = PUBLIC
    published_at: datetime | None = None  # with its zone; only where the source states a time of day

    @property
    def published_order(self) -> datetime | None:
        """When it was published, to compare with others: a day without a time counts from midnight UTC."""
        if self.published_at is not None:
            return self.published_at
        return datetime.combine(self.published, time(), UTC) if self.published else None


class MarkKind(StrEnum):
    HEADING = "heading"
    CODE = "code"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Mark:
    """What a document says about the text from `start` on.

    A heading or a line of code is the line that begins there; a page goes on to the next page's mark.
    `number` is the heading's level (1 to 6) or the page's number.
    """

    start: int
    kind: MarkKind
    number: int = 0


def outline_rows(outline: Sequence[Mark]) -> list[tuple[int, str, int]]:
    """The marks as JSON keeps them; `outline_of` reads them back."""
    return [(mark.start, mark.kind.value, mark.number) for mark in outline]


def outline_of(rows: Iterable[tuple[int, str, int]]) -> tuple[Mark, ...]:
    return tuple(Mark(start, MarkKind(kind), number) for start, kind, number in rows)


@dataclass(frozen=True, slots=True)
class Article:
    """The clean text of one article. Every offset in the project counts characters of `text`.

    `outline` has what the document states about its structure, by offset; empty where it states none.
    `read_by` is the READER_VERSION that took the text out of a page or file; None where the text was
    given as it is, so that there is nothing to read again.
    """

    source: Source
    text: str
    outline: tuple[Mark, ...] = ()
    read_by: int | None = None

    @property
    def content_hash(self) -> str:
        """SHA-256 over the text, its outline and everything stated about its source.

        What was added later counts only where it is stated, so that an unchanged article keeps its hash.
        """
        stated = ", ".join(f"{name}={getattr(self.source, name)!r}" for name in _HASHED_ALWAYS)
        digest = sha256(f"Source({stated})\0".encode())
        if self.source.published_at is not None:
            digest.update(f"{self.source.published_at.isoformat()}\0".encode())
        for mark in self.outline:
            digest.update(f"{mark.start}{mark.kind}{mark.number}\0".encode())
        for first in range(0, len(self.text), _HASHED_CHARS):
            digest.update(self.text[first : first + _HASHED_CHARS].encode())
        return digest.hexdigest()

    def in_collection(self, name: str) -> "Article":
        """The article in this collection, under an id of its own: another may have the same page or file."""
        own = "" if name == PUBLIC else f"@{name}"
        source = replace(self.source, article_id=f"{self.source.article_id}{own}", collection=name)
        return replace(self, source=source)


@dataclass(frozen=True, slots=True)
class Revision:
    """An earlier text of an article, and when another took its place, in UTC."""

    text: str
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """An article that could not be loaded: a value, so that one bad file never stops the others."""

    origin: str  # the path, URL or "<collection file>:<line>" as the user knows it
    reason: str  # one line: what was expected, what came, what to do


@dataclass(frozen=True, slots=True)
class LoadNote:
    """What a reader of the report should know of what was loaded or passed over; nothing has failed."""

    origin: str
    note: str  # one line: "page 2 of 3 has no text", "passed over: 117 images, 7 style sheets"


Loaded = Article | LoadFailure | LoadNote
"""What loading yields, one at a time."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article one can search and quote: `article.text[start:end] == text`.

    `heading` is what the passage needs to be understood alone (section headings, a table's header
    row, a list's lead-in); it is embedded and searched, never quoted. `outline` are the article's marks on
    it, the page on which it begins, and a heading beside it where the article marks its headings.
    """

    id: str  # "<article_id>#<start>"
    source: Source
    start: int
    end: int
    text: str
    heading: str = ""
    outline: tuple[Mark, ...] = ()

    def page_at(self, offset: int) -> int | None:
        """The page on which this character of the article stands; None for a document without pages."""
        pages = (mark for mark in reversed(self.outline) if mark.kind is MarkKind.PAGE)
        return next((mark.number for mark in pages if mark.start <= offset), None)

    def marks(self, before: int = 0) -> tuple[Mark, ...]:
        """The outline by offsets in `text` behind `before` other characters; -1 for what begins elsewhere."""
        moved = before - self.start
        return tuple(
            replace(mark, start=mark.start + moved if self.start <= mark.start < self.end else -1)
            for mark in self.outline
        )

    def __post_init__(self) -> None:
        if self.start < 0 or self.end - self.start != len(self.text):
            raise ValueError(
                f"passage {self.id}: {self.start}..{self.end} is not {len(self.text)} characters"
            )


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and its score; scores compare only within one list."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """What one search returns: two lists, each best first, to be fused by the caller."""

    dense: Sequence[Hit]  # score: cosine, -1..1
    keyword: Sequence[Hit]  # score: BM25, > 0


@dataclass(frozen=True, slots=True)
class SearchFilter:
    """What a search may see. Dates are inclusive; an article without a date passes no date filter."""

    collections: frozenset[str]  # whoever asks has to say which: no search sees them all by default
    article_ids: frozenset[str] | None = None
    published_from: date | None = None
    published_to: date | None = None


PUBLIC_ONLY = SearchFilter(frozenset({PUBLIC}))


@dataclass(frozen=True, slots=True)
class StoreCount:
    articles: int
    passages: int


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether articles and derived indexes agree; `problems` says in words what does not."""

    generation: int
    problems: Sequence[str] = field(default=())

    @property
    def ok(self) -> bool:
        return not self.problems


class Store(Protocol):
    """Articles, their passages and vectors, searchable. Open until `close`; safe for several threads.

    Every method raises StoreError when the store cannot be reached. Writing methods raise
    StoreLocked when another process keeps writing for longer than the store is set to wait.
    A search sees every write that this process has made and those of others soon after.
    """

    def replace_article(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store the article whole, or not at all: adds it, or puts it in place of the one with its id.

        The text that it replaces becomes a revision, unless it is the same.
        """

    def remove_article(self, article_id: str) -> bool:
        """Forget the article, its passages and revisions; False when there is none with this id."""

    def search(self, vector: Vectors, text: str, where: SearchFilter, k: int) -> Candidates:
        """The k passages nearest to `vector`, shape (dimension,), and the k best for `text` by BM25."""

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages with these ids, in this order; ids that are gone are left out."""

    def vectors(self, ids: Sequence[str]) -> Vectors:
        """The stored vectors of these passages, one row each, in this order.

        Raises KeyError for an unknown id.
        """

    def article(self, article_id: str) -> Article | None:
        """The article with this id."""

    def revisions(self, article_id: str) -> list[Revision]:
        """What the article said before, the newest first: the last MAX_REVISIONS of MAX_REVISION_AGE."""

    def article_passages(self, article_id: str) -> list[Passage]:
        """All passages of an article in reading order; empty when there is no such article."""

    def embedded_passages(self, article_id: str) -> tuple[list[Passage], Vectors]:
        """All passages of an article with the vector of each, as they were stored together."""

    def sources(self) -> list[Source]:
        """All sources, ordered by article id."""

    def stored_hash(self, article_id: str) -> str | None:
        """The content hash under which the article was stored."""

    def readers(self) -> dict[str, int | None]:
        """By article id, which reader took its text out of a page or file (see Article)."""

    def note_reader(self, article_ids: Sequence[str], version: int) -> None:
        """These articles came out the same when this reader read them again."""

    def vocabulary(self, prefix: str, where: SearchFilter) -> dict[str, int]:
        """Words beginning with `prefix` in the passages that `where` admits, and how many hold each.

        Lower case with accents folded, like the prefix; the commonest first, at most some thousands.
        """

    def count(self, where: SearchFilter | None = None) -> StoreCount:
        """How much is stored of what `where` admits; of all collections together without it."""

    def health(self) -> StoreHealth:
        """A quick look at whether the derived indexes stand where the articles stand."""

    def close(self) -> None:
        """Release files and locks; calling it twice is harmless."""


class Embedder(Protocol):
    """Text to unit-length vectors. Safe for several threads."""

    @property
    def name(self) -> str:
        """Names the model in the index, so that another one's vectors are never mixed in."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, one row per text: float32, shape (len(texts), dimension)."""

    def embed_question(self, text: str) -> Vectors:
        """One unit-length vector: float32, shape (dimension,)."""
