"""Extractive question-answering models: question and passage as tokens in, start and end logits out."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from retrieval.checksums import check_sums
from retrieval.errors import ReaderError

# Read when it is imported: without it ONNX Runtime looks for mobile.events.data.microsoft.com at once.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # questions are nobody else's business

import onnxruntime

EXPECTED = (
    'READER_MODEL is "bundled", "small", "multilingual", "sentences", an extractive question-answering '
    "model of the transformers library with safetensors weights, by its name or folder, or a folder with an "
    "ONNX model"
)
MAX_TOKENS = 256  # question and passage; the models were trained at 176 to 192, passages have about 155
MAX_QUESTION_TOKENS = 96  # of these; about 70 English words, and the passage keeps its 155
Logits = NDArray[np.float32]  # shape (tokens,)


class Tokens(Protocol):
    """A question and a passage as a model reads them; a value for each token."""

    def __len__(self) -> int: ...

    @property
    def ids(self) -> Sequence[int]: ...

    @property
    def type_ids(self) -> Sequence[int]: ...

    @property
    def attention_mask(self) -> Sequence[int]: ...

    @property
    def offsets(self) -> Sequence[tuple[int, int]]:
        """Where in its text a token stands."""

    @property
    def sequence_ids(self) -> Sequence[int | None]:
        """0 of the question, 1 of the passage, None of a special token."""


class SpanModel(Protocol):
    """One model with its tokenizer. Safe for several threads; the first token stands for "no answer"."""

    def encode(self, question: str, passage: str) -> Tokens:
        """At most MAX_TOKENS, of the question MAX_QUESTION_TOKENS."""

    def logits(self, encoding: Any) -> tuple[Logits, Logits]:
        """Start and end logits of each token of what `encode` gave."""


class _Tokenized:
    """A model whose tokenizer is of the tokenizers library."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self.tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
        self.tokenizer.no_padding()
        self._of_questions: Tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._of_questions.enable_truncation(MAX_QUESTION_TOKENS)

    def encode(self, question: str, passage: str) -> Encoding:
        tokens = self._of_questions.encode(question, add_special_tokens=False)
        # Counted in words, 64 could be more tokens than question and passage may have together.
        asked = question[: tokens.offsets[-1][1]] if tokens.overflowing else question
        return self.tokenizer.encode(asked, passage)


class OnnxModel(_Tokenized):
    """A folder with one .onnx file (inputs input_ids, attention_mask and perhaps token_type_ids; outputs
    start and end logits) and tokenizer.json."""

    def __init__(self, folder: Path, *, verified: bool) -> None:
        """With `verified`, every file must be as SHA256SUMS says. Raises ReaderError."""
        if verified:
            check_sums(folder)
        models = sorted(folder.glob("*.onnx"))
        if len(models) != 1 or not (folder / "tokenizer.json").is_file():
            raise ReaderError(
                f"{folder}: expected one .onnx file and tokenizer.json; found {len(models)} .onnx"
            )
        onnxruntime.disable_telemetry_events()  # those of Windows
        try:
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # the cores share the passages instead
            self._session = onnxruntime.InferenceSession(
                str(models[0]), options, providers=["CPUExecutionProvider"]
            )
            super().__init__(Tokenizer.from_file(str(folder / "tokenizer.json")))
        except Exception as error:  # both libraries raise bare Exception
            raise ReaderError(f"{folder}: the reading model cannot be loaded ({error})") from error
        self._inputs = {node.name for node in self._session.get_inputs()}
        if not {"input_ids", "attention_mask"} <= self._inputs or len(self._session.get_outputs()) < 2:
            raise ReaderError(
                f"{models[0]}: not an extractive question-answering model (start and end logits)"
            )

    def logits(self, encoding: Encoding) -> tuple[Logits, Logits]:
        fed = {name: ids for name, ids in _inputs(encoding).items() if name in self._inputs}
        outputs = self._session.run(None, fed)
        return outputs[0][0], outputs[1][0]


class TransformersModel(_Tokenized):
    """An extractive question-answering model of the transformers library, by name or folder."""

    def __init__(self, name: str, *, local: bool) -> None:
        """Weights are read from safetensors only, and no code that comes with a model is run.

        With `local` nothing is downloaded. Raises ReaderError.
        """
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        how: dict[str, Any] = {"local_files_only": local, "trust_remote_code": False}
        try:
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(
                name, use_safetensors=True, **how
            )
            tokenizer = AutoTokenizer.from_pretrained(name, **how)
            super().__init__(tokenizer.backend_tokenizer)
        except Exception as error:  # whatever a foreign model makes the library raise
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise ReaderError(f"{name} cannot be loaded ({reason}): {EXPECTED}") from error
        self._torch = torch
        self._model.eval()
        self._known = tokenizer.model_input_names

    def logits(self, encoding: Encoding) -> tuple[Logits, Logits]:
        fed = {
            name: self._torch.from_numpy(ids)
            for name, ids in _inputs(encoding).items()
            if name in self._known
        }
        with self._torch.inference_mode():
            found = self._model(**fed)
        return found.start_logits[0].float().numpy(), found.end_logits[0].float().numpy()


def _inputs(encoding: Encoding) -> dict[str, NDArray[np.int64]]:
    """What models may take: int64, each of shape (1, tokens)."""
    told: dict[str, Sequence[int]] = {
        "input_ids": encoding.ids,
        "attention_mask": encoding.attention_mask,
        "token_type_ids": encoding.type_ids,
    }
    return {name: np.array([ids], dtype=np.int64) for name, ids in told.items()}
