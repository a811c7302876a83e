"""Where an answer begins and ends: light rules over what a reader proposes.

A reader clips: "2.5" of "2.5 million", "32" of "at least 32", "before". The rules only move the borders of
a span inside its own sentence, so that it stays word for word.
"""

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from retrieval.questions.kinds import FUNCTION_WORDS, Asked, Kind, stem

_QUALIFIER = (
    r"(?:at least|at most|no (?:fewer|less) than|(?:more|fewer|less) than|as many as|up to|over|"
    r"under|about|around|nearly|almost|approximately|roughly|some|an estimated|just (?:over|under)|"
    r"au moins|plus de|environ)"
)
_QUALIFIER_BEFORE = re.compile(rf"\b{_QUALIFIER}\s+$", re.IGNORECASE)
_UNIT = (
    r"(?:\s?(?:%|°[CF]?|km²?|kg|mph|km/h|[kmg]w|bn|ft|mi|in|cm|mm|[kmg]b|tb)(?!\w)|[-\s](?:percent|per cent|"
    r"percentage points?|(?:hundred|thousand|million|billion|trillion)(?:\s(?:dollars|euros|pounds|people))?|"
    r"(?:square |cubic )?(?:kilomet(?:er|re)s?|met(?:er|re)s?|miles?|feet|foot|inch(?:es)?|acres?|hectares?)|"
    r"(?:kilo)?grams?|tons?|tonnes?|pounds?|lit(?:er|re)s?|gallons?|barrels?|"
    r"degrees?(?: celsius| fahrenheit)?|bytes?|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?(?: old)?|decades?|centuries|dollars?|euros?|"
    r"times|points?|people|civilians|soldiers|individuals|bodies)\b)"
)
_RATE = r"(?:\s(?:an?|per)\s(?:second|minute|hour|day|night|week|month|year|person|head|share)\b)?"
_FIGURE = (
    r"(?:\d[\d.,\u00a0\u202f]*(?<![.,])|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|half an?|hundreds|thousands|millions)\b)"
)
_AMOUNT = (
    rf"(?:\b{_QUALIFIER}\s+)?(?:(?:(?<!\w)[-−+])?(?:US|A|C|HK)?[$€£¥]\s?|(?<!\w)[-−](?=\d))?{_FIGURE}{_UNIT}*"
)
# "-17.4 °C", "at least 400 but fewer than 500 people", "between 4% and 6%", "5 ft 11 in", "US$ 90,000 a year"
_QUANTITY = re.compile(
    rf"(?:\bbetween\s{_AMOUNT}\sand\s{_AMOUNT}|{_AMOUNT}(?:(?:\s(?:but|to|or)\s|\s?[-–]\s?){_AMOUNT}|"
    rf"(?<=[a-z])\s\d+{_UNIT})?){_RATE}",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_FULL_DATE = re.compile(
    rf"\b(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+[12]\d{{3}})?|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}"
    rf"(?:,?\s+[12]\d{{3}})?|{_MONTH},?\s+[12]\d{{3}})(?!\d)",
    re.IGNORECASE,
)
_CAPITAL_BEFORE = re.compile(r"(?:^|(?<=[\s(“\"]))((?:[A-ZÀ-Þ][\w’'.\-]*\s)+)$")
_CAPITAL_AFTER = re.compile(r"^(?:\s(?:of\s(?:the\s)?)?[A-ZÀ-Þ][\w’\-]*)+")
_NEXT_WORD = re.compile(r"[ -]([^\W\d_]+)")
_DOMAIN = re.compile(
    r"(?:\.[a-z]+)?\.(?:com|org|net|info|news|gov|edu|int|mil|io|tv|eu|uk|us|fr|de|ca|au|in)\b"
)
_EDGE = " \t\n.,;:!?-–—*|/"
_PAIRS = {"(": ")", "[": "]", "“": "”", "«": "»", '"': '"'}
_TIME_PREPOSITIONS = {"before", "after", "since", "until", "between", "during", "from"}
_KEPT_EDGES = {"no", "none", "both", "once", "the", "a", "an", "us", "it", "all", "few", "many"}


def tidy(
    text: str,
    start: int,
    end: int,
    sentence: tuple[int, int],
    asked: Asked,
    disabled: Set[str] = frozenset(),
) -> tuple[int, int]:
    """The span as a person would quote it; (start, start) when nothing but function words remains.

    `sentence` bounds the span; offsets count characters of `text`.
    """
    low, high = sentence
    for name, step in STEPS.items():
        moved = step(_Span(text, start, end, min(low, start), max(high, end)), asked)
        if moved != (start, end) and name not in disabled:
            start, end = moved
        if start >= end:
            return start, start
    return start, end


@dataclass(frozen=True, slots=True)
class _Span:
    """text[start:end] in the sentence text[low:high]."""

    text: str
    start: int
    end: int
    low: int
    high: int


def _words_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _whole_words(s.text, s.start, s.end)


def _edges_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _without_edges(s.text, s.start, s.end, asked.kind)


def _date_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _whole(_FULL_DATE, s) if asked.kind is Kind.TIME else (s.start, s.end)


def _name_step(s: _Span, asked: Asked) -> tuple[int, int]:
    if asked.kind in (Kind.PERSON, Kind.PLACE, Kind.THING) and s.text[s.start].isupper():
        return _whole_name(s.text, s.start, s.end, s.low, s.high)
    return s.start, s.end


def _noun_step(s: _Span, asked: Asked) -> tuple[int, int]:
    """With the noun behind it that is asked for: "civic | sites" to "what kind of sites"."""
    end = s.end
    while (word := _NEXT_WORD.match(s.text[end : s.high])) and stem(word[1].lower()) in asked.nouns:
        end += word.end()
    return s.start, end


def _measure_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _whole(_QUANTITY, s) if asked.kind in (Kind.NUMBER, Kind.THING) else (s.start, s.end)


def _brackets_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _balanced(s.text, s.start, s.end, s.low, s.high)


STEPS: Mapping[str, Callable[[_Span, Asked], tuple[int, int]]] = {
    "tidy.words": _words_step,
    "tidy.edges": _edges_step,
    "tidy.date": _date_step,
    "tidy.name": _name_step,
    "tidy.noun": _noun_step,
    "tidy.measure": _measure_step,
    "tidy.brackets": _brackets_step,
}


def _whole(pattern: re.Pattern[str], s: _Span) -> tuple[int, int]:
    """The span with all of the date or quantity of which it holds a part."""
    for match in pattern.finditer(s.text, s.low, s.high):
        if match.start() < s.end and s.start < match.end():
            return min(s.start, match.start()), max(s.end, match.end())
    return s.start, s.end


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """No half words; "Time" of "Time.news" is one."""
    while start > 0 and text[start - 1].isalnum() and text[start : start + 1].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1 : end].isalnum():
        end += 1
    if domain := _DOMAIN.match(text, end):
        end = domain.end()
    return start, end


