"""What speaks for a reading, and how likely it is right: the readers beside retrieval, in five figures."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

from index.languages import is_english
from index.passages.structure import Kind as Block
from index.passages.structure import quote_span
from index.types import Passage
from retrieval.evidence.quotes import kind_at, quoted
from retrieval.evidence.ranker import WEIGHTS, probability, score
from retrieval.questions.kinds import Asked, Kind, asked
from retrieval.reading.reader import Reading
from retrieval.reading.spans import tidy
from retrieval.search.dates import day_of, nearness, newness, time_asked
from retrieval.search.fusion import Candidate
from retrieval.values import Relation, relation

SURE = 10.0  # of a reader's score: beyond it the reader is sure, and more tells nothing
LEAST_SURE = 0.05  # a reading that its reader gives less agrees with nothing; comparing all took 4 ms
LEAD_CHARS = 1000  # news tells the most important first: a third of the weight is left so far down


@dataclass(frozen=True, slots=True)
class Evidence:
    """A tidied answer span with the sentence or row it stands in; offsets count the passage's characters."""

    reading: Reading
    start: int
    end: int
    quote_start: int
    quote_end: int
    cosine: float
    lead: float = 0.0  # how much nearer to the beginning of its article than the others read
    near: float = 0.0  # how much nearer to the day of the question its article is than the others read
    published: datetime | None = None  # to compare with the others; None where it is unknown or yet to come
    unnamed: float = 0.0  # share of the question's names that the article does not mention
    other_time: bool = False  # the question is about another time than what it stands in
    figures: Mapping[str, float] = field(default_factory=dict)  # by the names of the ranker
    score: float = 0.0  # to compare with the others of the question
    confidence: float = 0.0  # probability, 0..1, that it is right
    crossed: bool = False  # question or passage is in English and the other is not

    @property
    def text(self) -> str:
        return self.reading.passage.text[self.start : self.end]

    @property
    def quote(self) -> str:
        return self.reading.passage.text[self.quote_start : self.quote_end]

    @property
    def article_id(self) -> str:
        return self.reading.passage.source.article_id


def weigh(
    question: str,
    candidates: Sequence[Candidate],
    readings: Sequence[Sequence[Reading]],
    asked_on: date | None = None,
    unnamed: Mapping[str, float] = MappingProxyType({}),
    *,
    weights: Mapping[str, float] = WEIGHTS,
    disabled: Set[str] = frozenset(),
) -> list[Evidence]:
    """Every usable reading as evidence, best first.

    `unnamed`: by the id of an article, the share of the question's names that it does not mention. `weights`
    and `disabled` rules: to measure what they are worth.
    """
    sought = asked(question)
    time = time_asked(question, [candidate.passage for candidate in candidates], asked_on)
    places = zip(candidates, readings, leads(candidates), nears(candidates, asked_on), strict=True)
    found = [
        replace(
            evidence,
            lead=lead,
            near=near,
            published=newness(candidate.passage.source, asked_on),
            other_time=time is not None and time.is_missed_by(candidate.passage, evidence.quote),
            unnamed=unnamed.get(evidence.article_id, 0.0),
            crossed=crosses(question, candidate.passage),
        )
        for candidate, spans, lead, near in places
        for reading in spans
        if (evidence := _evidence(candidate, reading, sought, disabled))
    ]
    found.sort(key=lambda one: -one.reading.score)  # agreement asks the surest of each article first
    figured = [(one, features(one, found, sought.kind)) for one in found]
    scored = [replace(one, figures=f, score=score(f, weights)) for one, f in figured]
    return with_confidence(sorted(scored, key=lambda one: -one.score), sought.kind, disabled)


def crosses(question: str, passage: Passage) -> bool:
    """Whether one of them is in English and the other is not."""
    return is_english(question) is not is_english(passage.text)


def features(evidence: Evidence, others: Sequence[Evidence], kind: Kind) -> dict[str, float]:
    """The figures that the ranker's weights are for."""
    return {
        "reader": max(min(evidence.reading.score, SURE), -SURE),
        "cosine": evidence.cosine,
        "agreement": _agreement(evidence, others, kind),
        "lead": evidence.lead,
        "near": evidence.near,
    }


def with_confidence(
    evidence: Sequence[Evidence], kind: Kind, disabled: Set[str] = frozenset()
) -> list[Evidence]:
    """The evidence, likeliest first: the surer, the further it is ahead of what says something else."""
    told = []
    for one in evidence:
        others = (
            e.score
            for e in evidence
            if relation(e.text, one.text, kind) is not Relation.SAME
            and (one.other_time or not e.other_time)  # what was so at another time contradicts nothing
        )
        figures = {
            **one.figures,
            "score": one.score,
            "margin": one.score - next(others, 0.0),
            "unnamed": one.unnamed**2,  # one of four may be told otherwise, four of four are not there
            "other_time": float(one.other_time and "other_time" not in disabled),
            "crossed": float(one.crossed),
            "whole": float(kind is Kind.BROAD),
        }
        told.append(replace(one, figures=figures, confidence=probability(figures)))
    return sorted(told, key=lambda one: -one.confidence)


def _evidence(candidate: Candidate, reading: Reading, sought: Asked, disabled: Set[str]) -> Evidence | None:
    passage = candidate.passage
    outline = passage.marks()
    if kind_at(passage.text, outline, reading.start) in (Block.HEADING, Block.TABLE_HEADER):
        return None  # it names a subject and asserts nothing
    sentence = quote_span(passage.text, reading.start, reading.end, outline)
    start, end = tidy(passage.text, reading.start, reading.end, sentence, sought, disabled)
    if start >= end:
        return None
    quote = quoted(passage.text, start, end, outline)
    return Evidence(reading, start, end, *quote, cosine=candidate.cosine)


def leads(candidates: Sequence[Candidate]) -> list[float]:
    """For each passage how near it stands to the beginning of its article, 0..1, less the mean of all."""
    near = [math.exp(-candidate.passage.start / LEAD_CHARS) for candidate in candidates]
    mean = sum(near) / max(len(near), 1)
    return [one - mean for one in near]


def nears(candidates: Sequence[Candidate], asked_on: date | None) -> list[float]:
    """For each passage how much nearer to the day of the question its article is, in log days."""
    return nearness([day_of(candidate.passage.source) for candidate in candidates], asked_on)


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
