"""What models make of a text, kept on disk: the same text is not read or embedded twice."""

import json
import sqlite3
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from index.types import Embedder, Passage, Vectors
from retrieval.reading import reader as readers
from retrieval.reading.reader import BUNDLED, SECOND_DIR, SMALL, Reader, Reading


class Memo:
    """A file of values by key, each with the milliseconds that it took to compute.

    `saved_ms` grows with every value found: added to the clock, it tells what an answer would have taken.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE IF NOT EXISTS memo (key BLOB PRIMARY KEY, value BLOB, ms REAL)")
        self.saved_ms = 0.0

    def get(self, *key: str) -> bytes | None:
        row = self._database.execute("SELECT value, ms FROM memo WHERE key = ?", [_digest(key)]).fetchone()
        if row is None:
            return None
        self.saved_ms += row[1]
        return bytes(row[0])

    def put(self, value: bytes, ms: float, *key: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO memo VALUES (?, ?, ?)", [_digest(key), value, ms])

    def close(self) -> None:
        self._database.close()


class RememberedReader:
    """A reader whose readings are kept: by the model, the question and the passage's heading and text."""

    def __init__(self, reader: Reader, memo: Memo, model: str, role: str | None = None) -> None:
        self.name = reader.name
        second = reader.second
        self.second: Reader | None = RememberedReader(second, memo, model, "second") if second else None
        self._reader, self._memo, self._model = reader, memo, model
        self._role = role or reader.name  # the second reader may have the name of the first

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        keys = [(self._model, self._role, question, passage.heading, passage.text) for passage in passages]
        found = [self._memo.get(*key) for key in keys]
        new = [i for i, value in enumerate(found) if value is None]
        began = time.perf_counter()
        read = self._reader.read(question, [passages[i] for i in new]) if new else []
        ms = (time.perf_counter() - began) * 1000 / max(len(new), 1)
        for i, readings in zip(new, read, strict=True):
            found[i] = json.dumps([[one.start, one.end, one.score] for one in readings]).encode()
            self._memo.put(found[i] or b"", ms, *keys[i])
        return [
            [Reading(passage, *row) for row in json.loads(value or b"[]")]
            for passage, value in zip(passages, found, strict=True)
        ]


class RememberedEmbedder:
    """An embedder whose vectors are kept, by its name and the text."""

    def __init__(self, embedder: Embedder, memo: Memo) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension
        self._embedder, self._memo = embedder, memo

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        found = [self._memo.get(self.name, "passage", text) for text in texts]
        new = [i for i, value in enumerate(found) if value is None]
        began = time.perf_counter()
        vectors = self._embedder.embed_passages([texts[i] for i in new])
        ms = (time.perf_counter() - began) * 1000 / max(len(new), 1)
        for i, vector in zip(new, vectors, strict=True):
            found[i] = vector.tobytes()
            self._memo.put(found[i] or b"", ms, self.name, "passage", texts[i])
        rows = [np.frombuffer(value or b"", np.float32) for value in found]
        return np.array(rows, np.float32).reshape(len(texts), self.dimension)

    def embed_question(self, text: str) -> Vectors:
        value = self._memo.get(self.name, "question", text)
        if value is None:
            began = time.perf_counter()
            value = self._embedder.embed_question(text).tobytes()
            self._memo.put(value, (time.perf_counter() - began) * 1000, self.name, "question", text)
        return np.frombuffer(value, np.float32).copy()


def reader_model(name: str) -> str:
    """What changes whenever the reader of this name would read otherwise."""
    digest = sha256(Path(readers.__file__).read_bytes())
    ours = (readers.MODEL_DIR, SECOND_DIR, readers.MULTILINGUAL_DIR)
    folders = ours if name in (BUNDLED, SMALL, readers.MULTILINGUAL) else (Path(name).expanduser(),)
    for path in (path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return f"{name} {digest.hexdigest()}"


def _digest(key: Sequence[str]) -> bytes:
    return sha256("\0".join(key).encode("utf-8", "surrogatepass")).digest()
