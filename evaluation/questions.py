"""Question sets: gzip or plain JSON lines {"id", "question", "answers", "relevant", "type", ...}."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known of its answer; neither answers nor relevant: cannot be answered."""

    id: str
    text: str
    answers: tuple[str, ...]
    relevant: frozenset[str]
    type: str


def read_questions(path: Path) -> list[Question]:
    """All questions of the file. Raises ValueError naming the line that is not one."""
    with _opened(path) as lines:
        return list(_questions(path, lines))


def _opened(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _questions(path: Path, lines: TextIO) -> Iterator[Question]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield Question(
                str(row["id"]),
                row["question"],
                tuple(row.get("answers", ())),
                frozenset(row.get("relevant", ())),
                row.get("type", ""),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'{path}:{number}: expected {{"id", "question", ...}}: {error}') from error
