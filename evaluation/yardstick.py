"""All evaluation sets in one table, with any rule switched off.

    python -m evaluation.yardstick EVAL_DIR [--only SET ...] [--without RULE ...] [--limit N]
    python -m evaluation.yardstick EVAL_DIR --worth RULE ... | all

Every folder of EVAL_DIR with questions and a corpus is a set; question files beside the folders and the
sets of evaluation/sets are asked over seeds/, manuals.jsonl and handbook_fr.jsonl over what the
scripts/fetch_*.sh of their names unpack into WORK/manuals and WORK/handbook_fr. Of a set are asked about N
answerable and two thirds as many unanswerable questions, evenly spread; what is asked over seeds/, whole.
Indexes and what the models make of a text are kept in WORK: a second run takes seconds. `--articles` thins
out large corpora: kept are the relevant articles and those that share most with a question. `--worth`
tells what each rule adds. Only figures are printed, never text.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from evaluation.asking import Asked, Respondent, ask
from evaluation.bootstrap import Figure
from evaluation.compare import Earlier, compare
from evaluation.errors import EvaluationError
from evaluation.eval_sets import FETCHED, SEEDS, EvalSet, articles_of, eval_sets, sampled
from evaluation.extra import need_extra
from evaluation.machine import describe, machine
from evaluation.manuals import MANUALS
from evaluation.memo import Memo, RememberedEmbedder, RememberedReader, reader_model
from evaluation.metrics import JUDGED
from evaluation.questions import Expected, Question
from evaluation.session import Evaluation
from evaluation.table import METRIC
from evaluation.unseen import PARTLY_SEEN
from index.embedding.embedder import BUNDLED, load_embedder
from index.errors import StoreMismatch
from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder, Store
from retrieval.ablations import RULES
from retrieval.answerer import Answerer
from retrieval.evidence.ranker import RANKED
from retrieval.reading.reader import load_reader

WORK = Path("build") / "yardstick"
LIMIT = 150  # answerable questions of a set
TRAINED_ON = ("nq_oracle", "ramdocs")  # the bundled readers were, with these questions
COLUMNS = (
    ("contains", "in the answer"),
    ("quote_contains", "in its quote"),
    ("answered", "answerable refused"),
    ("refusal_recall", "unanswerable refused"),
    ("hit@1", "hit@1"),
    ("hit@5", "hit@5"),
    ("refusal_auroc", "AUROC"),
    ("conflict_f1", "disputes F1"),
    ("gold_shown", "gold answers shown"),
    ("latency_p50", "p50"),
    ("latency_p95", "p95"),
)
WORTH = COLUMNS[:4] + COLUMNS[6:9]


@contextmanager
def indexed(
    one: EvalSet, asked: Sequence[Question], embedder: Embedder, work: Path, most: int | None
) -> Iterator[Store]:
    """The set's index, made when there is none in the work directory yet."""
    name = FETCHED.get(one.name, one.name)
    name = SEEDS.name if one.corpus == SEEDS else f"{one.name}-{most}-{len(asked)}" if most else name
    directory = work / "indexes" / f"{name}-{Path(embedder.name).name}"
    opened = {"embedder_name": embedder.name, "dimension": embedder.dimension}
    done = directory / "complete"
    try:
        store = EmbeddedStore.open(directory, **opened)  # type: ignore[arg-type]
    except StoreMismatch:  # made by other rules for passages
        shutil.rmtree(directory)
        store = EmbeddedStore.open(directory, **opened)  # type: ignore[arg-type]
    try:
        if not done.exists():
            print(f"{one.name}: indexing", file=sys.stderr, flush=True)
            with articles_of(one, asked, most) as origin:
                ingest(load(str(origin)), store, embedder)
            store.flush()
            done.touch()
        yield store
    finally:
        store.close()


def chosen_sets(folder: Path, only: Sequence[str], manuals: Path) -> list[EvalSet]:
    """The sets to ask: those named, or all. Raises EvaluationError for a name of none."""
    sets = eval_sets(folder, manuals)
    if unknown := set(only) - {one.name for one in sets}:
        names = ", ".join(one.name for one in sets)
        raise EvaluationError(f"no set {', '.join(sorted(unknown))}: expected one of {names}")
    chosen = [one for one in sets if not only or one.name in only]
    for one in [one for one in chosen if not one.corpus.exists()]:
        print(f"{one.name} left out: run scripts/fetch_{one.name}.sh {one.corpus}", file=sys.stderr)
        chosen.remove(one)
    return chosen


class Yardstick:
    """Asks sets again and again, with other rules switched off."""

    def __init__(
        self, work: Path, limit: int, most: int | None, embedder: str = BUNDLED, reader: str = BUNDLED
    ) -> None:
        self._work, self._limit, self._most = work, limit, most
        self.memo = Memo(work / "memo.sqlite")
        self.embedder = RememberedEmbedder(load_embedder(embedder), self.memo)
        self.reader = RememberedReader(load_reader(reader, self.embedder), self.memo, reader_model(reader))

    def measure(self, one: EvalSet, without: Sequence[frozenset[str]]) -> list[Evaluation]:
        """What comes of the set with each of these rules switched off, the first of them all the time."""
        questions = sampled(one, self._limit)
        base, probe = without[0], Probe(without[0])
        with indexed(one, questions, self.embedder, self._work, self._most) as store:
            whole, met = list[Asked](), list[frozenset[str]]()
            for each in self._asked(one.name, questions, store, probe):
                whole.append(each)
                met.append(frozenset(probe.met).union(RANKED))
                probe.met.clear()
            found = [Evaluation(whole, {})]
            for disabled in without[1:]:
                again = [q for q, rules in zip(questions, met, strict=True) if rules & (disabled - base)]
                if any(q.follows for q in questions) and again:
                    again = questions
                new = {each.key: each for each in self._asked(one.name, again, store, disabled)}
                found.append(Evaluation([new.get(each.key, each) for each in whole], {}))
        return found

    def _asked(
        self, name: str, questions: Sequence[Question], store: Store, disabled: Set[str]
    ) -> Iterator[Asked]:
        answerer = Answerer(store, self.embedder, self.reader, disabled=disabled)
        respondent = Respondent(answerer, store, self.embedder, self.reader)
        saved_ms = self.memo.saved_ms
        for each in ask(questions, respondent, set_name=name):
            yield _with_saved(each, self.memo.saved_ms - saved_ms)
            saved_ms = self.memo.saved_ms


