"""Whether a span can be the name of a thing of some sort: a country, a city, a name."""

import re
from enum import StrEnum
from functools import cache

from babel import Locale

from retrieval.questions.kinds import MONTHS_AND_DAYS, content_words


class Sort(StrEnum):
    COUNTRY = "country"
    STATE = "state"  # of the United States
    CITY = "city"  # named, and neither a country nor a state
    NAMED = "named"  # a company, an actor, a film: its name, not a description
    NAME = "name"  # of whoever leads, heads or owns it: nothing else will do
    ANY = "any"


_STATES = """
    Alabama, Alaska, Arizona, Arkansas, California, Colorado, Connecticut, Delaware, Florida, Georgia,
    Hawaii, Idaho, Illinois, Indiana, Iowa, Kansas, Kentucky, Louisiana, Maine, Maryland, Massachusetts,
    Michigan, Minnesota, Mississippi, Missouri, Montana, Nebraska, Nevada, New Hampshire, New Jersey,
    New Mexico, New York, North Carolina, North Dakota, Ohio, Oklahoma, Oregon, Pennsylvania, Rhode
    Island, South Carolina, South Dakota, Tennessee, Texas, Utah, Vermont, Virginia, Washington, West
    Virginia, Wisconsin, Wyoming
"""
_SHORT_NAMES = """
    America, Bosnia, Britain, Burma, Congo, DRC, England, Great Britain, Holland, Ivory Coast,
    Macedonia, Northern Ireland, Palestine, Scotland, Swaziland, Turkey, UAE, UK, U.K., US, U.S., USA,
    Wales, Yugoslavia, Soviet Union, USSR, East Germany, West Germany, Czech Republic, Gambia, Bahamas,
    Vatican, Hong Kong, Macau, Cape Verde, East Timor, Trinidad, Kosovo
"""
_BESIDE = 2  # words beside the names of countries: "Mali and neighboring countries", but no half sentence
_LEADING = re.compile(r"^(?:(?:the|a|an|its|his|her|their|le|la|les|un|une)\s+)+", re.IGNORECASE)
_NAME = re.compile(r"(?:^|[\s“\"'‘(-])[^\W\d_a-zß-öø-ÿ]|\d[A-Za-z]|[a-z][A-Z]")  # "Texas", "3M", "iPhone"


def can_be(sort: Sort, span: str) -> bool:
    """Whether the span has what the name of such a thing has; lenient where lists end."""
    if sort is Sort.ANY:
        return True
    bare = _LEADING.sub("", span)
    if not _NAME.search(bare):
        return False
    if sort is Sort.NAME and MONTHS_AND_DAYS.match(bare):
        return False
    if sort is Sort.COUNTRY:
        rest, names = _countries().subn(" ", span)
        return names > 0 and len(content_words(rest)) <= _BESIDE
    if sort is Sort.STATE:
        return bool(_states().search(span)) or (" " not in bare and not _countries().search(span))
    if sort is Sort.CITY:
        return not _countries().fullmatch(bare) and (bare == "New York" or not _states().fullmatch(bare))
    return True


@cache
def _countries() -> re.Pattern[str]:
    names = {*" ".join(_SHORT_NAMES.split()).split(", ")}
    for language in ("en", "fr"):
        territories = Locale(language).territories
        for code, name in territories.items():
            if len(code) == 2 and code.isalpha():
                names |= {name, *re.split(r" \(|\)", name)} - {""}
    return _any_of(names)


@cache
def _states() -> re.Pattern[str]:
    return _any_of(" ".join(_STATES.split()).split(", "))


def _any_of(names: set[str] | list[str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=lambda name: -len(name))
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")
