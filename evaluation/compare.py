"""Two evaluations of the same questions: which differences are real."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evaluation.bootstrap import Figure, Floats, difference
from evaluation.errors import ReportError
from evaluation.metrics import METRICS, Metric, Rows
from evaluation.session import LAYOUT, Evaluation

FILE = "figures.json"
LEAST_CHANGED = 6  # five may all change one way by chance: sign test, 2 * 0.5 ** 5 = 0.06


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier evaluation wrote down of each question, by "set:id"."""

    rows: Mapping[str, Rows]

    @classmethod
    def of(cls, evaluation: Evaluation) -> "Earlier":
        """What this evaluation would write down."""
        told = zip(evaluation.asked, evaluation.rows, strict=True)
        return cls({one.key: rows for one, rows in told})


@dataclass(frozen=True, slots=True)
class Difference:
    """How a metric changed over the questions that both evaluations asked."""

    metric: Metric
    change: Figure
    changed: int  # questions that are told apart by the metric

    @property
    def real(self) -> bool:
        """Whether enough questions changed and the 95 % interval of the paired difference leaves out zero."""
        return self.changed >= LEAST_CHANGED and (self.change.low > 0 or self.change.high < 0)

    @property
    def verdict(self) -> str:
        """same, not sure, better or worse."""
        if not self.changed:
            return "same"
        if not self.real:
            return "not sure"
        return "better" if self.change.value * self.metric.better > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, and which questions became right or wrong."""

    common: int
    differences: Mapping[str, Difference]
    newly_right: Sequence[str]
    newly_wrong: Sequence[str]

    def as_json(self) -> dict[str, object]:
        return {
            "questions_in_common": self.common,
            "differences": {
                name: {
                    "change": one.change.value,
                    "low": one.change.low,
                    "high": one.change.high,
                    "questions_changed": one.changed,
                    "verdict": one.verdict,
                }
                for name, one in self.differences.items()
            },
            "newly_right": list(self.newly_right),
            "newly_wrong": list(self.newly_wrong),
        }


def read_earlier(path: Path) -> Earlier:
    """The figures that `--report` or `--json` wrote; `path` is the file or the report's folder.

    Raises ReportError and OSError.
    """
    file = path / FILE if path.is_dir() else path
    expected = f"expected figures that `citebot evaluate --report DIR` wrote as DIR/{FILE}"
    try:
        told = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise ReportError(f"{file}: {expected}: {error}") from None
    if not isinstance(told, dict) or not isinstance(told.get("questions"), list):
        raise ReportError(f"{file}: {expected}, with a list of questions in it")
    if told.get("layout") != LAYOUT:
        raise ReportError(f"{file}: expected layout {LAYOUT}, got {told.get('layout')!r}: evaluate anew")
    try:
        return Earlier(
            {
                f"{one['set']}:{one['id']}": {name: tuple(row) for name, row in one["rows"].items()}
                for one in told["questions"]
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ReportError(f"{file}: {expected}; a question lacks {error}") from None


def compare(before: Earlier, now: Evaluation) -> Comparison:
    """What has changed since, question by question. Raises ReportError when there are none in common."""
    after = {one.key: rows for one, rows in zip(now.asked, now.rows, strict=True)}
    keys = [key for key in after if key in before.rows]
    if not keys:
        raise ReportError("the two evaluations have no question in common: compare the same question files")
    found = {}
    for metric in METRICS:
        change = _change(metric, [before.rows[key] for key in keys], [after[key] for key in keys])
        if change:
            changed = sum(before.rows[key].get(metric.name) != after[key].get(metric.name) for key in keys)
            found[metric.name] = Difference(metric, change, changed)
    became = {
        key: after[key]["right"][0] - before.rows[key]["right"][0]
        for key in keys
        if "right" in after[key] and "right" in before.rows[key]
    }
    return Comparison(
        len(keys),
        found,
        [key for key, change in became.items() if change > 0],
        [key for key, change in became.items() if change < 0],
    )


def _change(metric: Metric, before: Sequence[Rows], after: Sequence[Rows]) -> Figure | None:
    """Over the questions that concern the metric on either side, drawn together."""
    name = metric.name
    concerned = [(b, a) for b, a in zip(before, after, strict=True) if name in b or name in a]
    if not any(name in b for b, _ in concerned) or not any(name in a for _, a in concerned):
        return None
    width = max(len(rows[name]) for pair in concerned for rows in pair if name in rows)
    absent = (0.0,) * width
    columns = [np.array([rows.get(name, absent) for rows in side]) for side in zip(*concerned, strict=True)]
    masks: list[Floats] = [
        np.array([float(name in rows) for rows in side]) for side in zip(*concerned, strict=True)
    ]
    return difference(metric.statistic, columns[0], columns[1], masks[0], masks[1])
