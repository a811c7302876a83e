# ruff: noqa: S608 -- the f-strings below hold names of tables and columns, never what anyone typed
"""The database: articles, passages and vectors in one SQLite file, one transaction per article.

Everything else in an index directory is derived from this file and can be thrown away.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from index.errors import StoreMismatch
from index.store import schema
from index.store.migration import migrate
from index.store.sqlite import SqliteFile
from index.store.state import KeyRange, Keys, Meta, Stamp
from index.types import (
    MAX_REVISION_AGE,
    MAX_REVISIONS,
    Article,
    Passage,
    Revision,
    SearchFilter,
    Source,
    StoreCount,
    Vectors,
)

_COUNTS_KEPT = 100  # of filters
_FOLLOWED = 10_000  # changes: who lags behind by more begins anew from what is saved


class ArticleDatabase(SqliteFile):
    """The file that holds an index. Safe for several threads, one at a time.

    Every method raises StoreError, or StoreDamaged when the file cannot be read.
    """

    _counted: tuple[Stamp, dict[SearchFilter | None, StoreCount]] | None = None  # at one state of the truth

    def prepare(self, connection: sqlite3.Connection) -> None:
        migrate(connection, self.path)

    def create(self, embedder: str, dimension: int) -> None:
        """Lay the tables, unless the file has some."""
        with self.writing() as connection:
            if not self.is_empty_file():
                return
            schema.lay_tables(connection, embedder, dimension)

    def is_empty_file(self) -> bool:
        """Whether no table was ever laid here."""
        with self.reading() as connection:
            return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None

    def meta(self) -> Meta:
        """Raises StoreMismatch when another version of Citebot laid the tables."""
        with self.reading() as connection:
            meta = dict(connection.execute("SELECT name, value FROM meta"))
        built = meta.get("schema")
        if isinstance(built, int) and 1 <= built < schema.SCHEMA:
            raise StoreMismatch(
                '{path} has schema {built} and is open for reading only: run "citebot index stats" once, '
                "which brings it to schema {asked}",
                path=self.path,
                built=built,
                asked=schema.SCHEMA,
            )
        if built != schema.SCHEMA:
            raise StoreMismatch(
                "{path} has schema {built}, this version of Citebot reads {asked}: "
                "use the version that made it, or add the articles again in a new directory",
                path=self.path,
                built=built,
                asked=schema.SCHEMA,
            )
        return Meta(
            meta["index"],
            meta["embedder"],
            meta["dimension"],
            meta["passage_rules"],
        )

    def dimension(self) -> int:
        """The length of each vector."""
        with self.reading() as connection:
            (dimension,) = connection.execute("SELECT value FROM meta WHERE name = 'dimension'").fetchone()
        return int(dimension)

    def stamp(self) -> Stamp:
        """Where the database stands now."""
        with self.reading() as connection:
            row = connection.execute(
                "SELECT value, generation, nonce FROM meta, history WHERE name = 'index'"
                " ORDER BY generation DESC LIMIT 1"
            ).fetchone()
        return Stamp(*row)

    def has_been_at(self, stamp: Stamp) -> bool:
        """Whether what was derived at `stamp` can catch up: this is a state the index came from.

        A state that more than _FOLLOWED changes have followed may be forgotten.
        """
        with self.reading() as connection:
            row = connection.execute(
                "SELECT 1 FROM meta, history"
                " WHERE name = 'index' AND value = ? AND generation = ? AND nonce = ?",
                (stamp.index, stamp.generation, stamp.nonce),
            ).fetchone()
        return row is not None

    # Writing

    def replace_article(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        with self.writing() as connection:
            generation = self._next_generation(connection)
            self._keep_revision(connection, article)
            self._forget(connection, article.source.article_id, generation)
            used = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passage'").fetchone()
            first = (used[0] if used else 0) + 1
            row = connection.execute(
                schema.INSERT_ARTICLE,
                schema.article_row(article, generation, first, first + len(passages) - 1),
            )
            connection.executemany(
                schema.INSERT_PASSAGE,
                (
                    schema.passage_row(passage, key, row.lastrowid or 0, vector.astype("<f4").tobytes())
                    for key, (passage, vector) in enumerate(zip(passages, vectors, strict=True), first)
                ),
            )

    def remove_article(self, article_id: str) -> bool:
        with self.writing() as connection:
            if not self._forget(connection, article_id, self.stamp().generation + 1):
                return False
            connection.execute("DELETE FROM revision WHERE article_id = ?", (article_id,))
            self._next_generation(connection)
            return True

    def note_reader(self, article_ids: Sequence[str], version: int) -> None:
        with self.writing() as connection:
            connection.execute(
                "UPDATE article SET read_by = ? WHERE id IN (SELECT value FROM json_each(?))",
                (version, json.dumps(list(article_ids))),
            )

    @staticmethod
    def _keep_revision(connection: sqlite3.Connection, replacement: Article) -> None:
        article_id, now = replacement.source.article_id, datetime.now(UTC)
        connection.execute(
            "INSERT INTO revision (article_id, replaced_at, text)"
            " SELECT id, ?, text FROM article WHERE id = ? AND text <> CAST(? AS TEXT)",
            (now.isoformat(), article_id, replacement.text.encode()),
        )
        connection.execute(
            "DELETE FROM revision WHERE replaced_at < ? OR key IN"
            " (SELECT key FROM revision WHERE article_id = ? ORDER BY key DESC LIMIT -1 OFFSET ?)",
            ((now - MAX_REVISION_AGE).isoformat(), article_id, MAX_REVISIONS),
        )

    @staticmethod
    def _next_generation(connection: sqlite3.Connection) -> int:
        row = connection.execute(
            "INSERT INTO history SELECT max(generation) + 1, ? FROM history RETURNING generation",
            (schema.new_nonce(),),
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
        """Take over another index file's articles, in one transaction, as a new index; revisions stay."""
        with self.attached(other), self.writing() as connection:
            for table in ("passage", "article", "removal", "history", "meta"):
                connection.execute(f"DELETE FROM main.{table}")
            for table in ("meta", "history", "article", "passage"):
                connection.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")

    def forget_followed(self, stamp: Stamp) -> None:
        """Forget removals that what stands at `stamp` has carried out, but the latest _FOLLOWED changes."""
        if stamp.generation <= _FOLLOWED:
            return
        with self.writing() as connection:
            if not self.has_been_at(stamp):
                return
            before = stamp.generation - _FOLLOWED
            connection.execute("DELETE FROM removal WHERE generation <= ?", (before,))
            connection.execute("DELETE FROM history WHERE generation < ?", (before,))

    # Reading

    def article(self, article_id: str) -> Article | None:
        with self.reading() as connection:
            row = connection.execute(
                f"SELECT {schema.ARTICLE} FROM article a WHERE a.id = ?", (article_id,)
            ).fetchone()
        return schema.article_of(row) if row else None

    def revisions(self, article_id: str) -> list[Revision]:
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT text, replaced_at FROM revision WHERE article_id = ? ORDER BY key DESC", (article_id,)
            ).fetchall()
        return [Revision(text, datetime.fromisoformat(replaced_at)) for text, replaced_at in rows]

    def article_passages(self, article_id: str) -> list[Passage]:
        with self.reading() as connection:
            rows = connection.execute(
                f"SELECT {schema.PASSAGE} FROM article a JOIN passage p ON p.article = a.key"
                " WHERE a.id = ? ORDER BY p.start",
                (article_id,),
            ).fetchall()
        return [schema.passage_of(row) for row in rows]

    def embedded_passages(self, article_id: str) -> tuple[list[Passage], Vectors]:
        with self.reading():
            passages = self.article_passages(article_id)
            keys = self.keys_of([passage.id for passage in passages])
            return passages, self.vectors_by_key([keys[passage.id] for passage in passages])

    def sources(self) -> list[Source]:
        with self.reading() as connection:
            return [
                schema.source_of(row)
                for row in connection.execute(f"SELECT {schema.SOURCE} FROM article a ORDER BY a.id")
            ]

    def stored_hash(self, article_id: str) -> str | None:
        with self.reading() as connection:
            row = connection.execute(
                "SELECT content_hash FROM article WHERE id = ?", (article_id,)
            ).fetchone()
        return row[0] if row else None

    def readers(self) -> dict[str, int | None]:
        with self.reading() as connection:
            return dict(connection.execute("SELECT id, read_by FROM article"))

    def count(self, where: SearchFilter | None = None) -> StoreCount:
        condition, values = schema.condition(where) if where else ("TRUE", [])
        with self.reading() as connection:
            stamp = self.stamp()
            if self._counted is None or self._counted[0] != stamp or len(self._counted[1]) > _COUNTS_KEPT:
                self._counted = stamp, {}
            known = self._counted[1]
            if where not in known:
                # reads every article: 40 ms for 50,000
                row = connection.execute(
                    "SELECT count(*), coalesce(sum(last_passage - first_passage + 1), 0)"
                    f" FROM article WHERE {condition}",
                    values,
                ).fetchone()
                known[where] = StoreCount(*row)
            return known[where]

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
                f"SELECT {schema.PASSAGE}, p.key FROM passage p JOIN article a ON p.article = a.key"
                " WHERE p.key IN (SELECT value FROM json_each(?))",
                (json.dumps([int(key) for key in keys]),),
            ).fetchall()
        return {row[-1]: schema.passage_of(row[:-1]) for row in rows}

    def vectors_by_key(self, keys: Sequence[int]) -> Vectors:
        """One row per key, in this order. Raises KeyError for a key that is gone."""
        with self.reading() as connection:
            vectors = np.empty((len(keys), self.dimension()), dtype=np.float32)
            for i, key in enumerate(keys):
                row = connection.execute("SELECT vector FROM passage WHERE key = ?", (int(key),)).fetchone()
                if row is None:
                    raise KeyError(key)
                vectors[i] = np.frombuffer(row[0], dtype="<f4")
            return vectors

    def allowed(self, where: SearchFilter) -> list[KeyRange] | None:
        """The passages that a search may see; None when it may see them all."""
        condition, values = schema.condition(where)
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

    def vectors_since(self, generation: int, rows: int = 8192) -> Iterator[tuple[Keys, Vectors]]:
        """Keys and vectors of the articles stored after `generation`, at most `rows` at a time."""
        with self.reading() as connection:
            dimension = self.dimension()
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

    def keys(self) -> Keys:
        """The key of every passage, ascending."""
        with self.reading() as connection:
            # without ORDER BY, for then SQLite reads an index in place of all texts and vectors
            return np.sort(
                np.array([key for (key,) in connection.execute("SELECT key FROM passage")], np.int64)
            )

    def sample_keys(self, rows: int) -> list[int]:
        """At most `rows` keys from all over the index, the same ones each time."""
        keys = self.keys()
        chosen = np.random.default_rng(0).permutation(len(keys))[:rows]
        return [int(key) for key in np.sort(keys[chosen])]

    def passages_since(self, generation: int) -> Iterator[tuple[int, Passage]]:
        """Keys and passages of the articles stored after `generation`."""
        with self.reading() as connection:
            cursor = connection.execute(
                f"SELECT {schema.PASSAGE}, p.key FROM article a JOIN passage p ON p.article = a.key"
                " WHERE a.generation > ? ORDER BY a.generation, p.key",
                (generation,),
            )
            for row in cursor:
                yield row[-1], schema.passage_of(row[:-1])
