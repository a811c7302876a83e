"""The dense index: FAISS over the vectors of the database, exact while small, with a file that proves itself.

Inner product of unit-length vectors is their cosine.
"""

import json
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss as _typed_faiss
import numpy as np
from numpy.typing import NDArray

from index.store.state import KeyRange, Keys, Stamp
from index.types import Vectors

faiss: Any = _typed_faiss  # its stubs lack the arguments that its Python layer adds

FLAT_UP_TO = 100_000  # passages; beyond it a flat search costs > 15 ms a question on 2 cores
# Lists looked at per question. Recall@10 and time by passages (vectors of news, mixed from 44,000 real ones):
# 100,000: 0.955 with 32, 0.994 with 256 (1.2 ms). 1,000,000: 0.970 with 32, 0.992 with 256 (5.5 ms).
PROBES = 384
OVERSAMPLE = 2  # candidates per wanted hit, put in order by their exact vectors; 4 found no more
_FORMAT = "citebot-dense-2"
_TRAIN_PER_LIST = 40  # FAISS warns below 39 training vectors per list
_HEADER_BYTES = 256
_BLOCK_BYTES = 1 << 20

Scored = list[tuple[int, float]]
"""Keys and cosines, best first."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The keys that a search may find: how many, and a bit for each."""

    count: int
    bits: NDArray[np.uint8]

    @classmethod
    def of(cls, ranges: Sequence[KeyRange]) -> "Allowed":
        """The keys of these ranges, none of which overlap."""
        filled = [(r.first, r.last + 1) for r in ranges if r.first <= r.last]
        borders = np.array(filled, dtype=np.int64).reshape(-1, 2)
        steps = np.zeros(int(borders.max(initial=0)) + 1, dtype=np.int8)
        np.add.at(steps, borders[:, 0], 1)
        np.add.at(steps, borders[:, 1], -1)
        mask = np.cumsum(steps, dtype=np.int8)
        return cls(int(mask.sum(dtype=np.int64)), np.packbits(mask, bitorder="little"))

    def __contains__(self, key: int) -> bool:
        return key >> 3 < len(self.bits) and bool(self.bits[key >> 3] >> (key & 7) & 1)


