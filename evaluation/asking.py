"""Every question is asked, and what came is written down: one Observation each."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from evaluation.questions import Question, Said
from index.types import PUBLIC_ONLY, Embedder, SearchFilter, Store
from retrieval.answerer import Answerer
from retrieval.conversation.follow_up import follow_up
from retrieval.conversation.topic import bundled_topic_model
from retrieval.reading.reader import Reader
from retrieval.types import MAX_TURNS, Answer, Conversation, Outcome, Turn


@dataclass(frozen=True, slots=True)
class Observation:
    """What a question was answered with. When nothing was found, `best` is what was nearest to being said."""

    standalone: str
    outcome: Outcome
    statements: tuple[str, ...]
    best: str
    confidence: float  # of `best`, whether or not it was said
    quotes: tuple[str, ...]  # of the first statement
    cited: tuple[str, ...]  # article ids, of all statements
    verbatim: int  # how many citations stand in the stored article, word for word
    citations: int
    retrieved: tuple[str, ...]  # article ids, best first
    latency_ms: float

    @property
    def text(self) -> str:
        """What was said first; empty when nothing was found."""
        return self.statements[0] if self.statements else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question beside what came of it; `alone` is the same without the conversation before it."""

    set: str
    question: Question
    seen: Observation | None  # None where only the rewriting was looked at
    alone: Observation | None = None
    standalone: str = ""

    @property
    def key(self) -> str:
        return f"{self.set}:{self.question.id}"


@dataclass(frozen=True, slots=True)
class Respondent:
    """Who is asked: an answerer with what it answers by; `words` words its answers anew."""

    answerer: Answerer
    store: Store
    embedder: Embedder
    reader: Reader
    words: Callable[[Answer], Answer] = lambda answer: answer

    def observe(self, question: Question, conversation: Conversation) -> tuple[Observation, Answer]:
        """Asks once; the clock runs only while the answerer works."""
        where = SearchFilter(PUBLIC_ONLY.collections, article_ids=question.documents)
        began = time.perf_counter()
        answer = self.words(self.answerer.answer(question.text, conversation, where, question.asked_on))
        took_ms = (time.perf_counter() - began) * 1000
        texts = tuple(statement.text for statement in answer.statements)
        first = answer.citations if answer.worded_by else answer.statements[0].citations if texts else ()
        spoken = [(citation, self.store.article(citation.source.article_id)) for citation in answer.citations]
        observation = Observation(
            answer.standalone,
            answer.outcome,
            (" ".join(texts),) if answer.worded_by else texts,  # its sentences are one answer
            answer.best,
            answer.confidence,
            tuple(c.quote for c in first),
            tuple(dict.fromkeys(citation.source.article_id for citation in answer.citations)),
            sum(bool(article and article.text[c.start : c.end] == c.quote) for c, article in spoken),
            len(spoken),
            tuple(answer.retrieved),
            round(took_ms, 2),
        )
        return observation, answer


def ask(
    questions: Sequence[Question],
    respondent: Respondent,
    *,
    set_name: str = "",
    on_asked: Callable[[], None] = lambda: None,
) -> Iterator[Asked]:
    """Asks the questions in order, a follow-up also without its conversation."""
    so_far: dict[str, Conversation] = {}
    for question in questions:
        before = so_far.get(question.follows, Conversation()) if question.follows else talk(question.history)
        seen, answer = respondent.observe(question, before)
        so_far[question.id] = before.after(answer)
        alone = respondent.observe(question, Conversation())[0] if before.turns else None
        yield Asked(set_name, question, seen, alone, answer.standalone)
        on_asked()


def rewrite(questions: Iterable[Question], *, set_name: str = "") -> Iterator[Asked]:
    """Only makes the questions self-contained; needs no articles."""
    for question in questions:
        yield Asked(set_name, question, None, None, understood(question.text, talk(question.history)))


def talk(history: Sequence[Said]) -> Conversation:
    """What was said before, as the turns that the answerer would have kept of it."""
    conversation = Conversation()
    for said in history:
        if said.by_user:
            turn = Turn(said.text, understood(said.text, conversation))
            conversation = Conversation((*conversation.turns, turn)[-MAX_TURNS:])
        elif conversation.turns:
            last = conversation.turns[-1]
            told = replace(last, answers=(*last.answers, said.text))
            conversation = Conversation((*conversation.turns[:-1], told))
    return conversation


def understood(question: str, conversation: Conversation) -> str:
    """The question with the words that it lacks of the conversation, without a search for it."""
    return follow_up(question, conversation, bundled_topic_model()).standalone
