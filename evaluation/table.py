"""The figures as one table for a terminal."""

from rich import box
from rich.table import Table

from evaluation.bootstrap import Figure
from evaluation.compare import Comparison
from evaluation.metrics import METRICS, Metric
from evaluation.session import Evaluation

METRIC = {metric.name: metric for metric in METRICS}


def table(found: Evaluation, comparison: Comparison | None = None) -> Table:
    """Every metric with its 95 % interval, then how many are right of each type of question."""
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("")
    for name in ("", "95 % interval", "questions"):
        shown.add_column(name, justify="right")
    if comparison:
        shown.add_column("change", justify="right")
        shown.add_column("")
    groups = list(dict.fromkeys(metric.group for metric in METRICS))
    for group in groups:
        told = [metric for metric in METRICS if metric.group == group and metric.name in found.total]
        if told:
            shown.add_row(f"[bold]{group}[/]")
        for metric in told:
            change = _change(metric, comparison) if comparison else ()
            shown.add_row(f"  {metric.label}", *_cells(metric, found.total[metric.name]), *change)
    if len(found.types) > 1 and any("right" in told for told in found.types.values()):
        shown.add_row("[bold]Right, by type of question[/]")
        for kind, figures in found.types.items():
            if "right" in figures:
                shown.add_row(f"  {_plain(kind) or '(no type)'}", *_cells(METRIC["right"], figures["right"]))
    return shown


def value(metric: Metric, number: float) -> str:
    """A value as people read it: per cent with one decimal, or milliseconds."""
    return f"{100 * number:.1f} %" if metric.percent else f"{number:.0f} ms"


def interval(metric: Metric, low: float, high: float) -> str:
    scale = 100 if metric.percent else 1
    digits = 1 if metric.percent else 0
    return f"{scale * low:.{digits}f} … {scale * high:.{digits}f}"


def _cells(metric: Metric, one: Figure) -> tuple[str, str, str]:
    return value(metric, one.value), interval(metric, one.low, one.high), f"{one.n:,}"


def _change(metric: Metric, comparison: Comparison) -> tuple[str, str]:
    one = comparison.differences.get(metric.name)
    if one is None:
        return "", ""
    scale, digits = (100, 1) if metric.percent else (1, 0)
    colour = {"better": "green", "worse": "red"}.get(one.verdict, "dim")
    return f"{scale * one.change.value:+.{digits}f}", f"[{colour}]{one.verdict}[/]"


def _plain(text: str) -> str:
    """The text without what a table would take for markup or a terminal for a command."""
    return "".join(c for c in text if c.isprintable()).replace("[", "\\[")
