"""Readers: for a question and some passages, the spans that may answer it and how strongly.

A reader proposes; the answerer ranks (reader score together with retrieval's evidence, never
the reader alone: see retrieval/models/reader/README.md, models/second/README.md) and decides what is said.
"""

import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.embedding.hub import why_unreachable
from index.passages.sentences import split_sentences
from index.types import Embedder, Passage
from retrieval.errors import ReaderError
from retrieval.questions import marked
from retrieval.span_models import EXPECTED, OnnxModel, SpanModel, TransformersModel

MODEL_DIR = Path(str(files("retrieval"))) / "models" / "reader"
SECOND_DIR = MODEL_DIR.with_name("second")
BUNDLED = "bundled"
SMALL = "small"  # the bundled one without its second
SENTENCES = "sentences"
MAX_TOKENS = 256  # question and passage; the model was trained at 176, passages have about 155
MAX_QUESTION_TOKENS = 96  # of these; about 70 English words, and the passage keeps its 155
MAX_ANSWER_TOKENS = 30  # the longest lists of names in the training data
SPANS_PER_PASSAGE = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """A span of a passage, `passage.text[start:end]`, that may answer; scores compare across passages."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]


class Reader(Protocol):
    """Proposes answers. Loaded once, then safe for several threads."""

    @property
    def name(self) -> str:
        """Names the model; weights tuned for one reader do not fit another."""

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        """For each passage, in order, its readings, best first; empty when it offers none."""

    @property
    def second(self) -> "Reader | None":
        """A larger and slower reader, for the few passages that look best; its scores compare with these."""


def load_reader(name: str = BUNDLED, embedder: Embedder | None = None) -> Reader:
    """The bundled reader, "small" without its second; the sentence baseline (needs the embedder); a model.

    A model is a folder with an .onnx file and tokenizer.json, or an extractive question-answering model that
    transformers loads by this name or from this folder. Raises ReaderError when it is missing, damaged or
    of another kind.
    """
    if name == SENTENCES:
        if embedder is None:
            raise ReaderError("the sentence reader compares by vectors: give it the embedder")
        return SentenceReader(embedder)
    if name in (BUNDLED, SMALL):
        second = SpanReader(OnnxModel(SECOND_DIR, verified=True), "second") if name == BUNDLED else None
        return SpanReader(OnnxModel(MODEL_DIR, verified=True), name, second)
    folder = Path(name).expanduser()
    if folder.is_dir():
        onnx = any(folder.glob("*.onnx"))
        model = OnnxModel(folder, verified=False) if onnx else TransformersModel(str(folder), local=True)
        return SpanReader(model, folder.name)
    if folder.is_absolute() or name.startswith((".", "~")):
        raise ReaderError(f"there is no folder {name}: {EXPECTED}")
    return SpanReader(_by_name(name), name)


def _by_name(name: str) -> SpanModel:
    """The model of this name, downloaded when it is not on this machine yet."""
    try:
        return TransformersModel(name, local=True)
    except ReaderError:
        if why := why_unreachable(name):
            raise ReaderError(f"{why}: {EXPECTED}") from None
        return TransformersModel(name, local=False)


class SpanReader:
    """An extractive question-answering model, one passage at a time on each core.

    In one batch the short passages would be padded to the longest and share its 8-bit scale: 0.22 s
    of a core for 12 passages against 0.12, and scores that depend on the other passages.
    """

    def __init__(self, model: SpanModel, name: str, second: Reader | None = None) -> None:
        self.name = name
        self.second = second
        self._model = model
        self._tokenizer = model.tokenizer
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
        self._tokenizer.no_padding()
        self._of_questions: Tokenizer = Tokenizer.from_str(model.tokenizer.to_str())
        self._of_questions.enable_truncation(MAX_QUESTION_TOKENS)
        self._cores = ThreadPoolExecutor(_cores(), thread_name_prefix="reading")

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        longest_first = sorted(range(len(passages)), key=lambda i: -len(passages[i].text))  # all end together
        asked = self._asked(question)
        tasks = {i: self._cores.submit(self._read_one, asked, passages[i]) for i in longest_first}
        return [tasks[i].result() for i in range(len(passages))]

    def _asked(self, question: str) -> str:
        """The first MAX_QUESTION_TOKENS of the question, and a question mark.

        Counted in words, 64 could be more tokens than question and passage may have together. Without "?"
        the best reading was right for .625 of news questions instead of .632.
        """
        question = " ".join(question.split())
        tokens = self._of_questions.encode(question, add_special_tokens=False)
        return marked(question[: tokens.offsets[-1][1]] if tokens.overflowing else question)

    def _read_one(self, question: str, passage: Passage) -> list[Reading]:
        context, offset = _context(passage)
        encoding = self._tokenizer.encode(question, context)
        return _best_spans(passage, encoding, *self._model.logits(encoding), offset)


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class SentenceReader:
    """The baseline: the sentence whose vector is nearest to the question's, whole."""

    name = SENTENCES
    second: Reader | None = None

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        spans = [split_sentences(passage.text) for passage in passages]
        texts = [p.text[s:e] for p, ss in zip(passages, spans, strict=True) for s, e in ss]
        if not texts:
            return [[] for _ in passages]
        cosines = iter(self._embedder.embed_passages(texts) @ self._embedder.embed_question(question))
        return [
            sorted(
                (Reading(passage, start, end, float(next(cosines))) for start, end in sentences),
                key=lambda reading: -reading.score,
            )[:SPANS_PER_PASSAGE]
            for passage, sentences in zip(passages, spans, strict=True)
        ]


def _context(passage: Passage) -> tuple[str, int]:
    """What the model reads and where the passage's own text begins in it."""
    if not passage.heading:
        return passage.text, 0
    lead = passage.heading + "\n"
    return lead + passage.text, len(lead)


def _best_spans(
    passage: Passage,
    encoding: Encoding,
    start: NDArray[np.float32],
    end: NDArray[np.float32],
    offset: int,
) -> list[Reading]:
    """The best non-overlapping spans in the passage's own text; score: logits less the no-answer logits."""
    spans = np.array(encoding.offsets, dtype=np.int64) - offset  # each access converts all of them anew
    in_text = np.array(encoding.sequence_ids, dtype=np.float64) == 1  # None, of a special token, is NaN
    tokens = np.flatnonzero(in_text & (spans[:, 0] >= 0) & (spans[:, 1] > spans[:, 0]))
    if not len(tokens):
        return []
    starts, ends = spans[tokens].T
    borders = [end for _, end in split_sentences(passage.text)]
    borders += [match.end() for match in re.finditer(r"\s\|", passage.text)]
    unit = np.searchsorted(np.sort(borders), starts, side="right")  # an answer stands in one sentence or cell
    scores = start[tokens][:, None] + end[tokens][None, :] - (start[0] + end[0])
    length = np.arange(len(tokens))[None, :] - np.arange(len(tokens))[:, None]
    scores[(length < 0) | (length >= MAX_ANSWER_TOKENS) | (unit[:, None] != unit[None, :])] = -np.inf
    readings: list[Reading] = []
    while len(readings) < SPANS_PER_PASSAGE:
        first, last = np.unravel_index(int(np.argmax(scores)), scores.shape)
        if not np.isfinite(scores[first, last]):
            break
        readings.append(Reading(passage, int(starts[first]), int(ends[last]), float(scores[first, last])))
        scores[: last + 1, first:] = -np.inf  # every span that overlaps the one taken
    return readings
