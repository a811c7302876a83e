"""Questions about manuals: which pages are taken in, and what counts as whole."""

import json
from pathlib import Path

import pytest

from evaluation.errors import EvaluationError
from evaluation.manuals import QUESTIONS, corpus, evidences, pages_of, sentences_with
from evaluation.questions import Expected, read_questions
from evaluation.rendered import Rendered


def manual(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("<p>A page.</p>")
    return folder


def test_a_page_of_a_manual_is_named_by_its_path(tmp_path: Path) -> None:
    manual(tmp_path / "python", "glossary.html", "library/csv.html", "whatsnew/3.10.html")

    assert sorted(pages_of(tmp_path)) == ["python-glossary", "python-library-csv", "python-whatsnew-3.10"]


def test_the_corpus_holds_the_wanted_pages_and_some_of_each_manual(tmp_path: Path) -> None:
    manual(tmp_path / "a", *(f"{i}.html" for i in range(9)))
    manual(tmp_path / "b", "one.html", "two.html")

    with corpus(pages_of(tmp_path), ["b-two"], others=3, seed=0) as folder:
        names = sorted(path.stem for path in folder.iterdir())
        read = {path.read_text() for path in folder.iterdir()}

    assert [name.partition("-")[0] for name in names] == ["a", "a", "a", "b", "b"]
    assert "b-two" in names
    assert read == {"<p>A page.</p>"}


def test_a_page_that_a_question_names_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="not in the manuals: b-two"), corpus({}, ["b-two"], 3, 0):
        pass


def test_evidence_is_looked_for_in_sentences() -> None:
    page = Rendered("a.html", "Sphinx", ("The port is 5432. It can be\u00a0changed.", "A cell"), (), (), ())

    assert sentences_with("IT CAN BE changed", page) == ["It can be\u00a0changed."]
    assert sentences_with("cell", page) == ["A cell"]
    assert sentences_with("port", Path("a.html")) == []


def test_the_questions_about_manuals_are_as_they_are_counted() -> None:
    questions = read_questions(QUESTIONS)
    answerable = [q for q in questions if q.expected is Expected.ANSWER]

    assert (len(answerable), sum(q.expected is Expected.REFUSAL for q in questions)) == (99, 21)
    assert {q.id for q in answerable} == {one.question for one in evidences(QUESTIONS)}
    assert all(one.phrase and len(one.phrase.split()) <= 8 and one.pages for one in evidences(QUESTIONS))
    assert all(json.loads(line)["type"] for line in QUESTIONS.read_text("utf-8").splitlines())
