"""Sentences of articles become questions whose answer is a span of them.

A few plain English patterns, each so narrow that what it makes reads well and needs nothing but itself to
be understood. Most sentences fit none of them, and that is as it should be.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from retrieval.questions.kinds import FUNCTION_WORDS, content_words, words
from retrieval.questions.lexicon import (
    ADVERBS,
    AUXILIARIES,
    BASES,
    BOUNDARIES,
    IRREGULAR,
    PARTICIPLE_OF,
    PASTS,
    PREPOSITIONS,
    PRONOUNS,
    QUESTION_WORDS,
    SPEECH_VERBS,
    TIME_NOUNS,
    is_participle,
)

MAX_WORDS = 16  # of a question: longer ones are read twice
LEAST_CONTENT = 3  # content words, or it could be about anything


@dataclass(frozen=True, slots=True)
class Drafted:
    """A question that `text[start:end]` of its sentence answers."""

    question: str
    type: str  # person, time, number, place, name
    start: int
    end: int


_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = rf"(?:\d{{1,2}} {_MONTH}(?:,? {_YEAR})?|{_MONTH} \d{{1,2}}(?:, {_YEAR})?|{_MONTH} {_YEAR}|{_YEAR})"
_CAPITAL = r"(?!(?:The|An|In|On|At)\b)[A-Z][\w’'-]*\w"
_NAME = rf"{_CAPITAL}(?: (?:(?:of|de|da|la|al|bin|von|van|der)(?: the)? )?{_CAPITAL})*"
_PERSON = rf"{_CAPITAL}(?: [A-Z]\.)?(?: (?:(?:de|da|la|al|bin|von|van|der) )?{_CAPITAL}){{1,2}}"
_SUBJECT = rf"(?:(?:[Tt]he|[Aa]n?) (?:[\w’'-]+ ){{0,3}})?{_NAME}(?: [a-z][\w-]+){{0,2}}?"
_NUMBER = (
    r"(?:\d[\d,.]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?: (?:hundred|thousand|million|billion))*"
)
_QUALIFIER = r"(?:(?:In all|In total|At least|About|Around|Some|Nearly|Almost|More than|Over),? )?"
_NOUN = r"(?P<noun>(?:[a-z][a-z-]+ )??(?:[a-z-]*[^s\W]s|people|men|women|children))\b"
_ROLE = (
    r"(?:president|vice president|prime minister|foreign minister|mayor|governor|director|founder|"
    r"chief executive|CEO|chairman|chairwoman|chair|head|leader|author|king|queen|secretary-general|coach|"
    r"captain|editor)"
)
_LEAD = r"(?:[A-Z][^,]{2,50}, )?"  # "In recent events, "
_SPANS = ("years", "days", "months", "weeks", "hours", "minutes")  # how long, not how many
_INITIAL = r"(?:[a-z]{2,3}-)?(?!The\b)[A-Z][\w’'-]*"
_ENDING = r"(?=[.,]|$)"
_DEED = r"(?:was|were)(?: \w+ly)?"

_TORN = re.compile(r"[“”\"«»;:?!\[\]—–…|*]|\n| - ")
_INSERTED = re.compile(
    r",|\b(?:which|who|whose|what|where|how|after|while|when|as|because|although|but|before|since|that)\b"
)
_SECOND = re.compile(r"\band (\w+)")  # may begin another statement
PAST_OF = {participle: past for past, participle in PARTICIPLE_OF.items()}
BASE_OF = {
    past: base
    for base in BASES
    for past in (
        (IRREGULAR[base][0],)
        if base in IRREGULAR
        else (f"{base}ed", f"{base}d", f"{base}{base[-1]}ed", f"{base[:-1]}ied")
    )
    if past in PASTS and base not in AUXILIARIES
}
DONE_BY_PEOPLE = frozenset(
    """won founded designed wrote directed married joined signed opened beat defeated replaced invented
    discovered scored launched built bought sold led created co-founded painted composed published
    developed succeeded coached managed produced hosted acquired""".split()
)
_LEANS = (
    PRONOUNS
    | TIME_NOUNS
    | frozenset(
        """this these those there here yesterday tonight tomorrow ago last next recently now today monday
        tuesday wednesday thursday friday saturday sunday former latter above below another other others same
        such""".split()
    )
)  # words that need something said elsewhere to be understood
_NOT_A_PERSON = frozenset(
    """the a an in on at by from new north south east west northern southern eastern western united university
    department hurricane city house supreme court company inc group party council school club league cup bank
    ministry river lake mount island islands state states county street bridge association international
    national world committee agency institute union press times news team""".split()
)
_NO_SUBJECT = PREPOSITIONS | QUESTION_WORDS | BOUNDARIES


def drafts(sentence: str) -> Iterator[Drafted]:
    """The questions that a sentence answers, each of a different pattern."""
    if not _plain(sentence):
        return
    for pattern, make, kind in PATTERNS:
        match = pattern.search(sentence)
        question = make(match) if match else None
        if match and question and _clear(question):
            yield Drafted(question, kind, *match.span("answer"))


def _plain(sentence: str) -> bool:
    """Whether it is one statement without quotation, brackets or insertions that would tear it."""
    return sentence.endswith(".") and sentence[0].isalnum() and not _TORN.search(sentence)


def _clear(question: str) -> bool:
    """Whether it can be understood by itself: names something and leans on nothing said elsewhere."""
    said = words(question)
    names = re.findall(r"(?<=\s)[A-Z][\w’'-]+", question)
    torn = re.search(r"\d$", said[-1]) and not re.fullmatch(_YEAR, said[-1])  # of "2.5 million"
    return (
        len(said) <= MAX_WORDS
        and (len(content_words(question)) >= LEAST_CONTENT or question.endswith(" stand for?"))
        and bool(names)
        and not torn
        and _LEANS.isdisjoint(word.partition("'")[0] for word in said[1:])
    )


def _who_did(match: re.Match[str]) -> str | None:
    name, verb, rest = match["answer"], match["verb"], _clause(match["rest"])
    if verb not in DONE_BY_PEOPLE or not _is_person(name) or not rest:
        return None
    return f"Who {verb} {rest}?"


def _done_by(match: re.Match[str]) -> str | None:
    past = PAST_OF.get(match["participle"])
    if (
        past is None
        or past in SPEECH_VERBS
        or not _is_person(match["answer"])
        or not _known(match["subject"])
    ):
        return None
    return f"Who {past} {_midway(match['subject'])}?"


def _when(match: re.Match[str]) -> str | None:
    rest = _clause(match["rest"])
    if not rest or not _known(match["subject"]) or re.search(_DATE, rest):
        return None
    deed = next(word for word in words(rest) if not word.endswith("ly") and word != "first")
    if not is_participle(deed):
        return None
    return f"When {match['be']} {_midway(match['subject'])} {rest}?"


def _when_did(match: re.Match[str]) -> str | None:
    base, rest = BASE_OF.get(match["verb"]), _clause(match["rest"])
    if base is None or base in SPEECH_VERBS or not rest or not _known(match["subject"]):
        return None
    return None if re.search(_DATE, rest) else f"When did {_midway(match['subject'])} {base} {rest}?"


def _how_many(match: re.Match[str]) -> str | None:
    rest = _clause(match["rest"])
    if not rest or re.search(r"\d|\bwere\b", rest) or words(match["noun"])[-1] in _LEANS:
        return None
    return f"How many {match['noun']} {match['verb']} {rest}?"


def _how_many_did(match: re.Match[str]) -> str | None:
    base = BASE_OF.get(match["verb"])
    rest = f" {clause}" if (clause := _clause(match["rest"] or "")) else ""
    if base is None or base in SPEECH_VERBS or not _known(match["subject"]) or re.search(r"\d", rest):
        return None
    if words(match["noun"])[-1] in _SPANS:
        return None
    return f"How many {match['noun']} did {_midway(match['subject'])} {base}{rest}?"


def _has(match: re.Match[str]) -> str | None:
    if words(match["noun"])[-1] in _SPANS or not _known(match["subject"]):
        return None
    return f"How many {match['noun']} does {_midway(match['subject'])} have?"


def _holder(match: re.Match[str]) -> str | None:
    return f"Who is the {match['role']} of {match['of']}?" if _is_person(match["answer"]) else None


def _where(match: re.Match[str]) -> str | None:
    if not _is_named(match["answer"]) or not _known(match["subject"]):
        return None
    return f"Where {match['be']} {_midway(match['subject'])} {match['participle']}?"


def _stands_for(match: re.Match[str]) -> str | None:
    initials = "".join(letter for letter in match["answer"] if letter.isupper())
    return f"What does {match['short']} stand for?" if initials == match["short"] else None


def _clause(rest: str) -> str:
    """The words up to the first insertion, when they are few and whole enough to end a question."""
    clause = _INSERTED.split(rest)[0].strip(" .")
    if any(word.lower() in PASTS | AUXILIARIES or word[0].isupper() for word in _SECOND.findall(clause)):
        return ""
    said = words(clause)
    return clause if said and said[-1] not in FUNCTION_WORDS else ""


def _midway(subject: str) -> str:
    """The subject as it stands within a sentence."""
    first, _, rest = subject.partition(" ")
    return f"{first.lower()} {rest}" if first in ("The", "A", "An") else subject


def _known(subject: str) -> bool:
    """Whether the subject can only be one: a name of two words at least, or "the ..." with a name in it."""
    first = words(subject)[0]
    if not (PASTS | AUXILIARIES | ADVERBS).isdisjoint(
        subject.split()
    ):  # "the police found Oakes": a clause, no name
        return False
    named = re.findall(
        r"\b[A-Z][\w’'-]+", subject.removeprefix("The ").removeprefix("An ").removeprefix("A ")
    )
    return first not in _NO_SUBJECT and (len(named) > 1 or (first == "the" and bool(named)))


def _is_person(name: str) -> bool:
    return _NOT_A_PERSON.isdisjoint(words(name)) and _is_named(name)


def _is_named(name: str) -> bool:
    return not re.search(rf"\b(?:{_MONTH}|\w+day)\b", name)


PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str | None], str], ...] = (
    (re.compile(rf"^(?P<answer>{_PERSON}) (?P<verb>[a-z-]+) (?P<rest>.+)\.$"), _who_did, "person"),
    (
        re.compile(
            rf"^{_LEAD}(?P<subject>{_SUBJECT}) {_DEED} (?P<participle>[a-z]+) by (?P<answer>{_PERSON})"
            rf"(?=[.,]| in | on | and )"
        ),
        _done_by,
        "person",
    ),
    (
        re.compile(
            rf"^(?P<subject>{_SUBJECT}) (?P<be>was|were) (?P<rest>[^,]+?) "
            rf"(?:on|in) (?P<answer>{_DATE}){_ENDING}"
        ),
        _when,
        "time",
    ),
    (
        re.compile(
            rf"^(?:On|In) (?P<answer>{_DATE}),? (?P<subject>{_SUBJECT}) (?P<be>was|were) (?P<rest>[^,]+)[.,]"
        ),
        _when,
        "time",
    ),
    (
        re.compile(
            rf"^{_LEAD}(?P<subject>{_SUBJECT}) (?P<verb>[a-z]+) (?P<rest>[^,]+?) "
            rf"(?:on|in) (?P<answer>{_DATE}){_ENDING}"
        ),
        _when_did,
        "time",
    ),
    (
        re.compile(
            rf"^{_LEAD}{_QUALIFIER}(?P<answer>{_NUMBER}) {_NOUN} "
            r"(?P<verb>were|took part|attended|died) (?P<rest>.+)\.$",
            re.IGNORECASE,
        ),
        _how_many,
        "number",
    ),
    (
        re.compile(rf"^(?P<subject>{_SUBJECT}) has (?:\w+ )?(?P<answer>{_NUMBER}) {_NOUN}{_ENDING}"),
        _has,
        "number",
    ),
    (
        re.compile(
            rf"(?:^|[,.] |\b[a-z]+ )(?P<answer>{_PERSON}), (?:the )?(?P<role>{_ROLE}) "
            rf"of (?P<of>(?:the )?{_NAME}){_ENDING}"
        ),
        _holder,
        "person",
    ),
    (
        re.compile(
            rf"^(?P<subject>{_SUBJECT}) (?P<be>was|were) (?P<participle>born|held|built|founded|filmed|"
            rf"buried|killed|arrested|discovered|educated|signed) in (?P<answer>{_NAME}(?:, {_NAME})?)"
            rf"{_ENDING}"
        ),
        _where,
        "place",
    ),
    (
        re.compile(
            rf"(?P<answer>{_INITIAL}(?: (?:{_INITIAL}|[a-z]{{2,3}})){{1,7}}) \((?P<short>[A-Z]{{3,8}})\)"
        ),
        _stands_for,
        "name",
    ),
    (
        re.compile(
            rf"^{_LEAD}(?P<subject>{_SUBJECT}) (?P<verb>[a-z]+) "
            rf"(?:at least |about |some |nearly |more than )?(?P<answer>{_NUMBER}) {_NOUN}(?P<rest> .*)?\.$"
        ),
        _how_many_did,
        "number",
    ),
)
