"""Dates as sources write them: the day, and the moment where a time with its zone stands. Nothing guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import cache

from babel import Locale
from babel.core import UnknownLocaleError

DATE_SHAPES = ("%Y/%m/%d", "%Y.%m.%d")
"""Shapes in figures with one reading. 03/04/2024 has two, so it stays unknown."""

_AFTER = re.compile(  # "р.", a weekday, a time of day
    r"\s*[гр]?\.?(?:,?\s+[^\W\d_]{3,15})?(?:\W*(?:\w{1,4}\W+)?\d{1,2}\s?[:h.]\s?\d{0,2}.{0,12})?\W*"
)
_DAY_AND_MONTH = re.compile(r"(\d{1,2})[/.-]\s?(\d{1,2})[/.-]\s?(\d{4})(?:\s?[гr]\.)?")
LAST_MONTH = 12  # a greater figure is a day

YEARS = range(1000, 2200)  # others are a default that was never filled in
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # so is this moment

LANGUAGES = tuple(
    "en fr es de it pt nl sv da nb fi pl cs sk sl hr sr hu ro bg ru uk el tr ca eu gl et lv lt is ga cy sq "
    "mk be ar fa he hi id ms vi sw".split()
)
"""Whose months are known where a page does not say its language; a name of two months is none."""

_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|re|ère|[.ºª°])?"
_YEAR = r"(?P<year>\d{4})"
_JOIN = r"(?:\s+\w{2,3})?\s+"  # "de", "of", "del"
_MONTH = r"(?P<month>[^\W\d_]{3,}(?:['’][^\W\d_]+)?)\.?"
_WRITTEN = tuple(
    re.compile(shape)
    for shape in (
        rf"(?<!\d){_DAY}{_JOIN}(?:d['’])?{_MONTH},?{_JOIN}{_YEAR}(?!\d)",
        rf"(?<!\w){_MONTH}\s+{_DAY},?\s+{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}\.?,?\s+{_MONTH}\s+{_DAY}(?!\d)",
        rf"(?<!\d){_DAY}[-/]{_MONTH}[-/]{_YEAR}(?!\d)",
    )
)
_EAST_ASIAN = re.compile(
    r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일]"
)


@dataclass(frozen=True, slots=True)
class StatedDate:
    """The day as it is written, in its own time zone; `at` only where a time with a zone is written."""

    day: date
    at: datetime | None = None


def read_date(written: str | None, language: str | None = None) -> StatedDate | None:
    """The date that `written` is; None when it is none, or one of several readings.

    `language` (`fr`, `pt-BR`) is the one whose names of months come first.
    """
    shown = " ".join((written or "").split())
    if not shown or len(shown) > 100:
        return None
    for read in (_iso, _rfc822, _figures):
        if found := read(shown):
            return found if _is_meant(found) else None
    return find_date(shown, language, whole=True)


def find_date(text: str, language: str | None = None, *, whole: bool = False) -> StatedDate | None:
    """The first date in `text` whose month is named: "Publié le 3 mars 2026 à 14h05".

    `whole`: it is all of the text, but for a weekday before it and a time behind it, which has no zone.
    """
    for shape in (_EAST_ASIAN, *_WRITTEN):
        for found in shape.finditer(text):
            month = int(found["month"]) if shape is _EAST_ASIAN else month_of(found["month"], language)
            if month is None or (whole and not _is_alone(text, *found.span())):
                continue
            try:
                day = StatedDate(date(int(found["year"]), month, int(found["day"])))
            except ValueError:
                continue
            if _is_meant(day):
                return day
    return None


def _is_alone(text: str, start: int, end: int) -> bool:
    """Whether there is no more around the date than a weekday and a time of day."""
    before = re.fullmatch(r"(?:[\w-]+[.,]*\s*){0,2}", text[:start])
    return before is not None and _AFTER.fullmatch(text[end:]) is not None


def _is_meant(stated: StatedDate) -> bool:
    return stated.day.year in YEARS and stated.at != _EPOCH


def _iso(shown: str) -> StatedDate | None:
    """ISO 8601, also with a blank before the zone and with `UTC`."""
    if not re.match(r"\d{4}-?\d{2}-?\d{2}(?!\d)", shown):
        return None
    plain = re.sub(r"\s*(?:UTC|GMT|Z)$", "+00:00", shown)
    plain = re.sub(r"\s+(?=[+-]\d{2}:?\d{2}$)", "", plain)
    try:
        return _stated_date(datetime.fromisoformat(plain), has_time=len(plain) > 10)
    except ValueError:
        return None


def _rfc822(shown: str) -> StatedDate | None:
    if not re.search(r"\d:\d\d", shown):
        return None
    try:
        return _stated_date(parsedate_to_datetime(shown), has_time=True)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _figures(shown: str) -> StatedDate | None:
    for shape in DATE_SHAPES:
        try:
            return StatedDate(datetime.strptime(shown, shape).date())
        except ValueError:
            continue
    if found := _DAY_AND_MONTH.fullmatch(shown):
        first, second, year = map(int, found.groups())
        day, month = (first, second) if first > LAST_MONTH else (second, first)
        if month <= LAST_MONTH and (day > LAST_MONTH or day == month):
            try:
                return StatedDate(date(year, month, day))
            except ValueError:
                return None
    return None


def _stated_date(found: datetime, *, has_time: bool) -> StatedDate:
    known = has_time and found.tzinfo is not None
    return StatedDate(found.date(), found if known else None)


def month_of(name: str, language: str | None = None) -> int | None:
    """The month (1 to 12) that `name` is in `language`, in English, or in all of LANGUAGES that have it."""
    wanted = name.casefold().rstrip(".")
    own = (language or "").replace("_", "-").partition("-")[0].lower()
    return _months(own).get(wanted) or _all_months().get(wanted)


@cache
def _all_months() -> dict[str, int]:
    known: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for name, month in _months(language).items():
            known.setdefault(name, set()).add(month)
    return {name: months.pop() for name, months in known.items() if len(months) == 1} | _months("en")


@cache
def _months(language: str) -> dict[str, int]:
    """The names of the months, whole and short, by CLDR."""
    return {name.casefold().rstrip("."): month for name, month in _month_names(language)}


def _month_names(language: str) -> Iterator[tuple[str, int]]:
    try:
        months = Locale.parse(language).months if language else {}
    except (UnknownLocaleError, ValueError):
        return
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for month, name in months.get(form, {}).get(width, {}).items():
                if not name.rstrip(".").isdecimal():
                    yield name, month
