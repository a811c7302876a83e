"""Where a question's time goes, and its floor: python -m bench.floor INDEX_DIR [QUESTIONS].

The floor of reading is its arithmetic (two operations for each weight of the layers and each token, four
for each channel and pair of tokens) at the rate of a large 8-bit matrix product on all cores; the floor of
dense search is reading every vector once at the rate at which one core reads memory. Writes
bench/results/floor.json and floor.md.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench import RESULTS
from bench.answering import QUESTIONS
from evaluation.machine import describe, machine
from evaluation.questions import read_questions
from index.embedding.embedder import load_embedder
from index.store.embedded import EmbeddedStore
from retrieval import answerer as answering
from retrieval import reading
from retrieval.answerer import Answerer
from retrieval.reading import load_reader

HIDDEN, LAYERS = 384, 6  # of the embedder and the first reader
SECOND_HIDDEN, SECOND_LAYERS = 768, 12  # of the second
ASKED = 100
SIDE = 4096  # of the matrices multiplied
SPANS = "best spans"
READING, AGAIN = "**reading, tokens and model**", "**reading again**"
EMBEDDING = "**embedding the question**"
STEPS = ("respelled", "make_standalone", "fuse", "with_lookups", "weigh", "groups", "origins")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.floor", description=__doc__.splitlines()[0])
    parser.add_argument("index_dir", type=Path)
    parser.add_argument("questions", type=Path, nargs="?", help="JSON lines; default: 18 about the seeds")
    options = parser.parse_args()
    asked = [q.text for q in read_questions(options.questions)][:ASKED] if options.questions else QUESTIONS
    figures = {**machine(), **measured(options.index_dir, asked)}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "floor.json").write_text(json.dumps(figures, indent=2) + "\n")
    table = as_markdown(figures)
    (RESULTS / "floor.md").write_text(table)
    print(table)


def measured(index_dir: Path, questions: Sequence[str]) -> dict[str, Any]:
    embedder, reader = load_embedder(), load_reader()
    store = EmbeddedStore.open(
        index_dir, embedder_name=embedder.name, dimension=embedder.dimension, read_only=True
    )
    answerer = Answerer(store, embedder, reader)
    for question in questions[:3]:
        answerer.answer(question)
    spent: dict[str, float] = defaultdict(float)
    cores = len(os.sched_getaffinity(0))
    tokens, again = list[int](), list[int]()
    second = reader.second
    took = 0.0
    with ExitStack() as watched:
        for name in STEPS:
            watched.enter_context(_timed(answering, name, spent))
        watched.enter_context(_timed(embedder, "embed_question", spent, EMBEDDING))
        watched.enter_context(_timed(store, "search", spent, "search, both indexes"))
        watched.enter_context(_timed(store, "vectors", spent))
        watched.enter_context(_timed(reader, "read", spent, READING))
        watched.enter_context(_timed(reading, "_best_spans", spent, SPANS))
        watched.enter_context(_counted(reader, tokens))
        watched.enter_context(_timed(second, "read", spent, AGAIN))
        watched.enter_context(_counted(second, again))
        for question in questions:
            began = time.perf_counter()
            answerer.answer(question)
            took += time.perf_counter() - began
    passages = store.count().passages
    store.close()
    spent[SPANS] /= cores  # which share the passages
    spent[READING] -= spent[SPANS] * len(tokens) / len(tokens + again)
    spent[AGAIN] -= spent[SPANS] * len(again) / len(tokens + again)
    spent["the rest"] = took - sum(spent.values())
    n = len(questions)
    gops, gb_s = _int8_gops(cores), _memory_gb_s()
    return {
        "passages": passages,
        "questions": n,
        "mean_ms": round(1000 * took / n, 1),
        "steps_ms": {name: round(1000 * seconds / n, 2) for name, seconds in spent.items()},
        "in_models": round((spent[READING] + spent[AGAIN] + spent[EMBEDDING]) / took, 3),
        "tokens_read": round(sum(tokens) / n),
        "tokens_read_again": round(sum(again) / n),
        "int8_gops": round(gops),
        "memory_gb_s": round(gb_s, 1),
        "floor_reading_ms": round(_giga_operations(tokens, HIDDEN, LAYERS) / n / gops * 1000, 1),
        "floor_reading_again_ms": round(
            _giga_operations(again, SECOND_HIDDEN, SECOND_LAYERS) / n / gops * 1000, 1
        ),
        "floor_search_ms": round(passages * HIDDEN * 4 / gb_s / 1e6, 2),
    }


@contextmanager
def _timed(owner: object, name: str, spent: dict[str, float], label: str = "") -> Iterator[None]:
    """Adds the time in `owner.name` to `spent` while the context lasts."""
    inner: Callable[..., Any] = getattr(owner, name)

    def outer(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return inner(*given, **named)
        finally:
            spent[label or name.replace("_", " ")] += time.perf_counter() - began

    setattr(owner, name, outer)
    try:
        yield
    finally:
        setattr(owner, name, inner)


@contextmanager
def _counted(reader: Any, tokens: list[int]) -> Iterator[None]:
    """Adds the number of tokens of each passage read to `tokens` while the context lasts."""
    inner = reader._model.logits

    def outer(encoding: Any) -> Any:
        tokens.append(len(encoding.ids))
        return inner(encoding)

    reader._model.logits = outer
    try:
        yield
    finally:
        reader._model.logits = inner


def _giga_operations(tokens: Sequence[int], hidden: int, layers: int) -> float:
    """Of passages of so many tokens through the layers: projections and feed-forward, then attention."""
    weights = layers * 12 * hidden * hidden
    return sum(2 * weights * n + layers * 4 * hidden * n * n for n in tokens) / 1e9


def _int8_gops(threads: int) -> float:
    """Billions of 8-bit operations a second in a large matrix product."""
    torch.set_num_threads(threads)
    a = torch.randint(-127, 127, (SIDE, SIDE), dtype=torch.int8)
    b = torch.randint(-127, 127, (SIDE, SIDE), dtype=torch.int8)
    return 2 * SIDE**3 / _fastest(lambda: torch._int_mm(a, b)) / 1e9


def _memory_gb_s() -> float:
    """How fast one core reads an array much larger than the caches, in GB a second."""
    array = np.ones(2**28, dtype=np.float32)
    return array.nbytes / _fastest(array.max) / 1e9


def _fastest(work: Callable[[], object], times: int = 5) -> float:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def as_markdown(figures: dict[str, Any]) -> str:
    steps = sorted(figures["steps_ms"].items(), key=lambda step: -step[1])
    return "\n".join(
        [
            f"# Where a question's time goes: {figures['passages']:,} passages",
            "",
            f"{describe(figures)}; {figures['questions']} questions one after another, "
            f"{figures['mean_ms']} ms on average, **{figures['in_models']:.0%} in the models**.",
            "",
            "| step | ms | share |",
            "|---|---:|---:|",
            *(f"| {name} | {ms} | {ms / figures['mean_ms']:.1%} |" for name, ms in steps),
            "",
            "| floor | ms | because |",
            "|---|---:|---|",
            f"| reading | {figures['floor_reading_ms']} | {figures['tokens_read']:,} tokens a question at "
            f"{figures['int8_gops']:,} billion 8-bit operations a second |",
            f"| reading again | {figures['floor_reading_again_ms']} | "
            f"{figures['tokens_read_again']:,} tokens through the second reader |",
            f"| dense search, exact | {figures['floor_search_ms']} | {figures['passages']:,} vectors of "
            f"{HIDDEN} 32-bit numbers at {figures['memory_gb_s']} GB/s |",
            "",
        ]
    )


if __name__ == "__main__":
    main()
