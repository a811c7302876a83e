"""The tables of the truth, and how its rows become articles, passages and sources."""

import json
import sqlite3
import uuid
from collections.abc import Sequence
from datetime import date

from index.types import Article, Passage, SearchFilter, Source

SCHEMA = 1  # raise it when the tables change
PASSAGE_RULES = 2  # raise it when chunking or `embedded_text` change: old passages must not mix with new

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
SOURCE = "a.id, a.title, a.publisher, a.author, a.url, a.path, a.published, a.collection"
PASSAGE = f"{SOURCE}, p.start, p.text, p.heading"
INSERT_ARTICLE = """
INSERT INTO article (
    id, content_hash, generation, first_passage, last_passage,
    title, publisher, author, url, path, published, collection, text
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT))
"""


def lay_tables(connection: sqlite3.Connection, embedder: str, dimension: int) -> None:
    """An index without articles. Call it in a transaction on a file without tables."""
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


def article_row(
    article: Article, generation: int, first: int, last: int
) -> tuple[str | bytes | int | None, ...]:
    """What INSERT_ARTICLE asks for, of an article whose passages are numbered first..last."""
    source = article.source
    return (
        source.article_id,
        article.content_hash,
        generation,
        first,
        last,
        source.title,
        source.publisher,
        source.author,
        source.url,
        source.path,
        source.published.isoformat() if source.published else None,
        source.collection,
        article.text.encode(),  # SQLite would do it in twice the time, and keep every other thread waiting
    )


def source_of(row: Sequence[str | None]) -> Source:
    """The source in the columns of SOURCE."""
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


def passage_of(row: Sequence[object]) -> Passage:
    """The passage in the columns of PASSAGE."""
    *source, start, text, heading = row
    where = source_of(source)  # type: ignore[arg-type]
    return Passage(f"{where.article_id}#{start}", where, start, start + len(text), text, heading)  # type: ignore


def condition(where: SearchFilter) -> tuple[str, list[str]]:
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
