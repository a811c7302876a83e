import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from evaluation.errors import EvaluationError
from evaluation.eval_sets import EvalSet, articles_of, eval_sets, sampled
from evaluation.memo import Memo, RememberedReader
from evaluation.questions import Question
from evaluation.unseen import seen_in_training
from evaluation.yardstick import main
from index.types import Passage, Source
from retrieval.reading.reader import Reader, Reading
from tests.evaluation.conftest import ARTICLES, QUESTIONS, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation folder with a set of its own and one over the seeds."""
    folder = tmp_path_factory.mktemp("eval")
    (folder / "valley").mkdir()
    written(folder / "valley" / "corpus.jsonl", ARTICLES)
    written(folder / "valley" / "questions.jsonl", QUESTIONS[:4])
    written(folder / "valley" / "null_questions.jsonl", QUESTIONS[4:5])
    seeds = {"id": "s", "question": "How many minibuses were in the convoy?", "answers": ["22"]}
    written(folder / "seed_questions.jsonl", (seeds,))
    return folder


def rows(printed: str) -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in printed.splitlines() if "|" in line]
    return {row[0]: row[1:] for row in cells[2:]}


def test_each_set_is_a_row_of_figures_and_a_second_run_says_the_same(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [str(folder), "--only", "valley", "seed_questions", "--work", str(tmp_path)]
    assert main(command) == 0
    first = rows(capsys.readouterr().out)
    assert first["valley"][:5] == ["4 + 1", ".750 (.25–1.00)", ".750 (.25–1.00)", ".000 (.00–.00)",
                                   "1.000 (1.00–1.00)"]  # fmt: skip
    assert first["seed_questions"][:2] == ["1 + 0", "1.000 (1.00–1.00)"]
    assert main(command) == 0
    again = capsys.readouterr()
    assert {name: row[:-2] for name, row in rows(again.out).items()} == {
        name: row[:-2] for name, row in first.items()
    }
    assert "indexing" not in again.err


def test_what_a_rule_is_worth_is_told_for_each_set_that_it_changes(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = ["--only", "valley", "--work", str(tmp_path)]
    assert main([str(folder), *only, "--worth", "reader", "tables"]) == 0
    told = rows(capsys.readouterr().out)
    assert told["reader"][0] == "valley"
    assert told["tables"][0] == "no set"


def test_a_name_of_no_set_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(folder), "--only", "nowhere"]) == 1
    assert "no set nowhere: expected one of seed_questions, valley" in capsys.readouterr().err
    with pytest.raises(EvaluationError, match=r"expected folders with questions\.jsonl"):
        eval_sets(tmp_path, tmp_path)


def test_of_a_set_partly_trained_on_only_questions_about_unseen_articles_are_asked(tmp_path: Path) -> None:
    folder = tmp_path / "squad2"
    folder.mkdir()
    corpus = written(folder / "corpus.jsonl", ARTICLES)
    questions = written(folder / "questions.jsonl", QUESTIONS[:5])
    told = [article["title"] for article in ARTICLES if seen_in_training(article["title"])]
    assert told == ["Flood in Torsvik", "Torsvik counts the damage", "Cheese of the year"]

    assert [q.id for q in sampled(EvalSet("squad2", [questions], corpus), 150)] == ["q1", "q2", "q5"]


def test_a_thinned_corpus_keeps_what_is_relevant_and_what_is_near(tmp_path: Path) -> None:
    more = tuple({"id": str(i), "text": f"Sheep number {i} of the {i}th farm."} for i in range(5))
    corpus = tmp_path / "corpus.jsonl.gz"
    with gzip.open(corpus, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in (*ARTICLES, *more))
    asked = [Question("1", "Who saw sheep number 3?", ("Ole",), frozenset({"bridge"}))]

    with articles_of(EvalSet("valley", [], corpus), asked, most=2) as thinned:
        kept = [json.loads(line)["id"] for line in thinned.read_text("utf-8").splitlines()]

    assert kept == ["bridge", "3"]


class OnceOnly:
    """A reader that reads no passage twice."""

    name = "once"
    second: Reader | None = None

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        self.seen += [(question, passage.text) for passage in passages]
        return [[Reading(passage, 0, 2, 0.1 + len(passage.text))] for passage in passages]


def test_a_remembered_reading_is_of_the_passage_that_is_asked_about(tmp_path: Path) -> None:
    reader, memo = OnceOnly(), Memo(tmp_path / "memo.sqlite")
    remembered = RememberedReader(reader, memo, "model")
    here, there = (Passage(f"{name}#0", Source(name, ""), 0, 6, "A cow.") for name in ("here", "there"))

    [[first]], [[second]] = remembered.read("who?", [here]), remembered.read("who?", [there])

    assert reader.seen == [("who?", "A cow.")]
    assert (first.passage, second.passage) == (here, there)
    assert (second.start, second.end, second.score) == (0, 2, 6.1)
    remembered.read("what?", [here])
    assert reader.seen[1:] == [("what?", "A cow.")]
    memo.close()


def test_the_readings_of_a_second_reader_are_its_own(tmp_path: Path) -> None:
    first, second = OnceOnly(), OnceOnly()
    first.second = second
    remembered = RememberedReader(first, Memo(tmp_path / "memo.sqlite"), "model")
    passage = Passage("a#0", Source("a", ""), 0, 6, "A cow.")

    remembered.read("who?", [passage])
    assert remembered.second
    remembered.second.read("who?", [passage])

    assert first.seen == second.seen == [("who?", "A cow.")]
