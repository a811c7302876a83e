"""Misspelt words of a question, read as the words that the articles use or that English knows."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Set
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log

from index.languages import is_english as is_in_english
from retrieval.questions.kinds import FUNCTION_WORDS, words
from retrieval.questions.lexicon import AUXILIARIES, QUESTION_WORDS

SHORTEST, SHORT = 3, 4  # letters; so short a word has too many neighbours: "gelt" may be a town
COMMON = 1000  # ranks among English words: what a short word is a slip for
LIKENESS = 0.82  # difflib ratio, where more than one letter is wrong
PREFIX = 2  # letters that are then taken to be right
LONG = 8  # letters; a shorter word that is far from all that English often says may be a name
FREQUENT = 12_000  # ranks
# What it costs to take a word for another: a letter dropped, doubled or swapped with the next; a key beside
# the right one, or a letter that sounds like it; anything else; and the first letter is seldom wrong.
SLIP, MISS, BLUNDER, FIRST = 1.0, 1.2, 1.5, 0.25
EDIT, HELD = 8.0, 3.0  # how much an edit and a place in the articles weigh beside the logarithm of a rank

_WORD = re.compile(r"(?<![\w'’])[^\W\d_]+(?!\w|['’]t\b)")  # not in "30km" or "isn't"


def _table(*lines: str) -> dict[str, str]:
    return {typed: word for word, *all_typed in map(str.split, lines) for typed in all_typed}


# What people in a hurry write for the words that a question begins with, but which may be names elsewhere.
_OPENING = _table(
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
    "how's hows",
)
_ANYWHERE = _table(
    "people ppl pplz peeps",
    "because cuz coz bcuz becoz",
    "please pls plz",
    "about abt",
    "through thru",
    "government govt",
    "university uni",
    *(" ".join((word, word.replace("'", ""))) for word in AUXILIARIES if "'" in word),
)
_HURRIED = _OPENING | _ANYWHERE
_HOW = re.compile(r"\bhwo?(?= (?:many|much|far|long|old|big|large|often|did|do|does)\b)", re.IGNORECASE)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "")
_SOUNDS = ("aeiouy", "ckq", "csz", "fv", "mn")
_MISSED = frozenset(
    pair
    for row, below in pairwise(_KEYS)
    for i, key in enumerate(row)
    for other in row[i + 1 : i + 2] + below[max(i - 1, 0) : i + 1]  # a row stands half a key further on
    for pair in (key + other, other + key)
) | frozenset(a + b for sound in _SOUNDS for a in sound for b in sound)

_Vocabulary = Callable[[str], Mapping[str, int]]


def respelled(question: str, vocabulary: _Vocabulary) -> str:
    """The question with words that nobody knows put as the articles put them, or else as English does.

    `vocabulary(prefix)` gives the words in the articles that begin so, lower case, with how many
    passages hold each. A word that the articles hold, that English knows ("Iran" is not "Iraq"
    misspelt) or that is written as a name stays as it is.
    """
    if not is_in_english(question):
        return question
    question = _HOW.sub("how", question)
    one_case = question.islower() or question.isupper()
    held = cache(vocabulary)

    def replacement(match: re.Match[str]) -> str:
        word, lower = match[0], match[0].lower()
        follows = re.match(r" ([a-z]+)", question[match.end() :])  # not in "Wat Pho"
        opens = follows and set(words(question[: match.start()])) <= {"and", "but", "so"}
        named = not (word.islower() or one_case)
        known = lower in _ranks()
        if opens and lower in _HURRIED:
            return _HURRIED[lower]
        if lower in _ANYWHERE and not named and not (known and lower in held(lower[:PREFIX])):
            return _ANYWHERE[lower]
        if known or lower in FUNCTION_WORDS or lower in held(lower[:PREFIX]):
            return word
        if opens and follows and follows[1] in FUNCTION_WORDS and (asks := _likeliest(lower, _is_asking)):
            return asks
        if len(word) < SHORTEST or is_english(lower) or named:
            return word
        if any(root in held(root[:PREFIX]) or is_english(root) for root in _roots(lower)):
            return word
        return _nearest(lower, held)

    return _WORD.sub(replacement, question)


def _roots(word: str) -> Iterator[str]:
    """What the word may be a form of: "mali" of "malis", "flavor" of "flavored"."""
    for ending in ("s", "ed", "er", "ing"):
        if word.endswith(ending) and len(word) >= len(ending) + SHORT:
            yield word.removesuffix(ending)
            yield word.removesuffix(ending) + "e"


def _is_asking(word: str, cost: float) -> bool:
    return cost == SLIP and (word in QUESTION_WORDS or word in AUXILIARIES)


def _nearest(word: str, held: _Vocabulary) -> str:
    """The word of the articles or of English that is most likely meant; the word itself when none is near."""
    starts = {word[:PREFIX], word[1::-1], word[1 : 1 + PREFIX], word[:1] + word[PREFIX : PREFIX + 1]}
    articles = {other for start in starts if len(start) == PREFIX for other in held(start)}
    short, long = len(word) <= SHORT, len(word) >= LONG
    english = _ranks()

    def may_be(other: str, cost: float) -> bool:
        if other in articles and len(word) >= SHORT and (cost == SLIP or not short):
            return True
        most = COMMON if short else len(english) if long else FREQUENT
        is_near = cost == SLIP or (cost < BLUNDER and (len(word) >= SHORT or other in FUNCTION_WORDS))
        return is_near and english.get(other, most) < most

    if meant := _likeliest(word, may_be, articles):
        return meant
    alike = get_close_matches(word, held(word[:PREFIX]) if len(word) >= SHORT else (), n=3, cutoff=LIKENESS)
    return max(alike, key=lambda other: (_likeness(word, other), held(word[:PREFIX])[other]), default=word)


def _likeliest(word: str, may_be: Callable[[str, float], bool], articles: Set[str] = frozenset()) -> str:
    """The word one letter off that is likeliest by what went wrong and by how common it is; "" for none."""
    english = _ranks()
    near = [
        (
            EDIT * cost
            + log(english.get(other, FREQUENT) + 1)
            - HELD * (other in articles or other in FUNCTION_WORDS),
            other,
        )
        for other, cost in _one_letter_off(word)
        if may_be(other, cost)
    ]
    return min(near, default=(0.0, ""))[1]


def _one_letter_off(word: str) -> Iterator[tuple[str, float]]:
    """Every string that is one slip of the finger away, with its cost; some more than once."""
    for i in range(len(word) + 1):
        head, tail, before = word[:i], word[i:], word[i - 1 : i]
        first = FIRST * (i == 0)
        for letter in _LETTERS:
            yield head + letter + tail, SLIP + first
            if tail and letter != tail[0]:
                yield head + letter + tail[1:], (MISS if letter + tail[0] in _MISSED else BLUNDER) + first
        if tail:
            beside = _MISSED & {before + tail[0], tail[:2]}
            yield head + tail[1:], (SLIP if tail[0] == before else MISS if beside else BLUNDER) + first
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:], SLIP


def _likeness(word: str, other: str) -> float:
    return SequenceMatcher(None, word, other).ratio()


def corrections(question: str, standalone: str) -> list[tuple[str, str]]:
    """Each word of the question that was read as another, with that one.

    `standalone` is the question as it was understood.
    """
    used = [word for word in dict.fromkeys(_WORD.findall(standalone.lower())) if word not in FUNCTION_WORDS]
    found = []
    for word in dict.fromkeys(_WORD.findall(question)):
        lower = word.lower()
        if (
            lower in used
            or lower in FUNCTION_WORDS
            or lower in _HURRIED
            or lower in _ranks()
            or is_english(lower)
        ):
            continue
        near = dict(_one_letter_off(lower))
        alike = [
            other
            for other in used
            if other in near or (other.startswith(lower[:PREFIX]) and _likeness(lower, other) >= LIKENESS)
        ]
        found += [(word, other) for other in sorted(alike, key=near.__contains__, reverse=True)[:1]]
    return found


def is_english(word: str) -> bool:
    """Whether the lower-case word is among the commonest of English texts."""
    return word in _english_words()


@cache
def _english_words() -> frozenset[str]:
    """The whole words of the reader's vocabulary: about 22,000 of the commonest, names among them."""
    model = json.loads((files("retrieval") / "models/reader/tokenizer.json").read_text("utf-8"))
    return frozenset(word for word in model["model"]["vocab"] if word.isalpha())


@cache
def _ranks() -> dict[str, int]:
    """82,800 English words in all their forms, British and American, with how many are commoner.

    The list of symspellpy (MIT); its own look-up wants a tenth of a gigabyte for all that could be misspelt.
    """
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = path.read_text("utf-8-sig").splitlines()
    return {line.split()[0]: rank for rank, line in enumerate(lines)}
