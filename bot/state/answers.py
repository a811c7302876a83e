"""The stored answers, with the messages that show them."""

import json
import secrets
import sqlite3
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.state.answer_json import dump_answer, load_answer
from bot.state.conversations import Place, Role, latest_answer_id, link_message, set_latest_answer
from bot.state.database import pseudonym
from index.types import PUBLIC, SearchFilter
from retrieval.types import Answer

ID_CHARS = string.ascii_letters + string.digits  # no - or _: clients leave them out at the end of a link
ID_LENGTH = 16  # 95 bits: nobody comes upon an answer by trying
MAX_AGE = timedelta(days=365)  # people expect a shared link to live, and not to be remembered for ever
MAX_ANSWERS = 20_000  # an answer from the seeds takes 10 kB of JSON; 20,000 of them took 265 MB on disk


@dataclass(frozen=True, slots=True)
class QuestionContext:
    """Where and by whom a question was asked, of which articles, and the answer that it follows up on."""

    place: Place
    asker_id: int
    where: SearchFilter
    follows: str | None = None  # id


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """A stored answer."""

    id: str  # unguessable; stands in callback data and in links
    answer: Answer
    chat: bytes  # where it was given: a pseudonym, as is the asker
    asker: bytes
    follows: str | None
    at: datetime
    removed: bool
    collections: frozenset[str]  # of groups, that were searched: it is for their members only
    collapsed: bool = False  # to one line, where it was given
    role: Role | None = None  # of the message by which it was found

    @property
    def where(self) -> SearchFilter:
        """The articles that may be shown to whoever sees it."""
        return SearchFilter(self.collections | {PUBLIC})


def new_id() -> str:
    """A random id of letters and digits, which cannot be guessed."""
    return "".join(secrets.choice(ID_CHARS) for _ in range(ID_LENGTH))


def save_answer(
    db: sqlite3.Connection,
    answer_id: str,
    answer: Answer,
    asked: QuestionContext,
    at: datetime,
    instead_of: str | None = None,
    *,
    aside: bool = False,
) -> None:
    """Store the answer and make it the latest of its place's conversation. `at` is in UTC.

    `instead_of` is the answer to the question before it was edited: the new one becomes the latest only if
    that was. An answer given `aside`, for another chat, never does.
    """
    db.execute(
        "INSERT INTO answer (id, frozen, at, chat, thread, asker, follows, collections)"
        " VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM answer WHERE id = ?), ?)",
        (
            answer_id,
            dump_answer(answer),
            at.isoformat(),
            pseudonym(db, asked.place.chat_id),
            asked.place.thread_id,
            pseudonym(db, asked.asker_id),
            asked.follows,
            json.dumps(sorted(asked.where.collections - {PUBLIC})),
        ),
    )
    if not aside and (instead_of is None or latest_answer_id(db, asked.place) == instead_of):
        set_latest_answer(db, asked.place, answer_id)
    prune(db, at)


def link_question_and_answer(
    db: sqlite3.Connection,
    answer_id: str,
    chat_id: int,
    question_id: int,
    message_ids: Sequence[int],
) -> None:
    """Store the id of the question's message and of those that show the answer, replacing earlier ones."""
    link_answer_messages(db, answer_id, chat_id, message_ids)
    link_message(db, chat_id, question_id, answer_id, Role.QUESTION)


def link_answer_messages(
    db: sqlite3.Connection, answer_id: str, chat_id: int, message_ids: Sequence[int]
) -> None:
    """Store the ids of the messages that show the answer, replacing earlier ones."""
    db.execute("DELETE FROM message WHERE answer = ? AND role = ?", (answer_id, Role.ANSWER))
    for message_id in message_ids:
        link_message(db, chat_id, message_id, answer_id, Role.ANSWER)


