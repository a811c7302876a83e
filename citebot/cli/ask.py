"""`citebot ask`: one question, or a stream of them."""

import json
import logging
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from citebot.assembly import open_service, open_wording
from citebot.cli.options import print_json, style_for, warn
from citebot.cli.output import answer_json, answer_text
from citebot.errors import FAILURE, NOT_FOUND
from citebot.settings import Settings
from index.types import PUBLIC_ONLY, SearchFilter
from retrieval.answerer import Answerer
from retrieval.questions.kinds import LONGEST
from retrieval.types import Answer, Conversation, Outcome

log = logging.getLogger(__name__)

Id = str | float | None  # float takes int in


@dataclass(frozen=True, slots=True)
class StreamQuestion:
    """A question of `ask --jsonl`."""

    id: Id
    question: str
    conversation: str | int | None = None
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of `ask --jsonl` that holds no question, and why."""

    id: Id
    reason: str


def ask_one(settings: Settings, question: str, where: SearchFilter, *, as_json: bool) -> int:
    """Prints the answer; returns the exit code, 0 or 3 when the articles do not say."""
    if len(question.strip()) > LONGEST:
        warn(f"only the first {LONGEST:,} characters of the question are read")
    with open_service(settings) as service, open_wording(settings, service) as (worded, _):
        answer = worded(service.answerer.answer(question, where=where))
    if as_json:
        print_json(answer_json(answer))
    else:
        print(answer_text(answer, style_for(sys.stdout)), flush=True)
    return exit_code(answer)


def ask_stream(settings: Settings, lines: Iterable[bytes], where: SearchFilter) -> int:
    """Prints one Answer object a line, in order; returns 1 when any line held no question, else 0."""
    failed = False
    with open_service(settings, asked_today=False) as service, open_wording(settings, service) as (worded, _):
        for result in answer_lines(service.answerer, lines, where, worded):
            failed = failed or "error" in result
            print_json(result, indent=None)
    return FAILURE if failed else 0


def answer_lines(
    answerer: Answerer,
    lines: Iterable[bytes],
    where: SearchFilter = PUBLIC_ONLY,
    worded: Callable[[Answer], Answer] = lambda answer: answer,
) -> Iterator[dict[str, object]]:
    """An Answer object for each line, or `{"id", "error"}` for one that holds no question or fails."""
    conversations: dict[str | int, Conversation] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        asked = parse_line(line, number)
        if isinstance(asked, BadLine):
            yield {"id": asked.id, "error": asked.reason}
            continue
        try:
            answer = _answer_in_conversation(answerer, asked, conversations, where)
            yield answer_json(worded(answer), asked.id)
        except Exception as error:  # whatever it is, it concerns this line alone
            log.exception("line %d was not answered", number)
            yield {"id": asked.id, "error": f"line {number}: {type(error).__name__}: {error}"}


def _answer_in_conversation(
    answerer: Answerer,
    asked: StreamQuestion,
    conversations: dict[str | int, Conversation],
    where: SearchFilter,
) -> Answer:
    """The answer; its conversation is updated."""
    if asked.conversation is None:
        return answerer.answer(asked.question, where=where, asked_on=asked.asked_on)
    so_far = conversations.get(asked.conversation, Conversation())
    answer = answerer.answer(asked.question, so_far, where, asked.asked_on)
    conversations[asked.conversation] = so_far.after(answer)
    return answer


def parse_line(line: bytes, number: int) -> StreamQuestion | BadLine:
    """The question that a line of JSON asks, or what is wrong with the line (`number` counts from 1)."""
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return BadLine(None, f'line {number}: expected a JSON object like {{"id", "question"}}: {error}')
    if not isinstance(fields, dict):
        return BadLine(None, f"line {number}: expected a JSON object, got {type(fields).__name__}")
    id, question, conversation = (fields.get(name) for name in ("id", "question", "conversation"))
    if not isinstance(id, str | int | float | None) or (isinstance(id, float) and not math.isfinite(id)):
        return BadLine(None, f"line {number}: expected id to be text or a number")
    if not isinstance(question, str) or not question.strip():
        return BadLine(id, f"line {number}: expected question to be a text that is not empty")
    if not isinstance(conversation, str | int | None):
        return BadLine(id, f"line {number}: expected conversation to be text or a number")
    try:
        asked_on = date.fromisoformat(fields["date"]) if fields.get("date") is not None else None
    except (TypeError, ValueError):
        return BadLine(id, f'line {number}: expected date to be a day like "2025-02-07"')
    return StreamQuestion(id, question, conversation, asked_on)


def exit_code(answer: Answer) -> int:
    return NOT_FOUND if answer.outcome is Outcome.NOT_FOUND else 0
