"""What sort of thing "which X" asks for, and whether a span can be one: a country, a city, a name."""

import re
from enum import StrEnum
from functools import cache

from babel import Locale

from retrieval.questions import FUNCTION_WORDS, MONTHS_AND_DAYS, content_words


class Sort(StrEnum):
    COUNTRY = "country"
    STATE = "state"  # of the United States
    CITY = "city"  # named, and neither a country nor a state
    NAMED = "named"  # a company, an actor, a film: its name, not a description
    NAME = "name"  # of whoever leads, heads or owns it: nothing else will do
    ANY = "any"


_SORTS = {
    "country": Sort.COUNTRY,
    "nation": Sort.COUNTRY,
    "state": Sort.STATE,
    "city": Sort.CITY,
    "town": Sort.CITY,
    "village": Sort.CITY,
    "capital": Sort.CITY,
}
_SORTS |= dict.fromkeys(
    """
    actor actress activist airline airport album anchor app artist athlete author ayatollah bank band
    billionaire boxer brand broadcaster candidate celebrity ceo chain channel character chef chief club coach
    comedian company composer conglomerate congressman congresswoman continent county dancer democrat
    dictator director driver duo executive film firm founder franchise general golfer governor head host
    hurricane island journalist judge king lawmaker leader league magazine manufacturer mayor minister
    model monarch movie museum musician network newspaper novelist official opera organisation
    organization painter party platform player playwright podcast poet politician pope president prince
    princess producer province publisher queen rapper region republican restaurant retailer river rocker
    senator series show singer skier soccer speaker star startup streamer supermarket superstar swimmer
    team university video vocalist website winner writer
    """.split(),
    Sort.NAMED,
)
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
_PHRASE_WORDS = 5  # between "which" and the noun: "which major U.S. movie theater chain"
_WHICH = re.compile(
    rf"\b(?:which|what|quel(?:le)?s?) ((?:[\w’'.“”\"-]+ ?){{1,{_PHRASE_WORDS}}})", re.IGNORECASE
)
_WHO_IS = re.compile(
    r"\bwho(?:['’]s| is| was| are| were) (?P<who>[^?]+?)(?: (?:of|in)\b|\W*$)", re.IGNORECASE
)
_NAME_OF = re.compile(r"\bwhat(?:['’]s| is| was| are| were) (?:the )?names? of\b", re.IGNORECASE)
_CALLED = re.compile(r"\bwhat (?:is|was|are|were) .+ (?:called|named)\W*$", re.IGNORECASE)
_LEADING = re.compile(r"^(?:(?:the|a|an|its|his|her|their|le|la|les|un|une)\s+)+", re.IGNORECASE)
_NAME = re.compile(r"(?:^|[\s“\"'‘(-])[^\W\d_a-zß-öø-ÿ]|\d[A-Za-z]|[a-z][A-Z]")  # "Texas", "3M", "iPhone"


def sort_of(question: str) -> Sort:
    """The sort of thing asked for by the noun after "which" or "what"; ANY where it is none that is known.

    "Who is the leader of it?" and "what is the name of it?" ask for a name too.
    """
    for found in _WHICH.finditer(question):
        sort = Sort.ANY
        for word in found[1].replace("’", "'").split():
            bare = word.strip(".,'").casefold().removesuffix("'s")
            if (bare in FUNCTION_WORDS and word != "US") or bare in ("type", "kind", "sort"):
                break
            sort = _SORTS.get(bare) or _SORTS.get(_singular(bare), sort)
        if sort is not Sort.ANY:
            return sort
    if _NAME_OF.search(question):
        return Sort.NAME
    if _CALLED.search(question):
        return Sort.NAMED
    if asked := _WHO_IS.search(question):
        noun = asked["who"].split()[-1].casefold()
        return Sort.NAME if Sort.NAMED in (_SORTS.get(noun), _SORTS.get(_singular(noun))) else Sort.ANY
    return Sort.ANY


def _singular(noun: str) -> str:
    return noun.removesuffix("ies") + "y" if noun.endswith("ies") else noun.removesuffix("s")


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
