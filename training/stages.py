"""The training stages and their batches: all the data, then with SQuAD's unanswerable questions."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from training.examples import Group, epoch
from training.sources import TrainingData
from training.squad import Squad, squad_groups

FIRST = "checkpoint"  # the stage without SQuAD
POOL = 1024  # groups that are sorted by length together
# Groups of the first stage for each question of SQuAD:
REPLAY = 1.0  # in the second, so that what the first taught is not forgotten
LARGER_REPLAY = 2.4  # in the only stage of a larger encoder


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what is learned from the data."""

    seed: int = 0
    passes: int = 2
    rate: float = 1.2e-4
    head_rate: float = 6e-4
    warm_up: float = 0.05  # share of the steps
    weight_decay: float = 0.01
    clip: float = 1.0
    words: int = 2700  # of a batch, padding included; about 4,000 tokens
    average: float = 0.998  # decay of the averaged weights, which are what is kept


FINISHING = Recipe(rate=6e-5, head_rate=6e-5)
LARGER_FINISHING = Recipe(passes=1, rate=3e-5, head_rate=3e-5, average=0.99)
LARGER = Recipe(rate=4e-5, head_rate=4e-4, warm_up=0.08, average=0.995)  # of 109 million parameters


@dataclass(frozen=True, slots=True)
class Stage:
    """Batches in order, learned with a warm-up, decay and average of their own."""

    name: str
    recipe: Recipe
    plan: Sequence[Sequence[Group]]
    kept: float = 1.0  # share of the way from the weights it began with to what it learned


def reading_stage(data: TrainingData, recipe: Recipe) -> Stage:
    plan = [
        batch for n in range(recipe.passes) for batch in make_batches(epoch(data, recipe.seed, n), recipe, n)
    ]
    return Stage(FIRST, recipe, plan)


def finishing_stage(
    data: TrainingData, squad: Squad, first: Recipe, recipe: Recipe = FINISHING, kept: float = 0.5
) -> Stage:
    """The middle between what it learns and what it began with forgets less (Wortsman et al. 2022)."""
    recipe = replace(recipe, seed=first.seed)
    return Stage(
        "finishing", recipe, _mix_batches("finishing", data, squad, recipe, first.passes, REPLAY), kept
    )


def larger_stage(data: TrainingData, squad: Squad, first: Recipe) -> Stage:
    """All that a larger encoder learns; of the recipe only the seed is taken."""
    recipe = replace(LARGER, seed=first.seed)
    return Stage("larger", recipe, _mix_batches("larger", data, squad, recipe, 0, LARGER_REPLAY))


def _mix_batches(
    name: str, data: TrainingData, squad: Squad, recipe: Recipe, drawn: int, replay: float
) -> Sequence[Sequence[Group]]:
    """Each pass asks all of SQuAD's questions amid groups of the first stage, whose passes from `drawn` on
    are drawn."""
    plan: list[list[Group]] = []
    for n in range(recipe.passes):
        chance = random.Random(f"{name} {recipe.seed} {n}")  # noqa: S311 (nothing secret)
        asked = squad_groups(squad, chance)
        asked += epoch(data, recipe.seed, drawn + n)[: int(replay * len(asked))]
        chance.shuffle(asked)
        plan += make_batches(asked, recipe, n)
    return plan


def make_batches(groups: Sequence[Group], recipe: Recipe, number: int) -> list[list[Group]]:
    """Batches of groups of like length, in random order."""
    made: list[list[Group]] = []
    for first in range(0, len(groups), POOL):
        batch: list[Group] = []
        for group in sorted(groups[first : first + POOL], key=_longest_words):
            passages = sum(len(g.contexts) for g in batch) + len(group.contexts)
            if batch and passages * _longest_words(group) > recipe.words:
                made.append(batch)
                batch = []
            batch.append(group)
        made.append(batch)
    random.Random(f"{recipe.seed} {number}").shuffle(made)  # noqa: S311 (nothing secret)
    return made


def _longest_words(group: Group) -> int:
    return len(group.question.split()) + max(len(context.text.split()) for context in group.contexts)
