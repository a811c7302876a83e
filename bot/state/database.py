"""The bot's state: one SQLite file of its own, apart from the index.

A module that stores something adds its tables to `_MIGRATIONS`; its functions take the connection, and are
called through `Database.run`.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from bot.errors import DatabaseUnusable

P = ParamSpec("P")
T = TypeVar("T")

LOCK_TIMEOUT_S = 5.0  # for another process that writes; each writes for milliseconds

_MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID",
        "INSERT INTO meta VALUES ('salt', randomblob(32))",  # SQLite seeds it from the system's randomness
        """CREATE TABLE answer (
            id TEXT PRIMARY KEY,   -- as in callback data; the answer to an edited question has another one
            frozen TEXT NOT NULL,  -- JSON: what was asked and said, with every quote
            at TEXT NOT NULL       -- UTC, ISO 8601
        ) WITHOUT ROWID""",
        """CREATE TABLE voice (
            answer TEXT NOT NULL REFERENCES answer (id) ON DELETE CASCADE,
            voter BLOB NOT NULL,  -- a salted hash
            voice TEXT NOT NULL,
            at TEXT NOT NULL,     -- UTC, ISO 8601
            PRIMARY KEY (answer, voter)
        ) WITHOUT ROWID""",
    ),
    (  # answers outlive a restart, and conversations with them
        # What was kept before this version was only voted on: it has no chat, and no link or button opens it.
        "ALTER TABLE answer ADD COLUMN chat BLOB",  # a salted hash, as are people and chats everywhere
        "ALTER TABLE answer ADD COLUMN thread INTEGER",  # the forum topic
        "ALTER TABLE answer ADD COLUMN asker BLOB",
        "ALTER TABLE answer ADD COLUMN follows TEXT REFERENCES answer (id) ON DELETE SET NULL",
        "ALTER TABLE answer ADD COLUMN removed TEXT",  # when somebody took it away; UTC, ISO 8601
        "CREATE INDEX answer_at ON answer (at)",
        "CREATE INDEX answer_asker ON answer (asker)",
        "CREATE INDEX answer_follows ON answer (follows)",
        "CREATE INDEX answer_without_evidence ON answer (id) WHERE chat IS NULL",
        "CREATE INDEX voice_voter ON voice (voter)",
        """CREATE TABLE message (
            chat BLOB NOT NULL,
            message INTEGER NOT NULL,
            answer TEXT NOT NULL REFERENCES answer (id) ON DELETE CASCADE,
            role TEXT NOT NULL,  -- bot/state/conversations.py
            PRIMARY KEY (chat, message)
        ) WITHOUT ROWID""",
        "CREATE INDEX message_answer ON message (answer, role)",
        """CREATE TABLE place (
            chat BLOB NOT NULL,
            thread INTEGER NOT NULL,  -- the forum topic; 0 outside of any
            latest TEXT NOT NULL REFERENCES answer (id) ON DELETE CASCADE,
            PRIMARY KEY (chat, thread)
        ) WITHOUT ROWID""",
        "CREATE INDEX place_latest ON place (latest)",
    ),
    (  # what was chosen in a group, or by a person in their private chat; see bot/state/preferences.py
        """CREATE TABLE settings (
            chat BLOB PRIMARY KEY,
            language TEXT,  -- NULL: that of whoever writes
            length TEXT NOT NULL,
            answers_replies INTEGER NOT NULL,
            quiet INTEGER NOT NULL,  -- whether there are quiet hours
            quiet_begin INTEGER NOT NULL,  -- an hour, 0 to 23
            quiet_end INTEGER NOT NULL,
            clock_offset INTEGER NOT NULL  -- minutes ahead of UTC
        ) WITHOUT ROWID""",
    ),
    (  # updates by webhook (bot/transport/inbox.py); how many questions found what (bot/admin/statistics.py)
        """CREATE TABLE inbox (
            id INTEGER PRIMARY KEY,  -- Telegram's update_id
            body TEXT,               -- JSON as it came; NULL once it is handled
            at TEXT NOT NULL         -- UTC, ISO 8601
        )""",
        "CREATE INDEX inbox_waiting ON inbox (id) WHERE body IS NOT NULL",
        "CREATE INDEX inbox_handled ON inbox (at) WHERE body IS NULL",
        """CREATE TABLE asked (
            day TEXT NOT NULL,  -- in UTC
            outcome TEXT NOT NULL,
            questions INTEGER NOT NULL,
            PRIMARY KEY (day, outcome)
        ) WITHOUT ROWID""",
        "INSERT INTO asked SELECT substr(at, 1, 10), json_extract(frozen, '$.outcome'), count(*)"
        " FROM answer WHERE chat IS NOT NULL GROUP BY 1, 2",
        """CREATE TRIGGER answer_counted AFTER INSERT ON answer BEGIN
            INSERT INTO asked VALUES (substr(new.at, 1, 10), json_extract(new.frozen, '$.outcome'), 1)
            ON CONFLICT DO UPDATE SET questions = questions + 1;
        END""",
    ),
    (  # groups: answers folded to a line, whispers, and which chats the bot cannot write to
        "ALTER TABLE answer ADD COLUMN collapsed TEXT",  # when somebody folded it; UTC, ISO 8601
        """CREATE TABLE whisper (
            id TEXT PRIMARY KEY,  -- stands in a link that the whole group may see: not the answer's
            answer TEXT NOT NULL REFERENCES answer (id) ON DELETE CASCADE,
            chat INTEGER,         -- the group's own number, to write there; NULL once it was posted
            thread INTEGER,       -- the forum topic
            message INTEGER NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX whisper_answer ON whisper (answer)",
        "CREATE INDEX whisper_chat ON whisper (chat)",
        """CREATE TABLE shut (
            chat BLOB NOT NULL,
            thread INTEGER NOT NULL,  -- the forum topic; 0 for the whole chat
            why TEXT NOT NULL,        -- bot/transport/unreachable_chats.py
            PRIMARY KEY (chat, thread)
        ) WITHOUT ROWID""",
        "CREATE TABLE introduced (chat BLOB PRIMARY KEY) WITHOUT ROWID",
    ),
    (  # questions offered under an answer, each on a button
        """CREATE TABLE suggestion (
            answer TEXT NOT NULL REFERENCES answer (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,  -- as in callback data
            question TEXT NOT NULL,
            PRIMARY KEY (answer, number)
        ) WITHOUT ROWID""",
    ),
    (  # questions whose answer is watched (bot/state/watches.py)
        """CREATE TABLE watch (
            id INTEGER PRIMARY KEY,
            chat INTEGER NOT NULL,    -- its own number, to write there
            thread INTEGER NOT NULL,  -- the forum topic; 0 outside of any
            person BLOB NOT NULL,     -- a salted hash
            question TEXT NOT NULL,
            language TEXT NOT NULL,
            said TEXT NOT NULL,       -- JSON: the texts of the last answer
            generation INTEGER NOT NULL,  -- of the index, in which it was asked last
            told TEXT NOT NULL,       -- UTC, ISO 8601
            UNIQUE (chat, thread, question)
        )""",
        "CREATE INDEX watch_person ON watch (person)",
    ),
    (  # articles that groups have of their own (bot/state/group_collections.py)
        """CREATE TABLE collection (
            name TEXT PRIMARY KEY,    -- as in the index
            chat INTEGER,             -- the group's own number, to ask for its members; NULL: to be erased
            thread INTEGER NOT NULL,  -- the forum topic; 0: the whole group
            left_at TEXT              -- when the bot was removed from the group; UTC, ISO 8601
        ) WITHOUT ROWID""",
        "CREATE INDEX collection_chat ON collection (chat)",
        # JSON: those of groups that were searched, whose members alone may see it
        "ALTER TABLE answer ADD COLUMN collections TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE settings ADD COLUMN topics TEXT NOT NULL DEFAULT 'conversations'",
        "ALTER TABLE settings ADD COLUMN own_articles_only INTEGER NOT NULL DEFAULT 0",
    ),
    (  # what is new, once a day (bot/state/digests.py)
        """CREATE TABLE digest (
            chat INTEGER NOT NULL,    -- its own number, to write there
            thread INTEGER NOT NULL,  -- the forum topic; 0 outside of any
            person BLOB NOT NULL,     -- a salted hash
            language TEXT NOT NULL,
            minute INTEGER NOT NULL,  -- of the day
            clock_offset INTEGER NOT NULL,  -- minutes ahead of UTC
            since TEXT NOT NULL,      -- up to when it was told what is new; UTC, ISO 8601
            due TEXT NOT NULL,        -- UTC, ISO 8601
            PRIMARY KEY (chat, thread)
        ) WITHOUT ROWID""",
        "CREATE INDEX digest_due ON digest (due)",
        "CREATE INDEX digest_person ON digest (person)",
    ),
    (  # answers worded by a language model, where there is one
        "ALTER TABLE settings ADD COLUMN is_worded INTEGER NOT NULL DEFAULT 1",
    ),
)
"""The statements that migrate each version of the schema to the next. Released ones are never changed."""


