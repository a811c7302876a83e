"""The report: one HTML page and one JSON file in a folder."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from evaluation import page, plots
from evaluation.asking import Asked, Observation
from evaluation.bootstrap import Figure
from evaluation.compare import FILE, Comparison
from evaluation.metrics import METRICS, best_is_right, is_right
from evaluation.questions import Expected
from evaluation.session import Evaluation
from evaluation.table import METRIC, interval, value
from retrieval.types import Outcome

PAGE = "report.html"
SHOWN_ARTICLES = 5  # of those retrieved, under each wrong answer
WANTED = {
    Expected.REFUSAL: "nothing: the articles do not say",
    Expected.SOURCE: "an answer from a relevant article",
}


def write_report(folder: Path, found: Evaluation, comparison: Comparison | None = None) -> Path:
    """Writes report.html and figures.json into the folder, made if need be; returns the page's path.

    Raises OSError, MissingExtra before (see extra.need_extra).
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = {**found.as_json(), **({"comparison": comparison.as_json()} if comparison else {})}
    (folder / FILE).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")
    written = folder / PAGE
    written.write_text(report(found, comparison), "utf-8")
    return written


def report(found: Evaluation, comparison: Comparison | None = None) -> str:
    """The page."""
    setting = ", ".join(f"{name} {told}" for name, told in found.setting.items())
    return page.page(
        "How well Citebot answers",
        page.paragraph(
            f"{len(found.asked):,} questions, {found.unjudged:,} without a known right answer. {setting}.",
            "soft",
        ),
        page.section("Figures", _figures(found.total)),
        page.section("What has changed", *_changes(comparison)) if comparison else "",
        page.section("Plots", f'<div class="plots">{"".join(_plots(found))}</div>') if found.total else "",
        page.section("By type of question", _types(found.types)) if len(found.types) > 1 else "",
        _wrong(found, comparison),
        _rewritten(found),
    )


def _figures(total: Mapping[str, Figure]) -> str:
    rows = [
        (
            m.label,
            value(m, total[m.name].value),
            interval(m, total[m.name].low, total[m.name].high),
            f"{total[m.name].n:,}",
        )
        for m in METRICS
        if m.name in total
    ]
    return page.table(("", "", "95 % interval", "questions"), rows)


def _changes(comparison: Comparison) -> Iterator[str]:
    yield page.paragraph(
        f"Over the {comparison.common:,} questions that both evaluations asked: "
        f"{len(comparison.newly_right):,} newly right, {len(comparison.newly_wrong):,} newly wrong."
    )
    rows, classes = [], []
    for one in comparison.differences.values():
        scale, digits = (100, 1) if one.metric.percent else (1, 0)
        change = f"{scale * one.change.value:+.{digits}f}"
        rows.append(
            (one.metric.label, change, interval(one.metric, one.change.low, one.change.high), one.verdict)
        )
        classes.append(one.verdict)
    yield page.table(("", "change", "95 % interval", ""), rows, classes)


def _types(types: Mapping[str, Mapping[str, Figure]]) -> str:
    names = [name for name in METRIC if any(name in told for told in types.values())]
    rows = [
        (
            METRIC[name].label,
            *(value(METRIC[name], told[name].value) if name in told else "" for told in types.values()),
        )
        for name in names
    ]
    return page.table(("", *(kind or "(no type)" for kind in types)), rows)


def _plots(found: Evaluation) -> Iterator[str]:
    judged = [
        (one.question, one.seen)
        for one in found.asked
        if one.seen and is_right(one.question, one.seen) is not None
    ]
    types = [(kind, told["right"]) for kind, told in found.types.items() if "right" in told]
    if types:
        yield page.picture(
            plots.accuracy_by_type(types), "Right answers by type of question, with 95 % intervals."
        )
    answered = [(q, seen) for q, seen in judged if seen.outcome is not Outcome.NOT_FOUND]
    right = np.array([float(bool(is_right(question, seen))) for question, seen in answered])
    if answered:
        yield page.picture(
            plots.reliability(np.array([seen.confidence for _, seen in answered]), right),
            "Reliability: on the dotted line, answers are right as often as their confidence says. "
            "Larger dots stand for more answers.",
        )
    if judged:
        yield page.picture(
            plots.refusal_curve(
                np.array([seen.confidence for _, seen in judged]),
                np.array([float(best_is_right(q, seen)) for q, seen in judged]),
                (len(answered) / len(judged), float(right.mean())) if answered else None,
            ),
            "Refusal: how many answers would be right if only the surest questions were answered; "
            "answering an unanswerable question is wrong.",
        )
    times = np.array([one.seen.latency_ms for one in found.asked if one.seen])
    if len(times):
        marks = [(name, found.total[f"latency_{name}"].value) for name in ("p50", "p95")]
        yield page.picture(plots.latency(times, marks), "How long an answer takes.")


def _wrong(found: Evaluation, comparison: Comparison | None) -> str:
    wrong = [(one, one.seen) for one in found.asked if one.seen and is_right(one.question, one.seen) is False]
    if not any("right" in rows for rows in found.rows):
        return ""
    newly = set(comparison.newly_wrong) if comparison else set()
    told = "".join(_wrong_answer(one, seen, new=one.key in newly) for one, seen in wrong)
    return page.section(f"Every wrong answer ({len(wrong):,})", told or page.paragraph("There is none."))


def _wrong_answer(one: Asked, seen: Observation, *, new: bool) -> str:
    question = one.question
    retrieved = [
        f"{article} (relevant)" if article in question.relevant else article
        for article in seen.retrieved[:SHOWN_ARTICLES]
    ]
    wanted = WANTED.get(question.expected)
    told = page.facts(
        (
            ("understood as", [seen.standalone] if seen.standalone != question.text else [], False),
            ("answered", seen.statements or ["not found"], False),
            ("would have said", [seen.best] if not seen.statements and seen.best else [], False),
            ("confidence", [f"{seen.confidence:.2f}"], False),
            ("accepted", [wanted] if wanted else question.answers, False),
            ("quoted", seen.quotes, True),
            ("cited", seen.cited, False),
            ("retrieved", retrieved or ["nothing"], False),
            ("relevant", sorted(question.relevant - set(retrieved)), False),
        )
    )
    mark = ' <span class="worse">newly wrong</span>' if new else ""
    named = " · ".join(filter(None, (one.set, question.id, question.type)))
    where = f'<span class="soft">{page.text(named)}</span>'
    return f"<article><h3>{page.text(question.text)}{mark}</h3>{where}{told}</article>"


def _rewritten(found: Evaluation) -> str:
    differing = [
        (one.question.text, one.standalone, one.question.rewrite or "")
        for one, rows in zip(found.asked, found.rows, strict=True)
        if rows.get("rewrite_f1", (1.0,))[0] < 1
    ]
    if not differing:
        return ""
    return page.section(
        f"Follow-ups rewritten otherwise than by a person ({len(differing):,})",
        page.table(("asked", "made self-contained", "by a person"), differing),
    )
