"""Figures against values computed by hand."""

from dataclasses import replace

import numpy as np
import pytest

from evaluation.asking import Asked, Observation
from evaluation.bootstrap import auroc, calibration_error, difference, figure, quantile, ratio
from evaluation.metrics import METRICS, figures, measure
from evaluation.questions import Expected, Question
from evaluation.scores import contains, exact, f1
from retrieval.types import Outcome

NOTHING = Observation("", Outcome.NOT_FOUND, (), "", 0.1, (), (), 0, 0, ("b", "a"), 40.0)


def said(
    *texts: str, quote: str = "", cited: tuple[str, ...] = ("a",), confidence: float = 0.8
) -> Observation:
    outcome = Outcome.DISPUTED if len(texts) > 1 else Outcome.ANSWERED
    return Observation(
        "", outcome, texts, texts[0], confidence, (quote or texts[0],), cited, 1, 1, cited, 20.0
    )


def known(*answers: str, relevant: str = "a") -> Question:
    return Question("q", "who?", answers, frozenset(relevant), "t", Expected.ANSWER)


UNANSWERABLE = Question("q", "who?", type="t")


def told(*pairs: tuple[Question, Observation]) -> dict[str, float]:
    asked = [Asked("s", question, seen) for question, seen in pairs]
    return {name: one.value for name, one in figures(measure(asked)).items()}


def test_answers_are_compared_as_squad_does() -> None:
    assert exact("The Red Cross!", ["red cross"])
    assert not exact("Red Cross of Norway", ["red cross"])
    assert contains("the Red Cross of Norway", ["Red Cross"])
    assert not contains("redcross", ["Red Cross"])
    assert f1("Red Cross of Norway", ["Red Cross", "the cross"]) == pytest.approx(2 * 2 / (4 + 2))
    assert f1("Bo", ["Ole"]) == 0
    assert f1("Bo", []) == 0


def test_answers_are_scored_by_their_first_statement_and_its_quotes() -> None:
    values = told(
        (known("Bo"), said("Bo")),
        (known("Bo"), said("Bo Dahl")),
        (known("Bo"), said("Ole", quote="Ole and Bo came.")),
        (known("Bo"), NOTHING),
    )
    assert values["exact"] == 1 / 4
    assert values["contains"] == values["right"] == 2 / 4
    assert values["quote_contains"] == 3 / 4
    assert values["f1"] == pytest.approx((1 + 2 / 3 + 0 + 0) / 4)
    assert values["answered"] == 3 / 4
    assert values["citation_recall"] == 1.0


def test_refusals_have_a_precision_a_recall_and_an_auroc() -> None:
    values = told(
        (known("Bo"), said("Bo", confidence=0.9)),
        (known("Bo"), replace(NOTHING, confidence=0.3)),
        (UNANSWERABLE, replace(NOTHING, confidence=0.2)),
        (UNANSWERABLE, said("Bo", confidence=0.6)),
    )
    assert values["refusal_precision"] == 1 / 2
    assert values["refusal_recall"] == 1 / 2
    assert values["refusal_auroc"] == 3 / 4  # 0.9 > 0.2, 0.9 > 0.6, 0.3 > 0.2, not 0.3 > 0.6
    assert values["right"] == 2 / 4


def test_answers_that_are_sentences_are_only_compared_word_by_word() -> None:
    prose = replace(known("so it is said"), expected=Expected.PROSE)
    values = told(
        (prose, said("so it was")), (prose, NOTHING), (UNANSWERABLE, replace(NOTHING, confidence=0.05))
    )
    assert values["f1"] == pytest.approx((2 * 2 / (4 + 3) + 0) / 2)
    assert values["answered"] == values["refusal_precision"] == 1 / 2
    assert values["refusal_auroc"] == values["right"] == 1.0
    assert {"exact", "contains", "quote_contains", "citation_recall"} & set(values) == set()


def test_without_unanswerable_questions_nothing_is_said_of_refusing_rightly() -> None:
    values = told((known("Bo"), NOTHING), (known("Bo"), said("Bo")))
    assert {"refusal_precision", "refusal_recall", "refusal_auroc"} & set(values) == set()


def test_citations_are_counted_one_by_one() -> None:
    values = told(
        (known("Bo", relevant="ab"), said("Bo", cited=("a", "c"))),
        (known("Bo"), said("Ole", cited=("d",))),
        (known("Bo"), NOTHING),
    )
    assert values["citation_precision"] == 1 / 3
    assert values["citation_article"] == 1 / 2
    assert values["citation_recall"] == 1 / 2
    assert values["verbatim"] == 1.0
    broken = replace(said("Bo"), verbatim=0)
    assert told((known("Bo"), broken), (known("Bo"), said("Bo")))["verbatim"] == 1 / 2


