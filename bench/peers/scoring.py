"""What a peer printed becomes figures: articles found, answers right, times."""

import json
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluation.scores import contains

READER = "reader"  # the way of asking that ends in words of the articles, not in articles


def way_figures(
    way: str, printed: dict[str, Any], questions: Path, cold_s: Sequence[float]
) -> dict[str, Any]:
    """Figures of one way of asking.

    `hit1` and `hit5`: the share of questions with a relevant article first, or among the first five.
    The way that reads has instead `right`, the share of answers that hold an accepted one, and
    `answered`, the share of questions that it says anything to. Times in ms (cold start: s), memory in MiB.
    """
    asked = {row["id"]: row for row in map(json.loads, questions.read_text("utf-8").splitlines())}
    answers = printed["answers"]
    took_ms = [1000 * row["took_s"] for row in answers]
    figures = {
        "questions": len(answers),
        "p50_ms": round(statistics.median(took_ms), 2),
        "p95_ms": round(p95(took_ms), 2),
        "cold_s": round(statistics.median(cold_s), 2),
        "cold_runs_s": [round(s, 2) for s in cold_s],
        "peak_mib": printed["peak_mib"],
    }
    if way == READER:
        said = [row["answer"] or "" for row in answers]
        right = [contains(text, asked[row["id"]]["answers"]) for text, row in zip(said, answers, strict=True)]
        return {**figures, "answered": share(list(map(bool, said))), "right": share(right)}
    found = [(row["articles"], set(asked[row["id"]]["relevant"])) for row in answers]
    hits = {f"hit{k}": [not relevant.isdisjoint(ids[:k]) for ids, relevant in found] for k in (1, 5)}
    return {**figures, **{name: share(hit) for name, hit in hits.items()}}


def index_figures(printed: dict[str, Any], articles: int, index_bytes: int) -> dict[str, Any]:
    """Figures of indexing, from starting the program to its end; sizes and memory in MiB."""
    wall_s = printed["wall_s"]
    return {
        "wall_s": round(wall_s, 1),
        "passages": printed["passages"],
        "passages_per_s": round(printed["passages"] / wall_s, 1),
        "articles_per_s": round(articles / wall_s, 2),
        "peak_mib": printed["peak_mib"],
        "size_mib": round(index_bytes / 2**20, 1),
    }


def embed_figures(printed: dict[str, Any], vectors: Any, reference: Any) -> dict[str, Any]:
    """Figures of embedding alone; the cosines are with the float32 vectors of the same texts."""
    import numpy as np

    products = (vectors * reference).sum(axis=1)
    cosines = products / (np.linalg.norm(vectors, axis=1) * np.linalg.norm(reference, axis=1))
    return {
        "passages": printed["passages"],
        "passages_per_s": round(printed["passages"] / statistics.median(printed["took_s"]), 1),
        "least_cosine": round(float(cosines.min()), 5),
        "mean_cosine": round(float(cosines.mean()), 5),
    }


def share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 4)


def chance_points(questions: int) -> int:
    """How many points two shares of this many questions may differ by chance (95 %, at most)."""
    return math.ceil(100 * 1.96 * math.sqrt(2 * 0.25 / questions))


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
