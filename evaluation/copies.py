"""How well copies of a story are told from other stories: python -m evaluation.copies CORPUS...

Copies are made from articles of a corpus (`corpus.jsonl.gz` or a folder with one) as sites make them: cut,
put into another order, given another title and credit, edited here and there. Other stories are for each
article those of the corpus that share most words with it; `--show` prints those taken for copies, of which
many are. Writes evaluation/results/copies.md.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from index.loading.files import load
from index.passages.sentences import split_sentences
from index.types import Article, Source
from retrieval.evidence.citations import origins

LEAST_WORDS = 120
NEIGHBOURS = 3  # other stories beside each article
OUTPUT = Path(__file__).parent / "results" / "copies.md"

Change = Callable[[list[str], random.Random], list[str]]


def _cut(sentences: list[str], chance: random.Random) -> list[str]:
    keep = max(3, len(sentences) // 2)
    first = chance.randrange(len(sentences) - keep + 1)
    return sentences[first : first + keep]


def _reordered(sentences: list[str], chance: random.Random) -> list[str]:
    return chance.sample(sentences, len(sentences))


def _credited(sentences: list[str], chance: random.Random) -> list[str]:
    return ["KELO (Agency) —", *sentences, "Reporting by the agency's staff; editing by the desk."]


def _edited(share: float) -> Change:
    """Words left out, doubled or replaced by others of the article."""

    def edit(sentences: list[str], chance: random.Random) -> list[str]:
        words = " ".join(sentences).split()
        edited = []
        for word in words:
            roll = chance.random()
            if roll >= share:
                edited.append(word)
            elif roll < share / 2:
                edited.append(chance.choice(words))
        return [" ".join(edited)]

    return edit


CHANGES: dict[str, Change] = {
    "half of it": _cut,
    "sentences in another order": _reordered,
    "another title, credit and end": _credited,
    "5 % of words changed": _edited(0.05),
    "10 % of words changed": _edited(0.10),
    "20 % of words changed": _edited(0.20),
    "half of it, 5 % of words changed": lambda s, chance: _edited(0.05)(_cut(s, chance), chance),
}


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--sample", type=int, default=400, help="articles of each corpus")
    parser.add_argument("--show", action="store_true", help="print pairs of articles taken for copies")
    asked = parser.parse_args()
    rows = []
    for path in asked.corpora:
        corpus = path / "corpus.jsonl.gz" if path.is_dir() else path
        articles = [one for one in load(str(corpus)) if isinstance(one, Article)]
        rows.append([path.name, *_measure(articles, asked.sample, asked.show)])
    head = ["corpus", "articles", *CHANGES, "similar articles taken for copies"]
    rules = ["---", *(["---:"] * (len(head) - 1))]
    lines = [
        "# Copies of a story",
        "",
        "Share of copies recognised, by how they were changed, and how many of the three most similar",
        "other articles are taken for copies: `python -m evaluation.copies CORPUS...`.",
        "",
        *(f"| {' | '.join(row)} |" for row in (head, rules, *rows)),
    ]
    OUTPUT.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


def _measure(articles: Sequence[Article], sample: int, show: bool) -> list[str]:
    chance = random.Random(7)  # noqa: S311  # the same copies each time
    long = [one for one in articles if len(one.text.split()) >= LEAST_WORDS]
    chosen = chance.sample(long, min(sample, len(long)))
    shares = []
    for change in CHANGES.values():
        found = [_are_copies(one, _changed(one, change, chance)) for one in chosen]
        shares.append(f"{np.mean(found):.3f}")
    similarity = _Similarity(long)
    pairs = [(one, other) for one in chosen for other in similarity.nearest(one, NEIGHBOURS)]
    taken = [(one, other) for one, other in pairs if _are_copies(one, other)]
    for one, other in taken if show else ():
        print(f"{one.source.title} | {other.source.title}")
    return [f"{len(chosen):,}", *shares, f"{len(taken)} of {len(pairs):,}"]


def _changed(article: Article, change: Change, chance: random.Random) -> Article:
    sentences = [article.text[start:end] for start, end in split_sentences(article.text)]
    return Article(Source("copy", "Another title"), " ".join(change(sentences, chance)))


def _are_copies(one: Article, other: Article) -> bool:
    return len(set(origins([one, other]).values())) == 1


class _Similarity:
    """The articles of a corpus by the words that they share."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = articles
        self.rows = {one.source.article_id: i for i, one in enumerate(articles)}
        self.matrix = TfidfVectorizer(stop_words="english").fit_transform(one.text for one in articles)

    def nearest(self, article: Article, count: int) -> list[Article]:
        scores = (self.matrix @ self.matrix[self.rows[article.source.article_id]].T).toarray().ravel()
        order = np.argsort(-scores)[: count + 1]
        return [self.articles[i] for i in order if self.articles[i] is not article][:count]


if __name__ == "__main__":
    main()
