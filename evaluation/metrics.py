"""What is measured. Each metric takes a row of numbers from every question that it concerns, and a
statistic over those rows: so that intervals and comparisons are made in one way for all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluation.asking import Asked, Observation
from evaluation.bootstrap import Figure, Statistic, auroc, calibration_error, figure, quantile, ratio
from evaluation.questions import Expected, Question
from evaluation.ranking import rankings
from evaluation.scores import contains, exact, f1
from retrieval.types import Outcome

Row = tuple[float, ...]
Rows = Mapping[str, Row]
"""By the name of a metric, a question's row; metrics that the question does not concern are absent."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: `percent` of something, or milliseconds; `better` is +1 where more is better, else -1."""

    name: str
    label: str
    group: str
    statistic: Statistic = ratio
    better: int = 1
    percent: bool = True


JUDGED = (Expected.ANSWER, Expected.PROSE, Expected.SOURCE, Expected.REFUSAL)
METRICS = (
    Metric("right", "right: an accepted answer said, or rightly refused", "Answers"),
    Metric("exact", "exact match", "Answers"),
    Metric("f1", "F1 of words", "Answers"),
    Metric("contains", "accepted answer in what is said", "Answers"),
    Metric("quote_contains", "accepted answer in its quote", "Answers"),
    Metric("answered", "answerable questions answered", "Refusal"),
    Metric("refusal_precision", "refused: rightly so", "Refusal"),
    Metric("refusal_recall", "unanswerable: refused", "Refusal"),
    Metric("refusal_auroc", "AUROC of the confidence, answerable or not", "Refusal", auroc),
    Metric("calibration_error", "confidence off by, on average", "Refusal", calibration_error, -1),
    Metric("verbatim", "quotes word for word", "Citations"),
    Metric("citation_precision", "cited articles that are relevant", "Citations"),
    Metric("citation_recall", "answers whose quote holds an accepted answer", "Citations"),
    Metric("citation_article", "answers that cite a relevant article", "Citations"),
    Metric("hit@1", "relevant article first", "Articles found"),
    Metric("hit@5", "relevant article among five", "Articles found"),
    Metric("rr", "mean reciprocal rank", "Articles found"),
    Metric("ndcg@10", "nDCG of ten", "Articles found"),
    Metric("conflict_precision", "disputes shown that are disputes", "Disputes"),
    Metric("conflict_recall", "disputes shown as such", "Disputes"),
    Metric("conflict_f1", "F1 of disputes", "Disputes"),
    Metric("values_shown", "contradicting values said", "Disputes"),
    Metric("gold_shown", "accepted answers said, of all, where several hold", "Disputes"),
    Metric("gain_right", "right, gained by the conversation", "Follow-ups"),
    Metric("gain_f1", "F1, gained by the conversation", "Follow-ups"),
    Metric("gain_hit@5", "relevant article among five, gained", "Follow-ups"),
    Metric("rewrite_f1", "F1 of the rewritten question", "Follow-ups"),
    Metric("rewrite_gain", "F1 of the question, gained by rewriting", "Follow-ups"),
    Metric("latency_p50", "time of an answer, median", "Time", quantile(0.5), -1, percent=False),
    Metric("latency_p95", "time of an answer, p95", "Time", quantile(0.95), -1, percent=False),
)


def measure(asked: Sequence[Asked]) -> list[Rows]:
    """Every question's rows. Raises MissingExtra when ir-measures is not installed."""
    ranked, ranked_alone = rankings(asked), rankings(asked, alone=True)
    return [
        {
            **(_answer(one.question, one.seen) if one.seen else {}),
            **{name: (value, 1.0) for name, value in ranks.items()},
            **_follow_up(one, ranks, alone),
        }
        for one, ranks, alone in zip(asked, ranked, ranked_alone, strict=True)
    ]


def figures(rows: Sequence[Rows]) -> dict[str, Figure]:
    """Every metric that these questions can tell."""
    found = {}
    for metric in METRICS:
        concerned = [row[metric.name] for row in rows if metric.name in row]
        told = figure(metric.statistic, np.array(concerned, dtype=np.float64)) if concerned else None
        if told:
            found[metric.name] = told
    if "refusal_recall" not in found:  # without unanswerable questions every refusal is wrong
        found.pop("refusal_precision", None)
    return found


