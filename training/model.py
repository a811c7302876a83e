"""The reader in PyTorch: a sentence encoder with two logits a token, and its loss."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import AutoConfig, AutoModel

from retrieval.reading.span_models import Tokens
from training.examples import Group
from training.sources import DataError

MAX_TOKENS = 192
MAX_ANSWER = 30  # tokens
LISTWISE = 0.5  # weight of telling which passage answers, beside 1 for where in it
KINDS = ("bert", "mpnet")
_NAMES_OF_MPNET = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>", "[MASK]": "<mask>"}


class SpanModel(nn.Module):
    """A sentence encoder with start and end logits. The first token, [CLS], stands for "no answer here".

    Batches hold the pieces of `tokenizer`. An encoder of another vocabulary that knows these pieces by other
    numbers, as MPNet knows BERT's, has them translated.
    """

    def __init__(self, encoder: Path, tokenizer: Tokenizer) -> None:
        """`encoder` is a folder of the transformers library. Raises DataError."""
        super().__init__()
        for name in ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"):
            if not (encoder / name).is_file():
                raise DataError(f"{encoder}: expected a sentence encoder, but {name} is not there")
        config = AutoConfig.from_pretrained(
            encoder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        if config.model_type not in KINDS:
            raise DataError(f"{encoder}: expected an encoder of the kind {KINDS}, not {config.model_type!r}")
        # "sdpa" takes a third of the time for its backward pass on a CPU: 20 passages a second against 30
        self.encoder = AutoModel.from_pretrained(
            encoder, config=config, add_pooling_layer=False, attn_implementation="eager"
        )
        self.qa_outputs = nn.Linear(config.hidden_size, 2)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(
            False
        )  # 12 of 23 million; trained words forget the others
        self.two_types = getattr(config, "type_vocab_size", 0) > 1  # of tokens: question and passage
        self._number: Tensor
        self.register_buffer("_number", _piece_ids(tokenizer, encoder), persistent=False)

    @property
    def device(self) -> torch.device:
        return self.qa_outputs.weight.device

    def forward(self, batch: "Batch") -> tuple[Tensor, Tensor]:
        """Start and end logits: float32, shape (passages, tokens); -10,000 where nothing can answer."""
        types = {"token_type_ids": batch.token_type_ids} if self.two_types else {}
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            hidden = self.encoder(
                input_ids=self._number[batch.input_ids], attention_mask=batch.attention_mask, **types
            ).last_hidden_state
            logits = self.qa_outputs(hidden).float()
        start, end = logits.masked_fill(~batch.readable[:, :, None], -1e4).unbind(-1)
        return start, end


def piece_name(vocabulary: Collection[str], piece: str) -> str:
    """What an encoder with this vocabulary calls BERT's piece."""
    named = _NAMES_OF_MPNET.get(piece, piece)
    return named if named in vocabulary else piece


def _piece_ids(tokenizer: Tokenizer, encoder: Path) -> Tensor:
    """The encoder's number for each piece of the tokenizer: int64, shape (pieces,). Raises DataError."""
    own = Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab()
    numbers = torch.empty(tokenizer.get_vocab_size(), dtype=torch.long)
    for piece, number in tokenizer.get_vocab().items():
        if (known := own.get(piece_name(own, piece))) is None:
            raise DataError(f"{encoder}: its vocabulary lacks {piece!r}: expected that of BERT or MPNet")
        numbers[number] = known
    return numbers


