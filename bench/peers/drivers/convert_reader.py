"""Writes Citebot's ONNX reader as a Hugging Face model folder, so that the peers can read with it too.

    python convert_reader.py READER_FOLDER OUT_FOLDER

The int8 weights are multiplied out to float32: the same model, up to the rounding of activations
that ONNX does at run time. The folder holds safetensors, config.json and the tokenizer.
"""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import save_file


def converted(graph: onnx.GraphProto) -> dict[str, np.ndarray]:
    """The weights by the names of transformers' BertForQuestionAnswering, float32."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}

    def multiplied_out(name: str) -> np.ndarray:
        values, zero = stored[f"{name}_quantized"], stored[f"{name}_zero_point"]
        return (values.astype(np.float32) - zero.astype(np.float32)) * stored[f"{name}_scale"]

    weights = {name.removeprefix("m."): array for name, array in stored.items() if is_float(name)}
    for name in stored:
        if name.startswith("m.") and name.endswith("_quantized"):
            embedding = name.removesuffix("_quantized")
            weights[embedding.removeprefix("m.")] = multiplied_out(embedding)
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            layer = node.name.removeprefix("/m/").removesuffix("/MatMul_quant").replace("/", ".")
            matrix = multiplied_out(node.input[1].removesuffix("_quantized"))
            weights[f"{layer}.weight"] = np.ascontiguousarray(matrix.T)
    return weights


def is_float(name: str) -> bool:
    return name.startswith("m.") and name.endswith((".weight", ".bias"))


def main(reader: Path, out: Path) -> None:
    (model,) = reader.glob("*.onnx")
    out.mkdir(parents=True, exist_ok=True)
    save_file(converted(onnx.load(model).graph), out / "model.safetensors", metadata={"format": "pt"})
    for name in ("tokenizer.json", "tokenizer_config.json", "config.json"):
        shutil.copy(reader / name, out / name)
    config = json.loads((out / "config.json").read_text())
    if config["architectures"] != ["BertForQuestionAnswering"]:
        sys.exit(f"expected a BertForQuestionAnswering, got {config['architectures']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
