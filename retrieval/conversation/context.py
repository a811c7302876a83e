"""The words of a conversation, newest turn first, with what the topic model is told about each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.questions.clauses import words
from retrieval.questions.kinds import FUNCTION_WORDS, stem
from retrieval.types import Conversation

TURNS_BACK = 4  # what is needed is rarely said further back
MAX_QUESTION_WORDS = 40
MAX_ANSWER_WORDS = 30  # an answer of sentences names what it is about at its beginning
MAX_WORDS = 100
MARKS = 13
# The places of the marks: the question itself, earlier questions one, two and more turns back, their answers
# likewise; begins with a capital, said in the question, function word, in brackets, number, in several turns.


@dataclass(frozen=True, slots=True)
class Word:
    """A word or mark that was said, and where: `turn` 0 is the question itself, 1 the turn before it."""

    text: str
    turn: int
    in_answer: bool
    place: int  # in its text
    in_brackets: bool = False  # an earlier question's words that were chosen for it


@dataclass(frozen=True, slots=True)
class Context:
    """A question and the conversation before it, as the topic model sees them."""

    words: Sequence[Word]

    @property
    def question(self) -> list[Word]:
        return [word for word in self.words if word.turn == 0]

    def candidates(self) -> NDArray[np.bool_]:
        """Which of the words a question may lack: said before it, with a meaning, and not its own."""
        asked = {key(word.text) for word in self.question}
        return np.array(
            [word.turn > 0 and says_much(word.text) and key(word.text) not in asked for word in self.words]
        )

    def marks(self) -> NDArray[np.float32]:
        """What the model is told of each word beside its text: 0 or 1, shape (words, MARKS)."""
        asked = {key(word.text) for word in self.question}
        turns: dict[str, set[int]] = {}
        for word in self.words:
            turns.setdefault(key(word.text), set()).add(word.turn)
        marks = np.zeros((len(self.words), MARKS), np.float32)
        for row, word in zip(marks, self.words, strict=True):
            if word.turn:
                row[(3 if word.in_answer else 0) + min(word.turn, 3)] = 1
            else:
                row[0] = 1
            row[7] = word.text[:1].isupper() and word.place > 0
            row[8] = word.turn > 0 and key(word.text) in asked
            row[9] = not says_much(word.text)
            row[10] = word.in_brackets
            row[11] = any(letter.isdigit() for letter in word.text)
            row[12] = len(turns[key(word.text)] - {0}) > 1
        return marks


def context_of(question: str, conversation: Conversation) -> Context:
    """The question's words, then each turn's question as it was understood and its first answer."""
    said = list(_said(question, 0, in_answer=False))[:MAX_QUESTION_WORDS]
    for back, turn in enumerate(reversed(conversation.turns[-TURNS_BACK:]), 1):
        said += list(_said(turn.standalone, back, in_answer=False))[:MAX_QUESTION_WORDS]
        for answer in turn.answers[:1]:
            said += list(_said(answer, back, in_answer=True))[:MAX_ANSWER_WORDS]
    return Context(said[:MAX_WORDS])


def _said(text: str, turn: int, *, in_answer: bool) -> Iterator[Word]:
    depth = 0
    for place, word in enumerate(words(text)):
        depth += (word == "(") - (word == ")")
        yield Word(word, turn, in_answer, place, in_brackets=depth > 0 and not in_answer)


def key(word: str) -> str:
    """What forms of a word have in common."""
    return stem(word.lower().replace("’", "'").removesuffix("'s"))


def says_much(word: str) -> bool:
    """Whether it has a meaning of its own; in capitals it is a name: "US", "WHO"."""
    lowered = word.lower().replace("’", "'")
    return lowered[:1].isalnum() and (lowered not in FUNCTION_WORDS or (len(word) > 1 and word.isupper()))
