"""The articles that groups have of their own: which collections of the index are whose, and who is answered
from which.

A collection has a random name, so that it moves with its group in one row. A group has one for the whole of
it and, where its settings keep topics apart, one for each topic.
"""

import secrets
import sqlite3
from collections.abc import Iterable
from datetime import datetime

from bot.state.conversations import Place, load_conversation
from bot.state.preferences import Topics, load_settings
from index.types import PUBLIC, PUBLIC_ONLY, SearchFilter
from retrieval.types import Conversation

PREFIX = "group-"


def is_of_group(name: str) -> bool:
    """Whether a collection is, or was, a group's."""
    return name.startswith(PREFIX)


def searched_in(db: sqlite3.Connection, place: Place) -> SearchFilter:
    """What a question in this place is answered from: nothing but a group has articles of its own."""
    if place.chat_id > 0:
        return PUBLIC_ONLY
    own = own_collections(db, place)
    settings = load_settings(db, place.chat_id)
    return SearchFilter(own if settings.own_articles_only else own | {PUBLIC})


def conversation_in(
    db: sqlite3.Connection, place: Place, answer_id: str | None
) -> tuple[Conversation, SearchFilter]:
    """The conversation up to this answer, and what a question there is answered from."""
    where = searched_in(db, place)
    return load_conversation(db, place.chat_id, answer_id, where), where


def own_collections(db: sqlite3.Connection, place: Place) -> frozenset[str]:
    """The collections of a place in a group: its topic's, or all of the group's."""
    rows = db.execute("SELECT name, thread FROM collection WHERE chat = ?", (place.chat_id,))
    thread = _thread(db, place)
    is_apart = load_settings(db, place.chat_id).topics is Topics.APART
    return frozenset(name for name, of in rows if not is_apart or of == thread)


def collection_to_fill(db: sqlite3.Connection, place: Place) -> str:
    """The collection to which articles are added in this place of a group; a new one where there is none."""
    key = place.chat_id, _thread(db, place)
    row = db.execute("SELECT name FROM collection WHERE chat = ? AND thread = ?", key).fetchone()
    name = row[0] if row else f"{PREFIX}{secrets.token_hex(6)}"
    if row is None:
        db.execute("INSERT INTO collection (name, chat, thread) VALUES (?, ?, ?)", (name, *key))
    return str(name)


def place_of_collection(db: sqlite3.Connection, name: str) -> Place | None:
    """The place whose collection it is; None for one that is no group's, or no longer."""
    row = db.execute("SELECT chat, thread FROM collection WHERE name = ?", (name,)).fetchone()
    return None if row is None or row[0] is None else Place(row[0], row[1] or None)


def groups_of(db: sqlite3.Connection, names: Iterable[str]) -> set[int | None]:
    """The groups whose collections these are; None stands for those that are no group's any more."""
    places = [place_of_collection(db, name) for name in names]
    return {place and place.chat_id for place in places}


def move_collections(db: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: its articles go with it."""
    db.execute("UPDATE collection SET chat = ?, left_at = NULL WHERE chat = ?", (new_id, old_id))


def note_membership(db: sqlite3.Connection, chat_id: int, left_at: datetime | None) -> None:
    """The bot has left the group at this time (UTC), or is in it (None)."""
    db.execute("UPDATE collection SET left_at = ? WHERE chat = ?", (left_at and left_at.isoformat(), chat_id))


def give_up_collections(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Nobody is answered from these any more, nor sees an answer that was; they are to be erased."""
    for name in names:
        db.execute("UPDATE collection SET chat = NULL WHERE name = ?", (name,))
        _delete_answers(db, name)


def collections_to_erase(db: sqlite3.Connection, left_before: datetime) -> list[str]:
    """Those that were given up, and those of groups that the bot left before this time (UTC)."""
    left = db.execute(
        "SELECT name, chat FROM collection WHERE left_at < ? AND chat IS NOT NULL", (left_before.isoformat(),)
    ).fetchall()
    give_up_collections(db, [name for name, _ in left])
    for table in ("watch", "digest"):
        db.executemany(f"DELETE FROM {table} WHERE chat = ?", {(chat,) for _, chat in left})  # noqa: S608
    return [name for (name,) in db.execute("SELECT name FROM collection WHERE chat IS NULL")]


def note_erased(db: sqlite3.Connection, name: str) -> None:
    """Its articles are gone from the index."""
    db.execute("DELETE FROM collection WHERE name = ?", (name,))
    _delete_answers(db, name)  # those that were on their way


def _delete_answers(db: sqlite3.Connection, name: str) -> None:
    db.execute("DELETE FROM answer WHERE ? IN (SELECT value FROM json_each(answer.collections))", (name,))


def _thread(db: sqlite3.Connection, place: Place) -> int:
    is_apart = load_settings(db, place.chat_id).topics is Topics.APART
    return (place.thread_id or 0) if is_apart else 0
