"""Names in a question, and articles that do not mention them: those of another town, another club."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache

from babel import Locale

from index.languages import STEMMED
from index.languages import is_english as is_in_english
from retrieval.questions.kinds import FUNCTION_WORDS, MONTHS_AND_DAYS, SHORT_NAMES, with_long_names
from retrieval.questions.spelling import is_english

SHORTEST = 4  # letters of a root
ENDINGS = 3  # letters that may differ at the end: "Malian" mentions Mali, "Russia" the Russians
_OF_MANY_NAMES = frozenset(word.lower() for name in SHORT_NAMES for word in name.split())  # and "Britain"
_WORD = re.compile(r"[^\W\d_]+")
_STARTS = re.compile(r"(?:^|[.!?:…]\s*)[\"“'‘(«¿¡\s]*$")
_LONGEST = 5  # words of a country's name
_Names = frozenset[tuple[str, ...]]  # of one country, each as its folded words
_AFTER = re.compile(r"\b(?:of|in|at|near|from)\s+$", re.IGNORECASE)


def names_asked(question: str, is_known: Callable[[str], bool]) -> frozenset[str]:
    """The words that are names, folded: those in capitals within a sentence.

    In a question without capitals, a headline or shouting, those that no article knows (`is_known`) and that
    are no English words or stand bare after "of" or "in"; in another language than English none.
    """
    question = with_long_names(question)
    found = [(match, match.start()) for match in _WORD.finditer(question)]
    telling = [match[0] for match, _ in found if match[0].lower() not in FUNCTION_WORDS and len(match[0]) > 1]
    is_told_by_case = any(word.islower() for word in telling) and not question.islower()
    if not is_told_by_case and not is_in_english(question):
        return frozenset()
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


def names_elsewhere(question: str) -> Mapping[str, _Names]:
    """For each word of a country's name in the question, folded, the names that other languages give it."""
    said = _folded_words(question)
    countries, found = _countries(), defaultdict[str, _Names](frozenset)
    for start in range(len(said)):
        for end in range(start + 1, min(start + _LONGEST, len(said)) + 1):
            for word in said[start:end]:
                found[word] |= countries.get(said[start:end], frozenset())
    return found


@cache
def _countries() -> Mapping[tuple[str, ...], _Names]:
    """Every name of a country or union of them, with all it is called: babel's, 0.2 s for 18 languages."""
    names = defaultdict[str, set[tuple[str, ...]]](set)
    for language in STEMMED:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names[code].add(_folded_words(name))
    return {name: frozenset(all_names) for all_names in names.values() for name in all_names}


def _folded_words(text: str) -> tuple[str, ...]:
    return tuple(fold(match[0]) for match in _WORD.finditer(text))


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
