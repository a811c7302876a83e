"""Whether two answers to one question say the same: numbers with qualifiers, dates, names."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from enum import Enum
from functools import lru_cache

from babel import Locale

from retrieval.questions.kinds import FUNCTION_WORDS, Kind, is_time, words


class Relation(Enum):
    SAME = "same"  # one could stand for the other: "32" and "at least 32"
    DIFFERENT = "different"  # both cannot be true of one thing: "at least 32" and "more than 50"
    APART = "apart"  # they do not answer on one scale: "22 minibuses" and "32 people"


_UNITS = {
    w: n
    for n, w in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
        sixteen seventeen eighteen nineteen""".split()
    )
}
_TENS = {w: n * 10 for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SCALES |= {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}
_VAGUE: dict[str, tuple[float, float]] = {
    "dozen": (12, 12),
    "dozens": (24, 99),
    "scores": (40, 99),
    "hundreds": (200, 999),
}
_VAGUE |= {"thousands": (2e3, 9999), "millions": (2e6, 9e6), "couple": (2, 2)}

_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[,\u00a0\u2009\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s?(?P<suffix>k|m|mn|bn|b|tn)\b)?|(?P<word>[a-z]+)",
    re.IGNORECASE,
)
# How far from the number the truth may lie, as factors of it: "more than 50" is said of 51 to 62, not of 100.
_QUALIFIERS: tuple[tuple[re.Pattern[str], float, float], ...] = tuple(
    (re.compile(rf"(?:{pattern})\s*$", re.IGNORECASE), low, high)
    for pattern, low, high in (
        (
            r"at least|no (?:fewer|less) than|a minimum of|upwards of|as many as|not less than|au moins",
            1.0,
            1.25,
        ),
        (r"more than|over|above|exceed(?:s|ed|ing)?|north of|plus de|>", 1.0, 1.25),
        (
            r"about|around|approximately|roughly|some|an estimated|estimated|circa|close to|environ|~",
            0.9,
            1.1,
        ),
        (r"nearly|almost|just under|près de", 0.9, 1.0),
        (r"up to|at most|fewer than|less than|under|below|a maximum of|moins de|<", 0.75, 1.0),
    )
)
_FRACTIONS = {"half": 0.5, "quarter": 0.25}
_FRACTION = re.compile(
    r"(?:\s+of)?(?:\s+an?)?[-\s](dozen|hundred|thousand|million|billion|trillion)\b", re.IGNORECASE
)
_RANGE = re.compile(r"\s*(?:-|–|—|to|or|and)\s*", re.IGNORECASE)  # "and" only behind "between"
_BETWEEN = re.compile(r"\b(?:between|entre)\s*$", re.IGNORECASE)
_MONTHS = {
    name.casefold().rstrip("."): month
    for language in ("en", "fr")
    for form in ("wide", "abbreviated")
    for month, name in Locale(language).months["format"][form].items()
} | {"sept": 9}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?"
_DATES = (
    re.compile(
        rf"\b{_MONTH}(?:\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?)?(?:,?\s+(?P<year>[12]\d{{3}}))?\b", re.I
    ),
    re.compile(
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}(?:,?\s+(?P<year>[12]\d{{3}}))?\b", re.I
    ),
    re.compile(r"\b(?P<year>[12]\d{3})-(?P<month>\d{2})-(?P<day>\d{2})\b"),
    re.compile(r"\b(?P<year>1\d{3}|20\d{2})\b"),
)
SAME_SPELLING = 0.86  # difflib ratio; "Bamako"/"Bamaco" 0.83 are near, "Mali"/"Malawi" 0.8 are not


