"""What people think of answers: 👍, or 👎 and why, kept with the answer as it was when they said so.

Nobody's name or number is kept. A salted hash of the user id is, so that a person's voice counts once
for each answer and can be changed or taken back.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.state.database import pseudonym
from retrieval.types import Outcome


class Voice(StrEnum):
    """What somebody says of an answer. The order stands in callback data: new ones go to the end."""

    UP = "up"
    WRONG = "wrong"
    NO_SOURCE = "no_source"
    OUTDATED = "outdated"


VOICES = tuple(Voice)
Tally = Mapping[Voice, int]
"""How many people have which voice; voices that nobody has are absent."""

NO_VOICES: Tally = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FrozenCitation:
    """A quote: characters start..end of the article as it was then."""

    article_id: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class FrozenStatement:
    text: str
    confidence: float
    citations: tuple[FrozenCitation, ...]


@dataclass(frozen=True, slots=True)
class FrozenAnswer:
    """What a vote was about: an answer as it was shown, without passages (bot/state/answer_json.py)."""

    question: str
    standalone: str
    outcome: Outcome
    statements: tuple[FrozenStatement, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """A voice that somebody has given to an answer and not taken back."""

    answer_id: str
    answer: FrozenAnswer
    voter: bytes  # the same for each vote of a person
    voice: Voice
    at: datetime


def give(notes: sqlite3.Connection, answer_id: str, user_id: int, voice: Voice, at: datetime) -> bool:
    """Keep the user's voice in place of an earlier one; False when it was theirs already: it is taken back.

    `at` is in UTC. Raises KeyError when there is no such answer.
    """
    mine = (answer_id, pseudonym(notes, user_id))
    earlier = notes.execute("SELECT voice FROM voice WHERE answer = ? AND voter = ?", mine).fetchone()
    if earlier is not None and earlier[0] == voice:
        notes.execute("DELETE FROM voice WHERE answer = ? AND voter = ?", mine)
        return False
    if notes.execute("SELECT 1 FROM answer WHERE id = ?", (answer_id,)).fetchone() is None:
        raise KeyError(answer_id)
    notes.execute(
        "INSERT INTO voice VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET voice = excluded.voice, at = excluded.at",
        (*mine, voice.value, at.isoformat()),
    )
    return True


def tally(notes: sqlite3.Connection, answer_id: str) -> Tally:
    """The voices about an answer."""
    rows = notes.execute("SELECT voice, count(*) FROM voice WHERE answer = ? GROUP BY voice", (answer_id,))
    return {Voice(voice): count for voice, count in rows}


def votes(notes: sqlite3.Connection) -> list[Vote]:
    """Every vote there is, the oldest first."""
    rows = notes.execute(
        "SELECT a.id, a.frozen, v.voter, v.voice, v.at FROM voice v JOIN answer a ON a.id = v.answer"
        " ORDER BY v.at, a.at, a.id, v.voter"
    )
    return [
        Vote(answer_id, _read(written), voter, Voice(voice), datetime.fromisoformat(at))
        for answer_id, written, voter, voice, at in rows
    ]


def _read(written: str) -> FrozenAnswer:
    fields = json.loads(written)
    statements = tuple(
        FrozenStatement(
            one["text"],
            round(one["confidence"], 3),
            tuple(
                FrozenCitation(c["article_id"], c["quote"], c["start"], c["end"]) for c in one["citations"]
            ),
        )
        for one in fields["statements"]
    )
    return FrozenAnswer(fields["question"], fields["standalone"], Outcome(fields["outcome"]), statements)
