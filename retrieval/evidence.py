"""What speaks for a reading: the reader's score beside retrieval's, told in a few plain figures.

The weights are few, linear and inspectable.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType

from index.passages.structure import Kind as Block
from index.passages.structure import parse, quote_span
from index.types import Mark
from retrieval.dimensions import speaks_of
from retrieval.fusion import Candidate
from retrieval.lexicon import BASES
from retrieval.questions import Asked, Kind, asked, fits, stem, stems
from retrieval.reading import SENTENCES, Reading
from retrieval.roles import Role, in_role, role_asked
from retrieval.sorts import Sort, can_be, sort_of
from retrieval.spans import tidy
from retrieval.tables import LIKELY
from retrieval.times import day_of, is_of_another_time, latest, nearness, newness
from retrieval.values import Relation, counts_other, relation

FEATURES = (
    "reader",
    "cosine",
    "agreement",
    "coverage",
    "sentence",
    "fits",
    "echo",
    "role",
    "recency",
    "lead",
    "near",
    "other_time",
    "unnamed",
)

# Fitted by a softmax over each question's readings, on news and Wikipedia questions;
# "cosine" and from "lead" on chosen for what is refused as well (docs/decisions/0023, 0024, 0026).
WEIGHTS = {
    "reader": 0.4,
    "cosine": 7.0,
    "agreement": 0.8,
    "coverage": 0.5,
    "sentence": 0.4,
    "fits": 1.5,
    "echo": -2.0,
    "role": 1.5,
    "recency": 0.7,
    "lead": 1.5,
    "near": 0.6,
    "other_time": -2.0,
    "unnamed": -5.0,
}
SENTENCE_WEIGHTS = WEIGHTS | {"reader": 8.0, "cosine": 12.0}  # its score is a cosine
# What about 92 % of answerable questions reach grows with the passages searched, for the nearest of many
# strangers lies nearer; in a small collection all is near to what is asked: docs/decisions/0002, 0026.
REACHED = (-1.0, 0.815)  # + 0.815 for each e-fold of passages
LEAST_REACHED = 5.5
REACHED_ALONE = -0.75  # without a second reader, which raises what is reached: docs/decisions/0025
SURE = 10.0  # of a reader's score: beyond it the reader is sure, and more tells nothing
LEAST_SURE = 0.05  # a reading that its reader gives less agrees with nothing; comparing all took 4 ms
# "Initial reports spoke of 10, but the number has risen": what the article itself says is no more so.
_FIRST_TOLD = re.compile(
    r"\b(?:initial|early|earlier|first|preliminary|previous)(?:ly)? (?:media |police |official )?"
    r"(?:reports?|estimates?|figures?|counts?|tolls?|accounts?|reported|estimated|thought|believed)\b",
    re.IGNORECASE,
)
_EARLY = frozenset(
    map(stem, ("initial", "initially", "early", "earlier", "first", "preliminary", "previous"))
)
_DEED_BEFORE = re.compile(r"\b(\w+(?:ed|en|wn|ught|eld|ade|aid|ept)) by (?:the |an? )?$")
_OF_SOME_SIDE = re.compile(
    r"[\w’'-]{1,40}-(?:linked|associated|affiliated|aligned|allied|backed|inspired|led|based)\b"
)
_GROUP = re.compile(r"\b(?:group|organi[sz]ation|movement|network)\b", re.IGNORECASE)
_YEAR, _IN = re.compile(r"(?:1[5-9]|20)\d\d"), re.compile(r"\b(?:in|since|by|until|from|of|during) $")
_SIDE_BEHIND = re.compile(r"-(linked|associated|affiliated|aligned|allied|inspired)\b")
_NAME_BEHIND = re.compile(r"\s*\(?([A-Z][\w-]+)")
LONGEST_NAME = 60  # characters
_NAME_BEFORE = re.compile(r"([A-Z][\w-]+)\s*\($")
LEAD_CHARS = 1000  # news tells the most important first: a third of the weight is left so far down
DAY_S = 86_400
EVEN_DAYS = 60  # so much older than the newest article that was read counts neither for nor against
SLOPE, OFFSET = 0.45, -0.75  # log-odds of being right; fitted to 149 answers over news


@dataclass(frozen=True, slots=True)
class Evidence:
    """A tidied answer span with the sentence or row it stands in; offsets count the passage's characters."""

    reading: Reading
    start: int
    end: int
    quote_start: int
    quote_end: int
    cosine: float
    coverage: float  # share of the question's subject words that the passage, title or heading says
    sentence_coverage: float  # the same of the quoted sentence alone
    fits: bool
    echo: bool  # the span only repeats the question
    other_deed: bool  # "escorted by" stands before the span, and the question asks of no escorting
    lead: float = 0.0  # how much nearer to the beginning of its article than the others read
    published: datetime | None = None  # to compare with the others; None where it is unknown or yet to come
    age_days: float | None = None  # how much older than the newest read; None where it has no such time
    near: float = 0.0  # how much nearer to the day of the question than the others read: log days
    unnamed: float = 0.0  # share of the question's names that the article does not mention
    other_time: bool = False  # it asks of "this week" and the article is of another
    role: float = 0.0  # 1 when it attacked, or was attacked, as was asked; -1 when it was otherwise
    score: float = 0.0  # weighted sum of the features, less what answerable questions reach

    @property
    def text(self) -> str:
        return self.reading.passage.text[self.start : self.end]

    @property
    def quote(self) -> str:
        return self.reading.passage.text[self.quote_start : self.quote_end]

    @property
    def article_id(self) -> str:
        return self.reading.passage.source.article_id

    @property
    def confidence(self) -> float:
        """Probability, 0..1, that the answer is right."""
        return 1 / (1 + math.exp(-SLOPE * self.score - OFFSET))


