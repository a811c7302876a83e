"""Questions that a passage no longer answers, though it looks as if it did: made from those it answers."""

import random
import re
from collections.abc import Sequence

from index.sentences import split_sentences
from training.sources import Question

_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)


def without_answer(question: Question, passage: str) -> str | None:
    """The passage without each sentence that holds an accepted answer; None when little would be left."""
    accepted = [answer.casefold() for answer in (question.answer, *question.answers)]
    kept = [
        passage[start:end]
        for start, end in split_sentences(passage)
        if not any(answer in passage[start:end].casefold() for answer in accepted)
    ]
    text = " ".join(kept)
    return text if len(text) >= 100 else None


def about_another(
    question: Question, passage: str, others: Sequence[str], chance: random.Random
) -> str | None:
    """The question asked about another name, year or number, which the passage does not hold.

    `others` are questions to take the other one from. None when the question names nothing.
    """
    for pattern in chance.sample((_NAME, _YEAR, _MONTH, _NUMBER), 4):
        spoken = [m for m in pattern.finditer(question.text) if m.group() in passage]
        if not spoken:
            continue
        asked = chance.choice(spoken)
        for _ in range(20):
            found = (match.group() for match in pattern.finditer(chance.choice(others)))
            strange = [name for name in found if name.casefold() not in passage.casefold()]
            if strange:
                other = chance.choice(strange)
                return question.text[: asked.start()] + other + question.text[asked.end() :]
    return None