class Probe(frozenset[str]):
    """Names of disabled rules that remembers which others were asked for: only those rules did anything."""

    def __init__(self, names: Iterable[str]) -> None:
        self.met: set[str] = set()

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        self.met.add(str(name))
        return False


def _with_saved(asked: Asked, saved_ms: float) -> Asked:
    """The observation with the time that the memo saved; of a follow-up, asked twice, half of it."""
    if asked.seen is None:
        return asked
    share = saved_ms / (2 if asked.alone else 1)
    return replace(asked, seen=replace(asked.seen, latency_ms=asked.seen.latency_ms + share))


def as_row(name: str, found: Evaluation) -> str:
    refusals = sum(one.question.expected is Expected.REFUSAL for one in found.asked)
    judged = sum(one.question.expected in JUDGED for one in found.asked)
    mark = "\\*" if name in TRAINED_ON else "†" if name in PARTLY_SEEN else ""
    cells = [_cell(metric, found.total.get(metric)) for metric, _ in COLUMNS]
    return f"| {name}{mark} | {judged - refusals} + {refusals} | {' | '.join(cells)} |"


def _cell(metric: str, one: Figure | None) -> str:
    if one is None:
        return ""
    if not METRIC[metric].percent:
        return f"{one.value:.0f} ms"
    value, low, high = one.value, one.low, one.high
    if metric == "answered":
        value, low, high = 1 - value, 1 - high, 1 - low
    return f"{value:.3f} ({low:.2f}–{high:.2f})".replace("0.", ".")


def as_worth(rule: str, changes: Mapping[str, tuple[Evaluation, Evaluation]]) -> list[str]:
    """What the rule adds to each set's figures, in points; bold where the paired interval leaves out zero."""
    rows = []
    for name, (whole, without) in changes.items():
        told = compare(
            Earlier({one.key: row for one, row in zip(without.asked, without.rows, strict=True)}), whole
        )
        cells = []
        for metric, _ in WORTH:
            one = told.differences.get(metric)
            sign = -1 if metric == "answered" else 1
            text = f"{sign * 100 * one.change.value:+.1f}" if one and one.changed else ""
            cells.append(f"**{text}**" if one and one.real else text)
        if any(cells):
            rows.append(f"| {rule} | {name} | {' | '.join(cells)} |")
    return rows or [f"| {rule} | no set |{' |' * len(WORTH)}"]


NOTES = """
Shares with 95 % intervals; answerable + unanswerable questions. In the answer: an accepted answer stands in
the first statement; in its quote: in a quote of it. \\* the readers were trained on these questions, † on
other articles of the set."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.yardstick",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="EVAL_DIR")
    parser.add_argument("--only", nargs="+", default=[], metavar="SET")
    parser.add_argument("--without", nargs="+", default=[], metavar="RULE", choices=[*RULES])
    parser.add_argument("--worth", nargs="+", default=[], metavar="RULE", choices=[*RULES, "all"])
    parser.add_argument(
        "--limit", type=int, default=LIMIT, metavar="N", help=f"answerable questions of a set: {LIMIT}"
    )
    parser.add_argument(
        "--work", type=Path, default=WORK, metavar="DIR", help=f"what is kept between runs: {WORK}"
    )
    parser.add_argument("--articles", type=int, metavar="N", help="of a corpus: all")
    parser.add_argument("--embedder", default=BUNDLED)
    parser.add_argument("--reader", default=BUNDLED)
    parser.add_argument("--json", type=Path, metavar="FILE", help="every answer")
    chosen = parser.parse_args(arguments)
    try:
        need_extra(plots=False)
        sets = chosen_sets(chosen.folder, chosen.only, chosen.work / MANUALS)
        yardstick = Yardstick(chosen.work, chosen.limit, chosen.articles, chosen.embedder, chosen.reader)
        rules = list(RULES) if chosen.worth == ["all"] else chosen.worth
        off = frozenset(chosen.without)
        print(f"{describe(machine())}" + (f"; without {', '.join(sorted(off))}" if off else "") + "\n")
        columns = [label for _, label in (WORTH if rules else COLUMNS)]
        print(f"| {'rule | set' if rules else 'set | questions'} | {' | '.join(columns)} |")
        print(f"|---|---|{'---|' * len(columns)}", flush=True)
        told: dict[str, list[Evaluation]] = {}
        for one in sets:
            told[one.name] = yardstick.measure(one, [off, *(off | {rule} for rule in rules)])
            if not rules:
                print(as_row(one.name, told[one.name][0]), flush=True)
        for number, rule in enumerate(rules, 1):
            print("\n".join(as_worth(rule, {name: (each[0], each[number]) for name, each in told.items()})))
        print(NOTES)
        if chosen.json:
            answers = {name: each[0].as_json() for name, each in told.items()}
            chosen.json.write_text(json.dumps(answers, ensure_ascii=False), "utf-8")
    except (EvaluationError, OSError) as error:
        print(f"evaluation.yardstick: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
