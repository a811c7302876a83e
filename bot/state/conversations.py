"""Conversations, for follow-up questions: the answer each message belongs to, and the one before it.

A message belongs to an answer when it asked for it, shows it, or replies to such a message at any depth; a
question there follows up on that answer. Any other question follows up on the latest answer of its place.
Each answer refers to the one that it follows, so a conversation is a linked list.
"""

import json
import sqlite3
from enum import StrEnum
from typing import NamedTuple

from bot.state.answer_json import load_turn
from bot.state.database import pseudonym
from bot.state.preferences import Topics, load_settings
from index.types import SearchFilter
from retrieval.types import MAX_TURNS, Conversation, Turn

MAX_STEPS = 4 * MAX_TURNS  # back in a conversation, over answers that were removed
MAX_BELOW = 1_000  # messages remembered under one answer; a longer thread has left its subject


class Place(NamedTuple):
    """Where a conversation happens: a chat, or one topic of it."""

    chat_id: int
    thread_id: int | None = None


class Role(StrEnum):
    """The relation of a message to its answer."""

    QUESTION = "question"
    ANSWER = "answer"  # shows it, or a part of it
    COPY = "copy"  # shows it to somebody who followed its link
    BELOW = "below"  # replies to one of these or to one below


def link_message(
    db: sqlite3.Connection, chat_id: int, message_id: int, answer_id: str, role: Role = Role.BELOW
) -> None:
    """Store the relation of a message to an answer; nothing happens when the answer is gone."""
    if role is Role.BELOW:
        below = db.execute(
            "SELECT count(*) FROM message WHERE answer = ? AND role = ?", (answer_id, role)
        ).fetchone()
        if below[0] >= MAX_BELOW:
            return
    db.execute(
        "INSERT INTO message (chat, message, answer, role) SELECT ?, ?, id, ? FROM answer WHERE id = ?"
        " ON CONFLICT DO UPDATE SET answer = excluded.answer, role = excluded.role",
        (pseudonym(db, chat_id), message_id, role, answer_id),
    )


def answer_id_above(db: sqlite3.Connection, chat_id: int, *message_ids: int) -> str | None:
    """The id of the answer that the first of these messages with one belongs to."""
    chat = pseudonym(db, chat_id)
    for message_id in message_ids:
        row = db.execute(
            "SELECT answer FROM message WHERE chat = ? AND message = ?", (chat, message_id)
        ).fetchone()
        if row is not None:
            return str(row[0])
    return None


def latest_answer_id(db: sqlite3.Connection, place: Place) -> str | None:
    """The id of the latest answer of the place's conversation; None where there is none."""
    key = _key(db, place)
    row = db.execute("SELECT latest FROM place WHERE chat = ? AND thread = ?", key).fetchone()
    return None if row is None else str(row[0])


def set_latest_answer(db: sqlite3.Connection, place: Place, answer_id: str) -> None:
    """Make this the latest answer of the place's conversation."""
    db.execute(
        "INSERT INTO place (chat, thread, latest) SELECT ?, ?, id FROM answer WHERE id = ?"
        " ON CONFLICT DO UPDATE SET latest = excluded.latest",
        (*_key(db, place), answer_id),
    )


def clear_latest_answer(db: sqlite3.Connection, place: Place) -> None:
    """Start a new conversation: the next question follows nothing, unless it replies to an answer."""
    db.execute("DELETE FROM place WHERE chat = ? AND thread = ?", _key(db, place))


def move_conversations(db: sqlite3.Connection, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: move its conversations; its message ids are void."""
    chats = pseudonym(db, new_chat_id), pseudonym(db, old_chat_id)
    db.execute("UPDATE OR REPLACE place SET chat = ? WHERE chat = ?", chats)
    db.execute("UPDATE answer SET chat = ? WHERE chat = ?", chats)


def load_conversation(
    db: sqlite3.Connection, chat_id: int, answer_id: str | None, where: SearchFilter
) -> Conversation:
    """The last turns up to and including this answer, as far as they belong to this chat.

    Of another chat's answer, opened here by its link, only that one turn is returned. Removed answers are
    left out, and those that tell of articles which `where` does not admit.
    """
    rows = db.execute(
        "WITH RECURSIVE back (chat, follows, frozen, removed, collections, steps) AS ("
        " SELECT chat, follows, frozen, removed, collections, 0 FROM answer WHERE id = :answer"
        " UNION ALL"
        " SELECT a.chat, a.follows, a.frozen, a.removed, a.collections, steps + 1"
        " FROM back JOIN answer a ON a.id = back.follows"
        " WHERE back.chat = :chat AND steps < :max_steps"
        ") SELECT frozen FROM back WHERE removed IS NULL AND NOT EXISTS ("
        " SELECT 1 FROM json_each(collections) WHERE value NOT IN (SELECT value FROM json_each(:admitted))"
        ") ORDER BY steps LIMIT :max_turns",
        {
            "answer": answer_id,
            "chat": pseudonym(db, chat_id),
            "max_steps": MAX_STEPS,
            "max_turns": MAX_TURNS,
            "admitted": json.dumps(sorted(where.collections)),
        },
    )
    return Conversation(tuple(load_turn(written) for (written,) in rows)[::-1])


def with_selection(before: Conversation, selection: str) -> Conversation:
    """The conversation with the selected words as its last turn, which the next question follows up on.

    The turn has no question: whatever comes next is about the words themselves.
    """
    turn = Turn("", " ".join(selection.split()))
    return Conversation((*before.turns, turn)[-MAX_TURNS:])


def _key(db: sqlite3.Connection, place: Place) -> tuple[bytes, int]:
    thread = place.thread_id or 0
    if thread and load_settings(db, place.chat_id).topics is Topics.SHARED:
        thread = 0
    return pseudonym(db, place.chat_id), thread
