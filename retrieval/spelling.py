"""Misspelt words of a question, read as the words that the articles use."""

import json
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache

from retrieval.lexicon import is_french
from retrieval.questions import FUNCTION_WORDS
from retrieval.reading import MODEL_DIR

SHORTEST = 4  # letters; shorter words have too many neighbours
LIKENESS = 0.82  # difflib ratio: "convoi" and "convoy" are .83 alike
PREFIX = 2  # letters that are taken to be right

_WORD = re.compile(r"[^\W\d_]+")
# What people in a hurry write for the words that a question begins with.
_HURRIED = {
    hurried: word
    for line in (
        "what wat wut wot waht wht whta",
        "what's whats wats",
        "who whoo hwo",
        "who's whos",
        "when wen whne whn",
        "where wher whre wheer",
        "where's wheres",
        "which wich whitch whcih",
        "why wy whyy",
        "how hw hoow",
    )
    for word, *meant in [line.split()]
    for hurried in meant
}
_OPENING = re.compile(rf"^(\W*(?i:(?:and|but|so) )?)((?i:{'|'.join(_HURRIED)}))(?= [a-z])")  # not "Wat Pho"


def respelled(question: str, vocabulary: Callable[[str], Mapping[str, int]]) -> str:
    """The question with words that nobody knows put as the articles put them.

    `vocabulary(prefix)` gives the words in the articles that begin so, lower case, with how many
    passages hold each. A word that the articles hold, that English knows ("Iran" is not "Iraq"
    misspelt) or that is written as a name stays as it is.
    """
    if is_french([word.lower() for word in _WORD.findall(question)]):
        return question
    question = _OPENING.sub(lambda match: match[1] + _HURRIED[match[2].lower()], question)
    one_case = question.islower() or question.isupper()

    def replacement(match: re.Match[str]) -> str:
        word = match.group()
        lower = word.lower()
        if len(word) < SHORTEST or lower in FUNCTION_WORDS or lower in _english_words():
            return word
        if word[0].isupper() and not one_case:
            return word
        held = vocabulary(lower[:PREFIX])
        if lower in held:
            return word
        near = get_close_matches(lower, held, n=3, cutoff=LIKENESS)
        if near:
            return max(near, key=lambda candidate: held[candidate])
        if len(word) <= SHORTEST:
            return word  # "gelt" may be a town
        common = [w for w in _english_words() if w.startswith(lower[:PREFIX])]
        return next(iter(get_close_matches(lower, common, n=1, cutoff=LIKENESS)), word)

    return _WORD.sub(replacement, question)


def corrections(question: str, standalone: str) -> list[tuple[str, str]]:
    """Each word of the question that was read as another, with that one.

    `standalone` is the question as it was understood.
    """
    used = list(dict.fromkeys(_WORD.findall(standalone.lower())))
    typed = [word for word in dict.fromkeys(_WORD.findall(question)) if word.lower() not in used]
    found = []
    for word in typed:
        lower = word.lower()
        known = lower in FUNCTION_WORDS or lower in _HURRIED or lower in _english_words()
        unknown = len(word) >= SHORTEST and not known
        alike = [other for other in used if other.startswith(lower[:PREFIX])] if unknown else []
        found += [(word, other) for other in get_close_matches(lower, alike, n=1, cutoff=LIKENESS)]
    return found


def is_english(word: str) -> bool:
    """Whether the lower-case word is among the commonest of English texts."""
    return word in _english_words()


@cache
def _english_words() -> frozenset[str]:
    """The whole words of the reader's vocabulary: about 22,000 of the commonest, names among them."""
    model = json.loads((MODEL_DIR / "tokenizer.json").read_text("utf-8"))
    return frozenset(word for word in model["model"]["vocab"] if word.isalpha())
