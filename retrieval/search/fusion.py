"""Two ranked lists become one: candidates for the reader, best first, each text once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from index.types import Candidates, Passage, Source
from retrieval.search.dates import day_of, nearness

KEYWORD_WEIGHT = 0.5  # against a cosine: docs/decisions/0041; 0.3..3 moved hit@5 by less than 0.05
NEAR_WEIGHT = 0.02  # of nearness in time, when it is known when it was asked; hit@5 .941, with 0.05 .928


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage to be read and how near it is to the question (cosine, -1..1).

    `copies`: the other articles found that have the same passage, word for word.
    """

    passage: Passage
    cosine: float
    copies: tuple[Source, ...] = ()


def fuse(
    candidates: Candidates,
    cosines: Mapping[str, float],
    limit: int,
    asked_on: date | None = None,
    keyword_weight: float = KEYWORD_WEIGHT,
) -> list[Candidate]:
    """The best passages of both lists by cosine plus BM25 relative to the list's best, nearer days first.

    `cosines` has every listed passage's cosine by its id. A passage that BM25 did not list counts
    with slightly less than the last that it did. Reciprocal ranks lost to this: they forget how
    much better the first is, which exact names and numbers live on. A passage that several articles
    have word for word is one candidate: that of the article published first.
    """
    keyword = {hit.passage.id: hit.score for hit in candidates.keyword}
    best = max(keyword.values(), default=1.0)
    floor = 0.9 * min(keyword.values(), default=0.0)

    passages = {hit.passage.id: hit.passage for hit in (*candidates.dense, *candidates.keyword)}
    near = nearness([day_of(passage.source) for passage in passages.values()], asked_on)
    timely = dict(zip(passages, near, strict=True))

    def fused(passage_id: str) -> float:
        said = keyword_weight * keyword.get(passage_id, floor) / best
        return cosines[passage_id] + said + NEAR_WEIGHT * timely[passage_id]

    alike: dict[tuple[str, str], list[Passage]] = {}
    for passage_id in sorted(passages, key=fused, reverse=True):
        passage = passages[passage_id]
        alike.setdefault((passage.heading, passage.text), []).append(passage)
    return [_candidate(found, cosines) for found in list(alike.values())[:limit]]


def _candidate(found: Sequence[Passage], cosines: Mapping[str, float]) -> Candidate:
    """One of passages that say the same, with the other articles that say it."""
    first, *others = sorted(found, key=_first_published)
    copies = {one.source.article_id: one.source for one in others}
    copies.pop(first.source.article_id, None)
    return Candidate(first, max(cosines[one.id] for one in found), tuple(copies.values()))


def _first_published(passage: Passage) -> tuple[datetime, str, int]:
    source = passage.source
    return source.published_order or datetime.max.replace(tzinfo=UTC), source.article_id, passage.start