def test_articles_found_are_ranked_against_the_relevant_ones() -> None:
    values = told(
        (known("Bo", relevant="a"), replace(NOTHING, retrieved=("x", "a", "y"))),
        (known("Bo", relevant="ab"), replace(NOTHING, retrieved=("a", "x", "b"))),
        (known("Bo", relevant="z"), replace(NOTHING, retrieved=())),
        (UNANSWERABLE, replace(NOTHING, retrieved=("x",))),
    )
    assert values["hit@1"] == pytest.approx(1 / 3)
    assert values["hit@5"] == pytest.approx(2 / 3)
    assert values["rr"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    first = 1 / np.log2(3)
    second = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert values["ndcg@10"] == pytest.approx((first + second + 0) / 3)


def test_disputes_have_precision_recall_f1_and_the_share_of_values_said() -> None:
    real = replace(known("3", "4"), disagree=True, values=(("3",), ("4", "four")))
    calm = replace(known("3"), disagree=False)
    values = told(
        (real, said("3 boats", "four boats")),
        (real, said("3 boats")),
        (calm, said("3 boats", "5 boats")),
        (calm, said("3 boats")),
        (replace(real, expected=Expected.UNKNOWN), said("3", "5")),
    )
    assert values["conflict_precision"] == 2 / 3
    assert values["conflict_recall"] == 2 / 3
    assert values["conflict_f1"] == pytest.approx(2 * 2 / (2 * 2 + 1 + 1))
    assert values["values_shown"] == (2 + 1 + 1) / 6


def test_the_gain_of_a_conversation_is_what_the_question_alone_lacks() -> None:
    with_it = Asked("s", known("Bo"), said("Bo"), replace(NOTHING, retrieved=("x",)))
    no_help = Asked("s", known("Bo"), said("Bo"), said("Bo"))
    harmful = Asked("s", known("Bo"), said("Ole Bo", cited=("x",)), said("Bo"))
    values = {name: one.value for name, one in figures(measure([with_it, no_help, harmful])).items()}
    assert values["gain_right"] == pytest.approx((1 + 0 + 0) / 3)
    assert values["gain_f1"] == pytest.approx((1 + 0 + (2 / 3 - 1)) / 3)
    assert values["gain_hit@5"] == pytest.approx((1 + 0 - 1) / 3)


def test_a_rewritten_question_is_compared_with_the_one_a_person_wrote() -> None:
    question = Question("q", "is it treatable?", follows="p", rewrite="is throat cancer treatable?")
    one = Asked("s", question, None, standalone="is cancer treatable?")
    values = {name: found.value for name, found in figures(measure([one])).items()}
    assert values == {
        "rewrite_f1": pytest.approx(2 * 3 / (3 + 4)),
        "rewrite_gain": pytest.approx(2 * 3 / (3 + 4) - 2 * 2 / (3 + 4)),
    }


def test_statistics_agree_with_values_computed_by_hand() -> None:
    ones = np.ones((1, 4))
    rows = np.array([[0.9, 1], [0.5, 1], [0.5, 0], [0.1, 0]])
    assert auroc(rows, ones)[0] == pytest.approx((2 + 1.5) / 4)
    assert ratio(np.array([[1.0, 2], [2, 2]]), np.array([[1.0, 1], [2, 0]])).tolist() == [3 / 4, 1 / 2]
    assert calibration_error(rows, ones)[0] == pytest.approx((0.1 + 0.0 + 0.1) / 4)
    times = np.array([[40.0], [10], [30], [20]])
    assert [quantile(share)(times, ones)[0] for share in (0.25, 0.5, 0.95)] == [10, 20, 40]
    assert quantile(0.5)(times, np.array([[3.0, 1, 0, 0]]))[0] == 40
    assert np.isnan(auroc(rows[:2], np.ones((1, 2)))[0])


def test_an_interval_is_the_bootstrap_s_and_the_same_on_every_call() -> None:
    rows = np.array([[1.0, 1]] * 30 + [[0.0, 1]] * 10)
    first, second = figure(ratio, rows), figure(ratio, rows)
    assert first == second
    assert first is not None
    error = np.sqrt(0.75 * 0.25 / 40)  # of a proportion
    assert (first.value, first.n) == (0.75, 40)
    assert first.low == pytest.approx(0.75 - 1.96 * error, abs=0.03)
    assert first.high == pytest.approx(0.75 + 1.96 * error, abs=0.03)
    assert figure(ratio, np.empty((0, 2))) is None


def test_a_difference_is_paired_so_that_equal_questions_cancel_out() -> None:
    before = np.array([[1.0, 1]] * 50 + [[0.0, 1]] * 50)
    after = before.copy()
    after[50:56, 0] = 1  # six more right, none lost: real; unpaired, ±14 points would hide it
    everything = np.ones(100)
    grown = difference(ratio, before, after, everything, everything)
    assert grown is not None
    assert grown.value == pytest.approx(0.06)
    assert 0 < grown.low < 0.06 < grown.high < 0.13
    same = difference(ratio, before, before, everything, everything)
    assert same is not None
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_every_metric_has_its_own_name_and_label() -> None:
    assert (
        len({metric.name for metric in METRICS}) == len({metric.label for metric in METRICS}) == len(METRICS)
    )
