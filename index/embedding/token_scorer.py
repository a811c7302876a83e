"""Scores for the words of a text: layers of their own over the lower layers of all-MiniLM-L6-v2, in OpenVINO.

The weights file holds the upper layers, what a mark of a word adds to its vectors, and the scores; embeddings
and lower layers are those of the bundled embedder, which did not change in training.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.embedding.bert import Floats, Quantized, Weights, compile_marked_bert, quantized
from index.embedding.embedder import bundled_folder
from index.embedding.minilm import layers, word_vectors

MAX_TOKENS = 256
LOWER_LAYERS = 4  # of MiniLM's six
HEAD = "scores"
MARKS = "marks.weight"  # (marks, dimension)
_SCALES = ".scales"
_UNK, _CLS, _SEP = 100, 101, 102  # in BERT's vocabulary
_TILE = 32  # tokens are padded to a multiple of it: fewer shapes to prepare for


class TokenScorer:
    """Safe for several threads. Raises what OpenVINO and safetensors raise when the weights are damaged."""

    def __init__(self, weights: Path, folder: Path | None = None) -> None:
        """`folder`: all-MiniLM-L6-v2, by default the installed one."""
        folder = folder or bundled_folder()
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._words = word_vectors(folder)
        own = read_scorer(weights)
        marks = own.pop(MARKS)
        assert not isinstance(marks, Quantized)  # noqa: S101
        self._model = compile_marked_bert({**lower_layers(folder), **own}, LOWER_LAYERS, marks, HEAD)
        self._requests = threading.local()

    def score(self, words: Sequence[str], marks: Floats) -> Floats:
        """Logits, shape (words + 1, scores): first those of the whole text, then those of each word.

        `marks`: shape (words, marks). Words beyond MAX_TOKENS pieces score -inf.
        """
        ids, firsts = pieces(self._tokenizer, words)
        length = -(-len(ids) // _TILE) * _TILE
        padded, mask = (np.zeros((1, length), np.int64) for _ in range(2))
        padded[0, : len(ids)], mask[0, : len(ids)] = ids, 1
        told = np.zeros((1, length, marks.shape[1]), np.float32)
        for word, (first, end) in enumerate(firsts):
            told[0, first:end] = marks[word]
        if not hasattr(self._requests, "mine"):
            self._requests.mine = self._model.create_infer_request()
        found: Floats = self._requests.mine.infer([self._words[padded], mask, told])[0][0]
        scores = np.full((len(words) + 1, found.shape[1]), -np.inf, np.float32)
        scores[0] = found[0]
        for word, (first, _) in enumerate(firsts):
            scores[word + 1] = found[first]
        return scores


def pieces(tokenizer: Tokenizer, words: Sequence[str]) -> tuple[list[int], list[tuple[int, int]]]:
    """The numbers of the words' pieces between [CLS] and [SEP], and from where to where each word's stand.

    Words that do not fit whole into MAX_TOKENS are left out, and so are those behind them.
    """
    encodings = tokenizer.encode_batch(list(words), add_special_tokens=False)
    ids, places = [_CLS], list[tuple[int, int]]()
    for encoding in encodings:
        pieces = encoding.ids or [_UNK]
        if len(ids) + len(pieces) >= MAX_TOKENS:
            break
        places.append((len(ids), len(ids) + len(pieces)))
        ids += pieces
    return [*ids, _SEP], places


def lower_layers(folder: Path) -> Weights:
    """The embeddings, without those of words, and the lower layers of the bundled embedder."""
    return {
        name: weight
        for name, weight in layers(folder).items()
        if not name.startswith("encoder.layer.") or int(name.split(".")[2]) < LOWER_LAYERS
    }


def read_scorer(path: Path) -> dict[str, Floats | Quantized]:
    """The weights of a file that `stored_scorer` made."""
    stored: dict[str, NDArray[Any]] = load_file(path)
    return {
        name: Quantized(value, stored[name + _SCALES], 8)
        if name + _SCALES in stored
        else value.astype(np.float32)
        for name, value in stored.items()
        if not name.endswith(_SCALES)
    }


def stored_scorer(weights: dict[str, Floats]) -> dict[str, NDArray[Any]]:
    """What the weights file holds: matrices of the layers in 8 bits, the rest in float32."""
    stored: dict[str, NDArray[Any]] = {}
    for name, value in weights.items():
        if name.startswith("encoder.") and value.ndim == 2:
            small = quantized(value)
            stored[name], stored[name + _SCALES] = small.numbers, small.scales
        else:
            stored[name] = value.astype(np.float32)
    return stored
