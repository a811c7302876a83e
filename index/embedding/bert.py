"""BERT encoders (Devlin et al. 2018) without PyTorch: published weights in an OpenVINO graph built here.

The same vectors as sentence-transformers gives (cosine 0.9999, in bfloat16 too), up to three times as many
passages a second as float32 PyTorch, and a start without seconds of imports.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.types import Vectors

# When it is imported, OpenVINO tells google-analytics.com so, unless it finds no module to do it with.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino as ov  # noqa: E402
from openvino import opset13 as ops  # noqa: E402

HEADS = 12
_BATCH = 8  # passages of like length: 195 a second on two cores; 198 in batches of 4, 171 of 32
_TILE = 32  # batches are padded to a multiple of it: 225 passages a second, a question 3.3 ms instead of 5.8
_EPSILON = 1e-12

GROUP = 32  # activations that share a scale where they are made whole numbers, too

Floats = NDArray[np.float32]
Node = Any  # openvino.Node; the package has no types


@dataclass(frozen=True, slots=True)
class Quantized:
    """A matrix of whole numbers, each GROUP of a row times a scale. Stays as small in memory."""

    numbers: NDArray[np.int8]  # (rows, groups, GROUP)
    scales: NDArray[np.float16]  # (rows, groups, 1)
    bits: int = 4  # 4 or 8


Weights = Mapping[str, Floats | Quantized]


def quantized(matrix: Floats) -> Quantized:
    """The matrix in 8 bits."""
    groups = matrix.reshape(len(matrix), -1, GROUP)
    scales = (np.abs(groups).max(axis=-1, keepdims=True) / 127).astype(np.float16)
    numbers = np.round(groups / np.maximum(scales, np.finfo(np.float16).tiny)).clip(-127, 127)
    return Quantized(numbers.astype(np.int8), scales, 8)


class BertEncoder:
    """The mean over the tokens of a text in the last layer, at unit length.

    Safe for several threads: a single text waits for one small batch at most. `weights` by the names of a
    published checkpoint, without the word embeddings: those are looked up by `words`, which gives a row of
    each id, and by which they stay as small as they are stored. `tokens` gives the ids of each text.
    """

    def __init__(
        self,
        weights: Weights,
        tokens: Callable[[Sequence[str]], Sequence[Sequence[int]]],
        words: Callable[[NDArray[np.int64]], Floats],
    ) -> None:
        self._tokens = tokens
        self._words = words
        self._model = compile_bert(weights, _mean)
        self.dimension = int(self._model.output(0).partial_shape[1].get_length())
        # OpenVINO's own AsyncInferQueue hung once: its destructor and a callback waited for each other
        self._cores = ThreadPoolExecutor(usable_cores(), thread_name_prefix="embedding")
        self._requests = threading.local()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, one row per text: float32, shape (len(texts), dimension)."""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        batches = [by_length[first : first + _BATCH] for first in range(0, len(texts), _BATCH)]
        found = self._cores.map(self._encoded, ([texts[i] for i in rows] for rows in batches))
        for rows, encoded in zip(batches, found, strict=True):
            vectors[rows] = encoded
        return vectors

    def encode_one(self, text: str) -> Vectors:
        """One unit-length vector: float32, shape (dimension,)."""
        found: Vectors = self._encoded([text])[0]
        return found

    def _encoded(self, texts: Sequence[str]) -> Vectors:
        if not hasattr(self._requests, "mine"):  # one a thread, for it runs one batch at a time
            self._requests.mine = self._model.create_infer_request()
        tokens = self._tokens(texts)
        tiles = -(-max(map(len, tokens)) // _TILE)
        ids, mask = (np.zeros((len(texts), tiles * _TILE), dtype=np.int64) for _ in range(2))
        for row, each in enumerate(tokens):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        found: Vectors = self._requests.mine.infer([self._words(ids), mask])[0]
        return found.copy()


def compile_bert(weights: Weights, head: Callable[[Node, Node], Node]) -> ov.CompiledModel:
    """A model of two inputs, the words' vectors (texts, tokens, dimension) and the mask (texts, tokens).

    `head` makes the output of the last layer's vectors and of the mask as float32.
    """
    return _compiled(_graph(weights, head))


def compile_marked_bert(weights: Weights, lower: int, marks: Floats, head: str) -> ov.CompiledModel:
    """A model of three inputs: the words' vectors and the mask as above, and marks (texts, tokens, marks).

    What the marks add, a row of `marks` each, is added behind the `lower` layers. `head` names the layer that
    makes the output of the last layer's vectors.
    """
    told = ops.parameter([-1, -1, len(marks)], np.float32, name="marks")
    added = ops.matmul(told, ops.constant(marks), False, False)
    return _compiled(_graph(weights, lambda hidden, _: linear(hidden, weights, head), {lower: added}, [told]))


def _compiled(model: ov.Model) -> ov.CompiledModel:
    cores = usable_cores()
    return ov.Core().compile_model(
        model,
        "CPU",
        {
            "INFERENCE_PRECISION_HINT": "bf16" if has_amx() else "f32",
            "INFERENCE_NUM_THREADS": cores,
            "DYNAMIC_QUANTIZATION_GROUP_SIZE": GROUP,  # concerns the products with Quantized alone
            "NUM_STREAMS": cores,  # a batch on each core needs no waiting for each other within a layer
            "ENABLE_CPU_PINNING": False,  # a pinned thread waits for whatever else runs on its core
        },
    )


def usable_cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_amx() -> bool:
    """Whether bfloat16 is fast here. With AVX-512 alone it takes 1.7 times as long as float32."""
    with suppress(OSError):  # /proc is Linux's
        return "amx_bf16" in Path("/proc/cpuinfo").read_text("utf-8")
    return False


def _graph(
    weights: Weights,
    head: Callable[[Node, Node], Node],
    added: Mapping[int, Node] = MappingProxyType({}),
    inputs: Sequence[Node] = (),
) -> ov.Model:
    """`added` goes into the layer of its number beside the output of the one below."""
    places, types = (
        ops.constant(weights[f"embeddings.{part}_embeddings.weight"]) for part in ("position", "token_type")
    )
    dimension = places.shape[1]
    words = ops.parameter([-1, -1, dimension], np.float32, name="words")
    mask = ops.parameter([-1, -1], np.int64, name="mask")
    length = ops.gather(ops.shape_of(mask), ops.constant(1), ops.constant(0))
    each = ops.range(ops.constant(np.int64(0)), length, ops.constant(np.int64(1)), "i64")
    hidden = ops.add(words, ops.gather(places, each, ops.constant(0)))
    hidden = ops.add(hidden, ops.gather(types, ops.constant(0), ops.constant(0)))
    hidden = _normed(hidden, weights, "embeddings")
    said = ops.convert(mask, "f32")
    unsaid = ops.multiply(ops.subtract(ops.constant(np.float32(1)), said), ops.constant(np.float32(-1e4)))
    bias = ops.unsqueeze(unsaid, ops.constant(np.array([1, 2])))
    number = 0
    while f"encoder.layer.{number}.output.dense.weight" in weights:
        layer = f"encoder.layer.{number}"
        if number in added:
            hidden = ops.add(hidden, added[number])
        seen = _attention(hidden, bias, weights, layer, dimension)
        hidden = _normed(ops.add(hidden, seen), weights, f"{layer}.attention.output")
        inner = ops.gelu(linear(hidden, weights, f"{layer}.intermediate.dense"), "erf")
        hidden = ops.add(hidden, linear(inner, weights, f"{layer}.output.dense"))
        hidden = _normed(hidden, weights, f"{layer}.output")
        number += 1
    return ov.Model([head(hidden, said)], [words, mask, *inputs], "bert")


def _mean(hidden: Node, said: Node) -> Node:
    """The mean over each text's tokens, at unit length."""
    counted = ops.unsqueeze(said, ops.constant(2))
    total = ops.reduce_sum(ops.multiply(hidden, counted), ops.constant(1))
    mean = ops.divide(total, ops.reduce_sum(counted, ops.constant(1)))
    return ops.normalize_l2(mean, ops.constant([1]), _EPSILON, "max")


def _attention(hidden: Node, bias: Node, weights: Weights, layer: str, dimension: int) -> Node:
    """Every token's look at the others; bias keeps it from padding."""
    split = ops.constant([0, 0, HEADS, dimension // HEADS])
    by_head = ops.constant([0, 2, 1, 3])
    query, key, value = (
        ops.transpose(
            ops.reshape(linear(hidden, weights, f"{layer}.attention.self.{part}"), split, True), by_head
        )
        for part in ("query", "key", "value")
    )
    scale = ops.constant(np.float32((dimension // HEADS) ** -0.5))
    scores = ops.add(ops.multiply(ops.matmul(query, key, False, True), scale), bias)
    seen = ops.transpose(ops.matmul(ops.softmax(scores, -1), value, False, False), by_head)
    joined = ops.reshape(seen, ops.constant([0, 0, dimension]), True)
    return linear(joined, weights, f"{layer}.attention.output.dense")


def linear(hidden: Node, weights: Weights, name: str) -> Node:
    """The fully connected layer of this name."""
    product = ops.matmul(hidden, _matrix(weights[f"{name}.weight"]), False, True)
    return ops.add(product, ops.constant(weights[f"{name}.bias"]))


def _matrix(weight: Floats | Quantized) -> Node:
    if not isinstance(weight, Quantized):
        return ops.constant(weight)
    numbers = ops.convert(ops.constant(weight.numbers, ov.Type.i4 if weight.bits == 4 else ov.Type.i8), "f16")
    scaled = ops.multiply(numbers, ops.constant(weight.scales))
    rows = len(weight.numbers)
    return ops.convert(ops.reshape(scaled, ops.constant([rows, -1]), False), "f32")


def _normed(hidden: Node, weights: Weights, name: str) -> Node:
    """Layer normalisation (Ba et al. 2016)."""
    plain = ops.mvn(hidden, ops.constant([-1]), True, _EPSILON, "inside_sqrt")
    scaled = ops.multiply(plain, ops.constant(weights[f"{name}.LayerNorm.weight"]))
    return ops.add(scaled, ops.constant(weights[f"{name}.LayerNorm.bias"]))
