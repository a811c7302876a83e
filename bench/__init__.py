"""What Citebot costs, measured; every benchmark writes its figures into RESULTS."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

RESULTS = Path(__file__).parent / "results"


def write_results(name: str, figures: Mapping[str, object], markdown: str) -> None:
    """Write NAME.json and NAME.md into RESULTS, and print the latter."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")
    (RESULTS / f"{name}.md").write_text(markdown)
    print(markdown)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """The lines of a Markdown table, all columns but the first aligned to the right."""
    rules = ["---", *(["---:"] * (len(head) - 1))]
    return [f"| {' | '.join(map(str, row))} |" for row in (head, rules, *rows)]


def wait_figures(took_s: Sequence[float]) -> dict[str, object]:
    """How long people waited, in seconds."""
    p50, p95 = np.percentile(took_s, [50, 95])
    return {
        "answers": len(took_s),
        "p50_s": round(float(p50), 3),
        "p95_s": round(float(p95), 3),
        "max_s": round(max(took_s), 3),
    }


def timed_ms(work: Callable[..., object], *arguments: object) -> float:
    """The milliseconds that a call takes."""
    began = time.perf_counter()
    work(*arguments)
    return (time.perf_counter() - began) * 1000