def by_type(asked: Sequence[Asked], rows: Sequence[Rows]) -> dict[str, dict[str, Figure]]:
    """The figures of each type of question, in the order of their names."""
    types = sorted({one.question.type for one in asked})
    return {
        name: figures([row for one, row in zip(asked, rows, strict=True) if one.question.type == name])
        for name in types
    }


def is_right(question: Question, seen: Observation) -> bool | None:
    """Whether what was said, or the refusal, is right; None where the question set cannot tell."""
    if question.expected is Expected.REFUSAL:
        return seen.outcome is Outcome.NOT_FOUND
    if question.expected is Expected.SOURCE:
        return not question.relevant.isdisjoint(seen.cited)
    return contains(seen.text, question.answers) if question.expected is Expected.ANSWER else None


def best_is_right(question: Question, seen: Observation) -> bool:
    """Whether an answer would have been right if every question had to be answered."""
    if question.expected is Expected.SOURCE:
        return not question.relevant.isdisjoint(seen.cited or seen.retrieved[:1])
    return question.expected is Expected.ANSWER and contains(seen.best, question.answers)


def _answer(question: Question, seen: Observation) -> dict[str, Row]:
    rows: dict[str, Row] = {"latency_p50": (seen.latency_ms,), "latency_p95": (seen.latency_ms,)}
    answered = seen.outcome is not Outcome.NOT_FOUND
    if answered:
        rows["verbatim"] = (seen.verbatim, seen.citations)
    rows |= _dispute(question, seen)
    if question.expected not in JUDGED:
        return rows
    answerable = question.expected is not Expected.REFUSAL
    rows["refusal_auroc"] = (seen.confidence, answerable)
    rows["answered" if answerable else "refusal_recall"] = (answered is answerable, 1)
    if not answered:
        rows["refusal_precision"] = (not answerable, 1)
    right = is_right(question, seen)
    if right is not None:
        rows["right"] = (right, 1)
        if answered:
            rows["calibration_error"] = (seen.confidence, right)
    if question.documents and question.answers:
        shown = sum(any(contains(one, [answer]) for one in seen.statements) for answer in question.answers)
        rows["gold_shown"] = (shown, len(question.answers))
    if question.expected is Expected.PROSE:
        rows["f1"] = (f1(seen.text, question.answers), 1)
    if question.expected is Expected.ANSWER:
        rows["exact"] = (exact(seen.text, question.answers), 1)
        rows["f1"] = (f1(seen.text, question.answers), 1)
        rows["contains"] = (contains(seen.text, question.answers), 1)
        quoted = any(contains(quote, question.answers) for quote in seen.quotes)
        rows["quote_contains"] = (quoted, 1)
        if answered:
            rows["citation_recall"] = (quoted, 1)
    if answered and answerable and question.relevant:
        rows["citation_precision"] = (len(question.relevant.intersection(seen.cited)), len(seen.cited))
        rows["citation_article"] = (not question.relevant.isdisjoint(seen.cited), 1)
    return rows


def _dispute(question: Question, seen: Observation) -> dict[str, Row]:
    """Precision, recall and F1 = 2 tp / (shown + real) of disputes, and the share of the values said."""
    if question.disagree is None:
        return {}
    shown, real = seen.outcome is Outcome.DISPUTED, question.disagree
    rows: dict[str, Row] = {"conflict_f1": (2 * (shown and real), shown + real)}
    if shown:
        rows["conflict_precision"] = (real, 1)
    if real:
        rows["conflict_recall"] = (shown, 1)
    if real and question.values:
        said = sum(any(contains(text, value) for text in seen.statements) for value in question.values)
        rows["values_shown"] = (said, len(question.values))
    return rows


def _follow_up(one: Asked, ranks: Mapping[str, float], alone: Mapping[str, float]) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    question = one.question
    if one.seen and one.alone:
        after, before = is_right(question, one.seen), is_right(question, one.alone)
        if after is not None and before is not None:
            rows["gain_right"] = (after - before, 1)
        if question.expected in (Expected.ANSWER, Expected.PROSE):
            gain = f1(one.seen.text, question.answers) - f1(one.alone.text, question.answers)
            rows["gain_f1"] = (gain, 1)
        if ranks and alone:
            rows["gain_hit@5"] = (ranks["hit@5"] - alone["hit@5"], 1)
    if question.rewrite and question.is_follow_up:
        rewritten = f1(one.standalone, [question.rewrite])
        rows["rewrite_f1"] = (rewritten, 1)
        rows["rewrite_gain"] = (rewritten - f1(question.text, [question.rewrite]), 1)
    return rows
