"""Which sources the index follows, and what was seen of each: one SQLite file beside the articles."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from index.errors import SourceError
from index.loading.web import NONE_STATED, Validators
from index.store.sqlite import SqliteFile
from index.types import PUBLIC

FILE = "sources.sqlite"
EVERY = timedelta(minutes=30)
UNKNOWN = "there is no source {id}: `citebot source list` shows those there are"

_TABLES = """
CREATE TABLE IF NOT EXISTS source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT,
    collection TEXT NOT NULL,
    allow_private INTEGER NOT NULL,
    every_s INTEGER NOT NULL,
    keep_days INTEGER,
    keep_articles INTEGER,
    paused TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    checked_at TEXT,
    next_at TEXT,
    etag TEXT,
    last_modified TEXT,
    UNIQUE (address, collection)
);
CREATE TABLE IF NOT EXISTS item (
    source INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    url TEXT,
    article_id TEXT,
    version TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    first_seen TEXT NOT NULL,
    visited_at TEXT,
    listed INTEGER NOT NULL,
    expired INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    stored_at TEXT,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS item_by_article ON item (article_id)
"""
_SOURCE = (
    "id, address, kind, title, collection, allow_private, every_s, keep_days, keep_articles, paused,"
    " failures, error, checked_at, next_at, etag, last_modified"
)
_ITEM = (
    "key, url, article_id, version, etag, last_modified, first_seen, visited_at, listed, expired, failures"
)
_ITEM_AGAIN = ", ".join(f"{name} = excluded.{name}" for name in _ITEM.split(", ") if name != "key")


class SourceKind(StrEnum):
    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"
    FOLDER = "folder"
    CHANNEL = "channel"  # whose posts Telegram brings


@dataclass(frozen=True, slots=True)
class FollowedSource:
    """A source as it is followed. `paused` says why it is not read at present; times are in UTC."""

    address: str  # http(s) address, or the absolute path of a folder
    kind: SourceKind
    id: int = 0
    title: str | None = None
    collection: str = PUBLIC
    allow_private: bool = False
    every: timedelta = EVERY
    keep_days: int | None = None  # older articles are removed
    keep_articles: int | None = None  # more are removed, the oldest first
    paused: str = ""
    failures: int = 0  # one after another
    error: str = ""  # what went wrong last
    checked_at: datetime | None = None
    next_at: datetime | None = None
    validators: Validators = NONE_STATED


@dataclass(frozen=True, slots=True)
class Item:
    """An article of a source, as it was listed and read last."""

    key: str
    url: str | None
    version: str
    first_seen: datetime
    article_id: str | None = None
    validators: Validators = NONE_STATED
    visited_at: datetime | None = None
    listed: bool = True
    expired: bool = False  # removed for its age or number: not to be read again
    failures: int = 0


class SourceDatabase(SqliteFile):
    """The sources of an index and their items. Safe for several threads; every method raises StoreError."""

    @classmethod
    def in_index(cls, index_dir: Path) -> "SourceDatabase":
        """The file in this index directory, made if there is none."""
        index_dir.mkdir(parents=True, exist_ok=True)
        return cls.open(index_dir / FILE, read_only=False, wait_s=30)

    def prepare(self, connection: sqlite3.Connection) -> None:
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('item')")}
        if "stored_at" not in columns:  # a file of an older version, whose articles are not new
            connection.execute("ALTER TABLE item ADD COLUMN stored_at TEXT")

    @property
    def lock_path(self) -> Path:
        """Whoever reads sources into the index holds a lock on this file."""
        return self.path.with_suffix(".lock")

    def add(self, source: FollowedSource) -> FollowedSource:
        """Follow it from now on. Raises SourceError when it is followed already."""
        with self.writing() as connection:
            columns = [name for name in _SOURCE.split(", ") if name != "id"]
            row = connection.execute(
                f"INSERT INTO source ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
                " ON CONFLICT DO NOTHING RETURNING id",
                _row(source),
            ).fetchone()
            if row is None:
                raise SourceError("{address} is followed already", address=source.address)
            return self._one(connection, int(row[0]))

    def update(self, source_id: int, change: Callable[[FollowedSource], FollowedSource]) -> FollowedSource:
        """Store what `change` makes of it, in one transaction. Raises SourceError for an unknown id."""
        with self.writing() as connection:
            source = change(self._one(connection, source_id))
            columns = [name for name in _SOURCE.split(", ") if name != "id"]
            connection.execute(
                f"UPDATE source SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?",  # noqa: S608
                (*_row(source), source_id),
            )
        return source

    def remove(self, source_id: int) -> list[str]:
        """Follow it no longer; the ids of its articles that no other source has."""
        with self.writing() as connection:
            self._one(connection, source_id)
            alone = connection.execute(
                "SELECT DISTINCT article_id FROM item WHERE source = ? AND article_id IS NOT NULL"
                " AND article_id NOT IN"
                " (SELECT article_id FROM item WHERE source <> ? AND article_id IS NOT NULL)",
                (source_id, source_id),
            ).fetchall()
            connection.execute("DELETE FROM source WHERE id = ?", (source_id,))
        return [article_id for (article_id,) in alone]

    def source(self, source_id: int) -> FollowedSource:
        """Raises SourceError for an unknown id."""
        with self.reading() as connection:
            return self._one(connection, source_id)

    def sources(self) -> list[FollowedSource]:
        with self.reading() as connection:
            return [_source(row) for row in connection.execute(f"SELECT {_SOURCE} FROM source ORDER BY id")]  # noqa: S608

    def items(self, source_id: int) -> dict[str, Item]:
        """By key."""
        with self.reading() as connection:
            rows = connection.execute(f"SELECT {_ITEM} FROM item WHERE source = ?", (source_id,))  # noqa: S608
            return {row[0]: _item(row) for row in rows}

    def article_counts(self) -> dict[int, int]:
        """How many articles are stored of each source that has any."""
        with self.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT source, count(DISTINCT article_id) FROM item WHERE article_id IS NOT NULL"
                    " GROUP BY source"
                )
            )

    def store_items(self, source_id: int, items: Iterable[Item]) -> None:
        """Add or replace them; one of a source that was removed meanwhile is let be."""
        with self.writing() as connection:
            if connection.execute("SELECT 1 FROM source WHERE id = ?", (source_id,)).fetchone() is None:
                return
            now = datetime.now(UTC).isoformat()
            connection.executemany(
                f"INSERT INTO item (source, {_ITEM}, stored_at) VALUES ({', '.join('?' * 13)})"  # noqa: S608
                f" ON CONFLICT DO UPDATE SET {_ITEM_AGAIN}, stored_at ="
                " CASE WHEN article_id IS NULL THEN excluded.stored_at ELSE stored_at END",
                ((source_id, *_item_row(item), item.article_id and now) for item in items),
            )

    def articles_since(self, moment: datetime) -> tuple[list[str], datetime]:
        """Ids of the articles that came first after this moment, the last one first, and when that came."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT article_id, min(coalesce(stored_at, '')) AS came FROM item WHERE article_id IN"
                " (SELECT article_id FROM item WHERE stored_at > ?)"
                " GROUP BY article_id HAVING came > ? ORDER BY came DESC, article_id",
                (moment.isoformat(), moment.isoformat()),
            ).fetchall()
        return [article_id for article_id, _ in rows], datetime.fromisoformat(rows[0][1]) if rows else moment

    def forget_items(self, source_id: int, keys: Sequence[str]) -> None:
        with self.writing() as connection:
            connection.execute(
                "DELETE FROM item WHERE source = ? AND key IN (SELECT value FROM json_each(?))",
                (source_id, json.dumps(list(keys))),
            )

    def listed_elsewhere(self, article_ids: Iterable[str], source_id: int) -> set[str]:
        """Those of the articles that another source has as well."""
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT article_id FROM item WHERE source <> ?"
                " AND article_id IN (SELECT value FROM json_each(?))",
                (source_id, json.dumps(list(article_ids))),
            ).fetchall()
        return {article_id for (article_id,) in rows}

    @staticmethod
    def _one(connection: sqlite3.Connection, source_id: int) -> FollowedSource:
        row = connection.execute(f"SELECT {_SOURCE} FROM source WHERE id = ?", (source_id,)).fetchone()  # noqa: S608
        if row is None:
            raise SourceError(UNKNOWN, id=source_id)
        return _source(row)


