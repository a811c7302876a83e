import gzip
import json
from pathlib import Path

import pytest

from evaluation.questions import read_questions
from evaluation.reading import main, measured
from evaluation.unseen import seen_in_training
from retrieval.reading.reader import Reader

TEXTS = {
    "a": "The old lighthouse on Skerry Island was built in 1857 by Anna Lind. It was painted red and white.",
    "b": "The museum in Port Hale opened in 1931. Twelve thousand visitors came in the first year.",
}
ASKED = [
    {
        "id": "1",
        "question": "Who built the lighthouse on Skerry Island?",
        "answers": ["Anna Lind"],
        "relevant": ["a"],
    },
    {"id": "2", "question": "When did the museum in Port Hale open?", "answers": ["1931"], "relevant": ["b"]},
    {"id": "3", "question": "Who designed the flag of Bolivia?", "type": "unanswerable", "relevant": ["b"]},
    {"id": "4", "question": "What is the price of oil?", "type": "unanswerable", "relevant": ["a"]},
]


@pytest.fixture
def asked(tmp_path: Path) -> tuple[Path, Path]:
    questions, corpus = tmp_path / "questions.jsonl", tmp_path / "corpus.jsonl.gz"
    questions.write_text("".join(json.dumps(one) + "\n" for one in ASKED), "utf-8")
    with gzip.open(corpus, "wt", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"id": name, "title": "", "text": text}) + "\n" for name, text in TEXTS.items()
        )
    return questions, corpus


def test_answers_and_refusals_of_a_reader_are_counted(asked: tuple[Path, Path], reader: Reader) -> None:
    questions = read_questions(asked[0])

    found = measured(reader, questions, TEXTS)

    assert {name: one.value for name, one in found.items()} == {
        "exact": 1.0, "f1": 1.0, "contains": 1.0, "auroc": 1.0, "told": 1.0,
    }  # fmt: skip


def test_the_command_prints_a_column_for_each_reader(
    asked: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["reading", *map(str, asked), "bundled", "sentences"])

    main()

    printed = capsys.readouterr().out
    assert printed.startswith("4 questions, each with its article; in brackets 95 % intervals.\n")
    assert "| | bundled | sentences |" in printed
    assert "| exact | 100.0% (100.0% … 100.0%) | 0.0% (0.0% … 0.0%) |" in printed


def test_questions_about_articles_seen_in_training_are_left_out_unless_all_are_asked_for(
    asked: tuple[Path, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions, corpus = asked
    titles = {"a": "Skerry Island", "b": "Museum of Port Hale"}
    assert [seen_in_training(title) for title in titles.values()] == [True, False]
    with gzip.open(corpus, "wt", encoding="utf-8") as file:
        file.writelines(
            json.dumps({"id": name, "title": titles[name], "text": text}) + "\n"
            for name, text in TEXTS.items()
        )

    monkeypatch.setattr("sys.argv", ["reading", str(questions), str(corpus), "bundled"])
    main()
    assert (
        "2 questions, each with its article; in brackets 95 % intervals. Another 2 were not asked: their "
        in (capsys.readouterr().out)
    )
    monkeypatch.setattr("sys.argv", ["reading", str(questions), str(corpus), "bundled", "--all"])
    main()
    assert "4 questions, each with its article; in brackets 95 % intervals.\n" in capsys.readouterr().out
