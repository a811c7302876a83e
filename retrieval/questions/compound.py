"""Two questions asked in one breath: "who attacked the airport and when?"."""

import re

from retrieval.questions.clauses import words
from retrieval.questions.kinds import Kind, kind_of
from retrieval.questions.lexicon import AUXILIARIES, QUESTION_WORDS

_WORD = "|".join(sorted(QUESTION_WORDS, key=len, reverse=True))
_AND = r"(?:,? and |,? ?& ?)"
_TWO_WORDS = re.compile(
    rf"^(?P<first>(?:by |since )?(?:{_WORD})){_AND}(?P<second>{_WORD})\b(?!,? and\b|,? ?&)(?P<rest>.*)$",
    re.IGNORECASE,
)
_TWO_QUESTIONS = re.compile(rf"^(?P<first>(?:{_WORD})\b.+?){_AND}(?P<second>(?:{_WORD})\b.*)$", re.IGNORECASE)


def parts(question: str) -> list[str]:
    """The question, or the two that it is made of; the second may lean on the first ("when?")."""
    body = question.strip().rstrip("?!. ")
    if sum(word in QUESTION_WORDS for word in words(body.lower())) != 2:
        return [question.strip()]
    if both := _TWO_WORDS.match(body):
        return [f"{both[name]}{both['rest']}?" for name in ("first", "second")]
    both = _TWO_QUESTIONS.match(body)
    if both and _asks(both["first"]) and (_asks(both["second"]) or len(words(both["second"])) == 1):
        return [f"{both[name].strip()}?" for name in ("first", "second")]
    return [question.strip()]


def _asks(text: str) -> bool:
    """Whether it is a question of fact with a verb of its own, and no clause such as "when the army left"."""
    tokens = [word.lower() for word in words(text)]
    if len(tokens) < 2 or kind_of(text) is Kind.BROAD:
        return False
    if tokens[0] in {"who", "which", "what"} or tokens[:2] == ["how", "many"]:
        return True
    return tokens[1] in AUXILIARIES
