"""Where an answer begins and ends: light rules over what a reader proposes.

A reader clips: "five" of "at least five", "Niger" of "Burkina Faso, Mali, and Niger", "before".
The rules only move the borders of a span inside its own sentence, so that it stays word for word.
"""

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

from retrieval.questions.kinds import FUNCTION_WORDS, Asked, Kind, stem
from retrieval.questions.lexicon import AUXILIARIES, BE, HAVE, PASTS, PREPOSITIONS, is_participle

_QUALIFIER_BEFORE = re.compile(
    r"\b(?:at least|at most|no (?:fewer|less) than|(?:more|fewer|less) than|as many as|up to|over|"
    r"under|about|around|nearly|almost|approximately|roughly|some|an estimated|just (?:over|under)|au moins|"
    r"plus de|environ)\s+$",
    re.IGNORECASE,
)
_SIGN_BEFORE = re.compile(r"(?:US|A|C|HK)?[$€£¥]\s?$")
_UNIT_AFTER = re.compile(
    r"^(?:\s?(?:%|°[CF]?|km²?|kg|mph|km/h|[kmg]w|ft|mi)(?!\w)|[-\s](?:percent|per cent|percentage points?|"
    r"(?:hundred|thousand|million|billion|trillion)(?:\s(?:dollars|euros|pounds|people))?|"
    r"(?:square |cubic )?(?:kilomet(?:er|re)s?|met(?:er|re)s?|miles?|feet|foot|inch(?:es)?|acres?|hectares?)|"
    r"(?:kilo)?grams?|tons?|tonnes?|pounds?|lit(?:er|re)s?|gallons?|barrels?|"
    r"degrees?(?: celsius| fahrenheit)?|"
    r"seconds?|minutes?|hours?|days?|weeks?|months?|years?(?: old)?|decades?|centuries|dollars?|euros?|"
    r"times|points?|people|civilians|soldiers|individuals|bodies)\b)+",
    re.IGNORECASE,
)
_NEXT_WORD = re.compile(r"[ -]([^\W\d_]+)")
_NEXT_WORDS = re.compile(r"\s([^\W\d_]+)(?:\s([^\W\d_]+))?")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_FULL_DATE = re.compile(
    rf"\b(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+[12]\d{{3}})?|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}"
    rf"(?:,?\s+[12]\d{{3}})?|{_MONTH},?\s+[12]\d{{3}})(?!\d)",
    re.IGNORECASE,
)
# "A, B, and C": names (up to four words, small words inside) joined by commas and a last "and".
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w’'.\-]*"
_NAME = rf"(?:{_CAPITAL}|\d[\w’'.\-]*)(?:\s(?:(?:of|the|de|du|des|la|al|el|and the)\s)*{_CAPITAL}){{0,4}}"
_LIST = re.compile(rf"{_NAME}(?:,\s?{_NAME})*,?\s(?:and|or|et|&)\s(?:the\s)?{_NAME}")
# "22 minibuses, six large buses, and eight trucks": three or more things, none of them a clause.
_WORD = r"\*?[^\W_][\w’'\-]*\*?"
_THING = rf"{_WORD}(?:\s{_WORD}){{0,5}}"
_THINGS = re.compile(rf"(?<![\w’'\-]){_THING}(?:,\s?{_THING})+,?\s(?:and|or)\s{_THING}")
_BETWEEN_THINGS = re.compile(r",?\s(?:and|or)\s|,\s?")
_NO_THING = FUNCTION_WORDS - frozenset("of the a an no some all few more".split())  # "rolls of tape" are one
_LEADS_IN = PREPOSITIONS - {"to"} | BE | HAVE  # "to promote" and "may promote" go on with a verb
_NO_LIST = AUXILIARIES | {"such", "including"}
WORDS_BEFORE = 2  # "six large" of "six large buses", where the reader saw "buses"
_EXAMPLES_AFTER = re.compile(r"(?<=s),?\s(?:including|such as|like|namely)\s")
_CAPITAL_BEFORE = re.compile(r"(?:^|(?<=[\s(“\"]))((?:[A-ZÀ-Þ][\w’'.\-]*\s)+)$")
_CAPITAL_AFTER = re.compile(r"^(?:\s(?:of\s(?:the\s)?)?[A-ZÀ-Þ][\w’\-]*)+")
# Militants alone are anybody: "militants linked to Al-Qaeda".
_TIES_AFTER = re.compile(
    rf"^\s(?:linked|affiliated|allied|associated|aligned|tied|loyal)\s(?:to|with)\s(?:the\s)?{_NAME}"
)
_TIES_BEFORE = re.compile(
    r"(?<!\w)([^\W\d_]+) (?:linked|affiliated|allied|associated|aligned|tied|loyal) (?:to|with) (?:the )?$"
)
_SPEAKER = re.compile(r"(?:[A-Z][\w.-]*\s){0,3}[A-Z][\w.-]*:\s+")  # "Reporter: The army" says that the army
_OWN_S = re.compile(r"['’]s (\w+)")  # of the name itself: "McDonald's announced", but "Apple's service"
_VERBS = AUXILIARIES | PASTS
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