def weights_of(reader: str) -> Mapping[str, float]:
    """The weights that were fitted to this reader."""
    return SENTENCE_WEIGHTS if reader == SENTENCES else WEIGHTS


def weigh(
    question: str,
    candidates: Sequence[Candidate],
    readings: Sequence[Sequence[Reading]],
    weights: Mapping[str, float],
    searched: int,
    asked_on: date | None = None,
    unnamed: Mapping[str, float] = MappingProxyType({}),
    *,
    again: bool = False,
) -> list[Evidence]:
    """Every usable reading as evidence, best first; `searched` passages were there to choose from.

    `unnamed`: by the id of an article, the share of the question's names that it does not mention.
    `again`: a second reader reads the best of them.
    """
    sought, sort, role = asked(question), sort_of(question), role_asked(question)
    subject = stems(question)
    published = [day_of(candidate.passage.source) for candidate in candidates]
    found = [
        replace(
            evidence,
            lead=lead,
            published=newness(candidate.passage.source, asked_on),
            near=near,
            other_time=is_of_another_time(question, day, asked_on),
            unnamed=unnamed.get(evidence.article_id, 0.0),
        )
        for candidate, spans, day, near, lead in zip(
            candidates, readings, published, nearness(published, asked_on), _leads(candidates), strict=True
        )
        for reading in spans
        if (evidence := _evidence(candidate, reading, subject, sought, sort, role))
    ]
    newest = latest((one.reading.passage.source for one in found), asked_on)
    found = [
        replace(one, age_days=(newest - one.published).total_seconds() / DAY_S)
        if newest and one.published
        else one
        for one in found
    ]
    found.sort(key=lambda one: -one.reading.score)  # agreement asks the surest of each article first
    reached = max(LEAST_REACHED, REACHED[0] + REACHED[1] * math.log(max(searched, 1)))
    reached += 0 if again else REACHED_ALONE
    scored = [
        replace(
            one,
            score=sum(weights[name] * value for name, value in features(one, found, sought.kind).items())
            - reached,
        )
        for one in found
    ]
    return sorted(scored, key=lambda evidence: -evidence.score)


def features(evidence: Evidence, others: Sequence[Evidence], kind: Kind) -> dict[str, float]:
    """The figures that the weights are for."""
    return {
        "reader": min(evidence.reading.score, SURE),
        "cosine": evidence.cosine,
        "agreement": _agreement(evidence, others, kind),
        "coverage": evidence.coverage,
        "sentence": evidence.sentence_coverage,
        "fits": float(evidence.fits),
        "echo": float(evidence.echo),
        "role": evidence.role,
        "recency": _recency(evidence),
        "lead": evidence.lead,
        "near": evidence.near,
        "other_time": float(evidence.other_time),
        "unnamed": evidence.unnamed**2,  # one of four may be told otherwise, four of four are not there
    }


