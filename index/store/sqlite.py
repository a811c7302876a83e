"""One SQLite file: how it is opened, read and written, and what is said when that fails."""

import errno
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from index.errors import StoreDamaged, StoreError

_NO_SPACE = "no space left to write {path}: free some, then try again"


@contextmanager
def explained(path: Path) -> Iterator[None]:
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
            "cannot use {folder} as an index ({error})", folder=path.parent, error=error.strerror or error
        ) from error


class SqliteFile:
    """One open file. Safe for several threads: a lock lets one in at a time.

    Every method raises StoreError, or StoreDamaged when the file cannot be read.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, wait_s: float) -> None:
        """Use `open`."""
        self.path = path
        self._connection = connection
        self._wait_s = wait_s
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, read_only: bool, wait_s: float) -> Self:
        """The file as it is; a new, empty database where there is none (unless `read_only`)."""
        with explained(path):
            mode = "ro" if read_only else "rwc"
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode={mode}",
                uri=True,
                timeout=wait_s,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                connection.execute("PRAGMA foreign_keys = ON")
                # FULL, so that an acknowledged article also survives a power cut
                connection.execute("PRAGMA synchronous = FULL")
                if not read_only:
                    connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            except sqlite3.Error:
                connection.close()
                raise
        return cls(path, connection, wait_s)

    def once_more(self) -> Self:
        """The same file on a connection of its own, for reading beside this one."""
        return self.open(self.path, read_only=True, wait_s=self._wait_s)

    def close(self) -> None:
        with self._lock, explained(self.path):
            self._connection.close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging view of the index for as long as it lasts."""
        with self._lock, explained(self.path):
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is stored, or nothing."""
        with self._lock, explained(self.path):
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
        with self._lock, explained(self.path):
            self._connection.execute("ATTACH ? AS other", (str(other),))
            try:
                yield
            finally:
                self._connection.execute("DETACH other")
