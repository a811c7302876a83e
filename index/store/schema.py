"""The tables of the database, and how its rows become articles, passages and sources."""

import json
import secrets
import sqlite3
import uuid
from collections.abc import Sequence
from datetime import date, datetime

from index.types import Article, Mark, Passage, SearchFilter, Source, outline_of, outline_rows

SCHEMA = 3  # raise it when the tables change, and teach `migration` the way from the one before
PASSAGE_RULES = 2  # raise it when chunking or `embedded_text` change: old passages must not mix with new

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE history (  -- one row per change that is stored, the last of them the state of now
    generation INTEGER PRIMARY KEY,
    nonce INTEGER NOT NULL  -- drawn anew each time: a restored backup goes on with other ones
);
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
    published_at TEXT,  -- ISO 8601 with its zone
    collection TEXT NOT NULL,
    read_by INTEGER,
    text TEXT NOT NULL,  -- whatever is long stands last: what follows it in a row is slow to reach
    outline TEXT  -- JSON: [[start, kind, number], ...]
);
CREATE INDEX article_by_generation ON article (generation);
-- counting and filtering need not walk past the texts: 5 ms instead of 65 for 55,000 articles
CREATE INDEX article_admitted ON article (collection, published, id, first_passage, last_passage);
CREATE INDEX article_by_reader ON article (read_by, id);
CREATE TABLE passage (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES article (key) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    text TEXT NOT NULL,
    heading TEXT NOT NULL,
    vector BLOB NOT NULL,  -- float32, little-endian
    outline TEXT,  -- JSON, as of an article
    UNIQUE (article, start)
);
CREATE TABLE removal (  -- what a derived index has to forget
    generation INTEGER NOT NULL,
    first_passage INTEGER NOT NULL,
    last_passage INTEGER NOT NULL
);
CREATE INDEX removal_by_generation ON removal (generation);
CREATE TABLE revision (  -- what an article said before it was replaced
    key INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL,
    replaced_at TEXT NOT NULL,  -- UTC, ISO 8601
    text TEXT NOT NULL
);
CREATE INDEX revision_by_article ON revision (article_id);
CREATE INDEX revision_by_age ON revision (replaced_at);
"""
SOURCE = "a.id, a.title, a.publisher, a.author, a.url, a.path, a.published, a.collection, a.published_at"
ARTICLE = f"{SOURCE}, a.text, a.outline, a.read_by"
PASSAGE = f"{SOURCE}, p.start, p.text, p.heading, p.outline"
INSERT_ARTICLE = """
INSERT INTO article (
    id, content_hash, generation, first_passage, last_passage,
    title, publisher, author, url, path, published, published_at, collection, read_by, text, outline
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)
"""
INSERT_PASSAGE = "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)"


def lay_tables(connection: sqlite3.Connection, embedder: str, dimension: int) -> None:
    """An index without articles. Call it in a transaction on a file without tables."""
    for statement in _TABLES.split(";\n"):
        connection.execute(statement)
    values = {
        "schema": SCHEMA,
        "index": uuid.uuid4().hex,
        "embedder": embedder,
        "dimension": dimension,
        "passage_rules": PASSAGE_RULES,
    }
    connection.executemany("INSERT INTO meta VALUES (?, ?)", values.items())
    connection.execute("INSERT INTO history VALUES (0, ?)", (new_nonce(),))


def new_nonce() -> int:
    """What tells one history of an index from another: 63 random bits."""
    return secrets.randbits(63)


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
        source.published_at.isoformat() if source.published_at else None,
        source.collection,
        article.read_by,
        article.text.encode(),  # SQLite would do it in twice the time, and keep every other thread waiting
        _written(article.outline),
    )


def passage_row(
    passage: Passage, key: int, article: int, vector: bytes
) -> tuple[int, int, int, str, str, bytes, str | None]:
    """What INSERT_PASSAGE asks for."""
    outline = _written(passage.outline)
    return (key, article, passage.start, passage.text, passage.heading, vector, outline)


def article_of(row: Sequence[object]) -> Article:
    """The article in the columns of ARTICLE."""
    *source, text, outline, read_by = row
    return Article(source_of(source), text, _marks(outline), read_by)  # type: ignore[arg-type]


def _written(outline: Sequence[Mark]) -> str | None:
    return json.dumps(outline_rows(outline), separators=(",", ":")) if outline else None


def _marks(written: object) -> tuple[Mark, ...]:
    return outline_of(json.loads(written)) if isinstance(written, str) else ()


def source_of(row: Sequence[str | None]) -> Source:
    """The source in the columns of SOURCE."""
    article_id, title, publisher, author, url, path, published, collection, published_at = row
    return Source(
        article_id=article_id or "",
        title=title or "",
        publisher=publisher,
        author=author,
        url=url,
        path=path,
        published=date.fromisoformat(published) if published else None,
        collection=collection or "",
        published_at=datetime.fromisoformat(published_at) if published_at else None,
    )


def passage_of(row: Sequence[object]) -> Passage:
    """The passage in the columns of PASSAGE."""
    *source, start, text, heading, outline = row
    where = source_of(source)  # type: ignore[arg-type]
    passage_id = f"{where.article_id}#{start}"
    return Passage(passage_id, where, start, start + len(text), text, heading, _marks(outline))  # type: ignore


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
