"""Broad questions: the few sentences that say most, from more than one article where possible."""

import math
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.passages.sentences import line_sentences
from index.passages.structure import Kind, parse, quote_span
from index.types import Embedder, Passage, Vectors
from retrieval.questions.kinds import stems, words
from retrieval.reading.reader import Reading
from retrieval.search.fusion import Candidate

READ_PASSAGES = 6  # about 30 sentences: embedding them takes as long as reading ten passages
MAX_SENTENCES = 3
FURTHER = 0.3  # below the best sentence at which another is about something else
SAME_ARTICLE = 0.06  # cosine that a second sentence of one article gives away to another article's
MIN_WORDS = 6  # shorter ones are headings and labels
MIN_LISTED = 3  # words of a row or list item, which what leads in to it makes whole
DIVERSITY = (
    0.35  # Carbonell and Goldstein 1998, maximal marginal relevance: weight of being unlike the others
)
READER_WEIGHT = (
    0.5  # of 140 why and how questions of SQuAD the first sentence answers .84 with both; at 0.3 .83
)
COVERAGE_WEIGHT = 0.4  # of those 140 the first answers .86 with 0.2 to 0.6, with 0.8 .85
ROW = 0.1  # cosine that a table's row gives away to a sentence: it is hard to read alone
LISTED = (Kind.LIST_ITEM, Kind.TABLE_ROW, Kind.CODE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`passage.text[start:end]` and its cosine to the question."""

    passage: Passage
    start: int
    end: int
    cosine: float

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Sayable:
    """What of a passage can stand as an answer."""

    start: int
    end: int
    compared: str  # with what leads in to it
    told: str  # with its header row and the heading right above it
    bonus: float  # cosine that the reader, or its form, adds or takes


def best_sentences(
    question: str,
    vector: Vectors,
    candidates: Sequence[Candidate],
    readings: Sequence[Sequence[Reading]],
    embedder: Embedder,
    disabled: Set[str] = frozenset(),
) -> list[Sentence]:
    """At most MAX_SENTENCES sentences near to the question's `vector` and unlike each other, best first.

    `readings` of the candidates: a sentence in which the reader sees an answer counts more, and so does one
    that says what the question does, above all what few of the others say.
    """
    spans = {
        (c.passage.source.article_id, c.passage.start + one.start): (c.passage, one)
        for c, spoken in zip(candidates, readings, strict=True)
        for one in _sentences(c.passage, spoken)
    }
    found = list(spans.values())
    if not found:
        return []
    vectors = embedder.embed_passages([one.compared for _, one in found])
    cosines = vectors @ vector
    said = _coverage(stems(question), [stems(one.told) for _, one in found])
    near = cosines.copy()
    if "sentences.reader" not in disabled:
        near += np.array([one.bonus for _, one in found], np.float32)
    if "sentences.coverage" not in disabled:
        near += COVERAGE_WEIGHT * said
    texts = [passage.text[one.start : one.end] for passage, one in found]
    chosen: list[int] = []
    while len(chosen) < min(MAX_SENTENCES, len(found)):
        likeness = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(found), np.float32)
        articles = [found[i][0].source.article_id for i in chosen]
        repeats = np.array([articles.count(passage.source.article_id) for passage, _ in found], np.float32)
        value = near
        if "sentences.diversity" not in disabled:
            value = near - DIVERSITY * likeness - SAME_ARTICLE * repeats
        again = np.isin(texts, [texts[i] for i in chosen])  # once is enough, wherever it stands
        value[again] = value[near < near.max() - FURTHER] = -np.inf
        if not np.isfinite(value.max()):
            break
        chosen.append(int(np.argmax(value)))
    return [Sentence(found[i][0], found[i][1].start, found[i][1].end, float(cosines[i])) for i in chosen]


def _coverage(subject: frozenset[str], told: Sequence[frozenset[str]]) -> NDArray[np.float32]:
    """For each sentence's words the share of the subject's that any says, each by how few say it; 0..1."""
    counts = {word: sum(word in one for one in told) for word in subject}
    weights = {word: math.log(1 + len(told) / count) for word, count in counts.items() if count}
    whole = sum(weights.values()) or 1.0
    return np.array([sum(weights[word] for word in weights.keys() & one) / whole for one in told], np.float32)


def _seen(start: int, end: int, readings: Sequence[Reading]) -> float:
    """How sure, 0..1, the reader is that an answer begins between these characters."""
    score = max((one.score for one in readings if start <= one.start < end), default=-np.inf)
    return float(1 / (1 + np.exp(-score / 2)))


def _sentences(passage: Passage, readings: Sequence[Reading]) -> Iterator[_Sayable]:
    """Every sentence that says something by itself: no headings, header rows, questions or lead-ins.

    A row or list item is compared together with what leads in to it.
    """
    outline = passage.marks()
    for block in parse(passage.text, outline):
        if block.kind in (Kind.HEADING, Kind.TABLE_HEADER):
            continue
        whole = [quote_span(passage.text, block.end - 1, block.end, outline)]  # without its bullet
        lead_in = f"{block.lead_in or passage.heading}\n" if block.kind in LISTED else ""
        parts: Sequence[tuple[int, int]] = (
            whole if block.kind in LISTED else line_sentences(passage.text, block.start, block.end)
        )
        for start, end in parts:
            said = passage.text[start:end]
            least = MIN_LISTED if block.kind in LISTED else MIN_WORDS
            if len(words(said)) >= least and not said.endswith((":", "?")):
                is_row = block.kind is Kind.TABLE_ROW
                bonus = READER_WEIGHT * _seen(start, end, readings) - ROW * is_row
                header = lead_in.splitlines()[-1:] if is_row else []
                above = (block.heading or passage.heading).splitlines()[-1:]
                yield _Sayable(start, end, lead_in + said, "\n".join((*above, *header, said)), bonus)