def _without_edges(text: str, start: int, end: int, kind: Kind) -> tuple[int, int]:
    """Without punctuation and function words at either end; a time keeps "before", "since"."""
    kept = _KEPT_EDGES | (_TIME_PREPOSITIONS if kind is Kind.TIME else set())
    while True:
        while start < end and text[start] in _EDGE:
            start += 1
        while end > start and text[end - 1] in _EDGE and not _is_initial(text, end):
            end -= 1
        tokens = list(re.finditer(r"\S+", text[start:end]))
        if not tokens:
            return start, start
        first = tokens[0].group().lower().strip(_EDGE)
        last = tokens[-1].group().lower().strip(_EDGE)
        if len(tokens) == 1:
            alone = (
                first in FUNCTION_WORDS
                and not text[start:end].isupper()
                and first not in ("no", "none", "both")
            )
            return (start, start) if alone else (start, end)
        leads = (text[start : start + token.start()] for token in tokens[1:4])
        if first in FUNCTION_WORDS - kept and not any(map(_QUALIFIER_BEFORE.match, leads)):
            start += tokens[1].start()
        elif last in FUNCTION_WORDS - {"us"} and not tokens[-1].group().isupper():
            end = start + tokens[-2].end()
        else:
            return start, end


def _is_initial(text: str, end: int) -> bool:
    """Whether the full stop before `end` belongs to an abbreviation: "U.S.", "Jr."."""
    return text[end - 1] == "." and bool(
        re.search(r"(?:\b[A-Z]\.|\b(?:Jr|Sr|Inc|Ltd|Co|St|a\.m|p\.m)\.)$", text[:end])
    )


def _balanced(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """Without a bracket or quote mark whose partner is outside, unless the partner touches the span."""
    for opening, closing in _PAIRS.items():
        inside = text[start:end]
        if opening == closing:
            if inside.count(opening) == 1:
                if inside.startswith(opening):
                    start += 1
                elif inside.endswith(opening):
                    end -= 1
            continue
        if inside.count(opening) > inside.count(closing):
            partner = text.find(closing, end, high)
            if inside.startswith(opening):
                start += 1
            elif 0 <= partner <= end + 40:
                end = partner + 1
            else:
                end = start + inside.rindex(opening)
        elif inside.count(closing) > inside.count(opening):
            if inside.endswith(closing):
                end -= 1
            else:
                start += inside.index(closing) + 1
    while start < end and text[start] in " ,;:":
        start += 1
    while end > start and text[end - 1] in " ,;:":
        end -= 1
    return start, end


def _whole_name(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """A name with the capitalised words that touch it: "Biden" of "Joe Biden"."""
    if before := _CAPITAL_BEFORE.search(text[low:start]):
        start -= len(_sentence_initial_trimmed(before.group(1), at_start=low + before.start(1) == low))
    if text[end - 1].isalnum() and (after := _CAPITAL_AFTER.match(text[end:high])):
        end += after.end()
    return start, end


def _sentence_initial_trimmed(words: str, *, at_start: bool) -> str:
    """The capitalised run without a first word that is capital only because it begins the sentence."""
    first, _, rest = words.partition(" ")
    return rest if at_start and first.lower() in FUNCTION_WORDS else words
