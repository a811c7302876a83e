# ruff: noqa: S608 -- the f-strings below hold column names of this module, never what anyone typed
"""The truth: articles, passages and vectors in one SQLite file, one transaction per article.

Everything else in an index directory is derived from this file and can be thrown away.
"""

import errno
import json
import sqlite3
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import StoreDamaged, StoreError, StoreMismatch
from index.types import Article, Passage, SearchFilter, Source, StoreCount, Vectors

SCHEMA = 1  # raise it when the tables change
PASSAGE_RULES = 1  # raise it when chunking or `embedded_text` change: old passages must not mix with new
REBUILD = 'run "citebot index rebuild"'

Keys = NDArray[np.int64]
"""Row numbers of passages; within one index no key is ever used twice."""

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    generation INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,  -- the passages of an article are numbered without gaps
    last_passage INTEGER NOT NULL,   -- first_passage - 1 when there are none
    title TEXT NOT NULL,
    publisher TEXT,
    author TEXT,
    url TEXT,
    path TEXT,
    published TEXT,
    collection TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX article_by_generation ON article (generation);
-- counting and filtering need not walk past the texts: 5 ms instead of 65 for 55,000 articles
CREATE INDEX article_admitted ON article (collection, published, id, first_passage, last_passage);
CREATE TABLE passage (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    heading TEXT NOT NULL,
    vector BLOB NOT NULL,  -- float32, little-endian
    UNIQUE (article, start)
);
CREATE TABLE removal (  -- what a derived index has to forget
    generation INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    last_passage INTEGER NOT NULL
);
CREATE INDEX removal_by_generation ON removal (generation);
"""
_SOURCE = "a.id, a.title, a.publisher, a.author, a.url, a.path, a.published, a.collection"
_PASSAGE = f"{_SOURCE}, p.start, p.text, p.heading"
_ARTICLE_COLUMNS = (
    "id, content_hash, generation, first_passage, last_passage, "
    "title, publisher, author, url, path, published, collection, text"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which index, and which state of it, something was derived from."""

    index: str
    generation: int