def _row(source: FollowedSource) -> tuple[object, ...]:
    return (
        source.address,
        source.kind.value,
        source.title,
        source.collection,
        source.allow_private,
        int(source.every.total_seconds()),
        source.keep_days,
        source.keep_articles,
        source.paused,
        source.failures,
        source.error,
        _written(source.checked_at),
        _written(source.next_at),
        source.validators.etag,
        source.validators.last_modified,
    )


def _source(row: Sequence[Any]) -> FollowedSource:
    id, address, kind, title, collection, private, every_s, keep_days, keep_articles, paused = row[:10]
    failures, error, checked_at, next_at, etag, last_modified = row[10:]
    return FollowedSource(
        id=id,
        address=address,
        kind=SourceKind(kind),
        title=title,
        collection=collection,
        allow_private=bool(private),
        every=timedelta(seconds=every_s),
        keep_days=keep_days,
        keep_articles=keep_articles,
        paused=paused,
        failures=failures,
        error=error,
        checked_at=_read(checked_at),
        next_at=_read(next_at),
        validators=Validators(etag, last_modified),
    )


def _item_row(item: Item) -> tuple[object, ...]:
    return (
        item.key,
        item.url,
        item.article_id,
        item.version,
        item.validators.etag,
        item.validators.last_modified,
        item.first_seen.isoformat(),
        _written(item.visited_at),
        item.listed,
        item.expired,
        item.failures,
    )


def _item(row: Sequence[Any]) -> Item:
    key, url, article_id, version, etag, last_modified, first_seen, visited_at, listed, expired, failures = (
        row
    )
    return Item(
        key=key,
        url=url,
        article_id=article_id,
        version=version,
        validators=Validators(etag, last_modified),
        first_seen=datetime.fromisoformat(first_seen),
        visited_at=_read(visited_at),
        listed=bool(listed),
        expired=bool(expired),
        failures=failures,
    )


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(stored: object) -> datetime | None:
    return datetime.fromisoformat(stored) if isinstance(stored, str) else None
