"""Whether a sentence says no more than its quotes: numbers, names, words, negations. Pure; no model.

What these checks let through is read by a model as well: wording/support.py.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from index.languages import ENGLISH, content_words, stems
from retrieval.questions.kinds import with_long_names
from retrieval.values import Amount, amounts, numbers

UNIT_WORDS = 3  # behind a number: "32 unarmed civilian workers" are workers
BEFORE_SPAN = 3  # words that may still govern what follows: "denied that the army ..."


class Flaw(StrEnum):
    """Why a sentence is not shown."""

    MARKUP = "markup or an address"
    NUMBER = "number, date or unit that the quotes lack"
    NAME = "name that the quotes lack"
    WORDS = "words that the quotes lack"
    ORDER = "words in another order than in the quotes"
    NEGATION = "negation or reservation that the quotes do not have there"
    READING = "the reader finds something else in the quotes"
    QUOTE = "no quote of a passage"
    OFF_TOPIC = "not what was asked"


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text."""

    word: str  # in lower case
    stem: str
    is_content: bool
    is_number: bool  # whose stem is its value
    is_capital: bool
    opens: bool  # first behind a comma, full stop or bracket, or first of all


@dataclass(frozen=True, slots=True)
class Aligned:
    """A sentence beside its quotes: which of its content words they have, and in which order."""

    missing: tuple[Token, ...]
    in_order: float  # share of the words they have that stand in the same order, 0..1


# A closed class in each language: what turns a statement into its opposite, and what only makes it possible.
_NEGATIONS = frozenset(
    """no not never none nobody nothing neither nor without cannot isn't aren't wasn't weren't don't doesn't
    didn't hasn't haven't hadn't won't wouldn't can't couldn't shouldn't mustn't yet hardly barely fail fails
    failed deny denies denied denying refuse refuses refused reject rejects rejected unable
    pas jamais aucun aucune sans ni rien personne nie nié dément démenti nicht kein keine keinen keiner ohne
    ni nunca sin nada tampoco non mai senza nessun nessuna niet geen nooit zonder não sem nunca nem inte ingen
    aldrig ikke""".split()
)
_RESERVATIONS = frozenset(
    """may might could would should possibly perhaps probably likely allegedly alleged reportedly suspected
    suspect suspects claim claims claimed unless if whether plan plans planned intend intends intended
    threaten threatens threatened expect expects expected hope hopes hoped try tries tried attempt attempts
    attempted attempting peut pourrait pourraient serait seraient aurait auraient peut-être si soupçonné
    soupçonnée présumé présumée können könnte könnten soll sollen vielleicht mutmaßlich podría podrían quizás
    presunto potrebbe forse""".split()
)
# Before a participle they turn who did it into whom it was done to.
_PASSIVES = frozenset(
    """is are was were be been being get gets got est sont été était étaient fut furent ist sind war waren
    wird werden wurde wurden worden es son fue fueron era eran sido è sono stato stata stati fu furono foi
    foram são werd zijn blev bliver ble blir""".split()
)
# Words of English that join others and may be new. "By" or "before" are none: they tell who and when.
_GLUE = frozenset(
    """a an the of and that this these those which who whom whose it its he his him she her hers they their
    them there has have had having did does do also s t""".split()
)
_NOT_CONTENT = _NEGATIONS | _PASSIVES
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BREAK = re.compile(r"[.!?;:,()\[\]–—|\n]")
_MARKUP = re.compile(r"https?:|www\.|<[a-z/!]|\]\(|[`{}]|@\w|\w@|t\.me/", re.IGNORECASE)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\U000e0000-\U000e007f]")
_SYMBOL_BEFORE = re.compile(r"([$€£¥])\s?$")
_SYMBOL_AFTER = re.compile(r"\s?([%°€£$¥])")
_NEXT_WORD = re.compile(r"[\s\u00a0-]+([^\W\d_]+)")


def flaw(sentence: str, quotes: Sequence[str], language: str = ENGLISH, context: str = "") -> Flaw | None:
    """The first reason not to show the sentence with these quotes, which are in `language`; None for none.

    `context`: title and headings above the quotes, whose words (not names or numbers) the sentence may use.
    """
    if _MARKUP.search(sentence) or _INVISIBLE.search(sentence):
        return Flaw.MARKUP
    quoted = "\n".join(quotes)
    if not _counts_alike(sentence, quoted):
        return Flaw.NUMBER
    found = align(sentence, quoted, language)
    known = {token.stem for token in tokens(context, language)}
    missing = [token for token in found.missing if token.is_capital or token.stem not in known]
    if any(token.is_capital for token in missing):
        return Flaw.NAME
    if missing or not found.in_order:
        return Flaw.WORDS
    if found.in_order < 1:
        return Flaw.ORDER
    if not _negates_alike(sentence, quoted, language):
        return Flaw.NEGATION
    return None


def translation_flaw(sentence: str, translation: str) -> Flaw | None:
    """The first reason not to show the translation of a sentence that was checked; None when none is found.

    Compared are the numbers, the names in their original form and whether anything is negated.
    """
    if _MARKUP.search(translation) or _INVISIBLE.search(translation):
        return Flaw.MARKUP
    if numbers(sentence) != numbers(translation):
        return Flaw.NUMBER
    if _names(sentence) != _names(translation):
        return Flaw.NAME
    return None if _is_negated(sentence) == _is_negated(translation) else Flaw.NEGATION


