"""What each part is worth: python -m evaluation.ablations CORPUS QUESTIONS ... [--reader FOLDER ...]

Asks the same questions with one part left out at a time, and with other readers (their float32 form, say).
The figures do not hang on the threshold, which was fitted to the whole: they are of the best answer, refused
or not.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from evaluation.asking import Asked, Respondent, ask
from evaluation.bootstrap import Figure, auroc, figure, ratio
from evaluation.errors import EvaluationError
from evaluation.extra import need_extra
from evaluation.questions import Expected
from evaluation.scores import contains
from evaluation.session import question_sets, throwaway_index
from index.embedding.embedder import load_embedder
from index.types import Candidates, SearchFilter, Store, Vectors
from retrieval.answerer import Answerer
from retrieval.evidence import FEATURES
from retrieval.reading import BUNDLED, SENTENCES, SMALL, Reader, load_reader

KEPT = 0.85  # share of the answerable questions that are answered where the unanswerable are counted
READER_ALONE = {name: float(name == "reader") for name in FEATURES}
LABELS = {
    "right": "best answer right",
    "hit@1": "relevant article first",
    "hit@5": "among five",
    "auroc": "AUROC, answerable or not",
    "refused": f"unanswerable refused when {KEPT:.0%} of the answerable are answered",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """The whole, or what is left of it."""

    name: str
    reader: Reader
    lists: str = "both"  # what retrieval finds with: "both", "dense" or "keyword"
    reranked: bool = True


class _OneList:
    """A store that finds with one of its two lists alone; where words find, no cosine is known either."""

    def __init__(self, store: Store, kept: str) -> None:
        self._store = store
        self._kept = kept

    def search(self, vector: Vectors, text: str, where: SearchFilter, k: int) -> Candidates:
        found = self._store.search(vector, text, where, k)
        return Candidates(found.dense, ()) if self._kept == "dense" else Candidates((), found.keyword)

    def vectors(self, ids: Sequence[str]) -> Vectors:
        stored = self._store.vectors(ids)
        return stored if self._kept == "dense" else np.zeros_like(stored)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def variants(reader: Reader, small: Reader, sentences: Reader, others: Sequence[Reader]) -> list[Variant]:
    return [
        Variant("whole", reader),
        Variant("no second reader", small),
        Variant("no reader: nearest sentence", sentences),
        Variant("reader without re-ranking", reader, reranked=False),
        Variant("no BM25", reader, lists="dense"),
        Variant("no vectors", reader, lists="keyword"),
        *(Variant(f"reader {other.name}", other) for other in others),
    ]


def measured(asked: Sequence[Asked]) -> dict[str, Figure]:
    """The figures of LABELS that these questions allow."""
    right, first, five, sure = [], [], [], []
    for one in asked:
        question, seen = one.question, one.seen
        if seen is None:
            continue
        if question.expected is Expected.REFUSAL:
            sure.append((seen.confidence, 0.0))
        elif question.expected is Expected.ANSWER and question.relevant:
            sure.append((seen.confidence, 1.0))
            right.append((contains(seen.best, question.answers), 1.0))
            first.append((not question.relevant.isdisjoint(seen.retrieved[:1]), 1.0))
            five.append((not question.relevant.isdisjoint(seen.retrieved[:5]), 1.0))
    told = {"right": right, "hit@1": first, "hit@5": five}
    figures = {name: figure(ratio, np.array(rows, dtype=np.float64)) for name, rows in told.items() if rows}
    rows = np.array(sure)
    answerable = rows[:, 1] == 1
    if answerable.any() and not answerable.all():
        figures["auroc"] = figure(auroc, rows)
        refused = rows[~answerable, 0] < np.quantile(rows[answerable, 0], 1 - KEPT)
        figures["refused"] = figure(ratio, np.column_stack([refused, np.ones(len(refused))]))
    return {name: one for name, one in figures.items() if one}


def as_markdown(told: dict[str, dict[str, Figure]]) -> str:
    lines = [f"| | {' | '.join(LABELS.values())} |", f"|---|{'---|' * len(LABELS)}"]
    for name, figures in told.items():
        cells = (_cell(figures.get(label)) for label in LABELS)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    counted = next(iter(told.values()))
    n = ", ".join(f"{label}: {counted[name].n}" for name, label in LABELS.items() if name in counted)
    return "\n".join([*lines, "", f"In brackets 95 % intervals. Questions: {n}."]) + "\n"


def _cell(one: Figure | None) -> str:
    return f"{one.value:.3f} ({one.low:.3f} … {one.high:.3f})" if one else ""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.ablations", description=__doc__.splitlines()[0]
    )
    parser.add_argument("corpus")
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--reader", nargs="*", default=[], metavar="FOLDER", help="readers to set beside")
    parser.add_argument("--limit", type=int, help="about so many questions of each file: a trial")
    options = parser.parse_args()
    try:
        need_extra(plots=False)
        sets = question_sets(options.questions, options.limit)
        embedder = load_embedder()
        others = [load_reader(name, embedder) for name in options.reader]
        whole, small, sentences = (load_reader(name, embedder) for name in (BUNDLED, SMALL, SENTENCES))
        told = {}
        with throwaway_index([options.corpus], embedder) as (store, _):
            for variant in variants(whole, small, sentences, others):
                found = cast("Store", store if variant.lists == "both" else _OneList(store, variant.lists))
                answerer = Answerer(
                    found, embedder, variant.reader, weights=None if variant.reranked else READER_ALONE
                )
                respondent = Respondent(answerer, found, embedder)
                told[variant.name] = measured(
                    [one for each in sets for one in ask(each.questions, respondent)]
                )
                print(f"{variant.name}: done", file=sys.stderr, flush=True)
    except (EvaluationError, OSError) as error:
        print(f"evaluation.ablations: {error}", file=sys.stderr)
        return 1
    print(as_markdown(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
