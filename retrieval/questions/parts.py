"""What a message asks, one thing after the other: "who did it and when?", "difference between X and Y"."""

import re

from retrieval.questions.clauses import plain
from retrieval.questions.lexicon import AUXILIARIES

MAX_QUESTIONS = 3  # each takes the time of an answer
_ASKS = (
    r"(?:(?:in|on|at|by|for|from|to|en|à|de|par) )?"
    r"(?:who|whom|whose|when|where|why|what|which|how|qui|quand|où|pourquoi|quel(?:le)?s?|combien|comment)\b"
)
_TWO = re.compile(
    rf"^(?P<one>{_ASKS}.*?)(?:\?\s+(?:(?:and|et)\s)?|,?\s(?:and|et)\s)(?P<other>{_ASKS}.*)$", re.IGNORECASE
)
_CLAUSE = re.compile(  # "how long it takes"
    rf"{_ASKS}(?: (?!(?:{'|'.join(sorted(AUXILIARIES))})\b)\w+)?? (?:I|you|he|she|it|we|they)\b",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(
    r"\b(?:differences?|différences?) (?:between|entre) (?P<one>.+?) (?:and|et) (?P<other>.+?)\W*$|"
    r"\bhow (?:does|do|is|are) (?P<a>.+?) (?:differ|different) from (?P<b>.+?)\W*$",
    re.IGNORECASE,
)


def questions_in(message: str) -> list[str]:
    """The questions of a message, or the one that it is; one may lack what the one before it names."""
    each = _split(message)
    return each if len(each) <= MAX_QUESTIONS else [message]


def _split(message: str) -> list[str]:
    found = _TWO.match(plain(message))
    if not found or _CLAUSE.match(found["other"]):
        return [message]
    one, other = found["one"], found["other"]
    if re.fullmatch(_ASKS, one, re.IGNORECASE):  # "where and when did it begin"
        rest = re.sub(_ASKS, "", other, count=1, flags=re.IGNORECASE)
        one += rest
    return [f"{one}?", *_split(f"{other}?")]


def compared(question: str) -> list[str]:
    """What is asked to be told apart: two things, or none."""
    found = _DIFFERENCE.search(question)
    return [part for part in found.groups() if part] if found else []
