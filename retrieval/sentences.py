"""Broad questions: the few sentences that say most, from more than one article where possible."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.sentences import split_sentences
from index.types import Embedder, Passage, Vectors
from retrieval.fusion import Candidate

READ_PASSAGES = 6  # about 30 sentences: embedding them takes as long as reading ten passages
MAX_SENTENCES = 3
SAME_ARTICLE = 0.06  # cosine that a second sentence of one article gives away to another article's
MIN_WORDS = 6  # shorter ones are headings and labels
DIVERSITY = (
    0.35  # Carbonell and Goldstein 1998, maximal marginal relevance: weight of being unlike the others
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`passage.text[start:end]` and its cosine to the question."""

    passage: Passage
    start: int
    end: int
    cosine: float


def best_sentences(question: Vectors, candidates: Sequence[Candidate], embedder: Embedder) -> list[Sentence]:
    """At most MAX_SENTENCES sentences near to the question's vector and unlike each other, best first."""
    spans = {
        (c.passage.source.article_id, c.passage.start + start): (c.passage, start, end)
        for c in candidates[:READ_PASSAGES]
        for start, end in split_sentences(c.passage.text)
        if len(c.passage.text[start:end].split()) >= MIN_WORDS
    }
    found = list(spans.values())
    if not found:
        return []
    vectors = embedder.embed_passages([passage.text[start:end] for passage, start, end in found])
    cosines = vectors @ question
    chosen: list[int] = []
    while len(chosen) < min(MAX_SENTENCES, len(found)):
        likeness = (vectors @ vectors[chosen].T).max(axis=1) if chosen else np.zeros(len(found), np.float32)
        told = [found[i][0].source.article_id for i in chosen]
        repeats = np.array([told.count(passage.source.article_id) for passage, _, _ in found], np.float32)
        value = cosines - DIVERSITY * likeness - SAME_ARTICLE * repeats
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
    return [Sentence(*found[i], float(cosines[i])) for i in chosen]
