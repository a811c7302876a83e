"""The topic model: python -m training.topics FOLLOW_UPS --questions DATA [--french PIAF] --out FOLDER

It tells which words of a conversation a question lacks (Voskarides et al. 2020). Two layers, begun as
all-MiniLM-L6-v2's fifth and sixth, go over the vectors that its first four make; those stay as they are, and
their vectors are computed once and kept in memory.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from evaluation.unseen import read_corpus, seen_in_french_training
from index.embedding.bert import Floats, compile_bert
from index.embedding.embedder import bundled_folder
from index.embedding.minilm import word_vectors
from index.embedding.token_scorer import HEAD, LOWER_LAYERS, MARKS, lower_layers, pieces, stored_scorer
from retrieval.conversation import context
from training.follow_ups import (
    Asked,
    FollowUp,
    MadeUp,
    asked_in,
    canard,
    cast19,
    cast22,
    ikat,
    labels,
    lower_cased,
    table_talk,
)
from training.sources import read_json_lines

ENGLISH, FRENCH = 7000, 1500  # made-up follow-ups
LOWER_CASED = 0.12  # share of follow-ups
TOKENS = 3000  # a batch, padded
RATE, HEAD_RATE = 1.5e-4, 1e-3
PASSES = 2
WANTED = 1.5  # weight of a word that is lacking against one that is not
WHETHER = 0.3  # weight of telling whether any is


@dataclass(frozen=True, slots=True)
class Row:
    """A follow-up as numbers: its pieces, where its words begin, and what is known of each."""

    ids: list[int]
    places: list[tuple[int, int]]
    marks: Floats  # (pieces, MARKS)
    labels: NDArray[np.float32]  # (pieces,), -1 where nothing is to be told
    lacks: float


def row_of(example: FollowUp, tokenizer: Tokenizer) -> Row:
    seen = example.context()
    ids, places = pieces(tokenizer, [word.text for word in seen.words])
    marks = np.zeros((len(ids), context.MARKS), np.float32)
    wanted = np.full(len(ids), -1, np.float32)
    for mark, label, (first, end) in zip(seen.marks(), labels(example, seen), places, strict=False):
        marks[first:end] = mark
        wanted[first] = label
    return Row(ids, places, marks, wanted, float((wanted == 1).any()))


class TopicModel(nn.Module):
    """The upper layers over the vectors of the lower ones."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.layers = nn.ModuleList(encoder.encoder.layer[LOWER_LAYERS:])
        self.marks = nn.Parameter(torch.zeros(context.MARKS, encoder.config.hidden_size))
        nn.init.normal_(self.marks, std=0.02)
        self.scores = nn.Linear(encoder.config.hidden_size, 2)

    def forward(self, hidden: Tensor, mask: Tensor, marks: Tensor) -> Tensor:
        """Logits, shape (texts, tokens, 2)."""
        hidden = hidden + marks @ self.marks
        for layer in self.layers:
            hidden = layer(hidden, attention_mask=mask)
            hidden = hidden[0] if isinstance(hidden, tuple) else hidden
        found: Tensor = self.scores(hidden)
        return found


