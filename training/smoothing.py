"""Smoothing of activations before 8-bit quantization: SmoothQuant (Xiao et al. 2023).

All values of an activation share one 8-bit scale. Some channels of a large encoder are 30 to 50 times the
median, and the others are rounded away. So each input channel of a matrix product is divided by a factor, and
its weights are multiplied by it: the same product, without outliers.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession

HEAD = "qa_outputs"  # in the names of what is left as it is
STRENGTH = 0.75  # 1 moves all of a channel's size into the weights; below, the share of it
FLOOR = 1e-5  # what a channel that is never used is taken for

Floats = NDArray[np.float32]
Inputs = Mapping[str, NDArray[np.int64]]  # by name, each of shape (passages, tokens)


def smooth(model: onnx.ModelProto, read: Sequence[Inputs]) -> None:
    """Smooths the input of each product with constant weights but the head's, by what `read` shows of it.

    Products of the same input share one multiplication, as quantization is of each tensor by its name.
    """
    graph = model.graph
    constant = {one.name: one for one in graph.initializer}
    products: dict[str, list[NodeProto]] = {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in constant and HEAD not in node.name:
            products.setdefault(node.input[0], []).append(node)
    largest = _largest_activations(model, list(products), read)
    multiplied: dict[str, NodeProto] = {}  # by the name of the first product that takes it
    for number, (given, takers) in enumerate(products.items()):
        weights = [numpy_helper.to_array(constant[taker.input[1]]) for taker in takers]
        factor = _channel_factors(largest[given], np.max([np.abs(w).max(axis=1) for w in weights], axis=0))
        name = f"smooth_{number}"
        graph.initializer.append(numpy_helper.from_array(1 / factor, name))
        multiplied[takers[0].name] = helper.make_node("Mul", [given, name], [f"{name}_out"], name=name)
        for taker, weight in zip(takers, weights, strict=True):
            taken = constant[taker.input[1]]
            taken.CopyFrom(numpy_helper.from_array(weight * factor[:, None], taken.name))
            taker.input[0] = f"{name}_out"
    nodes = [one for node in graph.node for one in (multiplied.get(node.name), node) if one]
    del graph.node[:]
    graph.node.extend(nodes)


def _channel_factors(inputs: Floats, weights: Floats) -> Floats:
    """For each channel, by the largest magnitudes; their geometric mean is 1."""
    factor = np.maximum(inputs, FLOOR) ** STRENGTH / np.maximum(weights, FLOOR) ** (1 - STRENGTH)
    return np.asarray(factor / np.exp(np.log(factor).mean()), dtype=np.float32)


def _largest_activations(
    model: onnx.ModelProto, names: Sequence[str], read: Sequence[Inputs]
) -> dict[str, Floats]:
    """Of each of these activations the largest magnitude in each channel."""
    told = onnx.ModelProto()
    told.CopyFrom(model)
    told.graph.output.extend(helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in names)
    session = InferenceSession(told.SerializeToString(), providers=["CPUExecutionProvider"])
    largest: dict[str, Floats] = {}
    for inputs in read:
        for name, values in zip(names, session.run(names, dict(inputs)), strict=True):
            channels = np.abs(values).reshape(-1, values.shape[-1]).max(axis=0)
            largest[name] = np.maximum(largest.get(name, channels), channels)
    return largest
