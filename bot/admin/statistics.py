"""Counts for those who run the bot: what was asked and found, and what people think of it."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.state.feedback import Tally, Voice
from retrieval.types import Outcome

Found = Mapping[Outcome, int]
"""How many questions had which outcome; outcomes that none had are absent."""


def questions(notes: sqlite3.Connection, day: date | None = None) -> Found:
    """The questions of a day in UTC, or all there ever were; forgotten and removed answers still count."""
    rows = notes.execute(
        "SELECT outcome, sum(questions) FROM asked WHERE day = coalesce(?, day) GROUP BY outcome",
        (day.isoformat() if day else None,),
    )
    return {Outcome(outcome): count for outcome, count in rows}


def voices(notes: sqlite3.Connection) -> Tally:
    """All votes, by what they say."""
    return {
        Voice(voice): count
        for voice, count in notes.execute("SELECT voice, count(*) FROM voice GROUP BY voice")
    }


def memory_mib(status: Path = Path("/proc/self/status")) -> int | None:
    """The memory that this process holds, in MiB; None where the system does not say it in this file."""
    try:
        lines = status.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS:")), None)
