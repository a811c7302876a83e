import json
from pathlib import Path

import pytest

from evaluation import release
from evaluation.unseen import seen_in_training
from tests.evaluation.conftest import ARTICLES, QUESTIONS, written

REWRITES = (
    {
        "id": 1,
        "question": "When was it founded?",
        "rewrite": "When was the Haugen dairy founded?",
        "history": [{"role": "user", "text": "Who founded the Haugen dairy?"}],
    },
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evaluation folder: a set with a corpus, one of rewritten questions, one over the seeds."""
    folder = tmp_path_factory.mktemp("eval")
    for name in ("valley", "rewrites"):
        (folder / name).mkdir()
    written(folder / "valley" / "corpus.jsonl", ARTICLES)
    written(folder / "valley" / "questions.jsonl", QUESTIONS[:4])
    written(folder / "valley" / "null_questions.jsonl", QUESTIONS[4:5])
    written(folder / "rewrites" / "questions.jsonl", REWRITES)
    seeds = {"id": "s", "question": "How many minibuses were in the convoy?", "answers": ["22"]}
    written(folder / "seed_questions.jsonl", (seeds,))
    return folder


def test_all_sets_of_a_folder_are_asked_and_only_figures_are_written(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([str(folder), "--output", str(tmp_path)]) == 0
    [told] = [json.loads(path.read_text("utf-8")) for path in tmp_path.glob("*.json")]
    assert {name: one["questions_asked"] for name, one in told["sets"].items()} == {
        "rewrites": 1,
        "seed_questions": 1,
        "valley": 5,
    }
    assert told["sets"]["valley"]["figures"]["right"]["value"] == pytest.approx(4 / 5)
    assert told["sets"]["seed_questions"]["figures"]["right"]["value"] == 1.0
    [page] = [path.read_text("utf-8") for path in tmp_path.glob("*.md")]
    assert "| | rewrites | seed_questions | valley |" in page
    assert "| questions asked | 1 | 1 | 5 |" in page
    assert "| right |  | 100.0 % (100.0 … 100.0) | 80.0 % (" in page
    assert "| valley | unanswerable | 100.0 % (100.0 … 100.0) | 1 |" in page
    sure = told["sets"]["valley"]["reliability"]
    assert sum(tenth["answers"] for tenth in sure) == 4
    assert sum(tenth["right"] * tenth["answers"] for tenth in sure) == pytest.approx(3)
    assert f"| valley | {sure[-1]['confidence']:.0%} | " in page
    assert "`python -m evaluation.release EVAL_DIR --output" in page
    everything = page + json.dumps(told)
    for words in ("Lindal", "Berle", "Haugen", "minibuses", "World Cup", str(folder)):
        assert words not in everything
    assert capsys.readouterr().out.strip().endswith(".md")


def test_of_a_set_partly_trained_on_only_questions_about_unseen_articles_are_asked(tmp_path: Path) -> None:
    folder = tmp_path / "eval" / "squad2"
    folder.mkdir(parents=True)
    written(folder / "corpus.jsonl", ARTICLES)
    written(folder / "questions.jsonl", QUESTIONS[:5])
    told = [article["title"] for article in ARTICLES if seen_in_training(article["title"])]
    assert told == ["Flood in Torsvik", "Torsvik counts the damage", "Cheese of the year"]

    assert release.main([str(folder.parent), "--output", str(tmp_path / "out")]) == 0

    [page] = [path.read_text("utf-8") for path in (tmp_path / "out").glob("*.md")]
    assert "| | squad2† |" in page
    assert "| questions asked | 3 |" in page  # without those about the dairy and the two floods
    assert "† The bundled reader was trained on questions about three quarters of these articles" in page
    [figures] = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "out").glob("*.json")]
    assert figures["sets"]["squad2"]["setting"]["articles"] == len(ARTICLES)


def test_a_stopped_run_goes_on_with_the_sets_that_are_missing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([str(folder), "--output", str(tmp_path), "--only", "rewrites"]) == 0
    assert release.main([str(folder), "--output", str(tmp_path), "--only", "rewrites", "seed_questions"]) == 0
    assert "rewrites: done before" in capsys.readouterr().err
    [path] = tmp_path.glob("*.json")
    assert set(json.loads(path.read_text("utf-8"))["sets"]) == {"rewrites", "seed_questions"}
    changed = json.loads(path.read_text("utf-8")) | {"code": "of another day"}
    path.write_text(json.dumps(changed), "utf-8")
    assert release.main([str(folder), "--output", str(tmp_path), "--only", "rewrites"]) == 0
    assert "done before" not in capsys.readouterr().err
    assert set(json.loads(path.read_text("utf-8"))["sets"]) == {"rewrites"}


def test_a_folder_without_sets_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release.main([str(tmp_path), "--output", str(tmp_path)]) == 1
    assert release.main([str(tmp_path / "nowhere"), "--output", str(tmp_path)]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert "expected folders with questions.jsonl and corpus.jsonl" in first
    assert "nowhere" in second
