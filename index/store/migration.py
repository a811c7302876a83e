"""An index laid by an older version of Citebot becomes one of this version, in place.

Each step has its tables written out: what it makes of them must not change when `schema` does.
"""

import logging
import sqlite3
from hashlib import sha256
from pathlib import Path

from index.store.schema import new_nonce

log = logging.getLogger(__name__)

_FROM_1_TO_2 = """
CREATE TABLE history (generation INTEGER PRIMARY KEY, nonce INTEGER NOT NULL);
CREATE TABLE article_2 (
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
    published_at TEXT,
    collection TEXT NOT NULL,
    read_by INTEGER,
    text TEXT NOT NULL,
    outline TEXT
);
INSERT INTO article_2
    SELECT key, id, content_hash, generation, first_passage, last_passage, title, publisher, author, url,
        path, published, NULL, collection, CASE WHEN was_read(id, url, path) THEN 1 END, text, NULL
    FROM article;
DROP TABLE article;
ALTER TABLE article_2 RENAME TO article;
CREATE INDEX article_by_generation ON article (generation);
CREATE INDEX article_admitted ON article (collection, published, id, first_passage, last_passage);
CREATE INDEX article_by_reader ON article (read_by, id);
ALTER TABLE passage ADD COLUMN outline TEXT;
DELETE FROM removal;
INSERT INTO history SELECT value, new_nonce() FROM meta WHERE name = 'generation';
DELETE FROM meta WHERE name = 'generation';
UPDATE meta SET value = 2 WHERE name = 'schema'
"""
_FROM_2_TO_3 = """
CREATE TABLE revision (
    key INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,
    replaced_at TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX revision_by_article ON revision (article_id);
CREATE INDEX revision_by_age ON revision (replaced_at);
UPDATE meta SET value = 3 WHERE name = 'schema'
"""
_STEPS = {1: _FROM_1_TO_2, 2: _FROM_2_TO_3}


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring tables of an older schema to this version's, all or nothing; any other tables are let be.

    Safe when several processes open the index at once: the first does it, the others wait. From schema 1 on
    the derived indexes are built anew, for they know nothing of the history that begins there.
    """
    if _schema(connection) not in _STEPS:
        return
    log.info("bringing %s to the tables of this version of Citebot", path)
    connection.create_function("was_read", 3, _was_read, deterministic=True)
    connection.create_function("new_nonce", 0, new_nonce)
    connection.execute("PRAGMA foreign_keys = OFF")  # or dropping the old table takes its passages along
    try:
        connection.execute("BEGIN IMMEDIATE")
        while step := _STEPS.get(_schema(connection)):
            for statement in step.split(";\n"):
                connection.execute(statement)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.execute("PRAGMA foreign_keys = ON")


def _schema(connection: sqlite3.Connection) -> int:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone() is None:
        return 0
    row = connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()
    return row[0] if row and isinstance(row[0], int) else 0


def _was_read(article_id: str, url: str | None, path: str | None) -> bool:
    """Whether it was a file, or a web page (the id ends with its address's digest): no collection's line."""
    return path is not None or (
        url is not None and article_id.endswith(sha256(url.encode(errors="replace")).hexdigest()[:8])
    )
