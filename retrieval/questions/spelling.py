"""Misspelt words of a question, read as the words that the articles use or that English knows."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from importlib.resources import files

from index.languages import is_english as is_in_english
from retrieval.questions.kinds import FUNCTION_WORDS
from retrieval.questions.lexicon import AUXILIARIES, QUESTION_WORDS

SHORTEST, SHORT = 3, 4  # letters; so short a word has too many neighbours: "gelt" may be a town
COMMON = 1000  # ranks among English words: what a short word is a slip for
FREQUENT = 12_000  # ranks; a word far from all that English often says may be a name
LONG = 8  # letters; so long a word is hardly another one by chance
LONG_ENOUGH = 6  # letters of a word in which one may be another: "rolen" is no "role"
LIKENESS = 0.82  # difflib ratio, where more than one letter is wrong
PREFIX = 2  # letters that are then taken to be right
HELD = 20  # times as likely is a word that the articles use
LETTER = 20  # times less likely is a wrong letter than one left out, doubled or swapped with the next

_WORD = re.compile(r"(?<![\w'’])[^\W\d_]+(?!\w|['’]t\b)")  # not in "30km" or "isn't"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SPOKEN = {  # written as they sound, not misspelt
    "ppl": "people",
    "pplz": "people",
    "wat": "what",
    "wut": "what",
    "cuz": "because",
    "pls": "please",
    "plz": "please",
} | {
    word.replace("'", ""): word
    for word in (*AUXILIARIES, "what's", "who's", "where's", "how's")
    if "'" in word
}

_Vocabulary = Callable[[str], Mapping[str, int]]


def respelled(question: str, vocabulary: _Vocabulary) -> str:
    """The question with words that nobody knows put as the articles put them, or else as English does.

    `vocabulary(prefix)` gives the words in the articles that begin so, lower case, with how many
    passages hold each. A word that the articles hold, that English knows ("Iran" is not "Iraq"
    misspelt) or that is written as a name stays as it is.
    """
    if not is_in_english(question):
        return question
    one_case = question.islower() or question.isupper()
    held = cache(vocabulary)

    def replacement(match: re.Match[str]) -> str:
        word, lower = match[0], match[0].lower()
        opens = not question[: match.start()].strip() and question[match.end() :][:2].strip().islower()
        if lower in held(lower[:PREFIX]) or (not word.islower() and not one_case and not opens):
            return word
        if lower in _SPOKEN:
            return _SPOKEN[lower]
        if lower in _ranks() or lower in FUNCTION_WORDS or is_english(lower) or len(word) < SHORTEST:
            return word
        if any(root in held(root[:PREFIX]) or is_english(root) for root in _roots(lower)):
            return word
        return _nearest(lower, held, opens=opens)

    return _WORD.sub(replacement, question)


def _roots(word: str) -> Iterator[str]:
    """What the word may be a form of: "mali" of "malis", "flavor" of "flavored"."""
    for ending in ("s", "ed", "er", "ing"):
        if word.endswith(ending) and len(word) >= len(ending) + SHORT:
            yield word.removesuffix(ending)
            yield word.removesuffix(ending) + "e"


def _nearest(word: str, held: _Vocabulary, *, opens: bool) -> str:
    """The word of the articles or of English that is most likely meant; the word itself when none is near."""
    starts = {word[:PREFIX], word[1::-1], word[1 : 1 + PREFIX], word[:1] + word[PREFIX : PREFIX + 1]}
    articles = {other for start in starts if len(start) == PREFIX for other in held(start)}
    english = _ranks()
    most = COMMON if len(word) <= SHORT else len(english) if len(word) >= LONG else FREQUENT
    best: dict[str, float] = {}
    for other, odds in _one_letter_off(word):
        is_held = other in articles and len(word) >= SHORT
        if is_held or (english.get(other, most) < most and (odds > 1 / LETTER or len(word) >= LONG_ENOUGH)):
            likely = (
                odds
                * (HELD if is_held or other in FUNCTION_WORDS else 1)
                / (english.get(other, FREQUENT) + 10)
            )
            if opens and other in QUESTION_WORDS | AUXILIARIES:
                likely *= HELD
            best[other] = max(best.get(other, 0.0), likely)
    if best:
        return max(best, key=lambda other: best[other])
    alike = get_close_matches(word, held(word[:PREFIX]) if len(word) >= SHORT else (), n=3, cutoff=LIKENESS)
    return max(alike, key=lambda other: (_likeness(word, other), held(word[:PREFIX])[other]), default=word)


def _one_letter_off(word: str) -> Iterator[tuple[str, float]]:
    """Every string that is one slip of the finger away and how likely, beside others, the slip is."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        first = 1 if i else 1 / 4  # the first letter is seldom wrong
        for letter in _LETTERS:
            yield head + letter + tail, first
            if tail and letter != tail[0]:
                yield head + letter + tail[1:], first / LETTER
        if tail:
            yield head + tail[1:], first if tail[0] in (word[i - 1 : i], tail[1:2]) else first / LETTER
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:], 1.0


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
            or lower in _SPOKEN
            or lower in _ranks()
            or is_english(lower)
        ):
            continue
        near = {other for other, _ in _one_letter_off(lower)}
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


def is_word(word: str) -> bool:
    """Whether the lower-case word is in a dictionary of English."""
    return word in _ranks()


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
