"""Questions that a whole sentence answers: why, how, is it so, tell me about it.

Every sentence of the best passages is a reading of its own, ranked by the same figures as a short answer:
what the reader sees in it, and its cosine. A request, which asks a reader nothing, is answered by cosine
alone.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from types import MappingProxyType

import numpy as np

from index.passages.sentences import line_sentences
from index.passages.structure import Kind, quote_span
from index.types import Embedder, Mark, Passage, Vectors
from retrieval.evidence.features import (
    LEAD_CHARS,
    SURE,
    Evidence,
    crosses,
    leads,
    nears,
    with_confidence,
)
from retrieval.evidence.quotes import blocks_of, term_start
from retrieval.evidence.ranker import ANSWERED, WEIGHTS, score
from retrieval.questions.kinds import Kind as Asked
from retrieval.questions.kinds import is_request, stems, words
from retrieval.reading.reader import Reading
from retrieval.search.fusion import Candidate

READ_PASSAGES = 6  # about 30 sentences: embedding them takes as long as reading ten passages
OF_QUESTION, OF_REQUEST, OF_SUMMARY = 3, 4, 4  # sentences
SUMMED_UP = 15  # passages of an article, about 75 sentences
OF_LEAD, REPEATED = 0.1, 0.5  # beside the cosine to the mean
MIN_WORDS = 6  # shorter ones are headings and labels
MIN_UNENDED = 12  # words without a full stop behind them; shorter ones are headings run into the text
MIN_LISTED = 3  # words of a row or list item, which what leads in to it makes whole
CODE_LINES = 6  # quoted with the sentence that leads in to them
ALIKE = 0.9  # cosine of sentences that say the same
NEAR = 0.2  # less cosine than the best sentence to a request: another is about something else
# How likely a sentence with this cosine answers: logistic regression over 194 why, how and yes/no questions.
TOPICAL, CONSTANT = 3.80, -2.98
CROSSED_COSINE = 0.75  # of a cosine is left between languages: .40 from Spanish to English, in English .54
LISTED = (Kind.LIST_ITEM, Kind.TABLE_ROW, Kind.CODE)


@dataclass(frozen=True, slots=True)
class _Unit:
    """text[start:end], which can stand as an answer; `compared`: with what leads in to it."""

    start: int
    end: int
    compared: str


def sentences(
    question: str,
    vector: Vectors,
    candidates: Sequence[Candidate],
    read: Sequence[Evidence],
    embedder: Embedder,
    unnamed: Mapping[str, float] = MappingProxyType({}),
    asked_on: date | None = None,
    *,
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Evidence]:
    """The sentences of the candidates that answer best, best first, that say different things.

    `vector` is the question's; `read` is what the readers saw. Of those for a request the best is first, the
    others stand in the order of their articles.
    """
    found: dict[tuple[str, int], tuple[Candidate, float, float, _Unit]] = {}
    places = zip(candidates, leads(candidates), nears(candidates, asked_on), strict=True)
    for candidate, lead, near in places:
        for unit in _units(candidate.passage.text, candidate.passage.heading, candidate.passage.marks()):
            place = (candidate.passage.source.article_id, candidate.passage.start + unit.start)
            found[place] = (candidate, lead, near, unit)
    if not found:
        return []
    vectors = embedder.embed_passages([unit.compared for *_, unit in found.values()])
    told = []
    cosines = (vectors @ vector).tolist()
    for (candidate, lead, near, unit), cosine in zip(found.values(), cosines, strict=True):
        passage = candidate.passage
        seen = _seen(passage, unit, read)
        figures = {
            "reader": max(min(seen, SURE), -SURE),
            "cosine": cosine,
            "agreement": 0.0,
            "lead": lead,
            "near": near,
        }
        told.append(
            Evidence(
                Reading(passage, unit.start, unit.end, seen),
                *(unit.start, unit.end) * 2,
                cosine=cosine,
                unnamed=unnamed.get(passage.source.article_id, 0.0),
                crossed=crosses(question, passage),
                figures=figures,
                score=score(figures, weights),
            )
        )
    request = is_request(question)
    if request:
        told = [replace(one, confidence=_topical(question, one)) for one in told]
    ranked = sorted(zip(told, vectors, strict=True), key=lambda pair: (-pair[0].confidence, -pair[0].score))
    chosen: list[tuple[Evidence, Vectors]] = []
    for one, direction in ranked:
        is_new = all(float(direction @ other) < ALIKE for _, other in chosen)
        if len(chosen) < (OF_REQUEST if request else OF_QUESTION) and is_new:
            chosen.append((one, direction))
    best, *others = [one for one, _ in chosen]
    if not request:
        return with_confidence([best, *others], Asked.BROAD)
    others = [one for one in others if one.cosine >= best.cosine - NEAR]
    return [
        best,
        *sorted(others, key=lambda one: (one.article_id != best.article_id, one.article_id, _place(one))),
    ]


def summary(best: Evidence, passages: Sequence[Passage], embedder: Embedder) -> list[Evidence]:
    """Sentences of an article that together cover it, in its order; as likely as the best for the request.

    Each is the nearest to the mean of all and to the beginning that repeats least what is chosen already
    (maximal marginal relevance).
    """
    found = {
        passage.start + unit.start: (passage, unit)
        for passage in passages[:SUMMED_UP]
        for unit in _units(passage.text, passage.heading, passage.marks())
        if "|" not in unit.compared  # a row tells little without its table
    }
    if not found:
        return [best]
    vectors = embedder.embed_passages([unit.compared for _, unit in found.values()])
    near = vectors @ vectors.mean(axis=0) + OF_LEAD * np.exp(-np.array(list(found)) / LEAD_CHARS)
    chosen: list[int] = []
    for _ in range(min(OF_SUMMARY, len(found))):
        gain = near - REPEATED * (vectors @ vectors[chosen].T).max(axis=1, initial=0.0)
        gain[chosen] = -np.inf
        chosen.append(int(np.argmax(gain)))
    told = [list(found.values())[i] for i in sorted(chosen, key=lambda i: list(found)[i])]
    return [
        replace(
            best,
            reading=Reading(passage, unit.start, unit.end, best.reading.score),
            start=unit.start,
            end=unit.end,
            quote_start=unit.start,
            quote_end=unit.end,
        )
        for passage, unit in told
    ]


def _topical(request: str, one: Evidence) -> float:
    """How likely the sentence is about what is requested; enough to be said where it says all its words."""
    cosine = one.cosine / (CROSSED_COSINE if one.crossed else 1)
    likely = 1 / (1 + math.exp(-TOPICAL * cosine - CONSTANT))
    return max(likely, ANSWERED) if stems(request) <= stems(one.text) else likely


def _place(one: Evidence) -> tuple[str, int]:
    return one.article_id, one.reading.passage.start + one.start


def _seen(passage: Passage, unit: _Unit, read: Sequence[Evidence]) -> float:
    """The best score of what a reader saw in it."""
    return max(
        (
            one.reading.score
            for one in read
            if one.reading.passage == passage and unit.start <= one.start < unit.end
        ),
        default=-SURE,
    )


def _units(text: str, heading: str, outline: tuple[Mark, ...]) -> Iterator[_Unit]:
    """Every sentence that says something by itself: no heading, caption, header row, question or lead-in.

    A row or list item is compared together with what leads in to it; code stands with the sentence that leads
    in to it, the definition of a term with the term.
    """
    blocks = blocks_of(text, outline)
    for i, block in enumerate(blocks):
        if block.kind in (Kind.HEADING, Kind.TABLE_HEADER, Kind.LABEL):
            continue
        spans = list(line_sentences(text, block.start, block.end))
        listed = block.kind in LISTED and (block.kind is not Kind.LIST_ITEM or len(spans) == 1)
        if block.kind in LISTED:  # each whole, without a bullet
            ends = [block.end] if listed else [end for _, end in spans]
            spans = [quote_span(text, end - 1, end, outline) for end in ends]
        code = list(takewhile(lambda other: other.kind is Kind.CODE, blocks[i + 1 : i + 1 + CODE_LINES]))
        for start, end in spans:
            said = text[start:end]
            if said.endswith(":") and end == block.end and code and block.kind is not Kind.CODE:
                yield _Unit(start, code[-1].end, text[start : code[-1].end])
            elif listed:
                if len(words(said)) >= MIN_LISTED and not said.endswith((":", "?")):
                    lead_in = block.lead_in or heading
                    yield _Unit(term_start(text, blocks, i, start), end, f"{lead_in}\n{said}")
            elif _is_whole(said):
                yield _Unit(term_start(text, blocks, i, start), end, said)


def _is_whole(sentence: str) -> bool:
    """Whether it is more than a heading, a label, a question or a lead-in."""
    count = len(words(sentence))
    ended = sentence.rstrip("\"'”’»)]").endswith((".", "!", "…"))
    return count >= (MIN_WORDS if ended else MIN_UNENDED) and not sentence.endswith((":", "?"))
