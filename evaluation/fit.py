"""Fits retrieval/evidence/weights.json: the ranker of readings and the probability that one is right.

    python -m evaluation.fit EVAL_DIR [--sets SET ...] [--also SET ...] [--free WEIGHT ...] [--write]

Each set in turn is held out, the others are fitted on, and a row tells what would be said to its
questions. The last row is of all together; `--write` keeps their weights. A weight of the probability that
no question of the sets tells anything about stays as it is; with `--free` all but those named do, and the
ranker's.
"""

import argparse
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # comes with sentence-transformers

from evaluation.bootstrap import auroc
from evaluation.eval_sets import eval_sets, sampled
from evaluation.manuals import MANUALS
from evaluation.questions import Expected, Question
from evaluation.scores import contains
from evaluation.yardstick import LIMIT, WORK, Yardstick, indexed
from index.embedding.embedder import BUNDLED
from index.types import PUBLIC_ONLY, SearchFilter
from retrieval.answerer import Answerer
from retrieval.evidence import ranker
from retrieval.evidence.features import Evidence
from retrieval.evidence.ranker import CALIBRATED, PROBABILITY, RANKED, WEIGHTS
from retrieval.questions.kinds import Kind, is_request, kind_of
from retrieval.values import Relation, relation

Floats = NDArray[np.float64]
SETS = ("news", "news_2023q4", "news_2024q3", "squad2")
RIDGE = 0.001  # per question: cosines and leads are small numbers, and 0.01 keeps their weights too small
SAID = 4  # of a question, so many of the best readings are looked at for the probability
MODES = (frozenset[str](), frozenset({"second"}))  # with the second reader and without


@dataclass(frozen=True, slots=True)
class Example:
    """A question's readings as figures, and which of them say an accepted answer."""

    answerable: bool
    ranked: Floats  # (readings, RANKED)
    other: Floats  # (readings, CALIBRATED)
    differ: NDArray[np.bool_]  # (readings, readings): whether they say different things
    right: NDArray[np.bool_]


def examples(answerer: Answerer, questions: Sequence[Question]) -> list[Example]:
    """Every question that has an accepted answer or none, and any reading."""
    found = []
    for question in questions:
        if question.expected not in (Expected.ANSWER, Expected.REFUSAL) or question.is_follow_up:
            continue
        if is_request(question.text):
            continue  # its probability goes by the cosine alone
        where = SearchFilter(PUBLIC_ONLY.collections, article_ids=question.documents)
        evidence = answerer.evidence(question.text, where, question.asked_on)
        if evidence:
            found.append(_example(question, evidence))
    return found


def _example(question: Question, evidence: Sequence[Evidence]) -> Example:
    kind = kind_of(question.text)
    whole = kind in (Kind.BROAD, Kind.YES_NO)
    said = [one.quote if whole else one.text for one in evidence]
    return Example(
        question.expected is Expected.ANSWER,
        np.array([[one.figures[name] for name in RANKED] for one in evidence]),
        np.array([[one.figures[name] for name in CALIBRATED] for one in evidence]),
        np.array([[relation(a.text, b.text, kind) is not Relation.SAME for b in evidence] for a in evidence]),
        np.array([contains(text, question.answers) for text in said]),
    )


def fitted_ranker(data: Sequence[Example]) -> Floats:
    """Weights under which right readings stand out among each question's: a conditional logit."""
    useful = [e for e in data if e.answerable and e.right.any() and not e.right.all()]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros_like(weights)
        for example in useful:
            logits = example.ranked @ weights
            chances = np.exp(logits - logits.max())
            chances /= chances.sum()
            right = chances * example.right
            total -= float(np.log(right.sum() + 1e-12))
            slope -= example.ranked.T @ (right / right.sum() - chances)
        n = len(useful)
        return total / n + RIDGE * float(weights @ weights) / 2, slope / n + RIDGE * weights

    return np.asarray(minimize(loss, np.zeros(len(RANKED)), jac=True, method="L-BFGS-B").x)


