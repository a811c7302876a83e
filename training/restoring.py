"""The weights of an exported reader, as its 8 bits keep them, to go on learning from."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import GraphProto, numpy_helper

from training.model import SpanModel
from training.smoothing import HEAD
from training.sources import DataError

_SUFFIXES = ("_quantized", "_scale", "_zero_point")  # of the three constants that one matrix becomes
Floats = NDArray[np.float32]


def restore(model: SpanModel, path: Path) -> None:
    """Gives the model the weights of the int8 ONNX model at `path`. Raises DataError.

    What was smoothed is put back. Of the second reader the logits so found correlate by .999 with its own.
    """
    if not path.is_file():
        raise DataError(f"{path}: expected a reader that training has exported")
    graph = onnx.load(path).graph
    plain = _named_constants(graph)
    told = {
        _parameter_name(name): weights for name, weights in (plain | _product_matrices(graph, plain)).items()
    }
    state = model.state_dict()
    wanted = {name for name, weights in model.named_parameters() if weights.requires_grad}
    strange = {name for name in wanted if name not in told or told[name].shape != tuple(state[name].shape)}
    if strange:
        raise DataError(f"{path}: made from another encoder: {min(strange)} differs or is missing")
    model.load_state_dict(state | {name: torch.tensor(told[name]) for name in wanted})


def _named_constants(graph: GraphProto) -> dict[str, Floats]:
    """Constants that have a name: biases, norms and embeddings, those in 8 bits as they are read."""
    constant = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    found = {name: array for name, array in constant.items() if array.dtype == np.float32}
    for name in [name.removesuffix("_quantized") for name in constant if name.endswith("_quantized")]:
        whole, scale, zero = (constant[name + suffix].astype(np.float32) for suffix in _SUFFIXES)
        found[name] = (whole - zero) * scale
    return found


def _product_matrices(graph: GraphProto, plain: Mapping[str, Floats]) -> dict[str, Floats]:
    """The matrix of each product by the path of its node, as PyTorch has it: (outputs, inputs)."""
    smoothing = {
        node.output[0]: plain[node.input[1]]
        for node in graph.node
        if node.op_type == "Mul" and node.name.startswith("smooth_")
    }
    found = {}
    for node in graph.node:
        matrix = plain.get(node.input[1].removesuffix("_quantized")) if len(node.input) > 1 else None
        if not node.op_type.startswith("MatMul") or matrix is None:
            continue
        factor = smoothing.get(node.input[0].removesuffix("_quantized"))
        path = node.name.strip("/").rpartition("/MatMul")[0].replace("/", ".")
        found[f"{path}.weight"] = (matrix if factor is None else matrix * factor[:, None]).T.copy()
    return found


def _parameter_name(name: str) -> str:
    """What SpanModel calls a constant: "m.mpnet.embeddings..." is its encoder's."""
    owner, _, rest = name.removeprefix("m.").partition(".")
    return f"{HEAD}.{rest}" if owner == HEAD else f"encoder.{rest}"