@dataclass(frozen=True, slots=True)
class Batch:
    """Passages with their questions as tokens; int64, shape (passages, tokens) unless said otherwise."""

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    readable: Tensor  # bool: tokens of the passage, and [CLS]
    starts: Tensor  # (passages,): the answer's first token, 0 where there is none
    ends: Tensor  # (passages,)
    group: Tensor  # (passages,): which question
    answering: Tensor  # (questions,): the row that answers, -1 where none does

    def to(self, device: torch.device) -> "Batch":
        return Batch(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


def load_tokenizer(encoder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    tokenizer.no_padding()
    return tokenizer


class BatchTokenizer(Protocol):
    """What tokenizes questions with passages."""

    def encode_batch(self, pairs: list[tuple[str, str]]) -> Sequence[Tokens]: ...


def collate(groups: Sequence[Group], tokenizer: BatchTokenizer) -> Batch:
    """The groups as one batch, padded to the longest."""
    pairs = [(" ".join(g.question.split()[:64]), context) for g in groups for context in g.contexts]
    encodings = tokenizer.encode_batch([(question, context.text) for question, context in pairs])
    shape = len(encodings), max(len(encoding) for encoding in encodings)
    ids, mask, types, readable = (torch.zeros(shape, dtype=torch.long) for _ in range(4))
    starts, ends = (torch.zeros(len(pairs), dtype=torch.long) for _ in range(2))
    for row, (encoding, (_, context)) in enumerate(zip(encodings, pairs, strict=True)):
        n = len(encoding)
        ids[row, :n] = torch.tensor(encoding.ids)
        mask[row, :n] = 1
        types[row, :n] = torch.tensor(encoding.type_ids)
        readable[row, :n] = torch.tensor([int(sequence == 1) for sequence in encoding.sequence_ids])
        readable[row, 0] = 1
        if context.answers:
            starts[row], ends[row] = _token_span(encoding, context.start, context.end)
    sizes = [len(g.contexts) for g in groups]
    firsts = [sum(sizes[:i]) for i in range(len(sizes))]
    return Batch(
        ids,
        mask,
        types,
        readable.bool(),
        starts,
        ends,
        torch.tensor([i for i, size in enumerate(sizes) for _ in range(size)]),
        torch.tensor([first if starts[first] > 0 else -1 for first in firsts]),
    )


def _token_span(encoding: Tokens, start: int, end: int) -> tuple[int, int]:
    """First and last token of the passage's characters start..end; (0, 0) where they were cut off."""
    inside = [
        i
        for i, (sequence, (a, b)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True))
        if sequence == 1 and a < end and b > start
    ]
    return (inside[0], inside[-1]) if inside and encoding.offsets[inside[-1]][1] >= end else (0, 0)


def loss(start: Tensor, end: Tensor, batch: Batch) -> Tensor:
    """Where the answer stands in each passage, and which of a question's passages answers, if any.

    The second is a softmax over each question's passages and "none", of how much more the passage's
    tokens weigh than its [CLS]; it makes the scores of different passages comparable.
    """
    spans = (F.cross_entropy(start, batch.starts) + F.cross_entropy(end, batch.ends)) / 2
    answering = sum(torch.logsumexp(logits[:, 1:], 1) - logits[:, 0] for logits in (start, end)) / 2
    questions = len(batch.answering)
    table = torch.full((questions, int(batch.group.bincount().max()) + 1), -1e4, device=start.device)
    table[:, 0] = 0.0
    rows = torch.arange(len(batch.group), device=start.device)
    firsts = torch.searchsorted(batch.group, torch.arange(questions, device=start.device))
    table[batch.group, 1 + rows - firsts[batch.group]] = answering
    which = torch.where(batch.answering < 0, 0, 1 + batch.answering - firsts)
    return spans + LISTWISE * F.cross_entropy(table, which)


def best_spans(start: Tensor, end: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Of each passage's best span the first token, the last token and the score less that of "no answer"."""
    scores = start[:, :, None] + end[:, None, :]
    tokens = scores.shape[1]
    allowed = torch.ones((tokens, tokens), dtype=torch.bool, device=scores.device).triu().tril(MAX_ANSWER)
    allowed[0] = False
    best = scores.masked_fill(~allowed, -1e5).flatten(1).max(1)
    return best.indices // tokens, best.indices % tokens, best.values - start[:, 0] - end[:, 0]
