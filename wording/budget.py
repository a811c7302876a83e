"""How many tokens a day are spent: one SQLite file beside the index, shared by all processes."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path


def _today() -> date:
    return datetime.now(UTC).date()


class Budget:
    """The tokens of each day (UTC). `daily` None: no limit, but they are counted all the same."""

    def __init__(self, path: Path, daily: int | None, today: Callable[[], date] = _today) -> None:
        self.daily = daily
        self._today = today
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS day"
            " (day TEXT PRIMARY KEY, tokens INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0)"
        )

    def spent(self) -> int:
        """The tokens of this day."""
        row = self._db.execute("SELECT tokens FROM day WHERE day = ?", (self._day,)).fetchone()
        return 0 if row is None else int(row[0])

    @property
    def is_spent(self) -> bool:
        return self.daily is not None and self.spent() >= self.daily

    def spend(self, tokens: int) -> None:
        """Count the tokens."""
        self._db.execute(
            "INSERT INTO day (day, tokens) VALUES (?, ?)"
            " ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens",
            (self._day, tokens),
        )

    def may_tell(self) -> bool:
        """Whether this is the first time today that somebody is to be told; it is not the next time."""
        self.spend(0)
        told = self._db.execute("UPDATE day SET told = 1 WHERE day = ? AND told = 0", (self._day,))
        return told.rowcount == 1

    def close(self) -> None:
        self._db.close()

    @property
    def _day(self) -> str:
        return self._today().isoformat()
