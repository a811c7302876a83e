"""A span model for a hundred languages: multilingual-e5-small with start and end logits, in OpenVINO.

Only the layers are its own; the vectors of the 250,000 pieces are those of the multilingual embedder, which
did not change in training.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from index.embedding.bert import Quantized, Weights, compile_bert, linear
from index.embedding.e5 import E5File
from index.embedding.embedder import multilingual_file
from retrieval.checksums import check_sums
from retrieval.errors import ReaderError
from retrieval.reading.span_models import MAX_QUESTION_TOKENS, MAX_TOKENS, Logits

WEIGHTS = "weights.safetensors"
HEAD = "qa_outputs"
_SCALES = ".scales"
_TILE = 32  # tokens are padded to a multiple of it: fewer shapes to prepare for


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A question and a passage as tokens, with what `tokenizers.Encoding` calls its parts."""

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]
    sequence_ids: Sequence[int | None]  # 0 of the question, 1 of the passage, None of a special token

    @property
    def type_ids(self) -> Sequence[int]:
        return [0] * len(self.ids)

    @property
    def attention_mask(self) -> Sequence[int]:
        return [1] * len(self.ids)

    def __len__(self) -> int:
        return len(self.ids)


class PairTokenizer:
    """Question and passage as the model has learned to read them."""

    def __init__(self, file: E5File, max_tokens: int = MAX_TOKENS) -> None:
        self._file = file
        self._max_tokens = max_tokens

    def encode(self, question: str, passage: str) -> TokenPair:
        """At most `max_tokens`; of the question MAX_QUESTION_TOKENS."""
        asked = self._file.tokenizer.spans(question, MAX_QUESTION_TOKENS)
        read = self._file.tokenizer.spans(passage, self._max_tokens - len(asked) - 3)
        begin, end = (self._file.begin, 0, 0), (self._file.end, 0, 0)
        tokens = [begin, *asked, end, *read, end]
        sequences = [None, *([0] * len(asked)), None, *([1] * len(read)), None]
        return TokenPair([number for number, _, _ in tokens], [(a, b) for _, a, b in tokens], sequences)

    def encode_batch(self, pairs: list[tuple[str, str]]) -> list[TokenPair]:
        return [self.encode(*pair) for pair in pairs]


class MultilingualModel:
    """A `SpanModel` from a folder with weights.safetensors and SHA256SUMS."""

    def __init__(self, folder: Path) -> None:
        """Raises ReaderError when the weights are damaged, EmbeddingError when the embedder's are missing."""
        check_sums(folder)
        self._file = E5File(multilingual_file())
        self._tokenizer = PairTokenizer(self._file)
        try:
            weights = read_weights(folder / WEIGHTS)
            self._model = compile_bert(weights, lambda hidden, _: linear(hidden, weights, HEAD))
        except Exception as error:  # OpenVINO and safetensors raise bare Exception
            raise ReaderError(f"{folder}: the reading model cannot be loaded ({error})") from error
        self._requests = threading.local()

    def encode(self, question: str, passage: str) -> TokenPair:
        return self._tokenizer.encode(question, passage)

    def logits(self, encoding: TokenPair) -> tuple[Logits, Logits]:
        if not hasattr(self._requests, "mine"):  # one a thread, for it reads one passage at a time
            self._requests.mine = self._model.create_infer_request()
        length = len(encoding)
        ids, mask = (np.zeros((1, -(-length // _TILE) * _TILE), dtype=np.int64) for _ in range(2))
        ids[0, :length] = encoding.ids
        mask[0, :length] = 1
        found: NDArray[np.float32] = self._requests.mine.infer([self._file.words(ids), mask])[0]
        return found[0, :length, 0].copy(), found[0, :length, 1].copy()


def read_weights(path: Path) -> Weights:
    """The weights of a file that `write_weights` made."""
    stored: dict[str, NDArray[Any]] = load_file(path)
    return {
        name: Quantized(value, stored[name + _SCALES], 8)
        if name + _SCALES in stored
        else value.astype(np.float32)
        for name, value in stored.items()
        if not name.endswith(_SCALES)
    }


def quantize(weights: Mapping[str, NDArray[np.float32]], group: int) -> dict[str, NDArray[Any]]:
    """What weights.safetensors holds: matrices of the layers in 8 bits, each group of a row with a scale."""
    stored: dict[str, NDArray[Any]] = {}
    for name, value in weights.items():
        if name.startswith("encoder.") and value.ndim == 2:
            groups = value.reshape(len(value), -1, group)
            scales = (np.abs(groups).max(axis=-1, keepdims=True) / 127).astype(np.float16)
            stored[name] = np.round(groups / np.maximum(scales, 1e-7)).clip(-127, 127).astype(np.int8)
            stored[name + _SCALES] = scales
        else:
            stored[name] = value.astype(np.float32 if name.startswith(HEAD) else np.float16)
    return stored