def answer_by_id(db: sqlite3.Connection, answer_id: str) -> StoredAnswer | None:
    """The answer with this id, wherever it was given."""
    row = db.execute(
        "SELECT frozen, chat, asker, follows, at, removed, collections, collapsed FROM answer"
        " WHERE id = ? AND chat IS NOT NULL",
        (answer_id,),
    ).fetchone()
    if row is None:
        return None
    written, chat, asker, follows, at, removed, collections, collapsed = row
    return StoredAnswer(
        answer_id,
        load_answer(written),
        chat,
        asker,
        follows,
        datetime.fromisoformat(at),
        removed is not None,
        frozenset(json.loads(collections)),
        collapsed is not None,
    )


def answer_by_message(db: sqlite3.Connection, chat_id: int, message_id: int) -> StoredAnswer | None:
    """The answer that the message asked for, shows, or replies to at any depth."""
    row = db.execute(
        "SELECT answer, role FROM message WHERE chat = ? AND message = ?",
        (pseudonym(db, chat_id), message_id),
    ).fetchone()
    answered = None if row is None else answer_by_id(db, row[0])
    return None if answered is None else replace(answered, role=Role(row[1]))


def answer_by_button(
    db: sqlite3.Connection, chat_id: int, message_id: int, answer_id: str
) -> StoredAnswer | None:
    """The answer with this id, if the message shows it; other ids are forged.

    An unknown message has just been sent, or the bot was killed before storing its id. It may show an answer
    of its chat and, in a private chat, any answer, as a link would.
    """
    known = answer_by_message(db, chat_id, message_id)
    if known is not None:
        return known if known.id == answer_id and known.role in (Role.ANSWER, Role.COPY) else None
    answered = answer_by_id(db, answer_id)
    if answered is None:
        return None
    is_from_here = answered.chat == pseudonym(db, chat_id)
    if not is_from_here and chat_id < 0:
        return None
    return replace(answered, role=Role.ANSWER if is_from_here else Role.COPY)


def message_ids(db: sqlite3.Connection, answer_id: str, chat_id: int) -> tuple[int, ...]:
    """The ids of the messages that show the answer in this chat, in order."""
    rows = db.execute(
        "SELECT message FROM message WHERE answer = ? AND chat = ? AND role = ? ORDER BY message",
        (answer_id, pseudonym(db, chat_id), Role.ANSWER),
    )
    return tuple(message_id for (message_id,) in rows)


def mark_removed(db: sqlite3.Connection, answer_id: str, at: datetime) -> None:
    """Mark the answer as removed: it is not shown any more. Its votes stay. `at` is in UTC."""
    db.execute("UPDATE answer SET removed = ? WHERE id = ?", (at.isoformat(), answer_id))


def mark_collapsed(db: sqlite3.Connection, answer_id: str, at: datetime | None) -> None:
    """Mark the answer as collapsed at this time (UTC), or as expanded (None)."""
    when = None if at is None else at.isoformat()
    db.execute("UPDATE answer SET collapsed = ? WHERE id = ?", (when, answer_id))


def prune(
    db: sqlite3.Connection, now: datetime, max_age: timedelta = MAX_AGE, max_answers: int = MAX_ANSWERS
) -> None:
    """Delete answers that are too old or too many, with all that refers to them.

    Answers with votes do not expire, and are the last to be deleted when there are too many.
    """
    db.execute(
        "DELETE FROM answer WHERE at < ? AND NOT EXISTS (SELECT 1 FROM voice v WHERE v.answer = answer.id)",
        ((now - max_age).isoformat(),),
    )
    delete_unvoted(db)
    (count,) = db.execute("SELECT count(*) FROM answer").fetchone()
    if count > max_answers:
        spare = max_answers // 100  # so that this is not done for every answer
        db.execute(
            "DELETE FROM answer WHERE id IN (SELECT id FROM answer ORDER BY"
            " EXISTS (SELECT 1 FROM voice v WHERE v.answer = answer.id), at LIMIT ?)",
            (count - max_answers + spare,),
        )


def delete_unvoted(db: sqlite3.Connection) -> None:
    """Delete answers of the version that stored no passages, once they have no votes."""
    db.execute(
        "DELETE FROM answer WHERE chat IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM voice v WHERE v.answer = answer.id)"
    )
