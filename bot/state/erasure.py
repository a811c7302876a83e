"""`/forget`: everything stored about one person goes."""

import sqlite3
from dataclasses import dataclass

from bot.state.answers import drop_unvoted
from bot.state.database import pseudonym
from bot.state.preferences import drop_settings


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much there was."""

    answers: int  # with their questions, places in conversations, and what others voted on them
    votes: int  # on other answers too
    settings: bool = False  # whether any were chosen


def forget(notes: sqlite3.Connection, user_id: int) -> Forgotten:
    """Delete the person's questions with their answers, votes, settings, and what their private chat holds.

    A number below zero stands for all who write in the name of that chat. Of what others asked nothing is
    touched; of a message below another person's answer there remains its number, without word or author.
    """
    person = (pseudonym(notes, user_id),)
    votes = notes.execute("DELETE FROM voice WHERE voter = ?", person).rowcount
    drop_unvoted(notes)
    answers = notes.execute("DELETE FROM answer WHERE asker = ?", person).rowcount
    chose = False
    if user_id > 0:  # a private chat has its user's number
        chose = drop_settings(notes, user_id)
        notes.execute("DELETE FROM message WHERE chat = ?", person)
        notes.execute("DELETE FROM place WHERE chat = ?", person)
    return Forgotten(answers, votes, chose)
