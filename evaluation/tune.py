"""Fits the weights of retrieval/evidence.py on question sets whose corpora are indexed already.

    python -m evaluation.tune QUESTIONS INDEX_DIR

Prints the fitted weights, how often the best reading under today's and under these weights says an
accepted answer, and the score that 85 % of answerable questions reach. It changes no file.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # comes with sentence-transformers

from evaluation.questions import Question, read_questions
from evaluation.scores import contains
from index.embedding.embedder import load_embedder
from index.store.embedded import EmbeddedStore
from retrieval.answerer import Answerer
from retrieval.evidence import FEATURES, WEIGHTS, features
from retrieval.questions import Kind, kind_of
from retrieval.reading import load_reader

Floats = NDArray[np.float64]
RIDGE = 0.02  # per question; keeps weights of correlated figures near each other


@dataclass(frozen=True, slots=True)
class Example:
    """A question's readings as figures, and which of them say an accepted answer."""

    question: Question
    figures: Floats  # (readings, features)
    right: NDArray[np.bool_]  # (readings,)

    @property
    def answerable(self) -> bool:
        return bool(self.question.answers) and self.question.type not in ("null", "impossible")


def examples(answerer: Answerer, questions: Sequence[Question]) -> list[Example]:
    """Every factual question that retrieval finds any reading for."""
    found = []
    for question in questions:
        kind = kind_of(question.text)
        if kind is Kind.BROAD:
            continue
        evidence = answerer.evidence(question.text, question.asked_on)
        rows = [[features(e, evidence, kind)[name] for name in FEATURES] for e in evidence]
        right = [contains(e.text, question.answers) for e in evidence]
        if rows:
            found.append(Example(question, np.array(rows), np.array(right)))
    return found


def fit(data: Sequence[Example]) -> Floats:
    """Weights under which right readings stand out among each question's: a conditional logit."""
    useful = [e for e in data if e.answerable and e.right.any() and not e.right.all()]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros_like(weights)
        for example in useful:
            logits = example.figures @ weights
            chances = np.exp(logits - logits.max())
            chances /= chances.sum()
            right = chances * example.right
            total -= math.log(right.sum() + 1e-12)
            slope -= example.figures.T @ (right / right.sum() - chances)
        n = len(useful)
        return total / n + RIDGE * float(weights @ weights) / 2, slope / n + RIDGE * weights

    return np.asarray(minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x)


def report(data: Sequence[Example], weights: Floats) -> str:
    """One line: how often the best reading is right, and what 85 % of answerable questions reach."""
    asked = [e for e in data if e.answerable]
    best = [int(np.argmax(e.figures @ weights)) for e in asked]
    right = np.mean([e.right[i] for e, i in zip(asked, best, strict=True)])
    reached = np.quantile([(e.figures[i] @ weights) for e, i in zip(asked, best, strict=True)], 0.15)
    return f"{len(asked)} answerable, best reading right {right:.3f}, 85 % reach {reached:.2f}"


def main(arguments: Sequence[str]) -> None:
    questions, directory = (Path(argument) for argument in arguments)
    embedder = load_embedder()
    store = EmbeddedStore.open(directory, embedder_name=embedder.name, dimension=embedder.dimension)
    data = examples(Answerer(store, embedder, load_reader()), read_questions(questions))
    store.close()
    today = np.array([WEIGHTS[name] for name in FEATURES])
    fitted = fit(data)
    print("today ", report(data, today))
    print("fitted", report(data, fitted))
    print("fitted weights:", {name: round(float(w), 2) for name, w in zip(FEATURES, fitted, strict=True)})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m evaluation.tune QUESTIONS INDEX_DIR")
    main(sys.argv[1:])
