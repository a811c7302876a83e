"""The articles and questions that every peer gets: a repeatable part of a corpus and its question set."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO

Row = dict[str, Any]
EMBEDDED_PASSAGES = 512  # or two an article, where that is less
PASSAGE_WORDS = 110  # as long as the passages that Citebot makes; all of them fit into 256 tokens


@dataclass(frozen=True, slots=True)
class Sample:
    """Where the sample lies, how large it is, and what tells it from another one."""

    folder: Path
    articles: int
    asked: int
    digest: str

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus.jsonl"

    @property
    def questions(self) -> Path:
        return self.folder / "questions.jsonl"

    @property
    def passages(self) -> Path:
        return self.folder / "passages.jsonl"


def take_sample(
    corpus: Path, questions: Path, folder: Path, limit_articles: int | None, limit_questions: int | None
) -> Sample:
    """Write corpus.jsonl, questions.jsonl and passages.jsonl into the folder.

    Taken are factoid questions that name relevant articles of the corpus. A limit takes those whose
    id hashes lowest, so that a larger sample holds the smaller one; the relevant articles of the
    questions taken are always among the articles. Raises ValueError when nothing is left to ask.
    """
    articles = list(_rows(corpus))
    known = {row["id"] for row in articles}
    asked = [r for r in _rows(questions) if r.get("type") == "factoid" and known & set(r.get("relevant", ()))]
    asked = sorted(asked, key=lambda row: _hash(row["id"]))[:limit_questions]
    if not asked:
        raise ValueError(f"{questions}: no question of type factoid names a relevant article of {corpus}")
    needed = {article_id for row in asked for article_id in row["relevant"]}
    articles.sort(key=lambda row: (row["id"] not in needed, _hash(row["id"])))
    articles = articles[: max(limit_articles, len(needed & known)) if limit_articles else None]
    folder.mkdir(parents=True, exist_ok=True)
    passages = _passages([row["text"] for row in articles])
    sample = Sample(folder, len(articles), len(asked), "")
    digests = [
        _write(sample.corpus, articles),
        _write(sample.questions, asked),
        _write(sample.passages, [{"text": text} for text in passages]),
    ]
    return replace(sample, digest=_hash("".join(digests))[:16])


def _passages(texts: Sequence[str]) -> list[str]:
    """Stretches of running words for measuring embedders alone, spread over all articles."""
    stretches = [
        " ".join(words[first : first + PASSAGE_WORDS])
        for words in map(str.split, texts)
        for first in range(0, len(words) - PASSAGE_WORDS + 1, PASSAGE_WORDS)
    ]
    wanted = min(EMBEDDED_PASSAGES, 2 * len(texts))
    return stretches[:: max(1, len(stretches) // wanted)][:wanted]


def _rows(path: Path) -> Iterator[Row]:
    with _open_text(path) as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _open_text(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _write(path: Path, rows: Sequence[Row]) -> str:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8")
    return _hash(text)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