class Database:
    """The open file, made when there is none. Safe for several threads and several processes.

    What `transact` or `run` has returned is on disk. All methods raise DatabaseUnusable when the file cannot
    be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="database")
        with _explain_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)  # what people asked is not for others who use the machine
            self._connection = sqlite3.connect(
                path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
        try:
            with _explain_errors(path):
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")  # who was thanked is not forgotten
                self._connection.execute("PRAGMA foreign_keys = ON")
                self._connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
            self.transact(self._migrate)
        except DatabaseUnusable:
            self.close()
            raise

    def transact(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `work` with the connection in one transaction, which is rolled back if it raises."""
        with self._lock, _explain_errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(self._connection, *args, **kwargs)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
        return result

    async def run(
        self, work: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`transact` for coroutines, in the database's own thread."""
        call = partial(self.transact, work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def checkpoint_wal(self) -> None:
        """Empty the write-ahead log, so that deleted rows are gone from the disk.

        While another process reads the file, its log stays until that one is done.
        """
        await asyncio.get_running_loop().run_in_executor(self._thread, self._checkpoint)

    def close(self) -> None:
        """Let what was begun be finished, then release the file; calling it twice is harmless."""
        self._thread.shutdown()
        self._connection.close()

    def _checkpoint(self) -> None:
        with self._lock, _explain_errors(self.path):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(_MIGRATIONS):
            raise DatabaseUnusable(
                f"{self.path} was written by a newer Citebot (version {version} of its tables, this one "
                f"knows {len(_MIGRATIONS)}): update Citebot"
            )
        for statements in _MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(_MIGRATIONS)}")


def pseudonym(connection: sqlite3.Connection, number: int) -> bytes:
    """A salted hash that stands for the id of a user or chat; it differs from file to file."""
    return pseudonyms(connection)(number)


def pseudonyms(connection: sqlite3.Connection) -> Callable[[int], bytes]:
    """A function that computes pseudonyms without further access to the file."""
    (salt,) = connection.execute("SELECT value FROM meta WHERE name = 'salt'").fetchone()
    return lambda number: blake2b(str(number).encode(), key=salt, digest_size=16).digest()


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    """Turns errors of SQLite and the file system into a DatabaseUnusable that says what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise DatabaseUnusable(
                f"{path} is not the SQLite file of what the bot remembers ({error}): restore it from "
                "a backup, or move it away to begin anew"
            ) from error
        raise DatabaseUnusable(
            f"cannot use {path}, where the bot keeps answers ({error}): check that it can be read and "
            "written, that no other program holds it, and that the disk has room"
        ) from error
    except OSError as error:
        raise DatabaseUnusable(
            f"cannot make {path}, where the bot keeps answers ({error.strerror or error}): check its folder"
        ) from error
