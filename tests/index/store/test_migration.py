"""An index that an older version laid opens as it is, in place."""

import json
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.errors import StoreError
from index.store import migration, schema
from index.store.embedded import EmbeddedStore
from index.store.sqlite import SqliteFile
from index.types import Article, Source, StoreCount
from tests.index.store.conformance import DIMENSION, EMBEDDER, GAO, found, put, sentences_of, vectors_of

SCHEMA_1 = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE article (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    generation INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    last_passage INTEGER NOT NULL,
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
CREATE INDEX article_admitted ON article (collection, published, id, first_passage, last_passage);
CREATE TABLE passage (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    heading TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (article, start)
);
CREATE TABLE removal (
    generation INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    last_passage INTEGER NOT NULL
);
CREATE INDEX removal_by_generation ON removal (generation);
"""

FILE = Article(
    Source("notes", "Notes", "p", "a", None, "in/notes.txt", date(2021, 2, 28)),
    "The lorries left. They came back",
)
PAGE = Article(
    Source("example.org-page-2476c9de", "A page", url="https://example.org/page"), "Snow fell. It stayed"
)
LINE = Article(
    Source("given-id", "A line", url="https://example.org/line"), "A line of a collection. It ends"
)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """An index as schema 1 stored it: three articles, and one that was removed."""
    directory = tmp_path / "index"
    directory.mkdir()
    connection = sqlite3.connect(directory / "truth.sqlite")
    connection.executescript(SCHEMA_1)
    meta = {
        "schema": 1,
        "index": "5f3c",
        "generation": 5,
        "embedder": EMBEDDER,
        "dimension": DIMENSION,
        "passage_rules": schema.PASSAGE_RULES,
    }
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    key = 3  # the removed one had passages 1 and 2
    for generation, article in enumerate((FILE, PAGE, LINE), start=3):
        s, passages = article.source, sentences_of(article)
        published = s.published.isoformat() if s.published else None
        row = connection.execute(
            "INSERT INTO article (id, content_hash, generation, first_passage, last_passage, title,"
            " publisher, author, url, path, published, collection, text)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(s.article_id, article.content_hash, generation, key, key + len(passages) - 1, s.title),
                *(s.publisher, s.author, s.url, s.path, published, s.collection, article.text),
            ),
        )
        for passage, vector in zip(passages, vectors_of(passages), strict=True):
            connection.execute(
                "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?)",
                (key, row.lastrowid, passage.start, passage.text, passage.heading, vector.tobytes()),
            )
            key += 1
    connection.execute("INSERT INTO removal VALUES (2, 1, 2)")
    connection.commit()
    connection.close()
    header = {
        "format": "citebot-dense-1",
        "index": "5f3c",
        "generation": 5,
        "dimension": DIMENSION,
        "crc32": 0,
    }
    (directory / "dense.faiss").write_text(json.dumps(header))
    return directory


def opened(directory: Path) -> EmbeddedStore:
    return EmbeddedStore.open(directory, embedder_name=EMBEDDER, dimension=DIMENSION)


def columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Columns and indexes of each table."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    found = {
        name: [
            *connection.execute("SELECT * FROM pragma_table_info(?)", (name,)),
            *connection.execute("SELECT * FROM pragma_foreign_key_list(?)", (name,)),
            *sorted(connection.execute('SELECT name, "unique" FROM pragma_index_list(?)', (name,))),
        ]
        for name in tables
    }
    connection.close()
    return found


def test_an_index_of_schema_1_opens_with_all_it_holds_and_takes_new_articles(older: Path) -> None:
    store = opened(older)

    assert [store.article(a.source.article_id) for a in (FILE, PAGE, LINE)] == [
        Article(FILE.source, FILE.text, read_by=1),
        Article(PAGE.source, PAGE.text, read_by=1),
        Article(LINE.source, LINE.text, read_by=None),
    ]
    assert store.article_passages("notes") == sentences_of(FILE)
    np.testing.assert_array_equal(store.vectors(["notes#0"]), vectors_of(sentences_of(FILE)[:1]))
    put(store, GAO)
    assert found(store, "lorries soldiers")[1] == ["notes#0", "gao#35"]
    assert store.remove_article("given-id")
    assert store.count() == StoreCount(3, 6)
    store.flush()
    assert store.verify() == []
    store.close()
    assert opened(older).count() == StoreCount(3, 6)


def test_an_index_of_schema_2_keeps_revisions_from_now_on(tmp_path: Path) -> None:
    store = opened(tmp_path)
    put(store, GAO)
    store.close()
    connection = sqlite3.connect(tmp_path / "truth.sqlite")
    connection.executescript("DROP TABLE revision; UPDATE meta SET value = 2 WHERE name = 'schema'")
    connection.close()

    store = opened(tmp_path)

    assert store.article("gao") == GAO
    put(store, replace(GAO, text="Gunmen attacked a convoy near Gao. Forty soldiers died"))
    assert [one.text for one in store.revisions("gao")] == [GAO.text]


def test_the_hash_of_an_article_without_outline_or_time_is_that_of_schema_1() -> None:
    """So that it is skipped when it is added again, and not embedded anew."""
    assert FILE.content_hash == "b901e9b8c6b5b34cf45b1527a2843b0156edb57b82a501c78b3e50188af9765e"


def test_a_migrated_index_has_the_tables_of_a_new_one(older: Path, tmp_path: Path) -> None:
    opened(older).abandon()
    opened(tmp_path / "new").abandon()

    assert columns(older / "truth.sqlite") == columns(tmp_path / "new" / "truth.sqlite")


def test_a_migration_that_breaks_off_leaves_the_index_as_it_was(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = columns(older / "truth.sqlite")
    with monkeypatch.context() as broken:
        broken.setitem(migration._STEPS, 2, migration._STEPS[2] + ";\nSELECT no_such_column")
        with pytest.raises(StoreError):
            opened(older)

    assert columns(older / "truth.sqlite") == before
    assert opened(older).count() == StoreCount(3, 6)


def test_the_second_of_two_that_open_an_older_index_at_once_finds_it_migrated(older: Path) -> None:
    first = SqliteFile.open(older / "truth.sqlite", read_only=False, wait_s=10)
    second = SqliteFile.open(older / "truth.sqlite", read_only=False, wait_s=10)
    for file in (first, second):
        migration.migrate(file._connection, file.path)
        file.close()

    assert opened(older).count() == StoreCount(3, 6)


def test_an_older_backup_restored_beside_an_open_index_is_migrated(older: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.write_bytes((older / "truth.sqlite").read_bytes())
    store = opened(older)
    put(store, GAO)
    store.flush()

    for suffix in ("-wal", "-shm"):
        (older / f"truth.sqlite{suffix}").unlink()
    backup.rename(older / "truth.sqlite")

    assert sorted(found(store, "lorries convoy")[1]) == ["notes#0"]
    assert store.count() == StoreCount(3, 6)


def test_an_older_index_opened_for_reading_only_says_what_to_do(older: Path) -> None:
    with pytest.raises(StoreError, match="index stats"):
        EmbeddedStore.open(older, read_only=True)
