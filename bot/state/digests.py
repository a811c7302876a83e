"""Which chats get a digest, and when the next one is due."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone

from bot.state.conversations import Place
from bot.state.database import pseudonym

_COLUMNS = "chat, thread, language, minute, clock_offset, since, due"


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that is sent every day at one time, on a clock `offset` minutes ahead of UTC."""

    place: Place
    language: str
    minute: int  # of the day, on that clock
    offset: int
    since: datetime  # what followed sources brought up to here was told; UTC
    due: datetime  # UTC

    @property
    def clock(self) -> str:
        """The time of day and its clock: 08:00 UTC+02:00."""
        at = time(*divmod(self.minute, 60), tzinfo=_zone(self.offset))
        return f"{at:%H:%M} {at.tzname() or 'UTC'}"


def next_time(minute: int, offset: int, after: datetime) -> datetime:
    """The first time after a moment (UTC) at which it is this minute of the day on that clock."""
    there = after.astimezone(_zone(offset))
    at = there.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    return (at if at > there else at + timedelta(days=1)).astimezone(UTC)


def save_digest(db: sqlite3.Connection, digest: Digest, person_id: int) -> None:
    """Send it from now on, in place of an earlier one in the same place."""
    db.execute(
        "INSERT OR REPLACE INTO digest VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            digest.place.chat_id,
            digest.place.thread_id or 0,
            pseudonym(db, person_id),
            digest.language,
            digest.minute,
            digest.offset,
            digest.since.isoformat(),
            digest.due.isoformat(),
        ),
    )


def digest_in(db: sqlite3.Connection, place: Place) -> Digest | None:
    """The digest of this place."""
    return next(iter(_digests(db, "chat = ? AND thread = ?", place.chat_id, place.thread_id or 0)), None)


def digests_due(db: sqlite3.Connection, now: datetime) -> list[Digest]:
    """Those whose time has come."""
    return _digests(db, "due <= ?", now.isoformat())


def note_due(db: sqlite3.Connection, digest: Digest, due: datetime) -> None:
    """It is sent next then."""
    row = (due.isoformat(), digest.place.chat_id, digest.place.thread_id or 0)
    db.execute("UPDATE digest SET due = ? WHERE chat = ? AND thread = ?", row)


def note_told(db: sqlite3.Connection, digest: Digest, since: datetime) -> None:
    """What came up to `since` was told."""
    row = (since.isoformat(), digest.place.chat_id, digest.place.thread_id or 0)
    db.execute("UPDATE digest SET since = ? WHERE chat = ? AND thread = ?", row)


def remove_digest(db: sqlite3.Connection, place: Place) -> None:
    """Send none any more."""
    row = (place.chat_id, place.thread_id or 0)
    db.execute("DELETE FROM digest WHERE chat = ? AND thread = ?", row)


def move_digests(db: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup."""
    db.execute("UPDATE OR REPLACE digest SET chat = ?, thread = 0 WHERE chat = ?", (new_id, old_id))


def delete_digests(db: sqlite3.Connection, person_id: int) -> int:
    """Forget those of a person; how many."""
    return db.execute("DELETE FROM digest WHERE person = ?", (pseudonym(db, person_id),)).rowcount


def _zone(offset: int) -> timezone:
    return timezone(timedelta(minutes=offset))


def _digests(db: sqlite3.Connection, condition: str, *values: object) -> list[Digest]:
    rows = db.execute(f"SELECT {_COLUMNS} FROM digest WHERE {condition} ORDER BY due", values)  # noqa: S608
    return [
        Digest(
            Place(chat, thread or None),
            language,
            minute,
            offset,
            datetime.fromisoformat(since),
            datetime.fromisoformat(due),
        )
        for chat, thread, language, minute, offset, since, due in rows
    ]
