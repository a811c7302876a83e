"""A dated table of all figures over a folder of evaluation sets, for a release.

    python -m evaluation.release EVAL_DIR [--limit N] [--only SET ...] [--output DIR]

Every folder of EVAL_DIR with question files is a set, asked over its own corpus; question files beside the
folders are asked over seeds/. Writes DATE-COMMIT.md and .json into evaluation/results, after each set, and
called again goes on where it was stopped. Only figures are written, never a word of the data.
"""

import argparse
import json
import os
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evaluation.errors import EvaluationError
from evaluation.extra import need_extra
from evaluation.machine import describe, machine
from evaluation.session import (
    Evaluation,
    evaluate,
    evaluate_rewriting,
    only_rewrites,
    question_sets,
    respondent_over,
    setting_of,
    throwaway_index,
)
from evaluation.table import METRIC, interval, value
from evaluation.unseen import PARTLY_SEEN, read_corpus, unseen_in
from index.embedding.embedder import load_embedder
from retrieval.reading import BUNDLED, load_reader

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
MEASURED = ("index", "retrieval", "evaluation")  # packages whose code decides the figures
TOLD_EVERY_S = 30.0
ROWS = (
    ("right", "right"),
    ("exact", "exact"),
    ("f1", "F1"),
    ("refusal_recall", "unanswerable refused"),
    ("refusal_auroc", "AUROC"),
    ("citation_recall", "quote holds answer"),
    ("citation_precision", "cited articles relevant"),
    ("calibration_error", "confidence off by"),
    ("verbatim", "verbatim"),
    ("hit@1", "hit@1"),
    ("hit@5", "hit@5"),
    ("ndcg@10", "nDCG@10"),
    ("conflict_f1", "disputes F1"),
    ("gain_f1", "follow-up gain, F1"),
    ("gain_hit@5", "follow-up gain, hit@5"),
    ("rewrite_f1", "rewriting F1"),
    ("latency_p50", "p50"),
    ("latency_p95", "p95"),
)
SEEN_IN_TRAINING = ("nq_oracle",)  # of the bundled reader
_MARK = {**dict.fromkeys(SEEN_IN_TRAINING, "\\*"), **dict.fromkeys(PARTLY_SEEN, "†")}


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Question files and the articles they are asked about; none where the questions need none."""

    name: str
    questions: Sequence[Path]
    corpus: Path | None


def eval_sets(folder: Path) -> list[EvalSet]:
    """The sets of the folder, by name. Raises EvaluationError when there are none."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            corpora = sorted(path.glob("corpus.jsonl*"))
            questions = sorted(path.glob("*questions.jsonl*"))
            if questions:
                found.append(EvalSet(path.name, questions, corpora[0] if corpora else None))
        elif path.name.endswith(("questions.jsonl", "questions.jsonl.gz")):
            found.append(EvalSet(path.name.partition(".")[0], [path], ROOT / "seeds"))
    if not found:
        raise EvaluationError(f"{folder}: expected folders with questions.jsonl and corpus.jsonl, found none")
    return found


def run(one: EvalSet, limit: int | None) -> Evaluation:
    """Asks the set's questions over a throw-away index of its whole corpus."""
    if one.name in PARTLY_SEEN and one.corpus:
        sets = question_sets(one.questions, limit, unseen_in(read_corpus(one.corpus)))
    else:
        sets = question_sets(one.questions, limit)
    if only_rewrites(sets):
        return evaluate_rewriting(sets)
    if one.corpus is None:
        raise EvaluationError(f"{one.name}: expected corpus.jsonl beside the questions")
    embedder = load_embedder()
    reader = load_reader(BUNDLED, embedder)
    tell = _Teller(one.name, sum(len(each.questions) for each in sets))
    with throwaway_index([str(one.corpus)], embedder) as (store, _):
        return evaluate(
            sets, respondent_over(store, embedder, reader), setting_of(store, embedder, BUNDLED), tell.asked
        )


