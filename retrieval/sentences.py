"""Broad questions: the few sentences that say most, from more than one article where possible."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.sentences import line_sentences
from index.structure import Kind, parse, quote_span
from index.types import Embedder, Passage, Vectors
from retrieval.fusion import Candidate
from retrieval.questions import words

READ_PASSAGES = 6  # about 30 sentences: embedding them takes as long as reading ten passages
MAX_SENTENCES = 3
FURTHER = 0.2  # cosine below the nearest sentence at which another is about something else
SAME_ARTICLE = 0.06  # cosine that a second sentence of one article gives away to another article's
MIN_WORDS = 6  # shorter ones are headings and labels
DIVERSITY = (
    0.35  # Carbonell and Goldstein 1998, maximal marginal relevance: weight of being unlike the others
)
LISTED = (Kind.LIST_ITEM, Kind.TABLE_ROW)


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


def best_sentences(question: Vectors, candidates: Sequence[Candidate], embedder: Embedder) -> list[Sentence]:
    """At most MAX_SENTENCES sentences near to the question's vector and unlike each other, best first."""
    spans = {
        (c.passage.source.article_id, c.passage.start + start): (c.passage, start, end, told)
        for c in candidates[:READ_PASSAGES]
        for start, end, told in _sentences(c.passage)
    }
    found = list(spans.values())
    if not found:
        return []
    vectors = embedder.embed_passages([told for *_, told in found])
    cosines = vectors @ question
    chosen: list[int] = []
    while len(chosen) < min(MAX_SENTENCES, len(found)):
        likeness = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(found), np.float32)
        articles = [found[i][0].source.article_id for i in chosen]
        repeats = np.array([articles.count(passage.source.article_id) for passage, *_ in found], np.float32)
        value = cosines - DIVERSITY * likeness - SAME_ARTICLE * repeats
        value[chosen] = value[cosines < cosines.max() - FURTHER] = -np.inf
        if not np.isfinite(value.max()):
            break
        chosen.append(int(np.argmax(value)))
    return [Sentence(*found[i][:3], float(cosines[i])) for i in chosen]


def _sentences(passage: Passage) -> Iterator[tuple[int, int, str]]:
    """What of a passage can stand as an answer, with the words to compare it by.

    A row or list item is compared together with what leads in to it. Headings, header rows,
    questions and sentences that only announce what follows say nothing by themselves.
    """
    for block in parse(passage.text):
        if block.kind in (Kind.HEADING, Kind.TABLE_HEADER):
            continue
        whole = [quote_span(passage.text, block.end - 1, block.end)]  # without its bullet
        lead_in = f"{block.lead_in or passage.heading}\n" if block.kind in LISTED else ""
        parts: Sequence[tuple[int, int]] = (
            whole if block.kind in LISTED else line_sentences(passage.text, block.start, block.end)
        )
        for start, end in parts:
            said = passage.text[start:end]
            if len(words(said)) >= MIN_WORDS and not said.endswith((":", "?")):
                yield start, end, lead_in + said
