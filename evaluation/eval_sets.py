"""The evaluation sets: which questions are asked, over which articles."""

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.errors import EvaluationError
from evaluation.manuals import MANUALS, OTHERS, corpus, pages_of
from evaluation.metrics import JUDGED
from evaluation.questions import Expected, Question, read_questions, spread
from evaluation.unseen import PARTLY_SEEN, read_corpus, unseen_in
from retrieval.questions.kinds import words

SEEDS = Path(__file__).parent.parent / "seeds"
SETS = Path(__file__).parent / "sets"
HANDBOOK = "handbook_fr"
# sets of SETS about what scripts/fetch_*.sh unpacks, and into which folder
FETCHED = {MANUALS: MANUALS, f"{MANUALS}_followups": MANUALS, HANDBOOK: HANDBOOK}
UNANSWERABLE = 2 / 3  # as many of these as answerable questions
NEAREST = 3  # articles of a thinned corpus for each question, beside the relevant ones


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Question files and the articles they are asked about."""

    name: str
    files: Sequence[Path]
    corpus: Path

    def questions(self) -> list[Question]:
        """All of them. Raises QuestionsError, OSError."""
        return [question for path in self.files for question in read_questions(path)]


def eval_sets(folder: Path, manuals: Path) -> list[EvalSet]:
    """The sets of the folder, and ours: about seeds/, `manuals` and what is fetched beside them."""
    found = []
    for path in sorted(folder.iterdir()):
        corpora, files = sorted(path.glob("corpus.jsonl*")), sorted(path.glob("*questions.jsonl*"))
        if corpora and files:
            found.append(EvalSet(path.name, files, corpora[0]))
        elif path.name.endswith(("questions.jsonl", "questions.jsonl.gz")):
            found.append(EvalSet(path.name.partition(".")[0], [path], SEEDS))
    if not found:
        raise EvaluationError(f"{folder}: expected folders with questions.jsonl and corpus.jsonl, found none")
    ours = [EvalSet(path.stem, [path], SEEDS) for path in sorted(SETS.glob("*.jsonl"))]
    return found + [
        replace(one, corpus=manuals.with_name(FETCHED[one.name])) if one.name in FETCHED else one
        for one in ours
    ]


def sampled(one: EvalSet, limit: int) -> list[Question]:
    """About `limit` answerable questions and two thirds as many others, of what can be judged.

    None about articles that the readers have learned from; over seeds/ all there are.
    """
    questions = one.questions()
    if one.corpus == SEEDS:
        return questions
    if one.name in PARTLY_SEEN:
        unseen = unseen_in(read_corpus(one.corpus), PARTLY_SEEN[one.name])
        questions = list(filter(unseen, questions))
    judged = [question for question in questions if question.expected in JUDGED]
    refused = [question for question in judged if question.expected is Expected.REFUSAL]
    answerable = [question for question in judged if question.expected is not Expected.REFUSAL]
    return spread(answerable, limit) + spread(refused, round(limit * UNANSWERABLE))


@contextmanager
def articles_of(one: EvalSet, asked: Sequence[Question], most: int | None = None) -> Iterator[Path]:
    """What is to be indexed; with `most`, of a large corpus about so many articles."""
    if one.name.startswith(MANUALS):
        asked_of = [question for path in SETS.glob(f"{MANUALS}*.jsonl") for question in read_questions(path)]
        wanted = {page for question in asked_of for page in question.relevant}
        others = OTHERS if most is None else max(most - len(wanted), 0) // 2
        with corpus(pages_of(one.corpus), wanted, others) as folder:
            yield folder
    elif most is None or one.corpus == SEEDS or one.name == HANDBOOK:
        yield one.corpus
    else:
        with TemporaryDirectory(prefix="citebot-evaluation-") as directory:
            thinned = Path(directory) / "corpus.jsonl"
            thinned.write_text("".join(nearest_articles(one.corpus, asked, most)), "utf-8")
            yield thinned


def nearest_articles(articles: Path, questions: Sequence[Question], most: int) -> list[str]:
    """The lines of the corpus with the relevant articles, and up to `most` with the nearest of each question.

    Near is what shares many rare words with it: the hardest to tell from what answers.
    """
    with gzip.open(articles, "rt", encoding="utf-8") if articles.suffix == ".gz" else articles.open() as file:
        lines = file.readlines()
    ids = [str(json.loads(line)["id"]) for line in lines]
    said = [frozenset(words(line)) for line in lines]
    counts = Counter(word for one in said for word in one)
    kept = {
        article for question in questions for article in (*question.relevant, *(question.documents or ()))
    }
    ranked = []
    for question in questions if len(kept) < most < len(lines) else ():
        rare = {word: math.log(len(lines) / counts[word]) for word in words(question.text) if counts[word]}
        near = [sum(rare[word] for word in rare.keys() & one) for one in said]
        ranked.append([ids[i] for i in sorted(range(len(lines)), key=lambda i: -near[i])[:NEAREST]])
    for rank in range(NEAREST):
        for order in ranked:
            if len(kept) < most:
                kept.add(order[rank])
    return [line for line, name in zip(lines, ids, strict=True) if name in kept or len(lines) <= most]
