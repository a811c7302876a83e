"""Questions about software manuals: found, whole in the stored text, and answered.

    python -m evaluation.manuals postgresql=FOLDER python=FOLDER [--others 300] [--json FILE]

Each FOLDER holds a manual as HTML pages. A throw-away index takes in all pages that a question of
evaluation/sets/manuals.jsonl names and `others` more of each manual, drawn at random. A page's id is the
manual's name and its path: python-library-csv.

`evidence` of a question is a phrase of the sentence that answers. That sentence, as Chromium shows it, has to
stand whole in one line of the stored text of a relevant page.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from evaluation.errors import EvaluationError
from evaluation.machine import describe, machine
from evaluation.questions import Expected, read_questions
from evaluation.rendered import Rendered, render_html
from evaluation.rendering import plain, sentences_of
from evaluation.session import Evaluation, QuestionSet, evaluate, respondent_over, setting_of, throwaway_index
from index.embedding.embedder import load_embedder
from index.types import Store
from retrieval.reading import BUNDLED, load_reader

QUESTIONS = Path(__file__).parent / "sets" / "manuals.jsonl"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What answers a question: a phrase of its sentence, and the pages that have it."""

    question: str
    phrase: str
    pages: frozenset[str]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("manuals", nargs="+", help="NAME=FOLDER")
    parser.add_argument(
        "--others", type=int, default=300, help="pages of each manual beside the relevant ones"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, dest="json_path", help="file for all answers")
    options = parser.parse_args(arguments)
    try:
        folders = {name: Path(folder) for name, folder in (one.split("=", 1) for one in options.manuals)}
        pages = {name: path for manual in folders.items() for name, path in pages_of(*manual).items()}
        wanted = {page for one in evidences(QUESTIONS) for page in one.pages}
        with corpus(pages, wanted, options.others, options.seed) as folder:
            found, whole = asked(folder, evidences(QUESTIONS), pages)
    except (EvaluationError, ValueError) as error:
        sys.exit(str(error))
    print(as_markdown(found, whole))
    if options.json_path:
        told = {**machine(), **found.as_json(), "whole": whole}
        options.json_path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def pages_of(manual: str, folder: Path) -> dict[str, Path]:
    """Every page of the manual by its id."""
    return {
        "-".join([manual, *path.relative_to(folder).with_suffix("").parts]): path
        for path in sorted(folder.rglob("*.html"))
    }


def evidences(questions: Path) -> list[Evidence]:
    """The evidence of every answerable question."""
    rows = map(json.loads, questions.read_text("utf-8").splitlines())
    return [Evidence(r["id"], r["evidence"], frozenset(r["relevant"])) for r in rows if r["answers"]]


@contextmanager
def corpus(pages: Mapping[str, Path], wanted: Iterable[str], others: int, seed: int) -> Iterator[Path]:
    """A folder with the wanted pages and `others` more of each manual, under their ids."""
    wanted = set(wanted)
    chosen = set(wanted)
    missing = sorted(chosen - set(pages))
    if missing:
        raise EvaluationError(f"pages that questions name are not in the manuals: {', '.join(missing)}")
    for manual in sorted({page.partition("-")[0] for page in pages}):
        drawn = sorted(page for page in pages if page.partition("-")[0] == manual)
        # Shuffled whole: another question changes few of the others.
        random.Random(seed).shuffle(drawn)  # noqa: S311
        chosen |= set([page for page in drawn if page not in wanted][:others])
    with TemporaryDirectory(prefix="citebot-manuals-") as directory:
        for page in chosen:
            (Path(directory) / f"{page}.html").symlink_to(pages[page].resolve())
        yield Path(directory)


def asked(
    folder: Path, evidence: Sequence[Evidence], pages: Mapping[str, Path]
) -> tuple[Evaluation, dict[str, bool]]:
    """What came of the questions, and for each whether its evidence is whole in the stored text."""
    embedder = load_embedder()
    reader = load_reader(BUNDLED, embedder)
    with throwaway_index([str(folder)], embedder) as (store, _):
        questions = QuestionSet(QUESTIONS.stem, read_questions(QUESTIONS))
        found = evaluate(
            [questions], respondent_over(store, embedder, reader), setting_of(store, embedder, BUNDLED)
        )
        return found, whole_in(store, evidence, pages)


def whole_in(store: Store, evidence: Sequence[Evidence], pages: Mapping[str, Path]) -> dict[str, bool]:
    """Whether a sentence with the phrase stands whole in one stored line of a relevant page."""
    names = sorted({page for one in evidence for page in one.pages})
    shown = dict(zip(names, render_html([pages[name] for name in names]), strict=True))
    found = {}
    for one in evidence:
        sought = [
            (name, sentence)
            for name in sorted(one.pages)
            for sentence in sentences_with(one.phrase, shown[name])
        ]
        if not sought:
            raise EvaluationError(f"{one.question}: no page that it names shows {one.phrase!r}")
        found[one.question] = any(plain(sentence) in stored_lines(store, name) for name, sentence in sought)
    return found


def sentences_with(phrase: str, page: Rendered | Path) -> list[str]:
    """The sentences, cells and lines of the page's main text that have the phrase in them."""
    if isinstance(page, Path):
        return []
    return [s for line in page.main for s in sentences_of(line) if plain(phrase).lower() in plain(s).lower()]


def stored_lines(store: Store, article_id: str) -> str:
    article = store.article(article_id)
    return "\n".join(map(plain, article.text.split("\n"))) if article else ""


def as_markdown(found: Evaluation, whole: Mapping[str, bool]) -> str:
    answerable = [row for one, row in zip(found.asked, found.rows, strict=True) if one.question.answers]
    right = [bool(row["right"][0]) for row in answerable]
    rows = [
        ("a relevant page among five", f"{found.total['hit@5'].value:.3f}"),
        ("a relevant page first", f"{found.total['hit@1'].value:.3f}"),
        ("the sentence that answers is whole in the stored text", f"{_share(whole.values()):.3f}"),
        ("right, of the answerable", f"{_share(right):.3f}"),
        ("an accepted answer in the quote", f"{found.total['quote_contains'].value:.3f}"),
        ("answerable questions answered", f"{found.total['answered'].value:.3f}"),
        ("unanswerable: refused", f"{found.total['refusal_recall'].value:.3f}"),
        ("quotes word for word", f"{found.total['verbatim'].value:.3f}"),
    ]
    unanswerable = sum(one.question.expected is Expected.REFUSAL for one in found.asked)
    setting = found.setting
    lines = [
        f"{len(answerable)} answerable questions and {unanswerable} others over {setting['articles']} pages, "
        f"{setting['passages']} passages; {describe(machine())}.",
        "",
        "| | share |",
        "|---|---:|",
        *(f"| {name} | {value} |" for name, value in rows),
    ]
    return "\n".join(lines)


def _share(values: Iterable[bool]) -> float:
    told = list(values)
    return sum(told) / len(told)


if __name__ == "__main__":
    main()
