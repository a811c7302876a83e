"""The training loop: batches of similar length, bfloat16, checkpoints, averaged weights."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from index.embedding.embedder import return_memory
from training.examples import Group, held_out_groups
from training.model import Batch, BatchTokenizer, SpanModel, best_spans, collate, loss
from training.sources import TrainingData
from training.stages import Stage

CHECKPOINT_EVERY_S = 240.0
LOG_EVERY_STEPS = 100
EVALUATE_EVERY_STEPS = 700  # a point of the learning curve
HELD_OUT = 400  # questions asked for each


@dataclass(slots=True)
class Run:
    """The progress of a stage."""

    stage: str
    recipe: dict[str, Any]  # of a later stage with "after": the recipe and steps of the one before
    steps: int  # of the whole stage
    step: int = 0
    seconds: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)


def train(
    model: SpanModel,
    tokenizer: BatchTokenizer,
    stages: Sequence[Stage],
    data: TrainingData,
    work: Path,
    until: float = float("inf"),
) -> list[Run]:
    """Teaches the model one stage after the other and leaves it with the averaged weights of the last.

    Returns what was done of each stage that was begun. It ends after the step during which it became `until`,
    of time.monotonic(). Goes on from `work`/STAGE.pt where there is one of the same recipe and data, and
    leaves one there.
    """
    watched = held_out_groups(data, HELD_OUT)
    runs: list[Run] = []
    for stage in stages:
        learner = _Learner(model, stage, runs[-1] if runs else None)
        _run_stage(learner, stage.plan, tokenizer, watched, work / f"{stage.name}.pt", until)
        runs.append(learner.run)
        if learner.run.step < learner.run.steps:
            break
    return runs


def _run_stage(
    learner: "_Learner",
    plan: Sequence[Sequence[Group]],
    tokenizer: BatchTokenizer,
    watched: Sequence[Group],
    checkpoint: Path,
    until: float,
) -> None:
    """Learns what is left of the stage, or a part of it."""
    learner.resume(checkpoint)
    run = learner.run
    print(f"{run.stage}: {run.step:,} of {run.steps:,} steps are done", flush=True)
    began, before, saved_at = time.monotonic(), run.seconds, time.monotonic()
    lost = 0.0
    while run.step < run.steps:
        lost += learner.learn(collate(plan[run.step], tokenizer)) / LOG_EVERY_STEPS
        run.seconds = before + time.monotonic() - began
        if run.step % LOG_EVERY_STEPS == 0:
            return_memory()
            left_min = run.seconds / run.step * (run.steps - run.step) / 60
            print(f"step {run.step:,} of {run.steps:,}: loss {lost:.3f}, {left_min:.0f} min left", flush=True)
            lost = 0.0
        if run.step % EVALUATE_EVERY_STEPS == 0 or run.step == run.steps:
            with learner.averaged():
                run.curve.append({"step": run.step, **evaluate_groups(learner.model, tokenizer, watched)})
            print(f"held out: {run.curve[-1]}", flush=True)
        if time.monotonic() - saved_at > CHECKPOINT_EVERY_S:
            learner.save(checkpoint)
            saved_at = time.monotonic()
        if time.monotonic() >= until:
            break
    learner.save(checkpoint)
    learner.keep_average()


def evaluate_groups(model: SpanModel, tokenizer: BatchTokenizer, groups: Sequence[Group]) -> dict[str, float]:
    """Shares of the groups: the best span is the annotated one; the answering passage outscores the other."""
    exact, told_apart = [], []
    model.train(False)
    for first in range(0, len(groups), 16):
        batch = collate(groups[first : first + 16], tokenizer).to(model.device)
        with torch.inference_mode(), torch.compiler.set_stance("force_eager"):
            start, end = model(batch)
            starts, ends, scores = best_spans(start, end)
        right = (starts == batch.starts) & (ends == batch.ends)
        for row in batch.answering.tolist():
            exact.append(bool(right[row]))
            if row + 1 < len(batch.group) and batch.group[row + 1] == batch.group[row]:
                told_apart.append(bool(scores[row] > scores[row + 1]))
    model.train()
    return {"exact": _share(exact), "told_apart": _share(told_apart)}


def _share(told: Sequence[bool]) -> float:
    return round(sum(told) / max(len(told), 1), 4)


class _Learner:
    """The model with its optimizer and the running average of its weights."""

    def __init__(self, model: SpanModel, stage: Stage, before: Run | None) -> None:
        recipe, steps = stage.recipe, len(stage.plan)
        after = {"after": before.recipe | {"steps": before.steps}} if before else {}
        self.run = Run(stage.name, asdict(recipe) | after, steps)
        self.model = model
        self._recipe = recipe
        model.to(torch.device("cuda" if torch.cuda.is_available() else "cpu")).train()
        self._trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._average = [parameter.detach().clone() for parameter in self._trained]
        self._began = [weights.clone() for weights in self._average]
        self._kept = stage.kept
        head = {id(parameter) for parameter in model.qa_outputs.parameters()}
        groups = [
            {"params": [p for p in self._trained if id(p) not in head], "lr": recipe.rate},
            {"params": [p for p in self._trained if id(p) in head], "lr": recipe.head_rate},
        ]
        self._optimizer = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay, fused=True)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer, lambda step: _learning_rate_factor(step / steps, recipe.warm_up)
        )

    def learn(self, batch: Batch) -> float:
        """One step; the loss before it."""
        batch = batch.to(self.model.device)
        start, end = self.model(batch)
        found = loss(start, end, batch)
        self._optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(found)
        torch.nn.utils.clip_grad_norm_(self._trained, self._recipe.clip)
        self._optimizer.step()
        self._schedule.step()
        decay = min(self._recipe.average, (1 + self.run.step) / (10 + self.run.step))
        torch._foreach_lerp_(self._average, [p.detach() for p in self._trained], 1 - decay)
        self.run.step += 1
        return found.item()

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The model has the averaged weights while the context lasts."""
        kept = [parameter.detach().clone() for parameter in self._trained]
        self._put(self._average)
        try:
            yield
        finally:
            self._put(kept)

    def keep_average(self) -> None:
        """Leaves the averaged weights, or the stage's share of the way to them."""
        self._put(torch._foreach_lerp(self._began, self._average, self._kept))

    @torch.no_grad()
    def _put(self, weights: Sequence[Tensor]) -> None:
        for parameter, value in zip(self._trained, weights, strict=True):
            parameter.copy_(value)

    def save(self, path: Path) -> None:
        state = {"run": asdict(self.run), "average": self._average} | {
            name: part.state_dict() for name, part in self._parts().items()
        }
        unfinished = path.with_suffix(".unfinished")
        torch.save(state, unfinished)
        unfinished.replace(path)

    def resume(self, path: Path) -> None:
        """Goes on from the checkpoint, if there is one of this recipe and data."""
        if not path.exists():
            return
        state = torch.load(path, map_location=self.model.device, weights_only=True)
        run = Run(**state["run"])
        if (run.recipe, run.steps) != (self.run.recipe, self.run.steps):
            return
        self.run, self._average = run, state["average"]
        for name, part in self._parts().items():
            part.load_state_dict(state[name])

    def _parts(self) -> dict[str, Any]:
        return {"model": self.model, "optimizer": self._optimizer, "schedule": self._schedule}


def _learning_rate_factor(done: float, warm_up: float) -> float:
    """Rises over the first share of the run, then falls to zero in a line."""
    return min(done / warm_up, (1 - done) / (1 - warm_up))
