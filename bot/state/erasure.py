"""`/forget`: deletes everything stored about one person."""

import sqlite3
from dataclasses import dataclass

from bot.state.answers import delete_unvoted
from bot.state.database import pseudonym
from bot.state.digests import delete_digests
from bot.state.preferences import delete_settings
from bot.state.watches import delete_watches


@dataclass(frozen=True, slots=True)
class ErasureReport:
    """How much was deleted."""

    answers: int  # with their questions, places in conversations, and what others voted on them
    votes: int  # on other answers too
    settings: bool = False  # whether any were chosen
    watches: int = 0
    digests: int = 0


def erase_person(db: sqlite3.Connection, user_id: int) -> ErasureReport:
    """Delete a person's questions with their answers, watches, digests, votes, settings and private chat.

    A negative id stands for all who write in the name of that chat. Of a message below another person's
    answer the id stays, without text or author.
    """
    person = (pseudonym(db, user_id),)
    votes = db.execute("DELETE FROM voice WHERE voter = ?", person).rowcount
    delete_unvoted(db)
    answers = db.execute("DELETE FROM answer WHERE asker = ?", person).rowcount
    chose = False
    if user_id > 0:  # a private chat has its user's number
        chose = delete_settings(db, user_id)
        db.execute("DELETE FROM message WHERE chat = ?", person)
        db.execute("DELETE FROM place WHERE chat = ?", person)
    watches, digests = delete_watches(db, user_id), delete_digests(db, user_id)
    return ErasureReport(answers, votes, chose, watches, digests)
