"""Unanswerable questions made from answerable ones."""

import random
import re
from collections.abc import Sequence
from importlib.resources import files

from index.passages.sentences import split_sentences
from training.sources import Question

_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b"
)

DENIED = 0.3  # share of the questions without such a word that are denied
_ASKING = {
    "did",
    "does",
    "do",
    "can",
    "could",
    "will",
    "would",
}  # the subject stands between them and the verb
_SUBJECT = re.compile(r" (?:the )?\S+")
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|did|does|do|can|could|will|would|has|have|had)\b")


def _read_opposites() -> dict[str, list[str]]:
    pairs = [
        line.split()
        for line in (files("training") / "opposites.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    found: dict[str, list[str]] = {}
    for one, other in [*pairs, *(pair[::-1] for pair in pairs)]:
        found.setdefault(one, []).append(other)
    return found


_OPPOSITES = _read_opposites()


def remove_answer(question: Question, passage: str) -> str | None:
    """The passage without the sentences that contain an accepted answer; None when little is left."""
    accepted = [answer.casefold() for answer in (question.answer, *question.answers)]
    kept = [
        passage[start:end]
        for start, end in split_sentences(passage)
        if not any(answer in passage[start:end].casefold() for answer in accepted)
    ]
    text = " ".join(kept)
    return text if len(text) >= 100 else None


def swap_name(question: Question, passage: str, others: Sequence[str], chance: random.Random) -> str | None:
    """The question asked about another name, year or number, which the passage does not hold.

    `others` are questions to take the other one from. None when the question names nothing.
    """
    for pattern in chance.sample((_NAME, _YEAR, _MONTH, _NUMBER), 4):
        spoken = [m for m in pattern.finditer(question.text) if m.group() in passage]
        if not spoken:
            continue
        asked = chance.choice(spoken)
        for _ in range(20):
            found = (match.group() for match in pattern.finditer(chance.choice(others)))
            strange = [name for name in found if name.casefold() not in passage.casefold()]
            if strange:
                other = chance.choice(strange)
                return question.text[: asked.start()] + other + question.text[asked.end() :]
    return None


def negate(question: Question, passage: str, chance: random.Random) -> str | None:
    """The question with a word replaced by its opposite, which the passage lacks, or negated."""
    said = set(re.findall(r"\w+", passage.casefold()))
    turned = [
        (match, other)
        for match in re.finditer(r"\b[a-z]+\b", question.text)
        for other in _OPPOSITES.get(match.group(), ())
        if other not in said
    ]
    if turned:
        match, other = chance.choice(turned)
        return question.text[: match.start()] + other + question.text[match.end() :]
    verb = _AUXILIARY.search(question.text)
    if verb is None or said & {"not", "never", "no", "without"} or chance.random() > DENIED:
        return None
    subject = (
        re.compile(r" (?:the )?\S+").match(question.text, verb.end()) if verb.group() in _ASKING else None
    )
    at = subject.end() if subject else verb.end()
    return question.text[:at] + chance.choice((" not", " never")) + question.text[at:]
