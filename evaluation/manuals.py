"""The manuals that evaluation/sets/manuals.jsonl asks about, and whether what answers is stored whole.

    python -m evaluation.manuals FOLDER

FOLDER is what scripts/fetch_manuals.sh unpacked: a folder of HTML pages for each manual. A page's id is the
manual's name and its path: python-library-csv. `evidence` of a question is a phrase of the sentence that
answers. That sentence, as Chromium shows it, has to stand whole in one line of a relevant page's stored text.
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
from evaluation.rendered import Rendered, render_html
from evaluation.rendering import plain, sentences_of
from index.loading.files import load
from index.types import Article

MANUALS = "manuals"
QUESTIONS = Path(__file__).parent / "sets" / f"{MANUALS}.jsonl"
OTHERS = 200  # pages of each manual beside those that answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """What answers a question: a phrase of its sentence, and the pages that have it."""

    question: str
    phrase: str
    pages: frozenset[str]


def pages_of(folder: Path) -> dict[str, Path]:
    """Every page of the manuals in the folder, by its id."""
    return {
        "-".join(path.relative_to(folder).with_suffix("").parts): path
        for path in sorted(folder.rglob("*.html"))
    }


def evidences(questions: Path = QUESTIONS) -> list[Evidence]:
    """The evidence of every answerable question."""
    rows = map(json.loads, questions.read_text("utf-8").splitlines())
    return [Evidence(r["id"], r["evidence"], frozenset(r["relevant"])) for r in rows if r["answers"]]


@contextmanager
def corpus(
    pages: Mapping[str, Path], wanted: Iterable[str], others: int = OTHERS, seed: int = 0
) -> Iterator[Path]:
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


def whole_in(
    articles: Mapping[str, Article], evidence: Sequence[Evidence], pages: Mapping[str, Path]
) -> dict[str, bool]:
    """Whether a sentence with the phrase stands whole in one line of a relevant page's article."""
    names = sorted({page for one in evidence for page in one.pages})
    shown = dict(zip(names, render_html([pages[name] for name in names]), strict=True))
    stored = {name: "\n".join(map(plain, article.text.split("\n"))) for name, article in articles.items()}
    found = {}
    for one in evidence:
        sought = [
            (name, told) for name in sorted(one.pages) for told in sentences_with(one.phrase, shown[name])
        ]
        if not sought:
            raise EvaluationError(f"{one.question}: no page that it names shows {one.phrase!r}")
        found[one.question] = any(plain(sentence) in stored.get(name, "") for name, sentence in sought)
    return found


def sentences_with(phrase: str, page: Rendered | Path) -> list[str]:
    """The sentences, cells and lines of the page's main text that have the phrase in them."""
    if isinstance(page, Path):
        return []
    return [s for line in page.main for s in sentences_of(line) if plain(phrase).lower() in plain(s).lower()]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.manuals",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    evidence = evidences()
    try:
        pages = pages_of(options.folder)
        with corpus(pages, {page for one in evidence for page in one.pages}, others=0) as folder:
            loaded = [one for one in load(str(folder)) if isinstance(one, Article)]
            whole = whole_in({one.source.article_id: one for one in loaded}, evidence, pages)
    except EvaluationError as error:
        sys.exit(str(error))
    print(f"whole in the stored text: {sum(whole.values())} of {len(whole)}")


if __name__ == "__main__":
    main()
