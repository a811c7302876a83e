"""Plots as SVG to stand inside an HTML page: no fonts, files or colours of their own but two."""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from evaluation.bootstrap import BINS, Figure, Floats

INK = "#010203"  # becomes currentColor: readable on light and dark pages
BLUE, ORANGE = "#3b7dd8", "#d9822b"


def accuracy_by_type(types: Sequence[tuple[str, Figure]]) -> str:
    """Share of right answers of each type of question, with its 95 % interval."""
    with _styled():
        canvas, axes = _canvas(height=0.9 + 0.32 * len(types))
        at = np.arange(len(types))[::-1]
        values = np.array([one.value for _, one in types])
        reach = np.abs(np.array([[one.value - one.low, one.high - one.value] for _, one in types])).T
        axes.barh(at, values, color=BLUE, alpha=0.75, height=0.6)
        axes.errorbar(values, at, xerr=reach, fmt="none", ecolor=INK, capsize=3, lw=1)
        axes.set_yticks(at, [f"{_literal(name)} ({one.n:,})" for name, one in types])
        axes.set_xlim(0, 1)
        _per_cent(axes, "x")
        axes.set_xlabel("right (questions)")
        return _svg(canvas, "types")


def reliability(confidence: Floats, right: Floats) -> str:
    """How often answers were right, by how sure Citebot was of them; shape (answers,) each."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    used = np.unique(bins)
    count = np.array([(bins == b).sum() for b in used])
    sure = [confidence[bins == b].mean() for b in used]
    was_right = [right[bins == b].mean() for b in used]
    with _styled():
        canvas, axes = _canvas()
        axes.plot([0, 1], [0, 1], color=INK, lw=1, ls=":")
        axes.plot(sure, was_right, color=BLUE, lw=1)
        axes.scatter(sure, was_right, s=20 + 300 * count / count.max(), color=BLUE, alpha=0.75, zorder=3)
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.03, 1.06)
        _per_cent(axes, "both")
        axes.set_xlabel("confidence of the answer")
        axes.set_ylabel("right")
        return _svg(canvas, "reliability")


def refusal_curve(confidence: Floats, right: Floats, today: tuple[float, float] | None) -> str:
    """Share of right answers if only the surest questions were answered.

    `right` tells of every question whether answering it would have been right, shape (questions,);
    `today` is the share of questions answered and how many of these answers are right.
    """
    order = np.argsort(-confidence, kind="stable")
    count = np.arange(1, len(order) + 1)
    with _styled():
        canvas, axes = _canvas()
        axes.plot(count / len(order), np.cumsum(right[order]) / count, color=BLUE, lw=1.5)
        if today:
            axes.scatter(*today, color=ORANGE, zorder=3)
            axes.annotate("today", today, textcoords="offset points", xytext=(6, 6), color=ORANGE)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1.06)
        _per_cent(axes, "both")
        axes.set_xlabel("questions answered, the surest first")
        axes.set_ylabel("of these, right")
        return _svg(canvas, "refusal")


def latency(times_ms: Floats, marks: Sequence[tuple[str, float]]) -> str:
    """How long answers took; the marks name points of the distribution."""
    with _styled():
        canvas, axes = _canvas()
        axes.hist(times_ms, bins=min(40, max(5, len(times_ms) // 4)), color=BLUE, alpha=0.75)
        for number, (name, at_ms) in enumerate(marks):
            axes.axvline(at_ms, color=ORANGE, lw=1, ls="--")
            axes.text(
                at_ms, 0.98 - 0.09 * number, f" {name}", color=ORANGE, transform=axes.get_xaxis_transform()
            )
        axes.set_xlim(left=0)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("answers")
        return _svg(canvas, "latency")


@contextmanager
def _styled() -> Iterator[None]:
    with mpl.rc_context():
        mpl.rc("svg", fonttype="none", hashsalt="citebot")  # the same plot has the same ids
        mpl.rc("font", family="sans-serif", size=10)
        mpl.rc("text", color=INK)
        mpl.rc("axes", edgecolor=INK, labelcolor=INK)
        mpl.rc("axes.spines", top=False, right=False)
        mpl.rc("xtick", color=INK)
        mpl.rc("ytick", color=INK)
        yield


def _canvas(height: float = 3.4) -> tuple[Canvas, Axes]:
    canvas = Canvas(figsize=(5.4, height), layout="constrained")
    return canvas, canvas.add_subplot()


def _per_cent(axes: Axes, which: str) -> None:
    for name, axis in (("x", axes.xaxis), ("y", axes.yaxis)):
        if which in (name, "both"):
            axis.set_major_formatter(lambda share, _: f"{100 * share:.0f} %")


def _literal(text: str) -> str:
    """The text without what matplotlib takes for formulas, and short enough for an axis."""
    return (text[:30] or "(no type)").replace("$", r"\$")


def _svg(canvas: Canvas, name: str) -> str:
    """The <svg> element alone, its ids made unique in the page by `name`."""
    written = io.StringIO()
    canvas.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|\burl\(#|href="#)', rf"\1{name}-", svg)
    return svg.replace(INK, "currentColor").replace("<svg ", '<svg role="img" ', 1)