def _is_negated(text: str) -> bool:
    return any(token.word in _NEGATIONS or token.word.endswith("n't") for token in tokens(text, ENGLISH))


def _names(text: str) -> set[str]:
    """The stems of the words in capitals behind the first word."""
    return {token.stem for token in tokens(text, ENGLISH)[1:] if token.is_capital and token.is_content}


@lru_cache(maxsize=256)
def tokens(text: str, language: str) -> tuple[Token, ...]:
    """The words of the text; those that only join others are no content, nor are numbers and negations."""
    if language == ENGLISH:
        text = with_long_names(text)
    matches = list(_WORD.finditer(text))
    spoken = [match[0].lower() for match in matches]
    content = frozenset(spoken) - _GLUE if language == ENGLISH else frozenset(content_words(spoken))
    found, before = list[Token](), 0
    for match in matches:
        word = match[0].lower().replace("’", "'")
        value = numbers(word)
        is_content = word in content and not value and len(word) > 1 and word not in _NOT_CONTENT
        stem = str(max(value)) if value else "".join(stems(word.removesuffix("'s"), language))
        opens = not found or bool(_BREAK.search(text, before, match.start()))
        if match[0] == "May" and not opens:
            word = match[0]  # the month
        found.append(Token(word, stem, is_content, bool(value), match[0][0].isupper(), opens))
        before = match.end()
    return tuple(found)


def align(sentence: str, quoted: str, language: str) -> Aligned:
    """The sentence's content words and numbers beside those of its quotes."""
    said = [token for token in tokens(sentence, language) if token.is_content or token.is_number]
    there = tokens(quoted, language)
    stems_there = {token.stem for token in there}
    present = [token for token in said if token.stem in stems_there]
    missing = tuple(token for token in said if token.is_content and token.stem not in stems_there)
    places = _common([token.stem for token in present], [token.stem for token in there])
    return Aligned(missing, len(places) / len(present) if present else 0.0)


def _common(a: Sequence[str], b: Sequence[str]) -> list[int]:
    """The places in `b` of the longest common subsequence of `a` and `b`, the earliest there is."""
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            same = table[i + 1][j + 1] + 1 if a[i] == b[j] else 0
            table[i][j] = max(same, table[i + 1][j], table[i][j + 1])
    i = j = 0
    places = []
    while i < len(a) and j < len(b):
        if a[i] == b[j] and table[i][j] == table[i + 1][j + 1] + 1:
            places.append(j)
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return places


def _counts_alike(sentence: str, quoted: str) -> bool:
    """Whether each number of the sentence stands in the quotes, as exact as there and of the same unit."""
    there = list(amounts(quoted))
    return all(
        any(
            (one.low, one.high) == (other.low, other.high) and _same_unit(sentence, one, quoted, other)
            for other in there
        )
        for one in amounts(sentence)
    )


def _same_unit(sentence: str, one: Amount, quoted: str, other: Amount) -> bool:
    if (symbol := _symbol(sentence, one)) != _symbol(quoted, other):
        return False
    unit = _NEXT_WORD.match(sentence, one.end)
    if symbol or unit is None or unit[1].lower() not in content_words([unit[1].lower(), "the"]):
        return True
    behind = re.split(r"\d", quoted[other.end :], maxsplit=1)[0]
    near = [match[0] for match in list(_WORD.finditer(behind))[:UNIT_WORDS]]
    near += _WORD.findall(quoted[: other.start])[-1:]  # "February 7"
    return _root(unit[1]) in map(_root, near)


def unit_of(text: str, amount: Amount) -> str:
    """What is counted or measured there: a sign, or the word behind the number; empty for none."""
    word = _NEXT_WORD.match(text, amount.end)
    return _symbol(text, amount) or (word[1] if word and word[1].lower() not in _GLUE else "")


def _symbol(text: str, amount: Amount) -> str:
    if before := _SYMBOL_BEFORE.search(text[: amount.start]):
        return before[1]
    if after := _SYMBOL_AFTER.match(text, amount.end):
        return after[1]
    return ""


def _root(word: str) -> str:
    return word.lower().rstrip("s")


def _negates_alike(sentence: str, quoted: str, language: str) -> bool:
    """Whether the same words are negated, and in the passive, in the sentence as in the part that it repeats.

    A reservation ("may", "alleged") of that part stands in the sentence too.
    """
    said, there = tokens(sentence, language), tokens(quoted, language)
    places = _common([t.stem for t in said if t.is_content], [t.stem for t in there])
    if not places:
        return False
    start, end = places[0], places[-1] + 1
    while start > 0 and places[0] - start < BEFORE_SPAN and not there[start].opens:
        start -= 1
    part = there[start:]
    within = end - start
    passive = {stem for stem in _governed(part, _PASSIVES, within) if stem in {token.stem for token in said}}
    return (
        _governed(said, _NEGATIONS) == _governed(part, _NEGATIONS, within)
        and set(_governed(said, _PASSIVES)) == passive
        and _governed(part, _RESERVATIONS, within) <= _governed(said, _RESERVATIONS)
    )


def _governed(said: Sequence[Token], governors: frozenset[str], within: int | None = None) -> Counter[str]:
    """The stems of the content words that follow the governors among the first `within` words."""
    found = Counter[str]()
    for at, token in enumerate(said[:within]):
        if token.word in governors or (token.word.endswith("n't") and governors is _NEGATIONS):
            following = (t.stem for t in said[at + 1 :] if t.is_content and t.word not in governors)
            found[next(following, "")] += 1
    return found
