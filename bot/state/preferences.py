"""Settings of private chats and of groups."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from bot.i18n.language import supported_language
from bot.state.database import pseudonym

MINUTES_A_DAY = 24 * 60


class Length(StrEnum):
    """The form in which answers are shown."""

    SHORT = "short"
    FULL = "full"


class Listening(IntEnum):
    """What the bot listens to in a group; each level includes the ones before it."""

    TO_COMMANDS = 1
    TO_MENTIONS = 2
    TO_REPLIES = 3


class Topics(StrEnum):
    """What the topics of a group have in common."""

    SHARED = "shared"  # one conversation, and the same articles
    CONVERSATIONS = "conversations"  # the articles; each topic has its own conversation
    APART = "apart"  # nothing: each has its own conversation and articles


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one full hour to another, 0 to 23, in a time zone `offset` minutes ahead of UTC."""

    is_on: bool = False
    begin: int = 22
    end: int = 7
    offset: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.begin < 24 and 0 <= self.end < 24 and abs(self.offset) < MINUTES_A_DAY):
            raise ValueError(f"there are no such hours: {self}")

    def include(self, at: datetime) -> bool:
        """Whether it is quiet then; `at` is in UTC. From an hour to the same hour is the whole day."""
        hour = (at + timedelta(minutes=self.offset)).hour
        if self.begin < self.end:
            return self.is_on and self.begin <= hour < self.end
        return self.is_on and (hour >= self.begin or hour < self.end)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a chat."""

    language: str | None  # None: that of whoever writes
    length: Length
    answers_replies: bool  # in a group: also what replies to an answer; else only mentions and commands
    quiet: QuietHours  # in a group: commands alone are obeyed then
    topics: Topics = Topics.CONVERSATIONS  # of a group
    own_articles_only: bool = False  # a group: it is not answered from the articles that everybody has
    is_worded: bool = True  # where there is a language model, it words the answers

    def listening(self, at: datetime) -> Listening:
        """What the bot listens to in the group at this time (UTC)."""
        if self.quiet.include(at):
            return Listening.TO_COMMANDS
        return Listening.TO_REPLIES if self.answers_replies else Listening.TO_MENTIONS


def default_settings(chat_id: int) -> Settings:
    """The default settings: in a group answers are short."""
    return Settings(None, Length.FULL if chat_id > 0 else Length.SHORT, True, QuietHours())


def load_settings(db: sqlite3.Connection, chat_id: int) -> Settings:
    """The settings of a group, or of the person whose private chat it is."""
    row = db.execute(
        "SELECT language, length, answers_replies, quiet, quiet_begin, quiet_end, clock_offset, topics,"
        " own_articles_only, is_worded FROM settings WHERE chat = ?",
        (pseudonym(db, chat_id),),
    ).fetchone()
    if row is None:
        return default_settings(chat_id)
    language, length, answers_replies, is_on, begin, end, offset, topics, own_only, is_worded = row
    quiet = QuietHours(bool(is_on), begin, end, offset)
    of_group = Topics(topics), bool(own_only)
    return Settings(language, Length(length), bool(answers_replies), quiet, *of_group, bool(is_worded))


def save_settings(db: sqlite3.Connection, chat_id: int, settings: Settings) -> None:
    """Store the settings of the chat."""
    quiet = settings.quiet
    chosen = (settings.language, settings.length.value, settings.answers_replies)
    hours = (quiet.is_on, quiet.begin, quiet.end, quiet.offset)
    db.execute(
        "INSERT OR REPLACE INTO settings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            pseudonym(db, chat_id),
            *chosen,
            *hours,
            settings.topics.value,
            settings.own_articles_only,
            settings.is_worded,
        ),
    )


def language_for(
    db: sqlite3.Connection, user_id: int | None, language_code: str | None, group_id: int | None
) -> str:
    """The language for a user: their own setting, the group's, or that of their Telegram."""
    for chat_id in (user_id, group_id):
        chosen = None if chat_id is None else load_settings(db, chat_id).language
        if chosen is not None:
            return supported_language(chosen)
    return supported_language(language_code)


def move_settings(db: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: move its settings."""
    old, new = pseudonym(db, old_id), pseudonym(db, new_id)
    db.execute("UPDATE OR REPLACE settings SET chat = ? WHERE chat = ?", (new, old))


def delete_settings(db: sqlite3.Connection, chat_id: int) -> bool:
    """Delete the settings of the chat; False when it had none."""
    dropped = db.execute("DELETE FROM settings WHERE chat = ?", (pseudonym(db, chat_id),))
    return dropped.rowcount > 0
