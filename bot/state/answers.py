"""The answers given, frozen: what the buttons under them, edits of their questions and links to them need."""

import secrets
import sqlite3
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.state.answer_json import freeze, thaw
from bot.state.conversations import Place, Role, go_on, latest, link
from bot.state.database import pseudonym
from retrieval.types import Answer

ID_CHARS = string.ascii_letters + string.digits  # no - or _: clients leave them out at the end of a link
ID_LENGTH = 16  # 95 bits: nobody comes upon an answer by trying
MAX_AGE = timedelta(days=365)  # people expect a shared link to live, and not to be remembered for ever
MAX_ANSWERS = 20_000  # an answer from the seeds takes 10 kB of JSON; 20,000 of them took 265 MB on disk


@dataclass(frozen=True, slots=True)
class Asked:
    """Where and by whom a question was asked, and the id of the answer that it follows."""

    place: Place
    asker_id: int
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it was given."""

    id: str  # unguessable; stands in callback data and in links
    answer: Answer
    chat: bytes  # where it was given: a pseudonym, as is the asker
    asker: bytes
    follows: str | None
    at: datetime
    removed: bool
    collapsed: bool = False  # to one line, where it was given
    role: Role | None = None  # of the message by which it was found


def new_id() -> str:
    """An id nobody can guess, letters and digits."""
    return "".join(secrets.choice(ID_CHARS) for _ in range(ID_LENGTH))


def keep(
    notes: sqlite3.Connection,
    answer_id: str,
    answer: Answer,
    asked: Asked,
    at: datetime,
    instead_of: str | None = None,
    *,
    aside: bool = False,
) -> None:
    """Freeze the answer; the conversation of its place goes on from it. `at` is in UTC.

    `instead_of` is the answer to the question before it was edited: what followed that one still does,
    and an edit of an earlier question is not where the conversation goes on. Nor is what was said `aside`,
    to be sent to another chat.
    """
    notes.execute(
        "INSERT INTO answer (id, frozen, at, chat, thread, asker, follows)"
        " VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM answer WHERE id = ?))",
        (
            answer_id,
            freeze(answer),
            at.isoformat(),
            pseudonym(notes, asked.place.chat_id),
            asked.place.thread_id,
            pseudonym(notes, asked.asker_id),
            asked.follows,
        ),
    )
    if not aside and (instead_of is None or latest(notes, asked.place) == instead_of):
        go_on(notes, asked.place, answer_id)
    prune(notes, at)


def show(
    notes: sqlite3.Connection,
    answer_id: str,
    chat_id: int,
    question_id: int,
    message_ids: Sequence[int],
) -> None:
    """Remember the message that asked for the answer and those that show it, and only those."""
    show_in(notes, answer_id, chat_id, message_ids)
    link(notes, chat_id, question_id, answer_id, Role.QUESTION)


def show_in(notes: sqlite3.Connection, answer_id: str, chat_id: int, message_ids: Sequence[int]) -> None:
    """Remember the messages that show the answer where it was given, and only those."""
    notes.execute("DELETE FROM message WHERE answer = ? AND role = ?", (answer_id, Role.ANSWER))
    for message_id in message_ids:
        link(notes, chat_id, message_id, answer_id, Role.ANSWER)


def by_id(notes: sqlite3.Connection, answer_id: str) -> Answered | None:
    """The answer with this id, wherever it was given."""
    row = notes.execute(
        "SELECT frozen, chat, asker, follows, at, removed, collapsed FROM answer"
        " WHERE id = ? AND chat IS NOT NULL",
        (answer_id,),
    ).fetchone()
    if row is None:
        return None
    written, chat, asker, follows, at, removed, collapsed = row
    given = datetime.fromisoformat(at)
    folded = collapsed is not None
    return Answered(answer_id, thaw(written), chat, asker, follows, given, removed is not None, folded)


def by_message(notes: sqlite3.Connection, chat_id: int, message_id: int) -> Answered | None:
    """The answer that this message asked for, shows or stands below."""
    row = notes.execute(
        "SELECT answer, role FROM message WHERE chat = ? AND message = ?",
        (pseudonym(notes, chat_id), message_id),
    ).fetchone()
    answered = None if row is None else by_id(notes, row[0])
    return None if answered is None else replace(answered, role=Role(row[1]))


def by_button(notes: sqlite3.Connection, chat_id: int, message_id: int, answer_id: str) -> Answered | None:
    """The answer with this id, when the message shows it: ids from elsewhere are forged.

    A message that is not known has only just been sent, or was when the bot was killed. It can show an
    answer of its chat and, in a private chat, any other whose id is known there, as that one's link would.
    """
    known = by_message(notes, chat_id, message_id)
    if known is not None:
        return known if known.id == answer_id and known.role in (Role.ANSWER, Role.COPY) else None
    answered = by_id(notes, answer_id)
    if answered is None:
        return None
    is_from_here = answered.chat == pseudonym(notes, chat_id)
    if not is_from_here and chat_id < 0:
        return None
    return replace(answered, role=Role.ANSWER if is_from_here else Role.COPY)


def message_ids(notes: sqlite3.Connection, answer_id: str, chat_id: int) -> tuple[int, ...]:
    """The messages that the answer was given in, in order."""
    rows = notes.execute(
        "SELECT message FROM message WHERE answer = ? AND chat = ? AND role = ? ORDER BY message",
        (answer_id, pseudonym(notes, chat_id), Role.ANSWER),
    )
    return tuple(message_id for (message_id,) in rows)


def mark_removed(notes: sqlite3.Connection, answer_id: str, at: datetime) -> None:
    """From now on the answer is shown to nobody; votes on it keep what it said. `at` is in UTC."""
    notes.execute("UPDATE answer SET removed = ? WHERE id = ?", (at.isoformat(), answer_id))


def mark_collapsed(notes: sqlite3.Connection, answer_id: str, at: datetime | None) -> None:
    """From now on the answer is one line where it was given; None: no more. `at` is in UTC."""
    when = None if at is None else at.isoformat()
    notes.execute("UPDATE answer SET collapsed = ? WHERE id = ?", (when, answer_id))


def prune(
    notes: sqlite3.Connection, now: datetime, max_age: timedelta = MAX_AGE, max_answers: int = MAX_ANSWERS
) -> None:
    """Forget answers that are too old or too many, and all that hangs on them.

    Those that people voted on are worth more: age does not matter to them, and they are the last to go.
    """
    notes.execute(
        "DELETE FROM answer WHERE at < ? AND NOT EXISTS (SELECT 1 FROM voice v WHERE v.answer = answer.id)",
        ((now - max_age).isoformat(),),
    )
    drop_unvoted(notes)
    (count,) = notes.execute("SELECT count(*) FROM answer").fetchone()
    if count > max_answers:
        spare = max_answers // 100  # so that this is not done for every answer
        notes.execute(
            "DELETE FROM answer WHERE id IN (SELECT id FROM answer ORDER BY"
            " EXISTS (SELECT 1 FROM voice v WHERE v.answer = answer.id), at LIMIT ?)",
            (count - max_answers + spare,),
        )


def drop_unvoted(notes: sqlite3.Connection) -> None:
    """Forget what was kept for its votes alone, in the version before evidence was, and has none left."""
    notes.execute(
        "DELETE FROM answer WHERE chat IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM voice v WHERE v.answer = answer.id)"
    )