class DenseIndex:
    """Vectors by key. Not safe for several threads: its owner takes turns.

    `stamp` says which state of the database it holds. Up to `flat_up_to` vectors the search is exact;
    above, it is IVF with 8-bit codes and every candidate is scored again with its stored vector.
    """

    def __init__(self, dimension: int, stamp: Stamp, *, flat_up_to: int = FLAT_UP_TO) -> None:
        self.stamp = stamp
        self.dimension = dimension
        self._flat_up_to = flat_up_to
        self._faiss = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def __len__(self) -> int:
        return int(self._faiss.ntotal)

    @property
    def approximate(self) -> bool:
        return isinstance(self._faiss, faiss.IndexIVF)

    def keys(self) -> Keys:
        """Every key it holds, ascending."""
        if not self.approximate:
            return np.sort(faiss.vector_to_array(self._faiss.id_map))
        lists = self._faiss.invlists
        sizes = [(i, lists.list_size(i)) for i in range(lists.nlist)]
        found = [faiss.rev_swig_ptr(lists.get_ids(i), size).copy() for i, size in sizes if size]
        return np.sort(np.concatenate(found)) if found else np.empty(0, np.int64)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        self._faiss.add_with_ids(np.ascontiguousarray(vectors), keys)

    def remove(self, ranges: Sequence[KeyRange]) -> None:
        """Forget these keys; those it does not hold are no error."""
        keys = [np.arange(r.first, r.last + 1, dtype=np.int64) for r in ranges]
        if keys:
            self._faiss.remove_ids(faiss.IDSelectorBatch(np.concatenate(keys)))

    def outgrown(self, expected: int) -> bool:
        """Whether `expected` vectors are too many for the way it is built: then `train` a new one."""
        if not self.approximate:
            return expected > self._flat_up_to
        lists = int(self._faiss.nlist)
        return expected > 4 * max(_TRAIN_PER_LIST * lists, (lists // 4) ** 2)

    def train(self, sample: Vectors, expected: int) -> None:
        """Become an empty approximate index for about `expected` vectors, clustered like `sample`."""
        lists = max(1, min(int(4 * expected**0.5), len(sample) // _TRAIN_PER_LIST))
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(self.dimension),
            self.dimension,
            lists,
            faiss.ScalarQuantizer.QT_8bit,
            faiss.METRIC_INNER_PRODUCT,
        )
        index.train(np.ascontiguousarray(sample))
        self._faiss = index

    def training_rows(self, expected: int) -> int:
        """How many vectors `train` can use."""
        return min(expected, _TRAIN_PER_LIST * int(4 * expected**0.5))

    def search(
        self,
        vector: Vectors,
        k: int,
        allowed: Allowed | None,
        exact: Callable[[Sequence[int]], Vectors],
    ) -> Scored:
        """The k nearest keys among those allowed (None: all). `exact` gives the stored vectors of keys."""
        limit = allowed.count if allowed is not None else len(self)
        k = min(k, limit, len(self))
        if k <= 0:
            return []
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, self.dimension)
        with _one_thread():
            return self._nearest(query, k, limit, allowed, exact)

    def _nearest(
        self,
        query: Vectors,
        k: int,
        limit: int,
        allowed: Allowed | None,
        exact: Callable[[Sequence[int]], Vectors],
    ) -> Scored:
        selector = faiss.IDSelectorBitmap(allowed.bits) if allowed is not None else None
        if not self.approximate:
            scores, keys = self._faiss.search(query, k, params=faiss.SearchParameters(sel=selector))
            return [(int(key), float(s)) for key, s in zip(keys[0], scores[0], strict=True) if key >= 0]
        # Behind a filter the same number of candidates lies in more lists, and skipping costs little:
        # all 4,000 lists take 12 ms when one in a hundred of 1,000,000 passages is allowed.
        lists = int(self._faiss.nlist)
        probes = min(lists, PROBES * len(self) // limit)
        found: list[int] = []
        for tried in (probes, lists):
            params = faiss.SearchParametersIVF(sel=selector, nprobe=tried)
            _, keys = self._faiss.search(query, min(OVERSAMPLE * k, len(self)), params=params)
            found = [int(key) for key in keys[0] if key >= 0]
            if len(found) >= k or tried == lists:
                break
        scores = exact(found) @ query[0]
        best = np.argsort(-scores, kind="stable")[:k]
        return [(found[i], float(scores[i])) for i in best]

    def strangers(self, keys: Keys, vectors: Vectors) -> list[int]:
        """Those of these keys that it holds with another vector, or cannot find by their own.

        An approximate index keeps codes, so there it is a sample that is searched for.
        """
        held = np.isin(keys, self.keys())
        keys, vectors = keys[held], vectors[held]
        if not len(keys):
            return []
        if not self.approximate:
            mine = self._faiss.reconstruct_batch(keys)
            return [int(key) for key in keys[~np.isclose(mine, vectors, atol=1e-6).all(axis=1)]]
        step = max(1, len(keys) // 100)
        params = faiss.SearchParametersIVF(nprobe=8)  # what is looked for lies in the nearest list of all
        scores, nearest = self._faiss.search(np.ascontiguousarray(vectors[::step]), 40, params=params)
        lost = (nearest != keys[::step, None]).all(axis=1) & (scores[:, 0] < 0.98)  # copies may crowd it out
        return [int(key) for key in keys[::step][lost]]

    # The file: one line of JSON, then what FAISS writes

    def save(self, path: Path) -> None:
        """Put the file in place whole: a reader sees the old one or the new one. Raises OSError."""
        unfinished = path.with_name(path.name + ".unfinished")
        with unfinished.open("wb") as file:
            file.write(self._header(0))
            crc32 = 0

            def write(block: bytes) -> int:
                nonlocal crc32
                crc32 = zlib.crc32(block, crc32)
                return file.write(block)

            # block by block: the whole of it beside the index would take as much memory again
            faiss.write_index(self._faiss, faiss.PyCallbackIOWriter(write, _BLOCK_BYTES))
            file.seek(0)
            file.write(self._header(crc32))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _header(self, crc32: int) -> bytes:
        header = {
            "format": _FORMAT,
            "index": self.stamp.index,
            "generation": self.stamp.generation,
            "nonce": self.stamp.nonce,
            "dimension": self.dimension,
            "crc32": crc32,
        }
        return json.dumps(header).encode().ljust(_HEADER_BYTES - 1) + b"\n"

    @staticmethod
    def stamp_of(path: Path) -> Stamp | None:
        """What the file says it stands at; whether the rest of it is whole, only `load` finds out."""
        try:
            with path.open("rb") as file:
                header = json.loads(file.readline(4096))
            return _stamp_in(header)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def load(cls, path: Path, dimension: int, *, flat_up_to: int = FLAT_UP_TO) -> "DenseIndex | None":
        """The index of the file; None when it is missing, torn, garbage or of another dimension."""
        try:
            with path.open("rb") as file:
                header = json.loads(file.readline(4096))
                if (header["format"], header["dimension"]) != (_FORMAT, dimension):
                    return None
                body = file.tell()
                crc32 = 0
                while block := file.read(_BLOCK_BYTES):
                    crc32 = zlib.crc32(block, crc32)
                if crc32 != header["crc32"]:  # what is torn never reaches FAISS
                    return None
                file.seek(body)
                loaded = cls(dimension, _stamp_in(header), flat_up_to=flat_up_to)
                loaded._faiss = faiss.read_index(faiss.PyCallbackIOReader(file.read, _BLOCK_BYTES))
        except (OSError, ValueError, KeyError, TypeError, RuntimeError):  # RuntimeError: FAISS
            return None
        return loaded


def _stamp_in(header: dict[str, Any]) -> Stamp:
    return Stamp(header["index"], header["generation"], header["nonce"])


@contextmanager
def _one_thread() -> Iterator[None]:
    """Keeps FAISS to the calling thread, whose setting this is.

    Among 10,000 vectors on two busy cores: 0.9 ms, against 27 with a second thread to wait for.
    """
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)