@dataclass(frozen=True, slots=True)
class Meta:
    """What the index says about itself."""

    stamp: Stamp
    embedder: str
    dimension: int
    passage_rules: int


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The passages of one article: first..last, both included."""

    first: int
    last: int


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system say into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise StoreError(f"the index at {path.parent} refuses this article: {error}") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            raise StoreError(f"no space left to write {path}: free some, then try again") from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreError(f"{path} stays locked by another program: close it, then try again") from error
        if code in (
            sqlite3.SQLITE_CANTOPEN,
            sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_IOERR,
        ):
            raise StoreError(f"cannot use {path} ({error}): check that it can be read and written") from error
        if isinstance(error, sqlite3.ProgrammingError):
            raise StoreError(f"the index at {path.parent} is closed") from error
        raise StoreDamaged(
            f"{path} cannot be read as an index ({error}): restore it from a backup, "
            f"or move {path.parent} away and add the articles again"
        ) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StoreError(f"no space left to write {path.parent}: free some, then try again") from error
        raise StoreError(f"cannot use {path.parent} as an index ({error.strerror or error})") from error


class Truth:
    """One open SQLite file. Safe for several threads: a lock lets one in at a time.

    Every method raises StoreError, or StoreDamaged when the file cannot be read.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, *, read_only: bool, wait_s: float) -> "Truth":
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
        return cls(path, connection)

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

    def create(self, embedder: str, dimension: int) -> None:
        """Lay the tables, unless the file has some."""
        with self.writing() as connection:
            if not self.is_empty_file():
                return
            for statement in _TABLES.split(";\n"):
                connection.execute(statement)
            values = {
                "schema": SCHEMA,
                "index": uuid.uuid4().hex,
                "generation": 0,
                "embedder": embedder,
                "dimension": dimension,
                "passage_rules": PASSAGE_RULES,
            }
            connection.executemany("INSERT INTO meta VALUES (?, ?)", values.items())

    def is_empty_file(self) -> bool:
        """Whether no table was ever laid here."""
        with self.reading() as connection:
            return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None

    def meta(self) -> Meta:
        """Raises StoreMismatch when another version of Citebot laid the tables."""
        with self.reading() as connection:
            meta = dict(connection.execute("SELECT name, value FROM meta"))
        if meta.get("schema") != SCHEMA:
            raise StoreMismatch(
                f"{self.path} has schema {meta.get('schema')}, this version of Citebot reads {SCHEMA}: "
                "use the version that made it, or add the articles again in a new directory"
            )
        return Meta(
            Stamp(meta["index"], meta["generation"]),
            meta["embedder"],
            meta["dimension"],
            meta["passage_rules"],
        )

    def stamp(self) -> Stamp:
        """Where the truth stands now."""
        with self.reading() as connection:
            rows = dict(
                connection.execute("SELECT name, value FROM meta WHERE name IN ('index', 'generation')")
            )
        return Stamp(rows["index"], rows["generation"])

    # Writing

    def replace_article(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        source = article.source
        with self.writing() as connection:
            generation = self._next_generation(connection)
            self._forget(connection, source.article_id, generation)
            used = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passage'").fetchone()
            first = (used[0] if used else 0) + 1
            row = connection.execute(
                f"INSERT INTO article ({_ARTICLE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    source.article_id,
                    article.content_hash,
                    generation,
                    first,
                    first + len(passages) - 1,
                    source.title,
                    source.publisher,
                    source.author,
                    source.url,
                    source.path,
                    source.published.isoformat() if source.published else None,
                    source.collection,
                    article.text,
                ),
            )
            connection.executemany(
                "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?)",
                (
                    (first + i, row.lastrowid, p.start, p.text, p.heading, vector.astype("<f4").tobytes())
                    for i, (p, vector) in enumerate(zip(passages, vectors, strict=True))
                ),
            )

    def remove_article(self, article_id: str) -> bool:
        with self.writing() as connection:
            if not self._forget(connection, article_id, self.stamp().generation + 1):
                return False
            self._next_generation(connection)
            return True

    @staticmethod
    def _next_generation(connection: sqlite3.Connection) -> int:
        row = connection.execute(
            "UPDATE meta SET value = value + 1 WHERE name = 'generation' RETURNING value"
        ).fetchone()
        return int(row[0])

    @staticmethod
    def _forget(connection: sqlite3.Connection, article_id: str, generation: int) -> bool:
        row = connection.execute(
            "DELETE FROM article WHERE id = ? RETURNING first_passage, last_passage", (article_id,)
        ).fetchone()
        if row is None:
            return False
        connection.execute("INSERT INTO removal VALUES (?, ?, ?)", (generation, *row))
        return True

    def become(self, other: Path) -> None:
        """Take over everything another index file holds, in one transaction, as a new index."""
        with self._lock, explained(self.path):
            self._connection.execute("ATTACH ? AS other", (str(other),))
            try:
                with self.writing() as connection:
                    for table in ("passage", "article", "removal", "meta"):
                        connection.execute(f"DELETE FROM main.{table}")
                    for table in ("meta", "article", "passage"):
                        connection.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")
            finally:
                self._connection.execute("DETACH other")

    # Reading

    def article(self, article_id: str) -> Article | None:
        with self.reading() as connection:
            row = connection.execute(
                f"SELECT {_SOURCE}, a.text FROM article a WHERE a.id = ?", (article_id,)
            ).fetchone()
        return Article(_source(row[:8]), row[8]) if row else None

    def article_passages(self, article_id: str) -> list[Passage]:
        with self.reading() as connection:
            rows = connection.execute(
                f"SELECT {_PASSAGE} FROM article a JOIN passage p ON p.article = a.key"
                " WHERE a.id = ? ORDER BY p.start",
                (article_id,),
            ).fetchall()
        return [_passage(row) for row in rows]

    def sources(self) -> list[Source]:
        with self.reading() as connection:
            return [
                _source(row) for row in connection.execute(f"SELECT {_SOURCE} FROM article a ORDER BY a.id")
            ]

    def stored_hash(self, article_id: str) -> str | None:
        with self.reading() as connection:
            row = connection.execute(
                "SELECT content_hash FROM article WHERE id = ?", (article_id,)
            ).fetchone()
        return row[0] if row else None

    def count(self) -> StoreCount:
        with self.reading() as connection:
            row = connection.execute(
                "SELECT count(*), coalesce(sum(last_passage - first_passage + 1), 0) FROM article"
            ).fetchone()
        return StoreCount(*row)

    def passages_per_collection(self) -> dict[str, StoreCount]:
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT collection, count(*), sum(last_passage - first_passage + 1)"
                " FROM article GROUP BY collection ORDER BY collection"
            ).fetchall()
        return {name: StoreCount(articles, passages) for name, articles, passages in rows}

    def keys_of(self, ids: Sequence[str]) -> dict[str, int]:
        """The key of each of these passage ids that exists."""
        found = {}
        with self.reading() as connection:
            for passage_id in ids:
                article_id, _, start = passage_id.rpartition("#")
                row = connection.execute(
                    "SELECT p.key FROM article a JOIN passage p ON p.article = a.key"
                    " WHERE a.id = ? AND p.start = CAST(? AS INTEGER)",
                    (article_id, start),
                ).fetchone()
                if row and start.isdecimal():
                    found[passage_id] = int(row[0])
        return found

    def passages_by_key(self, keys: Sequence[int]) -> dict[int, Passage]:
        """Those of these passages that exist."""
        with self.reading() as connection:
            rows = connection.execute(
                f"SELECT {_PASSAGE}, p.key FROM passage p JOIN article a ON p.article = a.key"
                " WHERE p.key IN (SELECT value FROM json_each(?))",
                (json.dumps([int(key) for key in keys]),),
            ).fetchall()
        return {row[-1]: _passage(row[:-1]) for row in rows}

    def vectors_by_key(self, keys: Sequence[int], dimension: int) -> Vectors:
        """One row per key, in this order. Raises KeyError for a key that is gone."""
        vectors = np.empty((len(keys), dimension), dtype=np.float32)
        with self.reading() as connection:
            for i, key in enumerate(keys):
                row = connection.execute("SELECT vector FROM passage WHERE key = ?", (int(key),)).fetchone()
                if row is None:
                    raise KeyError(key)
                vectors[i] = np.frombuffer(row[0], dtype="<f4")
        return vectors

    def allowed(self, where: SearchFilter) -> list[KeyRange] | None:
        """The passages that a search may see; None when it may see them all."""
        condition, values = _condition(where)
        with self.reading() as connection:
            hidden = connection.execute(f"SELECT 1 FROM article WHERE NOT ({condition}) LIMIT 1", values)
            if hidden.fetchone() is None:
                return None
            rows = connection.execute(
                f"SELECT first_passage, last_passage FROM article WHERE {condition}", values
            ).fetchall()
        return [KeyRange(*row) for row in rows]

    # What the derived indexes follow

    def removed_since(self, generation: int) -> list[KeyRange]:
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT first_passage, last_passage FROM removal WHERE generation > ?", (generation,)
            ).fetchall()
        return [KeyRange(*row) for row in rows]

    def vectors_since(
        self, generation: int, dimension: int, rows: int = 8192
    ) -> Iterator[tuple[Keys, Vectors]]:
        """Keys and vectors of the articles stored after `generation`, at most `rows` at a time."""
        with self.reading() as connection:
            cursor = connection.execute(
                "SELECT p.key, p.vector FROM article a JOIN passage p ON p.article = a.key"
                " WHERE a.generation > ? ORDER BY a.generation, p.key",
                (generation,),
            )
            while batch := cursor.fetchmany(rows):
                vectors = np.frombuffer(b"".join(vector for _, vector in batch), dtype="<f4")
                yield (
                    np.array([key for key, _ in batch], dtype=np.int64),
                    vectors.reshape(len(batch), dimension),
                )

    def sample_keys(self, rows: int) -> list[int]:
        """At most `rows` keys from all over the index, the same ones each time."""
        with self.reading() as connection:
            keys = np.array([key for (key,) in connection.execute("SELECT key FROM passage")], dtype=np.int64)
        chosen = np.random.default_rng(0).permutation(len(keys))[:rows]
        return [int(key) for key in np.sort(keys[chosen])]

    def passages_since(self, generation: int) -> Iterator[tuple[int, Passage]]:
        """Keys and passages of the articles stored after `generation`."""
        with self.reading() as connection:
            cursor = connection.execute(
                f"SELECT {_PASSAGE}, p.key FROM article a JOIN passage p ON p.article = a.key"
                " WHERE a.generation > ? ORDER BY a.generation, p.key",
                (generation,),
            )
            for row in cursor:
                yield row[-1], _passage(row[:-1])

    def problems(self, dimension: int) -> list[str]:
        """What is wrong inside the truth, in words; empty when nothing is."""
        found = []
        with self.reading() as connection:
            for (line,) in connection.execute("PRAGMA integrity_check(10)"):
                if line != "ok":
                    found.append(f"SQLite: {line}")
            orphans = connection.execute("PRAGMA foreign_key_check")
            found += [f"SQLite: row {row[1]} of {row[0]} belongs to nothing" for row in orphans]
            articles = connection.execute(
                "SELECT key, id, first_passage, last_passage, text, content_hash FROM article"
            )
            for key, article_id, first, last, text, content_hash in articles:
                rows = connection.execute(
                    "SELECT key, start, text, vector FROM passage WHERE article = ? ORDER BY key", (key,)
                ).fetchall()
                if [row[0] for row in rows] != list(range(first, last + 1)):
                    found.append(f"{article_id}: passages {first}..{last} expected, {len(rows)} found")
                for _, start, passage, blob in rows:
                    if text[start : start + len(passage)] != passage:
                        found.append(f"{article_id}#{start}: the article does not say this there")
                    vector = np.frombuffer(blob, dtype="<f4") if len(blob) == 4 * dimension else np.zeros(1)
                    if not abs(float(np.linalg.norm(vector)) - 1) < 1e-3:
                        found.append(f"{article_id}#{start}: not a unit-length vector of {dimension}")
                if (article := self.article(article_id)) and article.content_hash != content_hash:
                    found.append(f"{article_id}: the text is not the one that was stored")
        return found


