"""What a question wants measured or counted, and whether a sentence speaks of it.

"32 people" is no population, and of "at least 32 dead" none need be wounded.
"""

import re
from enum import StrEnum


class Dimension(StrEnum):
    POPULATION = "population"
    SHARE = "share"
    MONEY = "money"
    KILLED = "killed"
    WOUNDED = "wounded"
    DISPLACED = "displaced"
    ARRESTED = "arrested"


def _any_case(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ASKED = {
    Dimension.POPULATION: _any_case(
        r"\b(?:what|which)\b.*\bpopulation(?= of\b|\W*$)|\bhow many people (?:live|reside) in\b|"
        r"\bhow many (?:inhabitants|residents) do(?:es)?\b"
    ),
    Dimension.SHARE: _any_case(r"\b(?:what|which) (?:\w+ )?(?:percent(?:age)?|proportion|share)\b"),
    Dimension.MONEY: _any_case(
        r"\b(?:what|which)(?:'s| is| was| are| were) (?:the |a |an |its |their )?(?:\w+ ){0,2}"
        r"(?:price|cost|fee|salary|income)\b|\bhow much (?:money|(?:do|does|did|will|would)\b.* cost)"
    ),
    Dimension.KILLED: _any_case(
        r"\bhow many\b.*\b(?:killed|dead|die[ds]?|murdered|slain|lost their lives)\b|\bdeath toll\b|"
        r"\bhow many (?:deaths|fatalities)\b"
    ),
    Dimension.WOUNDED: _any_case(r"\bhow many\b.*\b(?:wounded|injured|hurt|injuries)\b"),
    Dimension.DISPLACED: _any_case(r"\bhow many\b.*\b(?:displaced|fled|homeless|evacuated|refugees)\b"),
    Dimension.ARRESTED: _any_case(r"\bhow many\b.*\b(?:arrested|arrests|detained|jailed)\b"),
}
_SPOKEN_OF = {
    Dimension.POPULATION: _any_case(
        r"\bpopul|\binhabit|\bresident|\bcensus|\bhome to\b|\b(?:hous|host|shelter)(?:e?s|ed|ing)\b|"
        r"(?<!their )(?<!the )\bliv(?:e|es|ed|ing) in\b"
    ),
    Dimension.SHARE: _any_case(
        r"%|\bper ?cent|\b(?:one|two|three|four|\d+) (?:in|out of)\b|\d/\d|"
        r"\b(?:half|third|quarter|fifth|most|majority|fraction|share|proportion|all|none)s?\b"
    ),
    Dimension.MONEY: _any_case(
        r"[$€£¥₹]|\b(?:dollar|euro|pound|cent|pence|yen|franc|cfa|rupee|ruble|naira|yuan|usd|eur|gbp|free|"
        r"price|cost|pa(?:y|id)|salar|earn|fee|income|wage|charge|worth)"
    ),
    Dimension.KILLED: _any_case(
        r"\bkill|\bdead|\bdeath|\bdie[ds]?\b|\bdying|\bfatal|\bli(?:ves|fe)\b|\bslain|\bslaughter|\bmurder|"
        r"\bmassacre|\bbod(?:y|ies)\b|\bvictim|\bcasualt|\btoll\b|\bperish|\bshot\b|\bexecut|\bassassinat|"
        r"\bdrown|\blost\b|\bclaimed\b"
    ),
    Dimension.WOUNDED: _any_case(r"\bwound|\binjur|\bhurt|\bcasualt|\bhospital"),
    Dimension.DISPLACED: _any_case(
        r"\bdisplac|\bfle[de]|\bhome(?:s|less)\b|\brefugee|\bevacuat|\bdriven|\buproot|\bexodus|\bleft\b|\bescap"
    ),
    Dimension.ARRESTED: _any_case(
        r"\barrest|\bdetain|\bdetention|\bcustody|\bjail|\bprison|\bheld\b|\bcaptur"
    ),
}


def dimension_of(question: str) -> Dimension | None:
    """What is to be measured; None where any number may do."""
    return next((dimension for dimension, asks in _ASKED.items() if asks.search(question)), None)


def speaks_of(dimension: Dimension, sentence: str) -> bool:
    """Whether a sentence tells such a measure."""
    return bool(_SPOKEN_OF[dimension].search(sentence))
