"""A follow-up question beside what the talk before it mentioned."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from retrieval.conversation.phrases import Mention
from retrieval.questions.clauses import CONTEXT, frame, words
from retrieval.questions.lexicon import (
    AUXILIARIES,
    BOUNDARIES,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    singular,
)
from retrieval.types import Turn

TURNS_BACK = 5  # an antecedent is rarely further away, and a wrong one costs more than none
_STEP = 0.8  # what one turn of distance takes from a mention's fitness


def known(past: Sequence[Sequence[Mention]]) -> list[list[Mention]]:
    """The mentions of each turn with what any other turn tells of their kind."""
    people = {mention.text for turn in past for mention in turn if mention.person}
    places = {mention.text for turn in past for mention in turn if mention.place}
    return [[replace(m, person=m.text in people, place=m.text in places) for m in turn] for turn in past]


@dataclass(frozen=True, slots=True)
class FollowUp:
    asked: str
    text: str  # without closing marks and opening "and"
    past: Sequence[Sequence[Mention]]  # newest turn first
    turns: Sequence[Turn]  # newest first

    @property
    def before(self) -> list[str]:
        """The questions before as they were understood, newest first."""
        return [turn.standalone for turn in self.turns]

    @property
    def last_full(self) -> Turn:
        """The last turn whose question, as it was understood, has a verb."""
        return next((turn for turn in self.turns if is_full(turn.standalone)), self.turns[0])

    @property
    def previous(self) -> str:
        return self.last_full.standalone.strip()

    def is_person(self, text: str) -> bool:
        return any(mention.person and mention.text == text for turn in self.past for mention in turn)

    def best(self, fitness: Callable[[Mention], float]) -> Mention | None:
        """The mention that fits best: fitness 0 and below never fits; order and distance decide ties."""
        ranked = [
            (fitness(mention) + mention.salience - _STEP * back - 0.05 * rank, mention)
            for back, turn in enumerate(self.past)
            for rank, mention in enumerate(turn)
            if fitness(mention) > 0
        ]
        return max(ranked, key=lambda pair: pair[0])[1] if ranked else None

    @property
    def topic(self) -> Mention | None:
        """What the conversation is about now."""
        return self.best(
            lambda mention: (
                1.0
                + 0.2 * (mention.named or (mention.deed is not None and mention.deed.happening))
                - 0.3 * mention.doers
                - 0.6 * mention.answer
            )
        )


def is_full(question: str) -> bool:
    """Whether it has a verb of its own: not "why?" nor "the fans (the players)?"."""
    parts = frame(question)
    told = parts.question_phrase == "tell" and not CONTEXT.search(question)
    asked = parts.predicate and parts.question_phrase.lower() != "how"  # "how much?", "how come?"
    return bool(told or parts.auxiliary or asked)


def last_event(follow_up: FollowUp) -> Mention | None:
    return follow_up.best(lambda mention: (1.3 if mention.deed else 1.0) if mention.event else 0.0)


def is_many(phrase: str) -> bool:
    last = words(re.split(r"\s(?:of|in|on|at|near)\s", phrase, maxsplit=1)[0])[-1]
    return singular(last) != last.lower() and not last[0].isupper()


def is_nounish(word: str) -> bool:
    return word[0].isalnum() and word not in (
        PREPOSITIONS | AUXILIARIES | PRONOUNS | QUESTION_WORDS | BOUNDARIES | DETERMINERS | {"not", "to"}
    )


def with_context(follow_up: FollowUp) -> str | None:
    topic = follow_up.topic
    if topic is None or topic.text.lower() in follow_up.text.lower():
        return None
    return f"{follow_up.text} ({topic.text})"