def _speaker_step(s: _Span, asked: Asked) -> tuple[int, int]:
    label = _SPEAKER.match(s.text, s.start, s.end) if s.start == s.low else None
    return (label.end(), s.end) if label else (s.start, s.end)


def _edges_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _without_edges(s.text, s.start, s.end, asked.kind)


def _list_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _whole_list(s.text, s.start, s.end, s.low, s.high) if asked.several else (s.start, s.end)


def _things_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _all_things(s.text, s.start, s.end, s.low, s.high) if asked.several else (s.start, s.end)


def _examples_step(s: _Span, asked: Asked) -> tuple[int, int]:
    if asked.kind in (Kind.PERSON, Kind.THING) and (at := _EXAMPLES_AFTER.match(s.text, s.end, s.high)):
        listed = _whole_list(s.text, at.end(), at.end(), at.end(), s.high)
        if listed[1] <= at.end():
            listed = _all_things(s.text, at.end(), at.end(), at.end(), s.high)
        return s.start, listed[1] if listed[1] > at.end() else s.end
    return s.start, s.end


def _date_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _whole_date(s.text, s.start, s.end, s.low, s.high) if asked.kind is Kind.TIME else (s.start, s.end)


def _name_step(s: _Span, asked: Asked) -> tuple[int, int]:
    if asked.kind in (Kind.PERSON, Kind.PLACE, Kind.THING) and s.text[s.start].isupper():
        return _whole_name(s.text, s.start, s.end, s.low, s.high)
    return s.start, s.end


def _own_s_step(s: _Span, asked: Asked) -> tuple[int, int]:
    own = _OWN_S.match(s.text[s.end : s.high]) if asked.kind is Kind.THING else None
    return s.start, s.end + 2 * bool(own and own[1].lower() in _VERBS)


def _ties_step(s: _Span, asked: Asked) -> tuple[int, int]:
    ties = _TIES_AFTER.match(s.text[s.end : s.high]) if asked.kind is Kind.PERSON else None
    return s.start, s.end + len(ties.group().rstrip(".") if ties else "")


def _noun_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _with_noun(s.text, s.start, s.end, s.low, s.high, asked.nouns) if asked.nouns else (s.start, s.end)


def _measure_step(s: _Span, asked: Asked) -> tuple[int, int]:
    if asked.kind is not Kind.NUMBER:
        return s.start, s.end
    return _with_measure(s.text, s.start, s.end, s.low, s.high, asked.counted)


def _qualifier_step(s: _Span, asked: Asked) -> tuple[int, int]:
    found = _QUALIFIER_BEFORE.search(s.text[s.low : s.start])
    fits = asked.kind not in (Kind.TIME, Kind.NUMBER) and s.text[s.start].isdigit()
    return (s.low + found.start() if found and fits else s.start), s.end


def _brackets_step(s: _Span, asked: Asked) -> tuple[int, int]:
    return _balanced(s.text, s.start, s.end, s.low, s.high)


