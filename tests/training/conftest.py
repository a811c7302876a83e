import gzip
import json
from pathlib import Path
from typing import Any

import pytest

PASSAGES = {
    1: "The old lighthouse on Skerry Island was built in 1857 by Anna Lind. It was painted red and white. "
    "Its lamp burned whale oil until 1902. The keeper, Jonas Falk, lived there with four goats.",
    2: "The museum in Port Hale opened in 1931. Its director, Mary Oduya, bought the great telescope from a "
    "Danish dealer. Twelve thousand visitors came in the first year.",
    3: "A storm sank the ferry Aurora off Cape Sorrow in 1911. Nineteen sailors were saved by fishermen. "
    "The captain, Peter Holt, was never found. A memorial stands on the quay.",
}
QUESTIONS = [
    ("Who built the lighthouse on Skerry Island?", 1, "Anna Lind"),
    ("When was the lighthouse on Skerry Island built?", 1, "1857"),
    ("Who kept the lighthouse?", 1, "Jonas Falk"),
    ("Who is the director of the museum in Port Hale?", 2, "Mary Oduya"),
    ("How many visitors came to the museum in the first year?", 2, "Twelve thousand"),
    ("Which ferry sank off Cape Sorrow in 1911?", 3, "Aurora"),
    ("How many sailors of the Aurora were saved?", 3, "Nineteen"),
    ("Who was the captain of the Aurora?", 3, "Peter Holt"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Training data in the layout of training/README.md: eight questions, the last one held out."""
    data = tmp_path / "data"
    data.mkdir()
    _write(
        data / "passages.jsonl.gz",
        [{"id": i, "coll": "t", "doc": f"d{i}", "text": t} for i, t in PASSAGES.items()],
    )
    asked = [
        {
            "src": "nq" if i else "reddit",
            "split": "dev" if i == len(QUESTIONS) - 1 else "train",
            "doc": f"d{passage}",
            "q": question,
            "p": passage,
            "s": PASSAGES[passage].index(answer),
            "a": answer,
            "alts": [answer],
        }
        for i, (question, passage, answer) in enumerate(QUESTIONS)
    ]
    _write(data / "qa.jsonl.gz", asked)
    wrong = [[other for other in PASSAGES if other != one["p"]] for one in asked]
    with gzip.open(data / "hardneg.json.gz", "wt", encoding="utf-8") as file:
        json.dump(wrong, file)
    return data


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """An evaluation set of two articles, the first one seen in training, the second one not."""
    made = tmp_path / "squad"
    made.mkdir()
    titles = {1: "Skerry Island", 2: "Museum of Port Hale"}
    _write(
        made / "corpus.jsonl.gz",
        [{"id": f"a{i}", "title": title, "text": PASSAGES[i]} for i, title in titles.items()],
    )
    kept = ["The keeper of it", "The keeper, Jonas Falk", "Jonas Falk"]  # the first is not in the passage
    asked: list[tuple[str, int, list[str]]] = [
        ("Who kept the lighthouse?", 1, kept),
        ("Who owned the lighthouse?", 1, []),
        ("When did the museum open?", 2, ["1931"]),
        ("When did the museum close?", 2, []),
    ]
    _write(
        made / "questions.jsonl.gz",
        [
            {
                "id": f"s{number}",
                "question": question,
                "answers": answers,
                "answers_all": [*answers, *answers[-1:]],
                "relevant": [f"a{article}"],
                "is_impossible": not answers,
            }
            for number, (question, article, answers) in enumerate(asked, 1)
        ],
    )
    return made


def _write(path: Path, lines: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
