"""Synthetic articles recombined from real ones, with approximate vectors.

An article consists of sentences of one real article, with some of a second one, under the first one's title.
The vector of a passage is the mean of its sentences' embeddings, weighted by length, plus an error drawn from
those that this approximation makes on passages that were embedded.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from index.loading.files import load
from index.passages.chunking import chunk, embedded_text
from index.passages.sentences import split_sentences
from index.types import Article, Embedder, Source, Vectors

SENTENCES = 20_000  # of the corpus, at most, from articles all over it; a minute of embedding
PER_ARTICLE = 40  # sentences, from its beginning
PARAGRAPHS, PER_PARAGRAPH = 18, (3, 6)  # an article of news has 18 passages of 557 characters
FOREIGN_SHARE = 0.25  # share of sentences that come from the second article
CALIBRATION = 512  # passages embedded for real
_SENTENCE_CHARS = (25, 400)
FIRST_DAY, DAYS = date(2020, 1, 1), 100  # one article in a hundred is of the first day


@dataclass(frozen=True, slots=True)
class Material:
    """Titles and sentences of real articles."""

    titles: Sequence[str]
    sentences: Sequence[Sequence[str]]

    @classmethod
    def of(cls, corpus: str, most: int = SENTENCES) -> "Material":
        """Raises ValueError when the corpus has no articles with sentences."""
        articles = [one for one in load(corpus) if isinstance(one, Article)]
        order = np.random.default_rng(0).permutation(len(articles))
        titles: list[str] = []
        sentences: list[list[str]] = []
        count = 0
        for article in (articles[i] for i in order):
            found = [article.text[start:end].strip() for start, end in split_sentences(article.text)]
            low, high = _SENTENCE_CHARS
            found = list(dict.fromkeys(s for s in found if low <= len(s) <= high and "\n" not in s))[
                :PER_ARTICLE
            ]
            if len(found) >= PER_PARAGRAPH[1] and count < most:
                titles.append(article.source.title)
                sentences.append(found)
                count += len(found)
        if not titles:
            raise ValueError(
                f"{corpus}: expected articles of {PER_PARAGRAPH[1]} sentences or more, found none"
            )
        return cls(titles, sentences)

    def unique_texts(self) -> list[str]:
        """Every title and sentence once."""
        return list(dict.fromkeys([*self.titles, *(s for some in self.sentences for s in some)]))

    def article(self, number: int) -> Article:
        """The same article for the same number."""
        random = np.random.default_rng([number < 0, abs(number)])
        first, second = random.integers(0, len(self.titles), 2)
        paragraphs = []
        for _ in range(PARAGRAPHS):
            drawn = random.random((int(random.integers(*PER_PARAGRAPH, endpoint=True)), 2))
            origins = (self.sentences[second if strange < FOREIGN_SHARE else first] for strange, _ in drawn)
            chosen = (some[int(place * len(some))] for some, (_, place) in zip(origins, drawn, strict=True))
            paragraphs.append(" ".join(chosen))
        published = FIRST_DAY + timedelta(days=number % DAYS)
        source = Source(f"made-{number}", self.titles[first], publisher="Recombined", published=published)
        return Article(source, "\n\n".join(paragraphs))


class MixingEmbedder:
    """An `Embedder` for recombined passages, from the embeddings of their sentences."""

    def __init__(self, name: str, texts: Sequence[str], vectors: Vectors, errors: Vectors) -> None:
        self.name = name
        self.dimension = int(vectors.shape[1])
        self._vectors = vectors
        self._row = {text: row for row, text in enumerate(texts)}
        self._errors = errors

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        mixed = np.empty((len(texts), self.dimension), dtype=np.float32)
        for i, text in enumerate(texts):
            mixed[i] = self._mean(text)
            if len(self._errors):
                mixed[i] += self._errors[zlib.crc32(text.encode()) % len(self._errors)]
        return _unit_length(mixed)

    def embed_question(self, text: str) -> Vectors:
        return np.asarray(self.embed_passages([text])[0], dtype=np.float32)

    def _mean(self, text: str) -> Vectors:
        rows, weights = [], []
        for line in text.splitlines():
            parts = [line] if line in self._row else [line[a:b].strip() for a, b in split_sentences(line)]
            for part in parts:
                if (row := self._row.get(part)) is not None:
                    rows.append(row)
                    weights.append(len(part))
        if not rows:
            rows, weights = [zlib.crc32(text.encode()) % len(self._vectors)], [1]
        mean = np.average(self._vectors[rows], axis=0, weights=weights)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class MedianCosines:
    """Median cosines between approximate vectors and real embeddings of the same passages."""

    of_the_mean: float
    with_error: float


def fit_mixing_embedder(
    material: Material, real: Embedder, cache: Path
) -> tuple[MixingEmbedder, MedianCosines]:
    """The embedder and its accuracy; sentence vectors are kept in `cache` (.npz)."""
    texts = material.unique_texts()
    key = zlib.crc32("\0".join(texts).encode())
    if not (cache.exists() and int(np.load(cache)["key"]) == key):
        vectors = real.embed_passages(texts)
        sample = [embedded_text(p) for i in range(CALIBRATION) for p in chunk(material.article(-i - 1))[3:4]]
        truth = real.embed_passages(sample)
        plain = MixingEmbedder(real.name, texts, vectors, vectors[:0]).embed_passages(sample)
        # half of the sample gives the errors, the other half judges them
        half = len(sample) // 2
        noisy = MixingEmbedder(real.name, texts, vectors, (truth - plain)[:half]).embed_passages(sample)
        likeness = [float(np.median((v[half:] * truth[half:]).sum(axis=1))) for v in (plain, noisy)]
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.savez(cache, key=key, vectors=vectors, errors=truth - plain, likeness=likeness)
    kept = np.load(cache)
    embedder = MixingEmbedder(real.name, texts, kept["vectors"], kept["errors"])
    return embedder, MedianCosines(*(round(float(cosine), 3) for cosine in kept["likeness"]))


def _unit_length(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)
