"""Votes on answers: helpful, or not and why.

A vote is stored with a salted hash of the user id, so that each person has one vote for each answer, which
can be changed or withdrawn.
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


class Rating(StrEnum):
    """A rating of an answer. Its position is part of callback data: add new ones at the end."""

    UP = "up"
    WRONG = "wrong"
    NO_SOURCE = "no_source"
    OUTDATED = "outdated"


RATINGS = tuple(Rating)
Tally = Mapping[Rating, int]
"""The number of votes of each rating; ratings without votes are absent."""

NO_RATINGS: Tally = MappingProxyType({})


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
    """The answer that was voted on, without passages (bot/state/answer_json.py)."""

    question: str
    standalone: str
    outcome: Outcome
    statements: tuple[FrozenStatement, ...]


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's vote on an answer."""

    answer_id: str
    answer: FrozenAnswer
    voter: bytes  # the same for each vote of a person
    rating: Rating
    at: datetime


def toggle_vote(db: sqlite3.Connection, answer_id: str, user_id: int, rating: Rating, at: datetime) -> bool:
    """Store the user's vote in place of an earlier one; the same vote again withdraws it (False).

    `at` is in UTC. Raises KeyError when there is no such answer.
    """
    mine = (answer_id, pseudonym(db, user_id))
    earlier = db.execute("SELECT voice FROM voice WHERE answer = ? AND voter = ?", mine).fetchone()
    if earlier is not None and earlier[0] == rating:
        db.execute("DELETE FROM voice WHERE answer = ? AND voter = ?", mine)
        return False
    if db.execute("SELECT 1 FROM answer WHERE id = ?", (answer_id,)).fetchone() is None:
        raise KeyError(answer_id)
    db.execute(
        "INSERT INTO voice VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET voice = excluded.voice, at = excluded.at",
        (*mine, rating.value, at.isoformat()),
    )
    return True


def count_votes(db: sqlite3.Connection, answer_id: str) -> Tally:
    """The number of votes of each rating of an answer."""
    rows = db.execute("SELECT voice, count(*) FROM voice WHERE answer = ? GROUP BY voice", (answer_id,))
    return {Rating(rating): count for rating, count in rows}


def load_votes(db: sqlite3.Connection) -> list[Vote]:
    """Every vote, the oldest first; none on answers from the articles of a group, which are its own."""
    rows = db.execute(
        "SELECT a.id, a.frozen, v.voter, v.voice, v.at FROM voice v JOIN answer a ON a.id = v.answer"
        " WHERE a.collections = '[]'"
        " ORDER BY v.at, a.at, a.id, v.voter"
    )
    return [
        Vote(answer_id, _load_answer(written), voter, Rating(rating), datetime.fromisoformat(at))
        for answer_id, written, voter, rating, at in rows
    ]


def _load_answer(written: str) -> FrozenAnswer:
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