def _condition(where: SearchFilter) -> tuple[str, list[str]]:
    """An SQL condition that is never NULL, so that NOT turns it round."""
    # json_each, because the number of ? in a statement is limited
    values = [json.dumps(sorted(where.collections))]
    terms = ["collection IN (SELECT value FROM json_each(?))"]
    if where.article_ids is not None:
        values.append(json.dumps(sorted(where.article_ids)))
        terms.append("id IN (SELECT value FROM json_each(?))")
    for comparison, day in ((">=", where.published_from), ("<=", where.published_to)):
        if day is not None:
            terms.append(f"published IS NOT NULL AND published {comparison} ?")
            values.append(day.isoformat())
    return " AND ".join(terms), values


def _source(row: Sequence[str | None]) -> Source:
    article_id, title, publisher, author, url, path, published, collection = row
    return Source(
        article_id=article_id or "",
        title=title or "",
        publisher=publisher,
        author=author,
        url=url,
        path=path,
        published=date.fromisoformat(published) if published else None,
        collection=collection or "",
    )


def _passage(row: Sequence[object]) -> Passage:
    *source, start, text, heading = row
    where = _source(source)  # type: ignore[arg-type]
    return Passage(f"{where.article_id}#{start}", where, start, start + len(text), text, heading)  # type: ignore