def said(example: Example, weights: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """The figures of the probability, and whether right, of the best readings that say different things."""
    scores = example.ranked @ weights
    order, chosen = np.argsort(-scores, kind="stable"), list[int]()
    for i in order:
        if len(chosen) < SAID and all(example.differ[i, j] for j in chosen):
            chosen.append(int(i))
    figures = example.other[chosen].copy()
    for row, i in enumerate(chosen):
        others = scores[example.differ[i]]
        figures[row, CALIBRATED.index("margin")] = scores[i] - (others.max() if len(others) else 0.0)
        figures[row, CALIBRATED.index("score")] = scores[i]
    return figures, example.right[chosen]


def fitted_calibrator(data: Sequence[Example], weights: Floats, free: Set[str] = frozenset()) -> Floats:
    """Logistic regression (Newton) of being right on CALIBRATED and a constant, all or what is free."""
    pairs = [said(example, weights) for example in data]
    rows = np.vstack([figures for figures, _ in pairs])
    x = np.column_stack([rows, np.ones(len(rows))])
    y = np.concatenate([right for _, right in pairs]).astype(np.float64)
    ridge = RIDGE * len(data) * np.diag([*np.full(len(CALIBRATED), 1.0), 0.0])
    names = (*CALIBRATED, "constant")
    known = np.array([PROBABILITY[name] for name in names])
    fitted = np.array([name in free for name in names]) if free else x.any(axis=0)
    found = np.where(fitted, 0.0, known)
    for _ in range(30):
        chance = 1 / (1 + np.exp(-x @ found))
        hessian = (x * (chance * (1 - chance))[:, None]).T @ x + ridge
        slope = x.T @ (y - chance) - ridge @ found
        found[fitted] += np.linalg.solve(hessian[np.ix_(fitted, fitted)], slope[fitted])
    return found


def told(data: Sequence[Example], weights: Floats, calibrator: Floats) -> str:
    """What would be said at ranker.ANSWERED, as a row of a table."""
    best = []
    for example in data:
        figures, right = said(example, weights)
        chance = 1 / (1 + np.exp(-(figures[0] @ calibrator[:-1] + calibrator[-1])))
        best.append((chance, float(right[0]), float(example.answerable)))
    rows = np.array(best)
    yes = rows[:, 2] == 1
    says = rows[:, 0] >= ranker.ANSWERED
    gap = abs(rows[:, 0].mean() - rows[:, 1].mean())
    area = auroc(rows[:, [0, 2]], np.ones((1, len(rows))))[0] if 0 < yes.sum() < len(rows) else float("nan")
    refused = (~says[~yes]).mean() if not yes.all() else float("nan")
    row = (
        rows[yes, 1].mean(),
        (rows[yes, 1] * says[yes]).mean(),
        (~says[yes]).mean(),
        refused,
        area,
        gap,
    )
    return f"{yes.sum()} + {(~yes).sum()} | " + "".join(f"{figure:.3f} | " for figure in row)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.fit",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="EVAL_DIR")
    parser.add_argument("--limit", type=int, default=LIMIT)
    parser.add_argument("--articles", type=int)
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--sets", nargs="+", default=SETS, metavar="SET", help="fitted on")
    parser.add_argument("--also", nargs="*", default=[], metavar="SET", help="told, never fitted on")
    parser.add_argument("--free", nargs="+", default=[], metavar="WEIGHT", choices=CALIBRATED)
    parser.add_argument("--embedder", default=BUNDLED)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    yardstick = Yardstick(chosen.work, chosen.limit, chosen.articles, chosen.embedder)
    free = frozenset(chosen.free)
    ranker_now = np.array([WEIGHTS[name] for name in RANKED])
    data: dict[str, list[list[Example]]] = {}
    for one in eval_sets(chosen.folder, chosen.work / MANUALS):
        if one.name in (*chosen.sets, *chosen.also):
            asked = sampled(one, chosen.limit)
            with indexed(one, asked, yardstick.embedder, chosen.work, chosen.articles) as store:
                data[one.name] = [
                    examples(Answerer(store, yardstick.embedder, yardstick.reader, disabled=disabled), asked)
                    for disabled in MODES
                ]
    names = [name for name in chosen.sets if name in data]
    print("| set | questions | best right | said and right | answerable refused | refused | AUROC | off by |")
    print("|---|---|---|---|---|---|---|---|")
    for held in [*names, *(set(chosen.also) & data.keys())]:
        others = [e for name in names if name != held for mode in data[name] for e in mode]
        weights = ranker_now if free else fitted_ranker(others)
        calibrator = fitted_calibrator(others, weights, free)
        for mode, label in zip(data[held], ("", ", one reader"), strict=True):
            print(f"| {held}{label} | {told(mode, weights, calibrator)}")
    whole = [e for name in names for mode in data[name] for e in mode]
    weights = ranker_now if free else fitted_ranker(whole)
    calibrator = fitted_calibrator(whole, weights, free)
    print(f"| all | {told(whole, weights, calibrator)}")
    found = {
        "ranker": _rounded(RANKED, weights),
        "calibrator": _rounded((*CALIBRATED, "constant"), calibrator),
    }
    print(json.dumps(found, indent=1))
    if chosen.write:
        Path(ranker.__file__).with_name("weights.json").write_text(
            json.dumps(found, indent=1) + "\n", "utf-8"
        )


def _rounded(names: Sequence[str], weights: Floats) -> Mapping[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


if __name__ == "__main__":
    main()
