"""Names in a question, and articles that do not mention them: those of another town, another club."""

import re
import unicodedata
from collections.abc import Callable

from retrieval.questions.kinds import FUNCTION_WORDS, MONTHS_AND_DAYS, SHORT_NAMES, with_long_names
from retrieval.questions.spelling import is_english

SHORTEST = 4  # letters of a root
ENDINGS = 3  # letters that may differ at the end: "Malian" mentions Mali, "Russia" the Russians
_OF_MANY_NAMES = frozenset(word.lower() for name in SHORT_NAMES for word in name.split())  # and "Britain"
_WORD = re.compile(r"[^\W\d_]+")
_STARTS = re.compile(r"(?:^|[.!?:…]\s*)[\"“'‘(]*$")
_AFTER = re.compile(r"\b(?:of|in|at|near|from)\s+$", re.IGNORECASE)


def names_asked(question: str, is_known: Callable[[str], bool]) -> frozenset[str]:
    """The words that are names, folded: those in capitals within a sentence.

    In a question without capitals, a headline or shouting, those that no article knows (`is_known`) and that
    are no English words or stand bare after "of" or "in".
    """
    question = with_long_names(question)
    found = [(match, match.start()) for match in _WORD.finditer(question)]
    telling = [match[0] for match, _ in found if match[0].lower() not in FUNCTION_WORDS and len(match[0]) > 1]
    is_told_by_case = any(word.islower() for word in telling) and not question.islower()
    names = set()
    for match, at in found:
        word, folded = match[0], fold(match[0])
        if word not in telling or MONTHS_AND_DAYS.fullmatch(word):
            continue
        before = question[:at]
        if is_told_by_case:
            if word[0].isupper() and not _STARTS.search(before):
                names.add(folded)
        elif (_AFTER.search(before) or not is_english(folded)) and not is_known(folded):
            names.add(folded)
    return frozenset(names) - _OF_MANY_NAMES


def fold(text: str) -> str:
    """In lower case and without accents, as the words of the index are."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def root(name: str) -> str:
    """What a word that mentions the name begins with."""
    return name[: max(len(name) - ENDINGS, SHORTEST)]


def mentions(text: str, name: str) -> bool:
    """Whether a word of the folded text is the name, or the name with another ending."""
    more = len(name) + ENDINGS - len(root(name)) if len(name) >= SHORTEST else 0  # "Bo" is no "border"
    return re.search(rf"\b{re.escape(root(name))}\w{{0,{more}}}\b", text) is not None
