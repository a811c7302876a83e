"""One linear score to rank the readings of a question, and how likely it is that one is right.

Both are fitted by `python -m evaluation.fit`, which writes weights.json: a softmax over the readings of each
question for the score, a logistic regression for the probability.
"""

import json
import math
from collections.abc import Mapping
from importlib.resources import files

RANKED = ("reader", "cosine", "agreement", "lead", "near")  # eight more were tried: docs/decisions/0037
# "whole": a sentence answers, not a few words of it; fitted on 194 why, how and yes/no questions.
# "margin": how far the score is ahead of the best that says something else, or behind it.
CALIBRATED = ("margin", "score", "unnamed", "other_time", "crossed", "whole")
ANSWERED = 0.2  # least probability with which something is said
ANOTHER_SENTENCE = 0.1  # and another sentence beside it
ANOTHER_SIDE = 0.12  # and what another article says; of RAMDocs' disputes F1 is .80 with .1, .75 with .14

_FITTED: Mapping[str, Mapping[str, float]] = json.loads(
    (files("retrieval.evidence") / "weights.json").read_text("utf-8")
)
WEIGHTS = _FITTED["ranker"]
PROBABILITY = _FITTED["calibrator"]


def score(figures: Mapping[str, float], weights: Mapping[str, float] = WEIGHTS) -> float:
    """How well a reading answers beside the others of the question."""
    return sum(weights[name] * figures[name] for name in RANKED)


def probability(figures: Mapping[str, float], weights: Mapping[str, float] = PROBABILITY) -> float:
    """How likely, 0..1, a reading with these figures is right."""
    logit = weights["constant"] + sum(weights[name] * figures[name] for name in CALIBRATED)
    return 1 / (1 + math.exp(-max(min(logit, 30.0), -30.0)))
