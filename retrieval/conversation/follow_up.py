"""A question after a conversation: as it can be understood alone, and what to search for."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Embedder
from retrieval.conversation.topic import Lacking, TopicModel
from retrieval.types import Conversation

LAST_ANSWER_CHARS = 300  # of an answer of sentences the beginning says what it is about


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question with the phrases of the conversation that it lacks; `likely`: that it lacks any, 0..1."""

    asked: str
    lacks: Sequence[str]
    likely: float
    conversation: Conversation
    instead: str | None = None  # as a whole question, where it is one before it about another name

    @property
    def standalone(self) -> str:
        """The question with what it lacks in brackets."""
        if not self.lacks:
            return self.asked
        if self.instead:
            return self.instead
        body = self.asked.rstrip("?!. ")
        ending = self.asked[len(body) :].strip()[-1:]
        return f"{body} ({', '.join(self.lacks)}){ending}"

    @property
    def searches(self) -> list[str]:
        """What is searched for, the most telling first; a question that lacks nothing as it is."""
        if not self.lacks:
            return [self.asked]
        last = self.conversation.turns[-1]
        behind = f"{last.answers[0][:LAST_ANSWER_CHARS]} {self.asked}" if last.answers else None
        return [self.standalone, self.asked, *([behind] if behind else [])]


def follow_up(
    question: str, conversation: Conversation, model: TopicModel, embedder: Embedder | None = None
) -> FollowUp:
    """The question with what it lacks of the conversation.

    The embedder tells which of several names another one stands for; without it none is replaced.
    """
    asked = question.strip()
    told = model.lacking(asked, conversation)
    return FollowUp(asked, told.phrases, told.likely, conversation, _instead(told, embedder))


def _instead(told: Lacking, embedder: Embedder | None) -> str | None:
    """The last question asked of the name in place of the most similar one: a country's of a country's."""
    if len(told.instead) < 2 or embedder is None:
        return next(iter(told.instead.values())) if len(told.instead) == 1 else None
    name = embedder.embed_question(told.name)
    return told.instead[max(told.instead, key=lambda other: float(embedder.embed_question(other) @ name))]


def alone(question: str) -> FollowUp:
    """The question without any conversation."""
    return FollowUp(question, (), 0.0, Conversation())
