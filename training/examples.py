"""What one pass of training reads: groups of passages for one question, at most one of which answers it.

Everything is drawn from a seed and the number of the pass, so that a run that was cut off goes on with the
same examples.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.passages.sentences import split_sentences
from training.alterations import negate, remove_answer, swap_name
from training.reports import make_report, make_table
from training.sources import Question, TrainingData

WORDS = 120  # of a passage; those of an index have about 110
WITH_NEGATIVE = 0.7  # share of questions that are read beside a passage that does not answer
ANSWER_REMOVED = 0.12  # ... whose answer's sentence is taken out once more
NAME_SWAPPED = 0.12  # ... that are asked once more about another name, year or number
NEGATED = 0.12  # ... that are asked once more about the opposite
REPORTS = 0.15  # made-up reports and tables, as a share of the questions
TABLES = 0.25  # of those


@dataclass(frozen=True, slots=True)
class Context:
    """A passage to read; the answer is `text[start:end]`, and (0, 0) says that there is none."""

    text: str
    start: int = 0
    end: int = 0

    @property
    def answers(self) -> bool:
        return self.end > self.start


@dataclass(frozen=True, slots=True)
class Group:
    """A question with the passages it is read against at once; the first alone may answer."""

    question: str
    contexts: Sequence[Context]


def epoch(data: TrainingData, seed: int, number: int, words: int = WORDS) -> list[Group]:
    """All groups of one pass, shuffled, with passages of up to so many words."""
    chance = random.Random(f"{seed} {number}")  # noqa: S311 (nothing secret)
    asked = [question.text for question in data.train]
    groups: list[Group] = []
    for question in data.train:
        groups += _groups(question, data, asked, chance, words)
    filler = _filler_sentences(data, chance)
    for _ in range(int(REPORTS * len(data.train) / 3)):  # each has about three questions
        told = make_table(chance) if chance.random() < TABLES else make_report(chance, filler)
        groups += [Group(q, [Context(told.text, *(span or (0, 0)))]) for q, span in told.asked]
    chance.shuffle(groups)
    return groups


def held_out_groups(data: TrainingData, count: int) -> list[Group]:
    """Groups of questions never trained on: each with its passage and the best that does not answer."""
    chance = random.Random(0)  # noqa: S311
    asked = chance.sample(list(data.held_out), min(count, len(data.held_out)))
    return [
        Group(
            q.text,
            [
                answer_window(data.passages[q.passage], q.start, q.end, chance),
                *_hard_negatives(q, data, chance, 1),
            ],
        )
        for q in asked
    ]


def _groups(
    question: Question, data: TrainingData, asked: Sequence[str], chance: random.Random, words: int
) -> Iterator[Group]:
    passage = data.passages[question.passage]
    misleading = _hard_negatives(question, data, chance, 1, words) if chance.random() < WITH_NEGATIVE else []
    yield Group(
        question.text, [answer_window(passage, question.start, question.end, chance, words), *misleading]
    )
    if chance.random() < ANSWER_REMOVED and (left := remove_answer(question, passage)):
        yield Group(question.text, [negative_window(left, chance, words)])
    if chance.random() < NAME_SWAPPED and (other := swap_name(question, passage, asked, chance)):
        there = answer_window(passage, question.start, question.end, chance, words)
        yield Group(other, [Context(there.text)])
    if chance.random() < NEGATED and (other := negate(question, passage, chance)):
        there = answer_window(passage, question.start, question.end, chance, words)
        yield Group(other, [Context(there.text)])


def _hard_negatives(
    question: Question, data: TrainingData, chance: random.Random, count: int, words: int = WORDS
) -> list[Context]:
    chosen = chance.sample(question.misleading[:4], min(count, len(question.misleading[:4])))
    return [negative_window(data.passages[one], chance, words) for one in chosen]


def answer_window(passage: str, start: int, end: int, chance: random.Random, words: int = WORDS) -> Context:
    """Whole sentences of the passage, up to so many words, with the answer passage[start:end] among them."""
    sentences = split_sentences(passage)
    first = next((i for i, (_, stop) in enumerate(sentences) if stop > start), 0)
    last = next((i for i, (_, stop) in enumerate(sentences) if stop >= end), len(sentences) - 1)
    begin, stop = _extend(passage, sentences, (first, last), chance, words)
    begin, stop = min(begin, start), max(stop, end)
    return Context(passage[begin:stop], start - begin, end - begin)


def negative_window(passage: str, chance: random.Random, words: int = WORDS) -> Context:
    """Whole sentences of the passage, up to so many words, none of which answers."""
    sentences = split_sentences(passage)
    if not sentences:
        return Context(passage)
    at = chance.randrange(len(sentences))
    begin, end = _extend(passage, sentences, (at, at), chance, words)
    return Context(passage[begin:end])


def _extend(
    passage: str,
    sentences: Sequence[tuple[int, int]],
    span: tuple[int, int],
    chance: random.Random,
    words: int,
) -> tuple[int, int]:
    """The sentences of the span with neighbours on either side, as long as they are few enough words."""
    first, last = span
    while True:
        sides = [s for s in ((first - 1, last), (first, last + 1)) if s[0] >= 0 and s[1] < len(sentences)]
        chance.shuffle(sides)
        fitting = (
            side
            for side in sides
            if len(passage[sentences[side[0]][0] : sentences[side[1]][1]].split()) <= words
        )
        grown = next(fitting, None)
        if grown is None:
            return sentences[first][0], sentences[last][1]
        first, last = grown


def _filler_sentences(data: TrainingData, chance: random.Random) -> list[str]:
    """Sentences to stand among those of a made-up report."""
    sentences: list[str] = []
    for passage in chance.sample(list(data.passages.values()), min(2000, len(data.passages))):
        spans = [(a, b) for a, b in split_sentences(passage) if 40 < b - a < 200]
        sentences += [passage[a:b] for a, b in spans[:2]]
    return sentences
