"""The page as a browser's parser reads it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evaluation.asking import Asked, Respondent
from evaluation.compare import compare, read_earlier
from evaluation.questions import Question
from evaluation.report import report, write_report
from evaluation.session import Evaluation, evaluate, question_sets
from tests.evaluation.test_metrics import NOTHING, UNANSWERABLE, known, said

VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})
EVIL = '<script>alert("1")</script> & $x_1$ \'"'


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails on tags that are not closed in order."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if self.open[-1:] != ["style"] else ""


@pytest.fixture(scope="module")
def found(respondent: Respondent, questions: Path) -> Evaluation:
    return evaluate(question_sets([questions]), respondent, {"reader": "bundled"})


def test_the_report_shows_figures_plots_and_every_wrong_answer(found: Evaluation, tmp_path: Path) -> None:
    written = write_report(tmp_path / "out", found)
    page = Page(written.read_text("utf-8"))
    assert page.tags.count("svg") == 4
    assert page.tags.count("article") == 1
    wrong = page.text[page.text.index("Every wrong answer (1)") :]
    for shown in ("Who founded the Haugen dairy?", "Ingrid Haugen", "Solveig Haugen", "cheese (relevant)"):
        assert shown in wrong
    assert "The dairy was founded in 1954 by Ingrid Haugen." in wrong
    told = json.loads((tmp_path / "out" / "figures.json").read_text("utf-8"))
    assert told["figures"]["right"]["value"] == pytest.approx(6 / 7)
    assert [one["id"] for one in told["questions"] if one.get("right") is False] == ["q3"]


def test_the_report_asks_for_nothing_outside_itself(found: Evaluation) -> None:
    markup = report(found)
    page = Page(markup)
    assert not {"script", "link", "img", "iframe", "object", "embed", "image"} & set(page.tags)
    addresses = [value or "" for name, value in page.attributes if name in ("href", "xlink:href", "src")]
    assert [one for one in addresses if not one.startswith("#")] == []
    assert re.findall(r"url\((?!#)|@import", markup) == []
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    assert set(addresses) <= {f"#{one}" for one in ids}


def test_the_report_is_the_same_each_time_it_is_made(found: Evaluation) -> None:
    assert report(found) == report(Evaluation(found.asked, found.setting))


def test_whatever_articles_and_questions_hold_is_only_text() -> None:
    question = Question(EVIL, EVIL, (EVIL + "x",), frozenset({EVIL}), EVIL, known("a").expected)
    other = Question("b", EVIL, (EVIL,), frozenset(), "b", known("a").expected)
    asked = [
        Asked(EVIL, question, said("no " + EVIL[:5], quote=EVIL, cited=(EVIL,))),
        Asked(EVIL, other, NOTHING),
    ]
    markup = report(Evaluation(asked, {EVIL: EVIL}))
    page = Page(markup)
    assert "script" not in page.tags
    assert page.text.count(EVIL) >= 6


def test_what_became_wrong_since_the_last_evaluation_is_marked(found: Evaluation, tmp_path: Path) -> None:
    told = found.as_json()
    questions = told["questions"]
    assert isinstance(questions, list)
    for one in questions:
        one["rows"]["right"] = [1.0, 1.0]
    (tmp_path / "figures.json").write_text(json.dumps(told), "utf-8")
    comparison = compare(read_earlier(tmp_path), found)
    assert comparison.newly_wrong == ["questions:q3"]
    page = Page(report(found, comparison))
    assert page.text.count("newly wrong") == 2  # in the summary and at the question
    assert "What has changed" in page.text


def test_a_set_without_a_judged_question_still_makes_a_page() -> None:
    assert "How well Citebot answers" in Page(report(Evaluation([], {}))).text
    only_refused = Evaluation([Asked("s", UNANSWERABLE, NOTHING)], {})
    page = Page(report(only_refused))
    assert "There is none." in page.text
    rewritten = Question("q", "is it treatable?", follows="p", rewrite="is throat cancer treatable?")
    page = Page(report(Evaluation([Asked("s", rewritten, None, standalone="is cancer treatable?")], {})))
    assert "rewritten otherwise than by a person (1)" in page.text
    assert "svg" not in page.tags