def _evidence(
    candidate: Candidate,
    reading: Reading,
    subject: frozenset[str],
    sought: Asked,
    sort: Sort,
    role: Role | None,
) -> Evidence | None:
    passage = candidate.passage
    outline = passage.marks()
    block = _block_at(passage.text, outline, reading.start)
    if block in (Block.HEADING, Block.TABLE_HEADER):
        return None  # it names a subject and asserts nothing
    sentence = quote_span(passage.text, reading.start, reading.end, outline)
    start, end = tidy(passage.text, reading.start, reading.end, sentence, sought)
    if start >= end:
        return None
    quote = quote_span(passage.text, start, end, outline)
    span, told = passage.text[start:end], passage.text[slice(*quote)]
    if sought.kind is Kind.PERSON and start == quote[0] and passage.text[end : end + 1] == ":":
        return None  # who speaks: "African Security Expert: Thank you for having me."
    if sort is Sort.NAME and (not can_be(sort, span) or _opens_with_deed(passage.text[quote[0] : end], span)):
        return None  # "took control" leads nobody, nor is "Thank" of "Expert: Thank you" a name
    if sought.measured and not (
        fits(Kind.NUMBER, span) and speaks_of(sought.measured, f"{passage.heading} {told}")
    ):
        return None  # "at least 32 people" is no population
    if sought.kind is Kind.NUMBER and sought.counted and not fits(Kind.NUMBER, span):
        return None  # "dead" is no number of wounded
    if (
        sought.kind is Kind.NUMBER
        and _FIRST_TOLD.search(passage.text[quote[0] : start])
        and _EARLY.isdisjoint(subject)
    ):
        return None  # the article goes on to say that there were more
    said = stems(f"{passage.source.title} {passage.heading} {passage.text}")
    return Evidence(
        reading,
        start,
        end,
        *quote,
        cosine=candidate.cosine,
        coverage=_share(subject, said),
        sentence_coverage=_share(subject, stems(told)),
        fits=fits(sought.kind, span)
        and can_be(sort, span)
        and not counts_other(passage.text[start : quote[1]], sought.counted)
        and not (sought.kind is Kind.NUMBER and _YEAR.fullmatch(span) and _IN.search(passage.text[:start]))
        and not (sought.kind is Kind.PERSON and block is Block.TABLE_ROW and reading.score < LIKELY),
        echo=_repeats(sought.kind, span, passage.text[:start], passage.text[end:], subject),
        other_deed=(deed := _DEED_BEFORE.search(passage.text[quote[0] : start])) is not None
        and stem(deed[1].lower()) not in subject,
        role=in_role(role, told, start - quote[0], end - quote[0]) if role else 0.0,
    )


def _opens_with_deed(said: str, span: str) -> bool:
    """Whether the span is but the verb that the sentence `said`, or what a speaker says, begins with."""
    return span.lower() in BASES and said.removesuffix(span).rstrip()[-1:] in ("", ":", "“", '"')


def _repeats(kind: Kind, span: str, before: str, behind: str, subject: frozenset[str]) -> bool:
    """Whether the span only names what the question does.

    To "who leads JNIM?" so do "Al-Qaeda-linked JNIM", "Al-Qaeda" of it, "the group" before "JNIM", the long
    name with "(JNIM)". To "what is Wagner?" so does "Wagner Group".
    """
    if kind is Kind.PERSON and len(subject) > 1:  # "who is JNIM?" they would answer
        side = _SIDE_BEHIND.match(behind)
        if side and stem(side[1]) not in subject:  # "who is JNIM linked to?" it would answer
            behind = behind[side.end() :]
        name = _NAME_BEHIND.match(behind) or _NAME_BEFORE.search(before[-LONGEST_NAME:])
        if name and stem(name[1].lower()) in subject:
            return True
        span = _OF_SOME_SIDE.sub("", span)
    spoken = stems(_GROUP.sub("", span)) or stems(span)
    return bool(spoken) and spoken <= subject and not re.search(r"\d", span)


def _block_at(text: str, outline: tuple[Mark, ...], at: int) -> Block | None:
    """What kind of block stands there; None between blocks."""
    return next((kind for start, end, kind in _blocks(text, outline) if start <= at < end), None)


@lru_cache(maxsize=256)
def _blocks(text: str, outline: tuple[Mark, ...]) -> list[tuple[int, int, Block]]:
    return [(block.start, block.end, block.kind) for block in parse(text, outline)]


@lru_cache(maxsize=256)  # the spans of a passage share its stems
def _share(subject: frozenset[str], said: frozenset[str]) -> float:
    return len(subject & said) / len(subject) if subject else 0.0


def _leads(candidates: Sequence[Candidate]) -> list[float]:
    """For each passage how near it stands to the beginning of its article, 0..1, less the mean of all."""
    near = [math.exp(-candidate.passage.start / LEAD_CHARS) for candidate in candidates]
    mean = sum(near) / max(len(near), 1)
    return [one - mean for one in near]


def _recency(evidence: Evidence) -> float:
    """Falls with the logarithm of how much older the article is than the newest read; 0 without a date."""
    if evidence.age_days is None:
        return 0.0
    return -math.log((1 + max(evidence.age_days, 0.0) / EVEN_DAYS) / 2)


def _agreement(evidence: Evidence, others: Sequence[Evidence], kind: Kind) -> float:
    """log(1 + how many other articles' readings say the same), each by how sure the reader is."""
    text, agreeing = evidence.text, dict[str, float]()
    for other in others:
        article = other.article_id
        sure = 1 / (1 + math.exp((2 - other.reading.score) / 2))
        if article == evidence.article_id or sure <= agreeing.get(article, LEAST_SURE):
            continue
        if relation(other.text, text, kind) is Relation.SAME:
            agreeing[article] = sure
    return math.log1p(sum(agreeing.values()))
