"""What was said before, for follow-up questions: which answer every message belongs to, and what led to it.

A message stands under an answer when it asked for it, shows it, or replies to one that does, at any
depth and whoever wrote it; a question there is a follow-up about that answer. Any other question goes
on from the latest answer of its place. Each answer names the one that it follows, so that a conversation
is read by going back from its last answer.
"""

import sqlite3
from enum import StrEnum
from typing import NamedTuple

from bot.state.answer_json import frozen_turn
from bot.state.database import pseudonym
from retrieval.types import MAX_TURNS, Conversation, Turn

MAX_STEPS = 4 * MAX_TURNS  # back in a conversation, over answers that were removed
MAX_BELOW = 1_000  # messages remembered under one answer; a longer thread has left its subject


class Place(NamedTuple):
    """Where a conversation happens: a chat, or one topic of it."""

    chat_id: int
    thread_id: int | None = None


class Role(StrEnum):
    """What a message has to do with its answer."""

    QUESTION = "question"
    ANSWER = "answer"  # shows it, or a part of it
    COPY = "copy"  # shows it to somebody who followed its link
    BELOW = "below"  # replies to one of these or to one below


def link(
    notes: sqlite3.Connection, chat_id: int, message_id: int, answer_id: str, role: Role = Role.BELOW
) -> None:
    """Remember what the message has to do with the answer; nothing happens when that is gone."""
    if role is Role.BELOW:
        below = notes.execute(
            "SELECT count(*) FROM message WHERE answer = ? AND role = ?", (answer_id, role)
        ).fetchone()
        if below[0] >= MAX_BELOW:
            return
    notes.execute(
        "INSERT INTO message (chat, message, answer, role) SELECT ?, ?, id, ? FROM answer WHERE id = ?"
        " ON CONFLICT DO UPDATE SET answer = excluded.answer, role = excluded.role",
        (pseudonym(notes, chat_id), message_id, role, answer_id),
    )


def answer_above(notes: sqlite3.Connection, chat_id: int, *message_ids: int) -> str | None:
    """The id of the answer under which the first of these messages stands that stands under one."""
    chat = pseudonym(notes, chat_id)
    for message_id in message_ids:
        row = notes.execute(
            "SELECT answer FROM message WHERE chat = ? AND message = ?", (chat, message_id)
        ).fetchone()
        if row is not None:
            return str(row[0])
    return None


def latest(notes: sqlite3.Connection, place: Place) -> str | None:
    """The id of the answer with which the place's conversation ended; None where there is none yet."""
    key = _key(notes, place)
    row = notes.execute("SELECT latest FROM place WHERE chat = ? AND thread = ?", key).fetchone()
    return None if row is None else str(row[0])


def go_on(notes: sqlite3.Connection, place: Place, answer_id: str) -> None:
    """The place's conversation goes on from this answer."""
    notes.execute(
        "INSERT INTO place (chat, thread, latest) SELECT ?, ?, id FROM answer WHERE id = ?"
        " ON CONFLICT DO UPDATE SET latest = excluded.latest",
        (*_key(notes, place), answer_id),
    )


def begin_anew(notes: sqlite3.Connection, place: Place) -> None:
    """The next question there follows nothing; replies to earlier answers are still about those."""
    notes.execute("DELETE FROM place WHERE chat = ? AND thread = ?", _key(notes, place))


def move(notes: sqlite3.Connection, old_chat_id: int, new_chat_id: int) -> None:
    """A group became a supergroup: its conversations go along; its messages stay behind."""
    chats = pseudonym(notes, new_chat_id), pseudonym(notes, old_chat_id)
    notes.execute("UPDATE OR REPLACE place SET chat = ? WHERE chat = ?", chats)
    notes.execute("UPDATE answer SET chat = ? WHERE chat = ?", chats)


def conversation(notes: sqlite3.Connection, chat_id: int, answer_id: str | None) -> Conversation:
    """The last turns up to and with this answer, as they may be told in this chat.

    An answer of another chat, opened here by its link, comes alone: what was asked there before it stays
    there. Removed answers are left out.
    """
    rows = notes.execute(
        "WITH RECURSIVE back (chat, follows, frozen, removed, steps) AS ("
        " SELECT chat, follows, frozen, removed, 0 FROM answer WHERE id = :answer"
        " UNION ALL"
        " SELECT a.chat, a.follows, a.frozen, a.removed, steps + 1"
        " FROM back JOIN answer a ON a.id = back.follows"
        " WHERE back.chat = :chat AND steps < :max_steps"
        ") SELECT frozen FROM back WHERE removed IS NULL ORDER BY steps LIMIT :max_turns",
        {
            "answer": answer_id,
            "chat": pseudonym(notes, chat_id),
            "max_steps": MAX_STEPS,
            "max_turns": MAX_TURNS,
        },
    )
    return Conversation(tuple(frozen_turn(written) for (written,) in rows)[::-1])


def about(before: Conversation, selection: str) -> Conversation:
    """The conversation with its last word being what somebody selected: the next question is about that.

    It comes as a question in the words that `make_standalone` reads as "what we are talking about".
    """
    turn = Turn("", f"what is {' '.join(selection.split())}?")
    return Conversation((*before.turns, turn)[-MAX_TURNS:])


def _key(notes: sqlite3.Connection, place: Place) -> tuple[bytes, int]:
    return pseudonym(notes, place.chat_id), place.thread_id or 0
