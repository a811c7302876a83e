"""Questions, answers and what proves them. Citations are structure; rendering gives them numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from index.types import Passage, Source
from retrieval.containment import says


class Outcome(StrEnum):
    ANSWERED = "answered"
    DISPUTED = "disputed"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Citation:
    """Words that stand in an article: `article.text[start:end] == quote`, inside the passage.

    `origin` is shared by articles that are copies of one story (1, 2, ... within an answer). `copies` are
    other articles that have the whole passage word for word, or its story and say the same.
    """

    passage: Passage
    quote: str
    start: int
    end: int
    origin: int = 1
    copies: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        inside = self.passage.text[self.start - self.passage.start : self.end - self.passage.start]
        if not self.quote or self.start < self.passage.start or inside != self.quote:
            raise ValueError(f"{self.quote!r} is not what passage {self.passage.id} says at {self.start}")

    @property
    def source(self) -> Source:
        return self.passage.source

    @property
    def page(self) -> int | None:
        """The page on which the quote begins; None for a document without pages."""
        return self.passage.page_at(self.start)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing the articles say, as does the quote of each citation; `confidence` is calibrated, 0..1.

    One that `is_worded` has the words of a model; it was checked against all its quotes together.
    """

    text: str
    citations: Sequence[Citation]
    confidence: float
    is_worded: bool = False

    @property
    def articles(self) -> int:
        """How many articles say it, copies included."""
        said = (source for one in self.citations for source in (one.source, *one.copies))
        return len({source.article_id for source in said})

    @property
    def origins(self) -> int:
        """How many stories these articles tell: a copy of one is no second source."""
        return len({citation.origin for citation in self.citations})

    def __post_init__(self) -> None:
        if not self.citations:
            raise ValueError(f"a statement needs a citation: {self.text!r}")
        for citation in self.citations:
            if not self.is_worded and not says(citation.quote, self.text):
                raise ValueError(f"{citation.quote!r} does not say {self.text!r}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say to a question. `statements[0]` is the best; none when not found.

    `passages` are the passages retrieved, best first: what "other passages" shows and, when
    nothing was found, the nearest there is. `best` is what came nearest to being said, whether or not
    it was, and `confidence` how sure that is, 0..1. `copies` are the other articles that have one of the
    passages word for word; `asked_on` the day on which it was asked, where that is known. `worded_by`: the
    language model that worded the statements, if one did.
    """

    question: str
    standalone: str
    outcome: Outcome
    statements: Sequence[Statement] = ()
    passages: Sequence[Passage] = ()
    elapsed_ms: int = 0
    best: str = ""
    confidence: float = 0.0
    copies: Mapping[Passage, tuple[Source, ...]] = field(default_factory=dict)
    asked_on: date | None = None
    worded_by: str | None = None

    def __post_init__(self) -> None:
        if (self.outcome is Outcome.NOT_FOUND) != (not self.statements):
            raise ValueError(f"{self.outcome} with {len(self.statements)} statements")

    @property
    def citations(self) -> list[Citation]:
        """Every citation once, in the order in which rendering numbers them: 1, 2, ..."""
        return list(dict.fromkeys(c for s in self.statements for c in s.citations))

    @property
    def retrieved(self) -> list[str]:
        """Article ids, best first, each once; behind an article those that have its passage too."""
        sources = (s for p in self.passages for s in (p.source, *self.copies.get(p, ())))
        return list(dict.fromkeys(source.article_id for source in sources))


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was asked, as it was understood, and its answer's texts."""

    question: str
    standalone: str
    answers: Sequence[str] = ()


MAX_TURNS = 8  # a follow-up further back than this is a new question


@dataclass(frozen=True, slots=True)
class Conversation:
    """The last turns, oldest first."""

    turns: Sequence[Turn] = field(default=())

    def after(self, answer: Answer) -> "Conversation":
        """This conversation with one more turn."""
        return self.with_turn(answer.question, answer.standalone, answer.statements)

    def with_turn(self, question: str, standalone: str, said: Sequence[Statement]) -> "Conversation":
        """This conversation with a question, how it was understood, and what was said to it."""
        turn = Turn(question, standalone, tuple(statement.text for statement in said))
        return Conversation((*self.turns, turn)[-MAX_TURNS:])