STEPS: Mapping[str, Callable[[_Span, Asked], tuple[int, int]]] = {
    "tidy.words": _words_step,
    "tidy.speaker": _speaker_step,
    "tidy.edges": _edges_step,
    "tidy.list": _list_step,
    "tidy.things": _things_step,
    "tidy.examples": _examples_step,
    "tidy.date": _date_step,
    "tidy.name": _name_step,
    "tidy.own_s": _own_s_step,
    "tidy.ties": _ties_step,
    "tidy.noun": _noun_step,
    "tidy.measure": _measure_step,
    "tidy.qualifier": _qualifier_step,
    "tidy.brackets": _brackets_step,
}


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


def _with_measure(text: str, start: int, end: int, low: int, high: int, counted: str) -> tuple[int, int]:
    """A number with its qualifier, currency sign and unit, or with the noun that was to be counted."""
    if sign := _SIGN_BEFORE.search(text[low:start]):
        start -= len(sign.group())
    words = [start, *(start + word.end() for word in re.finditer(r"\S+\s+", text[start:end]))]
    if qualifier := next(filter(None, (_QUALIFIER_BEFORE.search(text[low:at]) for at in words[:3])), None):
        start = min(start, low + qualifier.start())
    if unit := _UNIT_AFTER.match(text[end:high]):
        end += unit.end()
    elif counted and (noun := _NEXT_WORDS.match(text[end:high])):
        for group in (1, 2):
            if noun[group] and stem(noun[group].lower()) == counted:
                end += noun.end(group)
    return start, end


def _with_noun(text: str, start: int, end: int, low: int, high: int, nouns: Set[str]) -> tuple[int, int]:
    """The span with the noun beside it that is asked for.

    "governmental and military | installations" to "what kind of installations", "militants linked to |
    Al-Qaeda" to "which militants".
    """
    while (word := _NEXT_WORD.match(text[end:high])) and stem(word[1].lower()) in nouns:
        end += word.end()
    if (tied := _TIES_BEFORE.search(text[low:start])) and stem(tied[1].lower()) in nouns:
        start = low + tied.start()
    return start, end


def _whole_date(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    for match in _FULL_DATE.finditer(text, low, high):
        if match.start() < end and start < match.end():
            return min(start, match.start()), max(end, match.end())
    return start, end


def _whole_list(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    for match in _LIST.finditer(text, low, high):
        if match.start() < max(end, start + 1) and start < match.end():
            return min(start, match.start()), max(end, match.end())
    return start, end


def _all_things(text: str, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    for match in _THINGS.finditer(text, low, high):
        if match.start() <= start and end <= match.end():
            return _whole_things(text, start, end, match.start(), match.end())
    return start, end


def _whole_things(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """The span with the other things of the list text[first:last], or alone where it lists clauses.

    It begins behind the last word that is no part of a thing ("traveling in"), and ends before the first.
    """
    gaps = [gap.span() for gap in _BETWEEN_THINGS.finditer(text, first, last)]
    begins, ends = [start, *(b for _, b in gaps)], [*(a for a, _ in gaps), last]
    words = [(first + word.start(), first + word.end()) for word in re.finditer(r"\S+", text[first:last])]
    lead = [word for word in words if word[1] <= min(start, ends[0])]
    for a, b in lead if start > ends[0] else lead[-WORDS_BEFORE - 1 :]:
        word = text[a:b].lower()
        deed = word in PASTS or is_participle(word)
        if word in _LEADS_IN or (deed and begins[0] != a):  # "by armed groups, smugglers and a clan"
            begins[0] = b + 1
        elif word in _NO_THING:
            begins[0] = start
    ends[-1] = next((a - 1 for a, b in words if begins[-1] < a and text[a:b].lower() in _NO_THING), last)
    things = [text[a:b].lower().split() for a, b in zip(begins, ends, strict=True) if a < b]
    if not _NO_THING.isdisjoint(text[end : ends[0]].lower().split()):
        return start, end  # it only stands before the list
    if sum(word in ("and", "or") for word in text[begins[0] : ends[-1]].lower().split()) > 1:
        return start, end  # "in the north and south, exploiting anger and fear"
    if any(thing[-1] in PASTS or not _NO_LIST.isdisjoint(thing) for thing in things):
        return start, end
    return min(start, begins[0]), max(end, ends[-1])


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
