"""Scores of answers, with the normalisation of SQuAD (Rajpurkar et al. 2016)."""

import re
import string
from collections.abc import Iterable

_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "’‘“”«»–—", " "))


def normalized(text: str) -> str:
    """Lower case, without punctuation and the articles a, an, the."""
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", text.lower().translate(_PUNCTUATION)).split())


def contains(prediction: str, accepted: Iterable[str]) -> bool:
    """Whether an accepted answer stands, as whole words, in the prediction."""
    inside = f" {normalized(prediction)} "
    return any(f" {answer} " in inside for answer in map(normalized, accepted) if answer)
