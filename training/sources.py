"""The questions, passages and licences that a reader is trained on.

A folder holds three files (gzip, see training/README.md):

    passages.jsonl.gz  {"id", "coll", "doc", "text"}
    qa.jsonl.gz        {"src", "split", "doc", "q", "p": passage id, "s": start, "a": answer, "alts"}
    hardneg.json.gz    for each line of qa.jsonl, the ids of the best passages that do not answer it
"""

import gzip
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Whose texts may be used without asking anyone; what else is in the folder is left out by default.
# RAMDocs (MIT) is never read: disputes are measured on it.
CLEAR = {
    "newwiki": "CC BY 4.0 (SQuADShifts), Wikipedia text CC BY-SA",
    "qamr": "MIT (QAMR), Wikinews CC BY 2.5 and Wikipedia text CC BY-SA",
    "afriqa": "CC BY 4.0 (AfriQA), Wikipedia text CC BY-SA",
    "nq": "MIT and CC BY-SA 3.0 (Natural Questions dev, QED), Wikipedia text CC BY-SA",
    "covid": "Apache-2.0 (COVID-QA), papers CC BY",
}
UNCLEAR = {
    "reddit": "CC BY 4.0 by its dataset card, but the posts are third parties' own",
    "amazon": "CC BY 4.0 by its dataset card, but the reviews are third parties' own",
    "quoref": "CC BY 4.0 by its paper, no licence in its repository",
    "mspan": "CC BY-SA 3.0 by its origin, no licence in its repository",
}


class DataError(Exception):
    """The training data is missing or not what was expected."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the span that answers it: `passages[passage].text[start:end]`."""

    source: str
    text: str
    passage: int
    start: int
    answer: str
    answers: tuple[str, ...]  # all annotators'
    misleading: tuple[int, ...]  # passages that do not answer, the most alike first

    @property
    def end(self) -> int:
        return self.start + len(self.answer)


@dataclass(frozen=True, slots=True)
class TrainingData:
    passages: dict[int, str]
    train: Sequence[Question]
    held_out: Sequence[Question]


def read_data(folder: Path, sources: Collection[str]) -> TrainingData:
    """The questions of these sources with all passages. Raises DataError."""
    try:
        passages = {one["id"]: one["text"] for one in read_json_lines(folder / "passages.jsonl.gz")}
        with gzip.open(folder / "hardneg.json.gz", "rt", encoding="utf-8") as file:
            misleading = json.load(file)
        asked = list(read_json_lines(folder / "qa.jsonl.gz"))
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{folder}: expected passages.jsonl.gz, qa.jsonl.gz, hardneg.json.gz ({error})"
        ) from error
    if len(misleading) != len(asked):
        raise DataError(f"{folder}: {len(asked)} questions but {len(misleading)} lines of hard negatives")
    train: list[Question] = []
    held_out: list[Question] = []
    for one, wrong in zip(asked, misleading, strict=True):
        if one["src"] not in sources:
            continue
        question = Question(
            one["src"], one["q"], one["p"], one["s"], one["a"], tuple(one["alts"]), tuple(wrong)
        )
        if passages[question.passage][question.start : question.end] != question.answer:
            raise DataError(f"{folder}: {question.text!r}: the answer does not stand where it is said to")
        (train if one["split"] == "train" else held_out).append(question)
    if not train:
        raise DataError(f"{folder}: no question of {', '.join(sorted(sources))} to train on")
    return TrainingData(passages, train, held_out)


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a gzip file of JSON lines. Raises OSError, ValueError, EOFError."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
