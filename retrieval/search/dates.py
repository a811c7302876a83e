"""When a question was asked, and what time it is about: which articles are of that time, or near to it."""

import math
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from index.types import Passage, Source
from retrieval.values import PartialDate, dates_in, partial_date

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
        # To 115 questions of "this week" the nearest relevant article is 0-7 days old for 86, 8-29 for 2.
        (10, r"(?:this|past) (?:past )?week|cette semaine"),
        (
            18,
            r"last week|(?:this|last|past) (?:past )?weekend|"
            r"ce week-end|(?:semaine|week-end) (?:dernière?|passée?)",
        ),
        (70, r"(?:this|last|past) month|ce mois(?:-ci)?|mois (?:dernier|passé)"),
        (420, r"this (?:year|season|spring|summer|autumn|fall|winter)|cette année"),
        (800, r"last year|année dernière|an (?:dernier|passé)"),
    )
)


_AS_OF = re.compile(
    r"[\s,(]*\bas (?:of|at) (?P<day>[^?!,.;]{3,24}?(?:, \d{4})?)\)?(?=\s*(?:[?!.,;]|$))", re.IGNORECASE
)
# What stands before a date that a question or sentence is about, in English and French.
_LEADS = re.compile(
    r"\b(?:(?P<since>since|depuis|dès)|(?P<after>after|après)|(?P<before>before|avant)"
    r"|(?P<until>until|till|by|jusqu['’](?:à|en|au))|(?P<within>in|during|on|en|le|au|pendant))\s+"
    r"(?:(?:early|mid|late|the|le|début|fin)[\s-]+)*$",
    re.IGNORECASE,
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


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both included; None where it is open. `words` name it but for "this week"."""

    first: date | None
    last: date | None
    words: str = ""

    def overlaps(self, other: "Period") -> bool:
        return not (
            (self.last and other.first and self.last < other.first)
            or (other.last and self.first and other.last < self.first)
        )

    def includes(self, published: date) -> bool:
        """Whether an article published then tells of it: those of the days after a month still do."""
        late = timedelta(days=EARLY_DAYS if self.words and self.first else 0)
        return self.overlaps(Period(published - late, published))


def period_asked(question: str, asked_on: date | None) -> Period | None:
    """The time that the question is about, if it names one: "this week", "in February 2025", "since 2023"."""
    days = days_meant(question)
    if days is not None and asked_on is not None:
        return Period(asked_on - timedelta(days=days), asked_on + timedelta(days=EARLY_DAYS))
    # "by 2050" tells nothing of when the articles are from
    named = (
        one for one in periods_in(question, asked_on) if one.first or not _is_to_come(one.last, asked_on)
    )
    return next(named, None)


def _is_to_come(day: date | None, asked_on: date | None) -> bool:
    return day is not None and asked_on is not None and day > asked_on


def periods_in(text: str, on: date | None) -> list[Period]:
    """The times that the text names by a preposition and a date, as they are meant on this day."""
    found = []
    for start, end, named in dates_in(text):
        led = _LEADS.search(text[:start])
        days = _days_of(named, on)
        if led is None or days is None:
            continue
        first, last = days
        words = text[led.start() : end]
        match next(name for name, lead in led.groupdict().items() if lead):
            case "since":
                found.append(Period(first, None, words))
            case "after":
                found.append(Period(last + timedelta(days=1), None, words))
            case "before":
                found.append(Period(None, first - timedelta(days=1), words))
            case "until":
                found.append(Period(None, last, words))
            case _:
                found.append(Period(first, last, words))
    return found


def says_of(period: Period, text: str, published: date | None) -> bool:
    """Whether the text names a date of this period; one without a year is of last year, this or the next."""
    years = [published.year - 1, published.year, published.year + 1] if published else []
    found = (
        _days_of(named if named.year else replace(named, year=year), None)
        for _, _, named in dates_in(text)
        for year in (years if named.year is None and named.month else [named.year])
    )
    return any(days is not None and period.overlaps(Period(*days)) for days in found)


def _days_of(named: PartialDate, on: date | None) -> tuple[date, date] | None:
    """The first and the last day of a date; without a year, of the last such one before `on`."""
    if named.year is None and (on is None or named.month is None):
        return None
    month, day = named.month, named.day
    year = named.year or on.year  # type: ignore[union-attr]
    try:
        first = date(year, month or 1, day or 1)
        if named.year is None and on and first > on:
            year -= 1
            first = first.replace(year=year)
    except ValueError:  # 30 February
        return None
    if month and day:
        return first, first
    return first, date(year, month or 12, monthrange(year, month or 12)[1])


@dataclass(frozen=True, slots=True)
class TimeAsked:
    """The time that a question is about, held against the passages that were found for it.

    `has_articles`: some were published in it, so that others are of another time. `is_said`: some name it.
    """

    period: Period
    has_articles: bool
    is_said: bool

    def is_missed_by(self, passage: Passage, sentence: str) -> bool:
        """Whether the sentence is about another time: by the dates in it, or else by that of its article."""
        published = day_of(passage.source)
        if self.period.words:
            told = periods_in(sentence, None)  # those with a year
            if any(self.period.overlaps(one) for one in told) or says_of(self.period, sentence, published):
                return False
            if told:
                return True
            if not self.has_articles or says_of(self.period, passage.text, published):
                return False
        return published is not None and not self.period.includes(published)


def time_asked(question: str, passages: Sequence[Passage], asked_on: date | None) -> TimeAsked | None:
    """The time that the question is about, among the passages found for it; None where it names none."""
    period = period_asked(question, asked_on)
    if period is None:
        return None
    days = [(passage, day_of(passage.source)) for passage in passages]
    return TimeAsked(
        period,
        has_articles=any(day is not None and period.includes(day) for _, day in days),
        is_said=any(bool(period.words) and says_of(period, passage.text, day) for passage, day in days),
    )


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
