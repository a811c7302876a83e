"""One SQLite file: how it is opened, read and written, and what is said when that fails."""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from index.errors import StoreDamaged, StoreError

_NO_SPACE = "no space left to write {path}: free some, then try again"


@contextmanager
def as_store_errors(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system say into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise StoreError(
            "the index at {folder} refuses this article: {error}", folder=path.parent, error=error
        ) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise StoreError(_NO_SPACE, path=path) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreError(
                "{path} stays locked by another program: close it, then try again", path=path
            ) from error
        if code in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_IOERR,
        ):
            raise StoreError(
                "cannot use {path} ({error}): check that it can be read and written", path=path, error=error
            ) from error
        if isinstance(error, sqlite3.ProgrammingError):
            if "closed database" not in str(error):  # a fault of ours, which no advice mends
                raise
            raise StoreError("the index at {folder} is closed", folder=path.parent) from error
        raise StoreDamaged(
            "{path} cannot be read as an index ({error}): restore it from a backup, "
            "or move {folder} away and add the articles again",
            path=path,
            error=error,
            folder=path.parent,
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreError(_NO_SPACE, path=path.parent) from error
        raise StoreError(
            "cannot use {folder} as an index ({error}): choose another folder, or make it writable",
            folder=path.parent,
            error=error.strerror or error,
        ) from error


class SqliteFile:
    """One open file. Safe for several threads: a lock lets one in at a time.

    When another file takes its place (a restored backup), that one is opened before the next use.
    Every method raises StoreError, or StoreDamaged when the file cannot be read.
    """

    def __init__(self, path: Path, *, read_only: bool, wait_s: float) -> None:
        """Use `open`."""
        self.path = path
        self._read_only = read_only
        self._wait_s = wait_s
        self._opened = _identity(path)  # first: what comes in its place meanwhile is opened once more
        self._connection = self._connect()
        self._opened = self._opened or _identity(path)
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, read_only: bool, wait_s: float) -> Self:
        """The file as it is; a new, empty database where there is none (unless `read_only`)."""
        with as_store_errors(path):
            return cls(path, read_only=read_only, wait_s=wait_s)

    def _connect(self) -> sqlite3.Connection:
        mode = "ro" if self._read_only else "rwc"
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._wait_s,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            # what is removed is overwritten; not every build of SQLite does so by itself, as Debian's does
            connection.execute("PRAGMA secure_delete = ON")
            # FULL, so that an acknowledged article also survives a power cut
            connection.execute("PRAGMA synchronous = FULL")
            if not self._read_only:
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            if not self._read_only:
                self.prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def prepare(self, connection: sqlite3.Connection) -> None:
        """What to do with a file that was just opened for writing."""

    def _follow_file(self) -> None:
        """Open the file that stands at the path now, if it is another one. Call it outside transactions."""
        if self._opened != (found := _identity(self.path)) and found is not None:
            self._connection.execute("SELECT 1")  # when it is closed, it stays closed
            connection = self._connect()
            self._connection.close()
            self._connection, self._opened = connection, found

    def put_aside_log(self) -> None:
        """Bring what SQLite keeps in its log into the file itself, as far as readers let it.

        A copy of the file alone is then a whole backup.
        """
        with self._lock, as_store_errors(self.path):
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {int(1000 * self._wait_s)}")

    def once_more(self) -> Self:
        """The same file on a connection of its own, for reading beside this one."""
        return self.open(self.path, read_only=True, wait_s=self._wait_s)

    def close(self) -> None:
        with self._lock, as_store_errors(self.path):
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the index for as long as it lasts."""
        with self._lock, as_store_errors(self.path):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._follow_file()
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is stored, or nothing."""
        with self._lock, as_store_errors(self.path):
            self._follow_file()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def attached(self, other: Path) -> Iterator[None]:
        """The tables of another file as those of `other`, for as long as it lasts."""
        with self._lock, as_store_errors(self.path):
            self._connection.execute("ATTACH ? AS other", (str(other),))
            try:
                yield
            finally:
                self._connection.execute("DETACH other")


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at the path; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
