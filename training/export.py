"""The trained reader becomes the folder that Citebot loads: int8 ONNX, tokenizer, checksums; no pickle."""

import json
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, PreTrainedModel

from training.model import SpanModel

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
MODEL, WHOLE = "reader_int8.onnx", "reader_fp32.onnx"
OPSET = 17


class _Logits(nn.Module):
    """What is written to ONNX; its names are those of transformers' BertForQuestionAnswering."""

    def __init__(self, m: nn.Module) -> None:
        super().__init__()
        self.m = m

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        found = self.m(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return found.start_logits, found.end_logits


def export(model: SpanModel, encoder: Path, folder: Path, *, whole: Path | None = None) -> None:
    """Writes the model into `folder`; with `whole`, its float32 form into that folder too."""
    answering = _answering(model)
    answering.set_attn_implementation("eager")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain, prepared = Path(scratch) / "plain.onnx", Path(scratch) / "prepared.onnx"
        example = torch.ones((2, 16), dtype=torch.long)
        torch.onnx.export(
            _Logits(answering),
            (example, example, torch.zeros_like(example)),
            plain,
            input_names=list(INPUTS),
            output_names=["start", "end"],
            dynamic_axes={name: {0: "passages", 1: "tokens"} for name in (*INPUTS, "start", "end")},
            opset_version=OPSET,
            dynamo=False,
        )
        quant_pre_process(plain, prepared, skip_symbolic_shape=True)
        quantize_dynamic(prepared, folder / MODEL, weight_type=QuantType.QInt8, per_channel=True)
        if whole:
            whole.mkdir(parents=True, exist_ok=True)
            shutil.copy(plain, whole / WHOLE)
            _beside(answering, encoder, whole)
    _beside(answering, encoder, folder)


def as_transformers(model: SpanModel, encoder: Path, folder: Path) -> None:
    """Writes the model as a folder of the transformers library, which READER_MODEL takes."""
    answering = _answering(model)
    answering.save_pretrained(folder)
    _beside(answering, encoder, folder)


def _answering(model: SpanModel) -> PreTrainedModel:
    untyped: Any = AutoModelForQuestionAnswering
    answering: PreTrainedModel = untyped.from_config(model.encoder.config)
    parts = {answering.base_model_prefix: model.encoder, "qa_outputs": model.qa_outputs}
    weights = {f"{part}.{name}": w for part, m in parts.items() for name, w in m.state_dict().items()}
    answering.load_state_dict(weights)
    answering.train(False)
    return answering


def _beside(model: PreTrainedModel, encoder: Path, folder: Path) -> None:
    """Tokenizer, configuration and checksums."""
    tokenizer = json.loads((encoder / "tokenizer.json").read_text("utf-8"))
    tokenizer |= {"truncation": None, "padding": None}
    (folder / "tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False, indent=2) + "\n", "utf-8"
    )
    shutil.copy(encoder / "tokenizer_config.json", folder / "tokenizer_config.json")
    model.config.architectures = [type(model).__name__]
    model.config.name_or_path = ""  # a folder of the machine that trained it
    model.config.to_json_file(folder / "config.json", use_diff=False)
    names = sorted(p.name for p in folder.iterdir() if p.suffix in (".json", ".onnx", ".safetensors"))
    sums = [f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(sums))
