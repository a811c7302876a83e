"""Statistics for admins: questions by outcome, votes, memory."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from bot.state.feedback import Rating, Tally
from retrieval.types import Outcome

OutcomeCounts = Mapping[Outcome, int]
"""How many questions had which outcome; outcomes that none had are absent."""


def count_questions(db: sqlite3.Connection, day: date | None = None) -> OutcomeCounts:
    """Questions of a day in UTC, or of all days, by outcome; removed answers still count."""
    rows = db.execute(
        "SELECT outcome, sum(questions) FROM asked WHERE day = coalesce(?, day) GROUP BY outcome",
        (day.isoformat() if day else None,),
    )
    return {Outcome(outcome): count for outcome, count in rows}


def count_ratings(db: sqlite3.Connection) -> Tally:
    """The number of votes of each rating."""
    return {
        Rating(rating): count
        for rating, count in db.execute("SELECT voice, count(*) FROM voice GROUP BY voice")
    }


def memory_mib(status: Path = Path("/proc/self/status")) -> int | None:
    """The memory that this process holds, in MiB; None where the system does not say it in this file."""
    try:
        lines = status.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS:")), None)
