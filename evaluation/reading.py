"""What a reader does when given the passage: python -m evaluation.reading QUESTIONS CORPUS [READER ...]

Asks questions with one relevant article each, as SQuAD 2.0 has them, against that article: where the answer
stands, and whether it is there at all. Articles whose titles are among those that the bundled reader
may have learned from are left out unless --all is given. READER is "bundled" (of which the second reads),
"small" (the first), "sentences" (the baseline) or a model's folder.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from evaluation.bootstrap import Figure, auroc, figure, ratio
from evaluation.questions import Question, read_questions, spread
from evaluation.scores import contains, exact, f1
from evaluation.unseen import read_corpus, unseen_in
from index.embedding.embedder import load_embedder
from index.types import Passage, Source
from retrieval.reading.reader import BUNDLED, SENTENCES, SMALL, Reader, load_reader

KEPT = 0.85  # share of the answerable questions that are answered where the unanswerable are counted
LABELS = {
    "exact": "exact",
    "f1": "F1",
    "contains": "holds an accepted answer",
    "auroc": "AUROC, answerable or not",
    "told": f"unanswerable told when {KEPT:.0%} of the answerable are answered",
}


def measured(reader: Reader, questions: Sequence[Question], texts: Mapping[str, str]) -> dict[str, Figure]:
    """The figures of LABELS that these questions allow."""
    found: list[tuple[float, float, float, float]] = []  # score, exact, f1, contains
    for question in questions:
        (article,) = question.relevant
        readings = (reader.second or reader).read(question.text, [_passage(texts[article])])[0]
        best = readings[0].text if readings else ""
        score = readings[0].score if readings else -1e3
        overlap = f1(best, question.answers)
        found.append((score, exact(best, question.answers), overlap, contains(best, question.answers)))
    rows = np.array(found)
    answerable = np.array([bool(question.answers) for question in questions])
    ones = np.ones(answerable.sum())
    figures = {
        name: figure(ratio, np.column_stack([rows[answerable, column], ones]))
        for column, name in enumerate(("exact", "f1", "contains"), start=1)
    }
    if not answerable.all():
        least = np.quantile(rows[answerable, 0], 1 - KEPT)
        refused = rows[~answerable, 0] < least
        figures["auroc"] = figure(auroc, np.column_stack([rows[:, 0], answerable]))
        figures["told"] = figure(ratio, np.column_stack([refused, np.ones(len(refused))]))
    return {name: one for name, one in figures.items() if one}


def as_markdown(told: Mapping[str, Mapping[str, Figure]], questions: int, left_out: int = 0) -> str:
    """A table with a column for each reader; `left_out` questions are about articles seen in training."""
    lines = [f"{questions:,} questions, each with its article; in brackets 95 % intervals.", ""]
    if left_out:
        lines[0] += (
            f" Another {left_out:,} were not asked: their articles are among those, by title, that the "
            "bundled reader may have been trained on (--all asks them too)."
        )
    lines += [f"| | {' | '.join(told)} |", f"|---|{'---|' * len(told)}"]
    for name, label in LABELS.items():
        cells = [_cell(figures.get(name)) for figures in told.values()]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(one: Figure | None) -> str:
    return f"{one.value:.1%} ({one.low:.1%} … {one.high:.1%})" if one else ""


def _passage(text: str) -> Passage:
    return Passage("given#0", Source("given", ""), 0, len(text), text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation.reading", description=__doc__.splitlines()[0])
    parser.add_argument("questions", type=Path)
    parser.add_argument("corpus", type=Path, help="JSON lines with id, title and text, plain or .gz")
    parser.add_argument("readers", nargs="*", default=[BUNDLED, SMALL, SENTENCES], metavar="READER")
    parser.add_argument("--limit", type=int, help="ask this many, spread over the file")
    parser.add_argument("--all", action="store_true", help="also about articles that may be seen in training")
    options = parser.parse_args()
    articles = read_corpus(options.corpus)
    texts = {name: article.text for name, article in articles.items()}
    known = [
        q for q in read_questions(options.questions) if len(q.relevant) == 1 and q.relevant <= texts.keys()
    ]
    asked = known if options.all else list(filter(unseen_in(articles), known))
    left_out = len(known) - len(asked)
    if options.limit:
        asked = spread(asked, options.limit)
    embedder = load_embedder() if SENTENCES in options.readers else None
    told = {Path(name).name: measured(load_reader(name, embedder), asked, texts) for name in options.readers}
    print(as_markdown(told, len(asked), left_out))


if __name__ == "__main__":
    main()