def as_markdown(told: Mapping[str, object]) -> str:
    """The results as a page: one table of all sets, one of the types of question."""
    sets = _mapping(told["sets"])
    shown = [name + _MARK.get(name, "") for name in sets]
    lines = [
        f"# All evaluation sets, {told['date']}",
        "",
        f"`{told['command']}`",
        "",
        f"{describe(dict(_mapping(told['machine'])))}. In brackets: 95 % intervals (bootstrap).",
        "",
        f"| | {' | '.join(shown)} |",
        f"|---|{'---|' * len(sets)}",
        f"| questions asked | {' | '.join(str(_mapping(one)['questions_asked']) for one in sets.values())} |",
    ]
    for metric, label in ROWS:
        cells = [_cell(metric, _mapping(_mapping(one)["figures"]).get(metric)) for one in sets.values()]
        if any(cells):
            lines.append(f"| {label} | {' | '.join(cells)} |")
    if any(name in SEEN_IN_TRAINING for name in sets):
        lines += ["", "\\* The bundled reader was trained on these questions: no measure of it."]
    if any(name in PARTLY_SEEN for name in sets):
        lines += [
            "",
            "† The bundled reader was trained on questions about three quarters of these articles: only "
            "those about the others are asked, over all articles.",
        ]
    lines += [
        "",
        "## Right, by type of question",
        "",
        "| set | type | right | questions |",
        "|---|---|---|---|",
    ]
    for name, one in sets.items():
        for kind, figures_of_kind in _mapping(_mapping(one)["types"]).items():
            if right := _mapping(figures_of_kind).get("right"):
                kind_cell = kind.replace("|", "/") or "(none)"
                lines.append(f"| {name} | {kind_cell} | {_cell('right', right)} | {_mapping(right)['n']} |")
    lines += [
        "",
        "## Reliability: right answers by confidence",
        "",
        "| set | confidence, mean of a tenth | right | answers |",
        "|---|---|---|---|",
    ]
    for name, one in sets.items():
        for tenth in _rows(_mapping(one).get("reliability")):
            sure, right = (f"{float(str(tenth[part])):.0%}" for part in ("confidence", "right"))
            lines.append(f"| {name} | {sure} | {right} | {tenth['answers']} |")
    return "\n".join(lines) + "\n"


def _cell(name: str, figure: object) -> str:
    if figure is None:
        return ""
    told, metric = _mapping(figure), METRIC[name]
    low, high = (float(str(told[end])) for end in ("low", "high"))
    return f"{value(metric, float(str(told['value'])))} ({interval(metric, low, high)})"


def _rows(told: object) -> list[Mapping[str, object]]:
    return [_mapping(one) for one in told] if isinstance(told, list) else []


def _mapping(told: object) -> Mapping[str, object]:
    if not isinstance(told, Mapping):
        raise EvaluationError(
            f"expected an object in the results, got {type(told).__name__}: remove the file"
        )
    return told


class _Teller:
    """Says on standard error, now and then, how far a set is."""

    def __init__(self, name: str, total: int) -> None:
        self._name, self._total, self._done = name, total, 0
        self._next_at = time.monotonic() + TOLD_EVERY_S

    def asked(self) -> None:
        self._done += 1
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + TOLD_EVERY_S
            print(f"{self._name}: {self._done:,} of {self._total:,} questions", file=sys.stderr, flush=True)


def fingerprint() -> str:
    """Changes whenever the code or the models that decide the figures do."""
    digest = sha256()
    for package in MEASURED:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in (".py", ".onnx", ".json") and RESULTS not in path.parents:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def started(
    output: Path, on: Mapping[str, object], limit: int | None, command: str
) -> tuple[Path, dict[str, object]]:
    """The file to write, and what a run of the same code with the same limit left in it, or nothing."""
    code = fingerprint()
    ending = f"{on['commit'] or 'no-commit'}{f'-limit{limit}' if limit else ''}.json"
    for path in sorted(output.glob(f"*-{ending}")):
        told = json.loads(path.read_text("utf-8"))
        if told.get("code") == code:
            return path, told
    new = {"date": on["date"], "command": command, "code": code, "limit": limit, "machine": on, "sets": {}}
    return output / f"{on['date']}-{ending}", dict(new)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m evaluation.release", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="EVAL_DIR")
    parser.add_argument("--limit", type=int, metavar="N", help="about N questions of each file: a trial")
    parser.add_argument("--only", nargs="+", metavar="SET", help="only these sets")
    parser.add_argument("--output", type=Path, default=RESULTS, metavar="DIR")
    chosen = parser.parse_args(arguments)
    try:
        need_extra(plots=False)
        sets = [one for one in eval_sets(chosen.folder) if not chosen.only or one.name in chosen.only]
        chosen.output.mkdir(parents=True, exist_ok=True)
        shown = ["EVAL_DIR" if Path(one) == chosen.folder else one for one in arguments]
        command = shlex.join(["python", "-m", "evaluation.release", *shown])
        path, told = started(chosen.output, machine(), chosen.limit, command)
        results = dict(_mapping(told["sets"]))
        for one in sets:
            if one.name in results:
                print(f"{one.name}: done before", file=sys.stderr)
                continue
            load = round(os.getloadavg()[0], 1)
            began = time.perf_counter()
            found = run(one, chosen.limit)
            took_s = round(time.perf_counter() - began, 1)
            results[one.name] = found.figures_json() | {
                "reliability": found.reliability,
                "load_before": load,
                "took_s": took_s,
            }
            told["sets"] = dict(sorted(results.items()))
            whole = path.with_suffix(".part")  # a file cut short would stop the next run
            whole.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
            whole.replace(path)
            path.with_suffix(".md").write_text(as_markdown(told), "utf-8")
            print(f"{one.name}: {took_s} s", file=sys.stderr, flush=True)
    except (EvaluationError, OSError) as error:
        print(f"evaluation.release: {error}", file=sys.stderr)
        return 1
    print(path.with_suffix(".md"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
