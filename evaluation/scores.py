"""Scores of answers, with the normalisation of SQuAD (Rajpurkar et al. 2016)."""

import re
import string
from collections import Counter
from collections.abc import Iterable

_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "’‘“”«»–—", " "))


def normalized(text: str) -> str:
    """Lower case, without punctuation and the articles a, an, the."""
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", text.lower().translate(_PUNCTUATION)).split())


def contains(prediction: str, accepted: Iterable[str]) -> bool:
    """Whether an accepted answer stands, as whole words, in the prediction."""
    inside = f" {normalized(prediction)} "
    return any(f" {answer} " in inside for answer in map(normalized, accepted) if answer)


def exact(prediction: str, accepted: Iterable[str]) -> bool:
    """Whether the prediction is an accepted answer."""
    return normalized(prediction) in set(map(normalized, accepted))


def f1(prediction: str, accepted: Iterable[str]) -> float:
    """Overlap of words with the accepted answer that is nearest, 0..1."""
    return max(
        (_overlap(normalized(prediction).split(), normalized(one).split()) for one in accepted), default=0.0
    )


def _overlap(said: list[str], wanted: list[str]) -> float:
    if not said or not wanted:
        return float(said == wanted)
    common = (Counter(said) & Counter(wanted)).total()
    return 2 * common / (len(said) + len(wanted))
