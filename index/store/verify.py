"""Whether database, dense and keyword index agree, read from end to end; what does not is said in words."""

from dataclasses import dataclass

import numpy as np

from index.store.database import ArticleDatabase
from index.store.dense import DenseIndex
from index.store.keyword import KeywordIndex
from index.types import SearchFilter

_SAMPLE = 300  # passages searched for by their own words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `repair` leaves wrong, and what it found wrong and mended; each in words."""

    problems: list[str]
    repaired: list[str]


def database_problems(database: ArticleDatabase) -> list[str]:
    """What is wrong inside the database; empty when nothing is."""
    found = []
    with database.reading() as connection:
        dimension = database.dimension()
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
            if (article := database.article(article_id)) and article.content_hash != content_hash:
                found.append(f"{article_id}: the text is not the one that was stored")
    return found


def dense_problems(dense: DenseIndex, database: ArticleDatabase) -> list[str]:
    """Where the index is not what the database says. Call it inside `reading`, both at the same stamp."""
    found: list[str] = []
    strangers: list[int] = []
    for keys, vectors in database.vectors_since(0):
        strangers += dense.strangers(keys, vectors)
    if strangers:
        shown = ", ".join(map(str, strangers[:5])) + (", ..." if len(strangers) > 5 else "")
        found.append(f"the dense index holds another vector for {len(strangers)} passages ({shown})")
    return found + _difference("dense", dense.keys().tolist(), database.keys().tolist())


def keyword_problems(keyword: KeywordIndex, database: ArticleDatabase) -> list[str]:
    """Where the index is not what the database says. Call it inside `reading`, both at the same stamp.

    Raises KeywordDamaged when it cannot be searched.
    """
    keys = database.keys().tolist()
    found = _difference("keyword", keyword.keys(), keys)
    lost: list[str] = []
    for key, passage in database.passages_by_key(keys[:: max(1, len(keys) // _SAMPLE)]).items():
        source = passage.source
        here = SearchFilter(frozenset({source.collection}), frozenset({source.article_id}))
        hits = keyword.search(passage.text, len(keys), here)
        if any(c.isalnum() for c in passage.text) and key not in dict(hits):
            lost.append(passage.id)
    if lost:
        found.append(f"the keyword index does not find {', '.join(lost[:5])} by their own words")
    return found


def _difference(name: str, held: list[int], expected: list[int]) -> list[str]:
    if held == expected:
        return []
    missing, strange = set(expected) - set(held), set(held) - set(expected)
    return [
        f"the {name} index lacks {len(missing)} passages and holds {len(strange)} that are gone "
        "(or one twice)"
    ]
