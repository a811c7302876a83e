"""The trained reader becomes the folder that Citebot loads: int8 ONNX, tokenizer, checksums; no pickle."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx.external_data_helper import set_external_data
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, PreTrainedModel

from training.examples import Group
from training.model import SpanModel, load_tokenizer, piece_name
from training.smoothing import HEAD, Inputs, smooth

MODEL, WHOLE = "reader_int8.onnx", "reader_fp32.onnx"
OPSET = 17
MAX_ONE_FILE_BYTES = 50_000_000  # bytes of a model up to which it is one file; GitHub takes none over 100 MiB
CALIBRATION_QUESTIONS = 150  # questions that tell how to smooth
WEIGHTS_FILE_BYTES = 45_000_000  # bytes of each file of weights beside a larger one


class _Logits(nn.Module):
    """What is written to ONNX; its names are those of transformers' BertForQuestionAnswering."""

    def __init__(self, m: nn.Module, inputs: Sequence[str]) -> None:
        super().__init__()
        self.m = m
        self._inputs = inputs

    def forward(self, *given: Tensor) -> tuple[Tensor, Tensor]:
        found = self.m(**dict(zip(self._inputs, given, strict=True)))
        return found.start_logits, found.end_logits


def export(
    model: SpanModel,
    encoder: Path,
    folder: Path,
    *,
    whole: Path | None = None,
    calibration: Sequence[Group] = (),
) -> None:
    """Writes the model into `folder`; with `whole`, its float32 form into that folder too.

    With `calibration`, questions and passages that the model is to be at home with, it is smoothed.
    """
    answering = _to_question_answering(model)
    answering.set_attn_implementation("eager")
    folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(encoder, folder)
    inputs = ("input_ids", "attention_mask", *(("token_type_ids",) if model.two_types else ()))
    with tempfile.TemporaryDirectory() as scratch:
        plain, prepared, small = (Path(scratch) / f"{name}.onnx" for name in ("plain", "prepared", "small"))
        example = torch.ones((2, 16), dtype=torch.long)
        torch.onnx.export(
            _Logits(answering, inputs),
            (example, example, torch.zeros_like(example))[: len(inputs)],
            plain,
            input_names=list(inputs),
            output_names=["start", "end"],
            dynamic_axes={name: {0: "passages", 1: "tokens"} for name in (*inputs, "start", "end")},
            opset_version=OPSET,
            dynamo=False,
        )
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        kept: list[str] = []
        if calibration:
            graph = onnx.load(prepared)
            smooth(graph, _calibration_inputs(folder, calibration, inputs))
            onnx.save(graph, prepared)
            # the head fell apart when it was smoothed and in 8 bits too; its two columns take no time
            kept = [node.name for node in graph.graph.node if HEAD in node.name]
        quantize_dynamic(
            prepared, small, weight_type=QuantType.QInt8, per_channel=True, nodes_to_exclude=kept
        )
        _write_model(small, folder / MODEL)
        if whole:
            whole.mkdir(parents=True, exist_ok=True)
            shutil.copy(plain, whole / WHOLE)
            _write_tokenizer(encoder, whole)
            _write_config(answering, encoder, whole)
    _write_config(answering, encoder, folder)


def _to_question_answering(model: SpanModel) -> PreTrainedModel:
    untyped: Any = AutoModelForQuestionAnswering
    answering: PreTrainedModel = untyped.from_config(model.encoder.config)
    parts = {answering.base_model_prefix: model.encoder, "qa_outputs": model.qa_outputs}
    weights = {f"{part}.{name}": w for part, m in parts.items() for name, w in m.state_dict().items()}
    answering.load_state_dict(weights)
    answering.train(False)
    return answering


def _calibration_inputs(folder: Path, groups: Sequence[Group], inputs: Sequence[str]) -> list[Inputs]:
    """Each question with each of its passages, as the folder's tokenizer divides them."""
    tokenizer = load_tokenizer(folder)
    encodings = (tokenizer.encode(g.question, context.text) for g in groups for context in g.contexts)
    told = ((one.ids, one.attention_mask, one.type_ids) for one in encodings)
    return [{name: np.array([ids]) for name, ids in zip(inputs, ones, strict=False)} for ones in told]


def _write_model(made: Path, path: Path) -> None:
    """The model at `made` as `path`; the weights of a large one beside it: weights_1.bin and so on."""
    for stale in path.parent.glob("weights_*.bin"):  # onnx would write on at its end
        stale.unlink()
    if made.stat().st_size <= MAX_ONE_FILE_BYTES:
        shutil.copy(made, path)
        return
    model = onnx.load(made)
    number, size = 1, 0
    for tensor in model.graph.initializer:
        if (bytes_of := len(tensor.raw_data)) < 1024:
            continue
        if size and size + bytes_of > WEIGHTS_FILE_BYTES:
            number, size = number + 1, 0
        set_external_data(tensor, location=f"weights_{number}.bin")
        size += bytes_of
    onnx.save(model, path)
    for part in path.parent.glob("weights_*.bin"):
        part.chmod(0o644)  # onnx lets only their owner read them


def _write_tokenizer(encoder: Path, folder: Path) -> None:
    """The encoder's own, but with one separator between question and passage: so the model has learned.

    MPNet's has two: F1 82.2 instead of 83.0 over 600 questions of SQuAD.
    """
    tokenizer = json.loads((encoder / "tokenizer.json").read_text("utf-8"))
    numbers = tokenizer["model"]["vocab"]
    first, separator = (piece_name(numbers, piece) for piece in ("[CLS]", "[SEP]"))
    single = [_special(first, 0), _sequence("A", 0), _special(separator, 0)]
    tokenizer["post_processor"] = {
        "type": "TemplateProcessing",
        "single": single,
        "pair": [*single, _sequence("B", 1), _special(separator, 1)],
        "special_tokens": {
            name: {"id": name, "ids": [numbers[name]], "tokens": [name]} for name in (first, separator)
        },
    }
    tokenizer |= {"truncation": None, "padding": None}
    (folder / "tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False, indent=2) + "\n", "utf-8"
    )


def _special(name: str, of: int) -> dict[str, Any]:
    return {"SpecialToken": {"id": name, "type_id": of}}


def _sequence(name: str, of: int) -> dict[str, Any]:
    return {"Sequence": {"id": name, "type_id": of}}


def _write_config(model: PreTrainedModel, encoder: Path, folder: Path) -> None:
    """Configuration and checksums."""
    shutil.copy(encoder / "tokenizer_config.json", folder / "tokenizer_config.json")
    model.config.architectures = [type(model).__name__]
    model.config.name_or_path = ""  # a folder of the machine that trained it
    model.config.to_json_file(folder / "config.json", use_diff=False)
    names = sorted(p.name for p in folder.iterdir() if p.suffix in (".json", ".onnx", ".bin"))
    sums = [f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums))
