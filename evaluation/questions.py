"""Question sets: gzip or plain JSON lines {"id", "question", "answers", "relevant", "type", ...}.

Three more layouts of a line are understood: `turns` (a conversation of such lines), `history` (what was
said before the question) and `docs` (the articles that the question is asked about).
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from evaluation.errors import QuestionsError


class Expected(StrEnum):
    """What would be right, as far as the question set knows."""

    ANSWER = "answer"  # one of the accepted answers
    PROSE = "prose"  # words like those of the accepted answers, which are sentences
    SOURCE = "source"  # any answer that cites one of the relevant articles
    REFUSAL = "refusal"  # "not found"
    RETRIEVAL = "retrieval"  # nobody can judge the answer, only the articles that were found
    REWRITE = "rewrite"  # nothing but the self-contained form of the question is known
    UNKNOWN = "unknown"  # accepted answers, but no article that says one


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation before a question."""

    by_user: bool
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with what is known of its answer."""

    id: str
    text: str
    answers: tuple[str, ...] = ()
    relevant: frozenset[str] = frozenset()
    type: str = ""
    expected: Expected = Expected.REFUSAL
    values: tuple[tuple[str, ...], ...] = ()  # contradicting values, each with its spellings
    disagree: bool | None = None  # whether the articles do; None where the set does not say
    history: tuple[Said, ...] = ()
    follows: str | None = None  # the id of the turn before, in a conversation of `turns`
    rewrite: str | None = None
    asked_on: date | None = None
    documents: frozenset[str] | None = None  # the articles it is asked about; None: all there are

    @property
    def is_follow_up(self) -> bool:
        return bool(self.history) or self.follows is not None


IMPOSSIBLE = ("null", "unanswerable", "impossible", "noAnswerNoRelevantInfo")
NOT_JUDGED = (
    "mc_dependent",
    "non_extractive",
    "answer_not_literal",
    "clarification",
    "noAnswerButRelevantInfo",
)
SPAN_WORDS = 15  # longer accepted answers are sentences of their writers, that no article says word for word
SHAPE = '{"id", "question", "answers", "relevant", "type"}'


def read_questions(path: Path) -> list[Question]:
    """All questions of the file, the turns of a conversation one after another.

    Raises QuestionsError, which names the line that is not a question, and OSError.
    """
    with _opened(path) as lines:
        try:
            questions = [question for row in _rows(path, lines) for question in row]
        except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
            raise QuestionsError(f"{path}: expected JSON lines in UTF-8, plain or .gz: {error}") from None
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise QuestionsError(f"{path}: the id {question.id!r} comes twice; each question needs its own")
        seen.add(question.id)
    if not questions:
        raise QuestionsError(f"{path}: expected a line {SHAPE} for each question, but the file is empty")
    if any(question.disagree for question in questions):  # then what is not marked is known not to
        return [
            q
            if q.expected is Expected.UNKNOWN and q.disagree is None
            else replace(q, disagree=bool(q.disagree))
            for q in questions
        ]
    return questions


def spread(questions: Sequence[Question], limit: int) -> list[Question]:
    """About `limit` of the questions, evenly from begin to end; a conversation of `turns` stays whole."""
    talks: list[list[Question]] = []
    for question in questions:
        if question.follows is None:
            talks.append([])
        talks[-1].append(question)
    step = max(1.0, len(questions) / max(limit, 1))
    chosen, position, due = [], 0, 0.0
    for talk in talks:
        if position >= due - 1e-9:
            chosen += talk
            due += step * len(talk)
        position += len(talk)
    return chosen


def _opened(path: Path) -> TextIO:
    return (
        gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8-sig")
    )


def _rows(path: Path, lines: TextIO) -> Iterator[list[Question]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise QuestionsError(f"{path}:{number}: expected one JSON object a line: {error}") from None
        problem = _problem(row)
        if problem:
            raise QuestionsError(f"{path}:{number}: {problem}")
        yield _turns(row) if "turns" in row else [_question(row)]


def _problem(row: object) -> str | None:
    """What is wrong with a line, in words; None when it is a question."""
    if not isinstance(row, dict):
        return f"expected a JSON object {SHAPE}, got {type(row).__name__}"
    if "turns" in row:
        turns = row["turns"]
        if not isinstance(turns, list) or not turns:
            return 'expected "turns" to be a list of questions'
        return next((f"in turns: {problem}" for turn in turns if (problem := _problem(turn))), None)
    if not isinstance(row.get("question"), str) or not row["question"].strip():
        keys = ", ".join(map(str, row)) or "nothing"
        if isinstance(row.get("text"), str):
            return f"this looks like an article ({keys}): give a file of articles as --corpus"
        return (
            f"this layout is not understood: expected {SHAPE}, of which only question is required, got {keys}"
        )
    for name in ("answers", "relevant", "sources"):
        value = row.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str | int | float) for one in value):
            return (
                f'expected "{name}" to be a list of texts, got {json.dumps(value, ensure_ascii=False)[:60]}'
            )
    checks = {
        "values": lambda one: isinstance(one, list),
        "docs": lambda one: isinstance(one, dict) and "id" in one,
        "history": lambda one: isinstance(one, dict) and isinstance(one.get("text"), str),
    }
    shapes = {
        "values": "lists of spellings",
        "docs": 'objects {"id", "answer"}, with their texts in --corpus',
        "history": 'objects {"role", "text"}',
    }
    for name, fits in checks.items():
        if not isinstance(row.get(name, []), list) or not all(map(fits, row.get(name, []))):
            return f'expected "{name}" to be a list of {shapes[name]}'
    return None


def _turns(row: Mapping[str, object]) -> list[Question]:
    turns = row["turns"]
    assert isinstance(turns, list)  # noqa: S101  # checked by _problem
    questions: list[Question] = []
    for number, turn in enumerate(turns, 1):
        named = {"id": f"{row.get('id', row['turns'][0]['question'])}.{number}", **turn}  # type: ignore[index]
        follows = questions[-1].id if questions else None
        questions.append(replace(_question(named), follows=follows))
    return questions


def _question(row: Mapping[str, object]) -> Question:
    text = str(row["question"]).strip()
    relevant = row.get("relevant", row.get("sources"))
    documents = _objects(row.get("docs"))
    spelled = [_texts(value) for value in row.get("values", ())]  # type: ignore[attr-defined]
    told = dict.fromkeys(str(one.get("answer")) for one in documents if one.get("answer") != "unknown")
    values = tuple(spelled) or tuple((answer,) for answer in told if answer != "None")
    disagree = len(values) > 1 if spelled or told else row.get("conflict")
    return Question(
        id=str(row.get("id", text)),
        text=text,
        answers=_texts(row.get("answers")),
        relevant=frozenset(_texts(relevant)),
        type=str(row.get("type") or ""),
        expected=_expected(row, relevant),
        values=values if len(values) > 1 else (),
        disagree=None if disagree is None else bool(disagree),
        history=tuple(
            Said(one.get("role") == "user", str(one["text"])) for one in _objects(row.get("history"))
        ),
        rewrite=str(row["rewrite"]) if row.get("rewrite") else None,
        asked_on=_day(row.get("date")),
        documents=frozenset(str(one["id"]) for one in documents) or None,
    )


def _expected(row: Mapping[str, object], relevant: object) -> Expected:
    kind = str(row.get("type") or "").rpartition(":")[2]
    if row.get("is_impossible") is True or kind in IMPOSSIBLE:
        return Expected.REFUSAL
    if kind in NOT_JUDGED:
        return Expected.RETRIEVAL if relevant else Expected.UNKNOWN
    if answers := _texts(row.get("answers")):
        if relevant == []:
            return Expected.UNKNOWN
        return Expected.PROSE if min(len(one.split()) for one in answers) > SPAN_WORDS else Expected.ANSWER
    if relevant:
        return Expected.SOURCE
    return Expected.REWRITE if row.get("rewrite") else Expected.REFUSAL


def _day(value: object) -> date | None:
    """The day of an ISO 8601 date or time; None for anything else, then the time plays no part."""
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else ()


def _objects(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
