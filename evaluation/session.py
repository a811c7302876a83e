"""One evaluation: questions, the articles they are asked about, and all that came of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from evaluation.asking import Asked, Respondent, ask, rewrite
from evaluation.bootstrap import BINS, Figure
from evaluation.errors import CorpusError
from evaluation.metrics import JUDGED, Rows, best_is_right, by_type, figures, is_right, measure
from evaluation.questions import Expected, Question, read_questions, spread
from index.ingest import IngestReport, Progress, ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder, Store
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader

LAYOUT = 1  # of the JSON below: grows when a reader of it would have to change


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file, under the name that tells it from the others."""

    name: str
    questions: Sequence[Question]


def question_sets(
    paths: Sequence[Path], limit: int | None = None, asked: Callable[[Question], bool] = lambda question: True
) -> list[QuestionSet]:
    """The files' questions that are `asked`, evenly thinned out to about `limit` of each.

    Raises QuestionsError, OSError.
    """
    sets = []
    for path in paths:
        questions = list(filter(asked, read_questions(path)))
        sets.append(QuestionSet(_name(path), spread(questions, limit) if limit else questions))
    names = [one.name for one in sets]
    return [
        QuestionSet(f"{one.name}.{number}" if names.count(one.name) > 1 else one.name, one.questions)
        for number, one in enumerate(sets, 1)
    ]


def _name(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json")


@contextmanager
def throwaway_index(
    origins: Sequence[str], embedder: Embedder, on_progress: Callable[[Progress], None] | None = None
) -> Iterator[tuple[EmbeddedStore, IngestReport]]:
    """An index over what `citebot index add` takes, and what became of it; gone at the end.

    Raises CorpusError when there is no article in it.
    """
    with TemporaryDirectory(prefix="citebot-evaluate-") as directory:
        store = EmbeddedStore.open(
            Path(directory) / "index", embedder_name=embedder.name, dimension=embedder.dimension
        )
        try:
            loaded = (one for origin in origins for one in load(origin))
            report = ingest(loaded, store, embedder, on_progress=on_progress)
            store.flush()
            if not store.count().articles:
                reasons = "; ".join(f"{one.origin}: {one.reason}" for one in report.failed[:3])
                raise CorpusError(
                    f"no articles in {', '.join(origins)}: {reasons or 'nothing to read there'}"
                )
            yield store, report
        finally:
            store.close()


@dataclass(frozen=True)
class Evaluation:
    """What was asked and what came of it, with all figures."""

    asked: Sequence[Asked]
    setting: Mapping[str, object]  # reader, embedder, articles, passages: whatever names the conditions

    @cached_property
    def rows(self) -> Sequence[Rows]:
        return measure(self.asked)

    @cached_property
    def total(self) -> dict[str, Figure]:
        return figures(self.rows)

    @cached_property
    def types(self) -> dict[str, dict[str, Figure]]:
        return by_type(self.asked, self.rows)

    @property
    def unjudged(self) -> int:
        """How many questions have no known right answer, so that only part of the metrics counts them."""
        return sum(one.question.expected not in JUDGED for one in self.asked)

    @property
    def reliability(self) -> list[dict[str, float]]:
        """For each tenth of confidence with answers: their mean confidence, and the share that was right."""
        rows = np.array([row["calibration_error"] for row in self.rows if "calibration_error" in row])
        if not len(rows):
            return []
        tenth = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
        return [
            {
                "confidence": round(float(rows[tenth == one, 0].mean()), 3),
                "right": round(float(rows[tenth == one, 1].mean()), 3),
                "answers": int((tenth == one).sum()),
            }
            for one in np.unique(tenth)
        ]

    def figures_json(self) -> dict[str, object]:
        """All figures, without a word of the questions and articles."""
        return {
            "layout": LAYOUT,
            "setting": dict(self.setting),
            "questions_asked": len(self.asked),
            "questions_not_judged": self.unjudged,
            "figures": {name: asdict(one) for name, one in self.total.items()},
            "types": {
                kind: {name: asdict(one) for name, one in told.items()} for kind, told in self.types.items()
            },
        }

    def as_json(self) -> dict[str, object]:
        """The figures, then each question with what came of it: what `--compare` reads."""
        told = zip(self.asked, self.rows, strict=True)
        return {**self.figures_json(), "questions": [_asked_json(one, rows) for one, rows in told]}


def evaluate(
    sets: Sequence[QuestionSet],
    respondent: Respondent,
    setting: Mapping[str, object],
    on_asked: Callable[[], None] = lambda: None,
) -> Evaluation:
    """Asks all questions. Raises StoreError."""
    respondent.answerer.answer("warm up")  # the first question should not pay for what loads on first use
    asked = [
        done for one in sets for done in ask(one.questions, respondent, set_name=one.name, on_asked=on_asked)
    ]
    return Evaluation(asked, setting)


def evaluate_rewriting(sets: Sequence[QuestionSet]) -> Evaluation:
    """Only compares the questions made self-contained with those of the set; asks nothing."""
    return Evaluation(
        [done for one in sets for done in rewrite(one.questions, set_name=one.name)], {"asked": False}
    )


def only_rewrites(sets: Sequence[QuestionSet]) -> bool:
    """Whether all there is to compare are rewritten questions, so that no articles are needed."""
    return all(question.expected is Expected.REWRITE for one in sets for question in one.questions)


def respondent_over(store: Store, embedder: Embedder, reader: Reader) -> Respondent:
    return Respondent(Answerer(store, embedder, reader), store, embedder, reader)


def setting_of(store: Store, embedder: Embedder, reader: str) -> dict[str, object]:
    count = store.count()
    return {
        "reader": reader,
        "embedder": embedder.name,
        "articles": count.articles,
        "passages": count.passages,
    }


def unknown_articles(sets: Sequence[QuestionSet], store: Store) -> list[str]:
    """Relevant articles that the index does not hold: no search could find them."""
    named = {
        article for one in sets for q in one.questions for article in q.relevant | (q.documents or set())
    }
    return sorted(named - {source.article_id for source in store.sources()})


def _asked_json(one: Asked, rows: Rows) -> dict[str, object]:
    question, seen = one.question, one.seen
    told: dict[str, object] = {
        "set": one.set,
        "id": question.id,
        "type": question.type,
        "question": question.text,
        "standalone": one.standalone,
        "expected": question.expected.value,
        "answers": list(question.answers),
        "relevant": sorted(question.relevant),
    }
    if seen:
        told |= {
            "outcome": seen.outcome.value,
            "statements": list(seen.statements),
            "best": seen.best,
            "confidence": seen.confidence,
            "quotes": list(seen.quotes),
            "cited": list(seen.cited),
            "retrieved": list(seen.retrieved),
            "latency_ms": seen.latency_ms,
            "right": is_right(question, seen),
            "best_right": best_is_right(question, seen),
        }
    return told | {"rows": {name: [float(value) for value in row] for name, row in rows.items()}}
