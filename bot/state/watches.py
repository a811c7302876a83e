"""Watched questions: where they are watched, and what was last said to them."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.state.conversations import Place
from bot.state.database import pseudonym


@dataclass(frozen=True, slots=True)
class Watch:
    """A question whose answer is compared with the last one when articles have changed."""

    id: int
    place: Place
    question: str  # self-contained
    language: str  # in which its change is told
    said: tuple[str, ...]  # the texts of the last answer's statements; empty: not found
    told_at: datetime  # when it was asked or its change told; UTC


def add_watch(
    db: sqlite3.Connection,
    place: Place,
    person_id: int,
    question: str,
    language: str,
    said: Sequence[str],
    generation: int,
    at: datetime,
    limit: int,
) -> bool:
    """Watch the question from now on; False when the chat watches `limit` others. One that is watched stays.

    `generation`: the state of the index in which it was answered.
    """
    row = (place.chat_id, place.thread_id or 0)
    watched = {text for (text,) in db.execute("SELECT question FROM watch WHERE chat = ?", row[:1])}
    if question not in watched and len(watched) >= limit:
        return False
    db.execute("DELETE FROM watch WHERE chat = ? AND thread = ? AND question = ?", (*row, question))
    db.execute(
        "INSERT INTO watch (chat, thread, person, question, language, said, generation, told)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *row,
            pseudonym(db, person_id),
            question,
            language,
            json.dumps(list(said)),
            generation,
            at.isoformat(),
        ),
    )
    return True


def has_watches(db: sqlite3.Connection) -> bool:
    """Whether anything is watched anywhere."""
    return db.execute("SELECT 1 FROM watch LIMIT 1").fetchone() is not None


def watches_in(db: sqlite3.Connection, chat_id: int) -> list[Watch]:
    """Those of a chat with all its topics, the oldest first."""
    return _watches(db, "chat = ?", (chat_id,))


def watches_to_check(db: sqlite3.Connection, generation: int, told_before: datetime) -> list[Watch]:
    """Those not compared with this state of the index yet, and not told of for a while."""
    return _watches(db, "generation <> ? AND told <= ?", (generation, told_before.isoformat()))


def note_checked(db: sqlite3.Connection, watch: Watch, generation: int) -> None:
    """Nothing changed in this state of the index."""
    db.execute("UPDATE watch SET generation = ? WHERE id = ?", (generation, watch.id))


def note_told(
    db: sqlite3.Connection, watch: Watch, said: Sequence[str], generation: int, at: datetime
) -> None:
    """The new answer was told."""
    db.execute(
        "UPDATE watch SET generation = ?, said = ?, told = ? WHERE id = ?",
        (generation, json.dumps(list(said)), at.isoformat(), watch.id),
    )


def remove_watch(db: sqlite3.Connection, chat_id: int, watch_id: int) -> bool:
    """Watch it no longer; False when it is not one of this chat."""
    return db.execute("DELETE FROM watch WHERE id = ? AND chat = ?", (watch_id, chat_id)).rowcount > 0


def move_watches(db: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup."""
    db.execute("UPDATE watch SET chat = ?, thread = 0 WHERE chat = ?", (new_id, old_id))


def delete_watches(db: sqlite3.Connection, person_id: int) -> int:
    """Forget those of a person; how many."""
    return db.execute("DELETE FROM watch WHERE person = ?", (pseudonym(db, person_id),)).rowcount


def _watches(db: sqlite3.Connection, condition: str, values: tuple[object, ...]) -> list[Watch]:
    rows = db.execute(
        f"SELECT id, chat, thread, question, language, said, told FROM watch WHERE {condition} ORDER BY id",  # noqa: S608
        values,
    )
    return [
        Watch(
            id,
            Place(chat, thread or None),
            question,
            language,
            tuple(json.loads(said)),
            datetime.fromisoformat(told),
        )
        for id, chat, thread, question, language, said, told in rows
    ]
