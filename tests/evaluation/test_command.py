"""The real program in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from citebot.settings import NAMES, NOT_YET
from tests.wording.server import serving

ROOT = Path(__file__).parents[2]


def citebot(
    *arguments: str,
    cwd: Path,
    python: tuple[str, ...] = (),
    settings: Mapping[str, str] = MappingProxyType({}),
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in {*NAMES, *NOT_YET}}
    return subprocess.run(
        [sys.executable, *(python or ("-m", "citebot")), "evaluate", *arguments],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(ROOT), **settings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_question_set_over_a_corpus_gives_a_table_a_report_and_a_comparison(
    corpus: Path, questions: Path, tmp_path: Path
) -> None:
    first = citebot(str(questions), "--corpus", str(corpus), "--report", "out", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "85.7 %" in first.stdout  # six of seven
    assert "Right, by type of question" in first.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["figures.json", "report.html"]
    assert not (tmp_path / "data").exists()
    again = citebot(str(questions), "--corpus", str(corpus), "--compare", "out", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "7 questions in common: 0 newly right, 0 newly wrong." in again.stdout
    assert "same" in again.stdout


def test_a_language_model_is_measured_beside_the_quotes(
    corpus: Path, questions: Path, tmp_path: Path
) -> None:
    opened = "The Lindal Bridge was opened on 14 May 2021."

    def script(body: dict[str, Any]) -> str:
        passages = json.loads(body["messages"][1]["content"])["passages"]
        passage = next((one["passage"] for one in passages if opened in one["text"]), None)
        if passage is None:
            return "I do not know."
        quotes = [{"passage": passage, "words": opened}]
        told = (opened, "The Lindal Bridge was opened on 15 May 2021.")
        return json.dumps({"sentences": [{"text": text, "quotes": quotes} for text in told]})

    with serving() as server:
        server.script = script
        settings = {"LLM_BASE_URL": server.url, "LLM_MODEL": "scripted"}
        arguments = (str(questions), "--corpus", str(corpus), "--llm", "--json")
        done = citebot(*arguments, cwd=tmp_path, settings=settings)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["wording"]["worded"] >= 1
    assert told["wording"]["dropped"]["number"] >= 1
    assert 0 < told["wording"]["tokens"] <= 120 * told["wording"]["questions"]
    assert told["comparison"]["newly_wrong"] == []


def test_without_a_corpus_the_index_is_asked_and_json_holds_every_figure(
    corpus: Path, questions: Path, tmp_path: Path
) -> None:
    subprocess.run(
        [sys.executable, "-m", "citebot", "index", "add", str(corpus), "--index-dir", "mine"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
    )
    ran = citebot(str(questions), "--index-dir", "mine", "--json", "--limit", "3", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["setting"]["articles"] == 4
    assert [one["id"] for one in told["questions"]] == ["q1", "q4", "q6.1", "q6.2"]
    assert told["figures"]["verbatim"]["value"] == 1.0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "needs a file of questions, or --draft N"),
        (("nowhere.jsonl", "--corpus", "c"), 1, "No such file or directory: nowhere.jsonl"),
        (("articles.jsonl",), 2, "give a file of articles as --corpus"),
        (("q.jsonl", "--corpus", "nowhere"), 1, "no articles in nowhere: nowhere: no such file"),
        (("q.jsonl", "--compare", "q.jsonl"), 2, "expected figures that"),
        (("q.jsonl", "--report", "q.jsonl"), 2, "expected a folder, but q.jsonl is a file"),
        (
            ("q.jsonl", "--corpus", "articles.jsonl", "--reader", "./nothing"),
            1,
            "there is no folder ./nothing",
        ),
        (("q.jsonl",), 1, "no articles yet"),
        (("q.jsonl", "--draft", "3"), 2, "--draft makes questions from articles"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "who came?", "answers": ["Bo"]}\n', "utf-8")
    (tmp_path / "articles.jsonl").write_text('{"id": "a", "text": "Bo came to Lindal."}\n', "utf-8")
    ran = citebot(*arguments, cwd=tmp_path)
    assert ran.returncode == code
    assert said in ran.stderr
    assert ran.stdout == ""
    assert [line for line in ran.stderr.splitlines() if not line.startswith("citebot: ")] == []
    assert len(ran.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("module", "package"), [("ir_measures", "ir-measures"), ("matplotlib", "matplotlib")]
)
def test_a_missing_extra_is_named_before_any_work(
    tmp_path: Path, questions: Path, module: str, package: str
) -> None:
    without = f"""
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == {module!r} else found(name, package)
from citebot.cli import main
main()
"""
    ran = citebot(
        str(questions), "--corpus", "nowhere", "--report", "out", cwd=tmp_path, python=("-c", without)
    )
    assert ran.returncode == 1
    assert ran.stderr == (
        f"citebot: `citebot evaluate` needs {package}: run `make setup`, "
        'or `pip install "citebot[evaluate]"`\n'
    )


def test_relevant_articles_that_are_not_there_are_told(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"question": "Who designed the Lindal Bridge?", "answers": ["Anton Berle"], "relevant": ["lost"]}\n'
    )
    ran = citebot("q.jsonl", "--corpus", str(corpus), cwd=tmp_path)
    assert ran.returncode == 0
    assert "1 of the articles that the questions name are not there: lost" in ran.stderr


def test_rewrites_alone_are_measured_without_articles(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"id": 1, "question": "When was it founded?", "rewrite": "When was the Haugen dairy founded?", '
        '"history": [{"role": "user", "text": "Who founded the Haugen dairy?"}]}\n',
        "utf-8",
    )
    ran = citebot("q.jsonl", "--report", "out", cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "F1 of the rewritten question" in ran.stdout
    assert "gain" in ran.stdout