_QUANTIFIERS = re.compile(
    r"\b(?:all|both|couple|double|few|first|half|majority|many|most|no|nobody|none|once|only|pair|quarter|"
    r"second|several|single|third|triple|twice|zero)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as reported: the truth lies in low..high, of `noun` things where the noun is given.

    It stands at text[start:end], without its qualifier.
    """

    low: float
    high: float
    noun: str = ""
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PartialDate:
    year: int | None
    month: int | None
    day: int | None


def amount(text: str) -> Amount | None:
    """The first number of the text with its qualifier, or None."""
    return next(amounts(text), None)


def amounts(text: str) -> Iterator[Amount]:
    """The numbers of the text with their qualifiers, a range as one."""
    past = 0
    for match in _NUMBER.finditer(text):
        value, end = _number_at(text, match)
        if value is None or match.start() < past:
            continue
        low, high = value
        if ends := _range_end(text, match.start(), end):
            (low, high), end = (ends[0] * low, max(high, ends[1])), ends[2]
        past = end
        before = text[: match.start()].rstrip("$€£ ")
        for pattern, down, up in _QUALIFIERS:
            if pattern.search(before):
                low, high = low * down, high * up
                break
        noun = next((w for w in words(text[end:]) if w not in FUNCTION_WORDS), "")
        yield Amount(low, high, noun.rstrip("s"), match.start(), end)


@lru_cache(maxsize=1024)
def numbers(text: str) -> frozenset[tuple[float, float]]:
    """Every number of the text, in figures or words, as what it may lie between; of "100 m" also 100."""
    found, past = set[tuple[float, float]](), 0
    for match in _NUMBER.finditer(text):
        if match.start() < past:
            continue  # "two" of "twenty-two"
        value, end = _number_at(text, match)
        if value is not None:
            found.add(value)
            past = end
        if match["suffix"]:
            found.add((_plain(match["digits"]),) * 2)
    return frozenset(found)


def partial_date(text: str) -> PartialDate | None:
    """The first date of the text as far as it is given, or None."""
    return next((date for _, _, date in dates_in(text)), None)


def dates_in(text: str) -> list[tuple[int, int, PartialDate]]:
    """Each date of the text, as far as it is given, with where it begins and ends."""
    found = list[tuple[int, int, PartialDate]]()
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = parts.get("month")
            day, year = parts.get("day"), parts.get("year")
            if month and not (day or year) and match.group(0)[0].islower():
                continue  # "may", "march": a verb
            date = PartialDate(
                int(year) if year else None,
                (int(month) if month.isdigit() else _MONTHS[month.casefold()]) if month else None,
                int(day) if day else None,
            )
            found.append((*match.span(), date))
    found.sort(key=lambda one: (one[0], -_parts(one[2])))  # "4 March", not "March" alone
    whole: list[tuple[int, int, PartialDate]] = []
    for one in found:
        if not whole or one[0] >= whole[-1][1]:
            whole.append(one)
    return whole


def _parts(date: PartialDate) -> int:
    return sum(part is not None for part in (date.year, date.month, date.day))


def relation(a: str, b: str, kind: Kind) -> Relation:
    """How two answers to one question of this kind relate, whichever comes first."""
    return _relation(a, b, kind) if a < b else _relation(b, a, kind)


@lru_cache(maxsize=4096)  # one question compares the same few dozen spans again and again
def _relation(a: str, b: str, kind: Kind) -> Relation:
    if kind is Kind.NUMBER:
        x, y = amount(a), amount(b)
        if x and y:
            return _amounts(x, y)
        return Relation.APART if x or y else _names(a, b)
    if kind is Kind.TIME:
        d, e = partial_date(a), partial_date(b)
        if d and e:
            return _dates(d, e)
        return Relation.APART if d or e else _names(a, b)
    return _names(a, b)


def _range_end(text: str, start: int, end: int) -> tuple[float, float, int] | None:
    """Of a range that begins at text[start:end] ("between 20 and 30"): a factor, its end, and where that is.

    The factor is the scale that the first number shares with the second.
    """
    link = _RANGE.match(text, end)
    if not link or ("and" in link[0].lower() and not _BETWEEN.search(text[:start])):
        return None
    match = _NUMBER.match(text, link.end())
    value, after = _number_at(text, match) if match else (None, 0)
    if match is None or value is None:
        return None
    plain = _UNITS.get(match[0].lower()) if match["word"] else _plain(match["digits"])
    first = _NUMBER.match(text, start)
    is_bare = first is not None and first.end() == end and not first["suffix"]
    factor = value[1] / plain if plain and is_bare and value[1] > plain else 1.0
    alone, _ = _number_at(text, first) if first else (None, 0)
    return (factor, value[1], after) if alone and alone[0] * factor < value[1] else None


def _number_at(text: str, match: re.Match[str]) -> tuple[tuple[float, float] | None, int]:
    """The number that starts at this match as (low, high), and where it ends; None if none starts here."""
    end = match.end()
    if match["digits"]:
        value = _plain(match["digits"])
        if match["suffix"]:
            return (value * _SCALES[match["suffix"].lower()],) * 2, end
    else:
        word = match["word"].lower()
        if word in _FRACTIONS:
            scale = _FRACTION.match(text, end)
            of = _SCALES.get(scale[1].lower(), 12) if scale else 0
            return ((_FRACTIONS[word] * of,) * 2 if scale else None), scale.end() if scale else end
        if word in _VAGUE:
            return _VAGUE[word], end
        if word not in _UNITS and word not in _TENS:
            return ((_SCALES[word],) * 2 if word in ("hundred", "thousand", "million") else None), end
        value = float(_UNITS.get(word, _TENS.get(word, 0)))
        follow = re.compile(rf"[-\s]({'|'.join(_UNITS)})\b", re.IGNORECASE).match(text, end)
        if word in _TENS and follow:
            value, end = value + _UNITS[follow[1].lower()], follow.end()
    if more := re.compile(r"\s+and a half\b", re.IGNORECASE).match(text, end):
        value, end = value + 0.5, more.end()
    while scale := re.compile(r"[-\s](hundred|thousand|million|billion|trillion)\b", re.I).match(text, end):
        value, end = value * _SCALES[scale[1].lower()], scale.end()
    return (value, value), end


def _plain(digits: str) -> float:
    return float(re.sub(r"[^\d.]", "", digits))


def _amounts(x: Amount, y: Amount) -> Relation:
    if x.noun and y.noun and x.noun != y.noun and not {x.noun, y.noun} <= _PEOPLE:
        return Relation.APART
    if max(x.low, y.low) <= min(x.high, y.high) or math.isclose(x.low, y.low) or math.isclose(x.high, y.high):
        return Relation.SAME
    return Relation.DIFFERENT


# Counted people go by many names: "32 people", "50 civilians", "56 bodies" answer on one scale.
_PEOPLE = frozenset(
    """people person individual civilian soldier body bodie victim other passenger resident worker dead death
    casualtie fatalitie killed live migrant troop men women children personne mort""".split()
)


def _dates(d: PartialDate, e: PartialDate) -> Relation:
    shared = [(p, q) for p, q in ((d.year, e.year), (d.month, e.month), (d.day, e.day)) if p and q]
    if not shared:
        return Relation.APART
    return Relation.SAME if all(p == q for p, q in shared) else Relation.DIFFERENT


def _names(a: str, b: str) -> Relation:
    x, y = _telling(a), _telling(b)
    if not x or not y:
        return Relation.APART
    if len({*map(_territory, (a, b))} - {None}) > 1:
        return Relation.DIFFERENT  # Guinea and Equatorial Guinea
    n, m = numbers(a), numbers(b)
    if n and m and not (n <= m or m <= n):
        return Relation.DIFFERENT  # however alike they are spelled: "12 florins" and "17 florins"
    if n and n == m:
        x, y = (tuple(word for word in said if not numbers(word)) for said in (x, y))
        if not x or not y:
            return Relation.SAME
    if set(x).issubset(y) or set(y).issubset(x) or _initials_of(a, y) or _initials_of(b, x):
        return Relation.SAME
    return Relation.SAME if _alike(" ".join(x), " ".join(y)) else Relation.DIFFERENT


def is_quantity(text: str) -> bool:
    """Whether an English text tells a number, a time, or how much in a word."""
    return bool(numbers(text) or _QUANTIFIERS.search(text)) or is_time(text)


def is_description(text: str) -> bool:
    """Whether a common noun ends it, as in "Islamist militants", and no name or number."""
    return text.split()[-1][:1].islower() and not numbers(text)


def _alike(a: str, b: str) -> bool:
    """Whether the spellings are as like as SAME_SPELLING asks."""
    if 2 * min(len(a), len(b)) < SAME_SPELLING * (len(a) + len(b)):
        return False  # the ratio's upper bound, without building a matcher
    likeness = SequenceMatcher(None, a, b)
    return likeness.quick_ratio() >= SAME_SPELLING and likeness.ratio() >= SAME_SPELLING


@lru_cache(maxsize=4096)
def _telling(text: str) -> tuple[str, ...]:
    return tuple(word for word in words(text) if word not in FUNCTION_WORDS)


_TERRITORIES = {
    " ".join(_telling(name)): code
    for language in ("en", "fr")
    for code, name in Locale(language).territories.items()
    if len(code) == 2 and code.isalpha()
}


@lru_cache(maxsize=4096)
def _acronyms(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[A-Z]{2,}", text))


@lru_cache(maxsize=4096)
def _territory(text: str) -> str | None:
    """The code of the country or territory of this name."""
    return _TERRITORIES.get(" ".join(_telling(text)))


def _initials_of(short: str, long: Sequence[str]) -> bool:
    """Whether `short` holds the initials of `long`: "IS jihadists" of "Islamic State"."""
    found = _acronyms(short)
    return bool(found) and len(long) > 1 and "".join(word[0] for word in long).upper() in found
