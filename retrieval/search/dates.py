"""When a question was asked: which articles are near to that day, and how old "this week" lets one be."""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

from index.types import Source
from retrieval.values import partial_date

NEAR_DAYS = 3  # the scale of nearness: three days count as much as from there to nine, and to 21
EARLY_DAYS = 3  # an article may be dated a little after the question: time zones, a print edition
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_JOUR = r"(?:lun|mar|mercre|jeu|vendre|same)di|dimanche"
# How many days old an article may be that answers a question with these words. News looks back a while.
_MEANT: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (days, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
    for days, pattern in (
        (
            10,
            r"today|yesterday|tonight|this (?:morning|afternoon|evening)|last night|"
            rf"(?:on|this|last|past) {_WEEKDAY}(?!,? (?:the )?\d)(?!,? [a-z]+ \d)|"
            r"aujourd['’]hui|hier|ce (?:matin|soir)|cette nuit|"
            rf"(?:{_JOUR}) (?:dernier|passé)",
        ),
        (
            18,
            r"(?:this|last|past) (?:past )?(?:week|weekend)|"
            r"(?:cette semaine|ce week-end)|(?:semaine|week-end) (?:dernière?|passée?)",
        ),
        (70, r"(?:this|last|past) month|ce mois(?:-ci)?|mois (?:dernier|passé)"),
        (420, r"this (?:year|season|spring|summer|autumn|fall|winter)|cette année"),
        (800, r"last year|année dernière|an (?:dernier|passé)"),
    )
)


_AS_OF = re.compile(
    r"[\s,(]*\bas (?:of|at) (?P<day>[^?!,.;]{3,24}?(?:, \d{4})?)\)?(?=\s*(?:[?!.,;]|$))", re.IGNORECASE
)


def as_of(question: str, asked_on: date | None) -> tuple[str, date | None]:
    """The question without "as of 4 March", and that day; the question itself where no day is named so.

    Without a year it is the last such day before it was asked.
    """
    found = _AS_OF.search(question)
    named = partial_date(found["day"]) if found else None
    if found is None or named is None or not (named.month and named.day) or not (named.year or asked_on):
        return question, None
    try:
        day = date(named.year or asked_on.year, named.month, named.day)  # type: ignore[union-attr]
        if named.year is None and asked_on and day > asked_on:
            day = day.replace(year=day.year - 1)
    except ValueError:  # 30 February
        return question, None
    return (question[: found.start()] + question[found.end() :]).lstrip(" ,"), day


def day_of(source: Source) -> date | None:
    """The day in UTC on which it was published: 1 March, 23:30 in New York, is 2 March."""
    order = source.published_order
    return order.astimezone(UTC).date() if order else None


def newness(source: Source, asked_on: date | None) -> datetime | None:
    """When it was published, to tell which is the latest; None where that is unknown or yet to come."""
    day = day_of(source)
    return None if day is None or (asked_on is not None and day > asked_on) else source.published_order


def days_meant(question: str) -> int | None:
    """How many days old an article may be that answers "this week"; None where no such words stand."""
    return next((days for days, pattern in _MEANT if pattern.search(question)), None)


def is_of_another_time(question: str, published: date | None, asked_on: date | None) -> bool:
    """Whether the question asks of its own day, week, month or year and the article is of another."""
    days = days_meant(question)
    if days is None or published is None or asked_on is None:
        return False
    return not -EARLY_DAYS <= (asked_on - published).days <= days


def nearness(published: Sequence[date | None], asked_on: date | None) -> list[float]:
    """For each article how much nearer to that day it was published than the others, in log days.

    0 is the middle of those with a date, and one without. All 0 when it is not known when it was asked.
    Years ago, months more or less make no difference.
    """
    if asked_on is None:
        return [0.0] * len(published)
    near = [-math.log1p(abs((asked_on - day).days) / NEAR_DAYS) if day else None for day in published]
    known = [one for one in near if one is not None]
    middle = sum(known) / max(len(known), 1)
    return [0.0 if one is None else one - middle for one in near]
