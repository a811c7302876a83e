import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from evaluation.asking import Asked
from evaluation.compare import Earlier, compare, read_earlier
from evaluation.errors import ReportError
from evaluation.questions import Question
from evaluation.session import Evaluation
from tests.evaluation.test_metrics import NOTHING, known, said


def evaluation(right: Sequence[bool], *, refused: int = 0) -> Evaluation:
    """Questions q0, q1, ... answered with what is accepted or with something else; some more refused."""
    outcomes = [said("Bo") if one else said("Ole") for one in right] + [NOTHING] * refused
    return Evaluation(
        [Asked("s", renamed(known("Bo"), f"q{i}"), seen) for i, seen in enumerate(outcomes)], {}
    )


def renamed(question: Question, name: str) -> Question:
    return Question(
        name, question.text, question.answers, question.relevant, question.type, question.expected
    )


def earlier(found: Evaluation, folder: Path) -> Earlier:
    (folder / "figures.json").write_text(json.dumps(found.as_json()), "utf-8")
    return read_earlier(folder)


def test_what_changed_for_many_questions_one_way_is_real(tmp_path: Path) -> None:
    before = earlier(evaluation([True] * 20 + [False] * 20), tmp_path)
    found = compare(before, evaluation([True] * 32 + [False] * 8))
    right = found.differences["right"]
    assert right.change.value == pytest.approx(12 / 40)
    assert (right.changed, right.verdict) == (12, "better")
    assert (found.common, len(found.newly_right), found.newly_wrong) == (40, 12, [])
    back = compare(
        earlier(evaluation([True] * 32 + [False] * 8), tmp_path), evaluation([True] * 20 + [False] * 20)
    )
    assert back.differences["right"].verdict == "worse"
    assert len(back.newly_wrong) == 12


def test_what_changed_for_a_few_questions_or_both_ways_is_not_sure(tmp_path: Path) -> None:
    before = earlier(evaluation([True] * 35 + [False] * 5), tmp_path)
    assert compare(before, evaluation([True] * 40)).differences["right"].verdict == "not sure"
    mixed = evaluation([False] * 8 + [True] * 32)
    assert compare(before, mixed).differences["right"].verdict == "not sure"


def test_an_evaluation_is_the_same_as_itself_whatever_the_metric(tmp_path: Path) -> None:
    found = evaluation([True, False, True], refused=2)
    same = compare(earlier(found, tmp_path), found)
    assert {one.verdict for one in same.differences.values()} == {"same"}
    assert {one.change.value for one in same.differences.values()} == {0.0}


def test_a_smaller_time_is_better() -> None:
    now = evaluation([True] * 20)
    before = Earlier({key: {**rows, "latency_p50": (90.0,)} for key, rows in keyed(now).items()})
    time = compare(before, now).differences["latency_p50"]
    assert (time.change.value, time.verdict) == (20.0 - 90.0, "better")


def keyed(found: Evaluation) -> dict[str, dict[str, tuple[float, ...]]]:
    return {one.key: dict(rows) for one, rows in zip(found.asked, found.rows, strict=True)}


def test_a_metric_that_some_questions_only_concern_on_one_side_is_compared_over_all(tmp_path: Path) -> None:
    before = earlier(evaluation([True, True], refused=2), tmp_path)  # 2 of 2 answers quote what is accepted
    found = compare(before, evaluation([True, True, False, False]))  # 2 of 4
    assert found.differences["citation_recall"].change.value == -1 / 2
    assert found.differences["citation_recall"].changed == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("no json", "expected figures that"),
        ("[]", "a list of questions"),
        ('{"layout": 1}', "a list of questions"),
        ('{"layout": 9, "questions": []}', "expected layout 1, got 9"),
        ('{"layout": 1, "questions": [{"id": "a"}]}', "lacks 'set'"),
    ],
)
def test_a_file_that_holds_no_figures_is_refused(tmp_path: Path, content: str, expected: str) -> None:
    (tmp_path / "figures.json").write_text(content, "utf-8")
    with pytest.raises(ReportError, match=expected):
        read_earlier(tmp_path / "figures.json")


def test_evaluations_of_other_questions_cannot_be_compared(tmp_path: Path) -> None:
    other = Evaluation([Asked("another", known("Bo"), said("Bo"))], {})
    with pytest.raises(ReportError, match="no question in common"):
        compare(earlier(evaluation([True]), tmp_path), other)