class Lower:
    """The vectors of texts behind the lower layers, in OpenVINO as they are when the model is used."""

    def __init__(self) -> None:
        self._words = word_vectors(bundled_folder())
        self._model = compile_bert(lower_layers(bundled_folder()), lambda hidden, _: hidden)

    def kept(self, rows: Sequence[Row]) -> list[Tensor]:
        """Of each text float16, shape (pieces, dimension): half a gigabyte for 700,000 pieces."""
        request = self._model.create_infer_request()
        found = [torch.empty(0)] * len(rows)
        for numbers in batches(rows, random.Random(0), ordered=True):  # noqa: S311
            length = -(-max(len(rows[i].ids) for i in numbers) // 32) * 32
            ids, mask = (np.zeros((len(numbers), length), np.int64) for _ in range(2))
            for place, i in enumerate(numbers):
                ids[place, : len(rows[i].ids)], mask[place, : len(rows[i].ids)] = rows[i].ids, 1
            hidden = request.infer([self._words[ids], mask])[0]
            for place, i in enumerate(numbers):
                found[i] = torch.from_numpy(hidden[place, : len(rows[i].ids)].astype(np.float16))
        return found


def additive(rows: Sequence[Row]) -> Tensor:
    mask = torch.full((len(rows), 1, 1, max(len(row.ids) for row in rows)), -1e4)
    for i, row in enumerate(rows):
        mask[i, ..., : len(row.ids)] = 0
    return mask


def padded(rows: Sequence[Row], vectors: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Vectors, marks and labels of a batch."""
    length = max(len(row.ids) for row in rows)
    marks = torch.zeros(len(rows), length, context.MARKS)
    wanted = torch.full((len(rows), length), -1.0)
    hidden = torch.zeros(len(rows), length, vectors[0].shape[1])
    for i, row in enumerate(rows):
        hidden[i, : len(row.ids)] = vectors[i].float()
        marks[i, : len(row.ids)] = torch.from_numpy(row.marks)
        wanted[i, : len(row.ids)] = torch.from_numpy(row.labels)
    return hidden, marks, wanted


def loss_of(scores: Tensor, wanted: Tensor, lacks: Tensor) -> Tensor:
    words = wanted >= 0
    each = F.binary_cross_entropy_with_logits(
        scores[..., 0][words], wanted[words], pos_weight=torch.tensor(WANTED)
    )
    return each + WHETHER * F.binary_cross_entropy_with_logits(scores[:, 0, 1], lacks)


def batches(rows: Sequence[Row], chance: random.Random, *, ordered: bool = False) -> Iterator[list[int]]:
    """Of like length, in random order, or `ordered` by length."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids) + chance.random() * 8)
    found: list[list[int]] = [[]]
    for i in order:
        if found[-1] and (len(found[-1]) + 1) * len(rows[i].ids) > TOKENS:
            found.append([])
        found[-1].append(i)
    if not ordered:
        chance.shuffle(found)
    yield from found


def french_questions(folder: Path) -> list[Asked]:
    """PIAF's questions about the articles that the multilingual reader has learned from."""
    titles = {name: article.title for name, article in read_corpus(folder / "corpus.jsonl.gz").items()}
    return [
        Asked(row["question"], row["answers"][0], titles[row["relevant"][0]])
        for row in read_json_lines(folder / "questions.jsonl.gz")
        if row["answers"] and row["relevant"] and seen_in_french_training(titles[row["relevant"][0]])
    ]


def examples(options: argparse.Namespace) -> list[FollowUp]:
    chance = random.Random(options.seed)  # noqa: S311
    folder = options.follow_ups
    found = [*canard(folder, chance, held_out=False), *cast19(folder, chance), *cast22(folder, chance)]
    found += [*ikat(folder, chance), *table_talk(folder, chance)]
    sources = ("newwiki", "qamr", "nq", "afriqa")
    found += MadeUp(asked_in(options.questions, sources), "en", options.seed).examples(options.english)
    if options.french:
        found += MadeUp(french_questions(options.french), "fr", options.seed).examples(FRENCH)
    return [
        lower_cased(one) if chance.random() < LOWER_CASED else one for one in found if one.conversation.turns
    ]


def learn(rows: Sequence[Row], test: Sequence[Row], encoder: BertModel, passes: int, out: Path) -> TopicModel:
    model, lower, chance = TopicModel(encoder), Lower(), random.Random(1)  # noqa: S311
    vectors, test_vectors = lower.kept(rows), lower.kept(test)
    print("lower layers done", flush=True)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(
        [
            {"params": model.layers.parameters(), "lr": RATE},
            {"params": [model.marks, *model.scores.parameters()], "lr": HEAD_RATE},
        ],
        weight_decay=0.01,
    )
    total = passes * len(list(batches(rows, random.Random(0))))  # noqa: S311
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.05 * total), max(0.02, 1 - step / total))
    )
    step, began, seen = 0, time.monotonic(), 0.0
    for epoch in range(passes):
        model.train()
        for numbers in batches(rows, chance):
            some = [rows[i] for i in numbers]
            hidden, marks, wanted = padded(some, [vectors[i] for i in numbers])
            scores = model(hidden, additive(some), marks)
            loss = loss_of(scores, wanted, torch.tensor([row.lacks for row in some]))
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            seen = 0.98 * seen + 0.02 * loss.item()
            if step % 60 == 0:
                write(model, out)
            if step % 10 == 0:
                print(
                    f"{step}/{total} loss {seen / (1 - 0.98**step):.4f} {time.monotonic() - began:.0f} s",
                    flush=True,
                )
        print(f"pass {epoch + 1}: {measured(model, test, test_vectors)}", flush=True)
        write(model, out)
    return model


@torch.no_grad()
def measured(model: TopicModel, rows: Sequence[Row], vectors: Sequence[Tensor]) -> str:
    """Precision and recall of the words at some thresholds."""
    model.train(False)
    told, wanted = [], []
    for first in range(0, len(rows), 16):
        some = rows[first : first + 16]
        hidden, marks, labels = padded(some, vectors[first : first + 16])
        scores = model(hidden, additive(some), marks)[..., 0]
        told.append(torch.sigmoid(scores[labels >= 0]))
        wanted.append(labels[labels >= 0])
    p, y = torch.cat(told), torch.cat(wanted) == 1
    parts = []
    for threshold in (0.2, 0.3, 0.4, 0.5):
        said = p >= threshold
        right = int((said & y).sum())
        parts.append(f"{threshold}: P {right / max(int(said.sum()), 1):.3f} R {right / int(y.sum()):.3f}")
    return ", ".join(parts)


def write(model: TopicModel, out: Path) -> None:
    weights = {MARKS: model.marks.detach().numpy()}
    for number, layer in enumerate(model.layers, LOWER_LAYERS):
        weights |= {f"encoder.layer.{number}.{n}": p.detach().numpy() for n, p in layer.named_parameters()}
    weights |= {f"{HEAD}.{n}": p.detach().numpy() for n, p in model.scores.named_parameters()}
    out.mkdir(parents=True, exist_ok=True)
    save_file(stored_scorer(weights), out / "weights.safetensors")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.topics",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("follow_ups", type=Path)
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--french", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build") / "topic")
    parser.add_argument("--english", type=int, default=ENGLISH)
    parser.add_argument("--passes", type=int, default=PASSES)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.manual_seed(options.seed)
    tokenizer: Tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    config = BertConfig.from_pretrained(
        bundled_folder(), hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.0
    )
    encoder = BertModel.from_pretrained(
        bundled_folder(), config=config, add_pooling_layer=False, attn_implementation="eager"
    )
    encoder.train(False)
    encoder.requires_grad_(False)
    rows = [row_of(one, tokenizer) for one in examples(options)]
    test = [row_of(one, tokenizer) for one in canard(options.follow_ups, random.Random(0), held_out=True)]  # noqa: S311
    print(f"{len(rows)} follow-ups, {sum(len(row.ids) for row in rows):,} pieces", flush=True)
    learn(rows, test, encoder, options.passes, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
