"""Questions for what must be computed: the cheapest, the sum, the average. A reader names any one value."""

import re

from retrieval.questions.kinds import words
from retrieval.questions.spelling import is_word

_SUM = re.compile(
    r"\b(?:in all|in total|altogether|combined|overall|sum of|averages?|difference between|"
    r"how (?:much|many) (?:more|less|fewer))\b|\btogether\W*$",
    re.IGNORECASE,
)
_STATES_SUM = re.compile(
    rf"{_SUM.pattern}|\b(?:totals?|together|sum|mean|all|both|each|more|less|fewer|net|gross)\b",
    re.IGNORECASE,
)
_STATES_MOST = re.compile(
    r"\b(?:most|least|top|first|only|record|leading|lead|led|best|worst|main|major|maxim\w+|minim\w+|"
    r"peak\w*|up to|at most|between|than (?:any|all)|ahead of|no other)\b",
    re.IGNORECASE,
)
FIRST, LAST = 5, 2  # words of a question in which it says what is asked for
_OF_TIME = frozenset("latest newest earliest".split())  # told by dates
_OTHERS = frozenset("honest earnest tempest priest".split())


def leaves_to_compute(question: str, said: str) -> bool:
    """Whether the question asks for the largest or for a sum and what is said states none."""
    if _SUM.search(question) and not _STATES_SUM.search(said):
        return True
    asked = words(re.split(r"[.!?]\s", question.strip())[-1])
    # Elsewhere it describes something else: "which team won at the largest stadium of the world?"
    asks_most = any(map(_is_superlative, asked[:FIRST] + asked[-LAST:]))
    return asks_most and not (_STATES_MOST.search(said) or any(map(_is_superlative, words(said))))


def _is_superlative(word: str) -> bool:
    """Whether English has the word with -er as well, and without: "cheapest", not "forest"."""
    if word in ("most", "least", "fewest"):
        return True
    if not word.endswith("est") or word in _OF_TIME | _OTHERS:
        return False
    root = word.removesuffix("est")
    bases = (root, f"{root}e", root[:-1], f"{root[:-1]}y")
    return len(root) > 2 and is_word(f"{root}er") and any(map(is_word, bases))
