"""Crowd-written questions that a passage does not answer though it looks as if it did: SQuAD 2.0.

A folder holds an evaluation set: questions.jsonl.gz and corpus.jsonl.gz as evaluation/ reads them. Half of
its articles are learned from, the others are for measuring; evaluation/unseen.py tells which.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.errors import EvaluationError
from evaluation.questions import Question, read_questions
from evaluation.unseen import read_corpus, unseen_in
from training.examples import WORDS, Group, answer_window, negative_window
from training.sources import DataError, read_json_lines

NAME = "SQuAD 2.0, dev"
LICENCE = "CC BY-SA 4.0 (SQuAD 2.0), Wikipedia text CC BY-SA"


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question about one passage; `learned` is the accepted answer to learn, "" where there is none."""

    text: str
    passage: str
    learned: str


@dataclass(frozen=True, slots=True)
class Squad:
    train: Sequence[SquadQuestion]
    held_out: Sequence[Question]
    texts: Mapping[str, str]  # of the articles, by id


def read_squad(folder: Path) -> Squad:
    """The questions of a folder, divided by their articles' titles. Raises DataError."""
    path = folder / "questions.jsonl.gz"
    try:
        articles = read_corpus(folder / "corpus.jsonl.gz")
        questions = [
            q for q in read_questions(path) if len(q.relevant) == 1 and q.relevant <= articles.keys()
        ]
        given = {str(row.get("id")): row.get("answers_all", ()) for row in read_json_lines(path)}
    except (OSError, EvaluationError) as error:
        raise DataError(f"{folder}: expected questions.jsonl.gz and corpus.jsonl.gz ({error})") from error
    texts = {name: article.text for name, article in articles.items()}
    unseen = unseen_in(articles)
    held_out = [question for question in questions if unseen(question)]
    train = [
        asked
        for question in questions
        if not unseen(question) and (asked := _parse_question(question, texts, given.get(question.id, ())))
    ]
    for kinds in ({bool(asked.learned) for asked in train}, {bool(q.answers) for q in held_out}):
        if len(kinds) < 2:
            raise DataError(f"{folder}: expected questions with and without answers in both halves by title")
    return Squad(train, held_out, texts)


def squad_groups(squad: Squad, chance: random.Random, words: int = WORDS) -> list[Group]:
    """A group for each question to learn from, in the order of the file."""
    return [_group(asked, chance, words) for asked in squad.train]


def _group(asked: SquadQuestion, chance: random.Random, words: int) -> Group:
    if not asked.learned:
        return Group(asked.text, [negative_window(asked.passage, chance, words)])
    start = asked.passage.index(asked.learned)
    return Group(asked.text, [answer_window(asked.passage, start, start + len(asked.learned), chance, words)])


def _parse_question(
    question: Question, texts: Mapping[str, str], given: Sequence[str]
) -> SquadQuestion | None:
    """None where no accepted answer stands in the passage; `given` are all annotators' answers."""
    (article,) = question.relevant
    if not question.answers:
        return SquadQuestion(question.text, texts[article], "")
    standing = [answer for answer in question.answers if answer and answer in texts[article]]
    learned = max(standing, key=[*given].count, default="")
    return SquadQuestion(question.text, texts[article], learned) if learned else None
