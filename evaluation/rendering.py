"""How whole pages are stored: the sentences a person sees in a browser, looked for in the stored text.

    python -m evaluation.rendering FOLDER... [--sample 200] [--seed 0] [--pages 150] [--gold CACHE]

Each FOLDER is one corpus of HTML pages or PDF files; a single file is one too. From all sentences of its main
text (evaluation/rendered.py says what that is) some are drawn at random. A sentence is

- whole: it stands in one line of the text that `index.loading.files.load` makes of the page,
- cut: it stands there over several lines, or with blanks put in or left out,
- damaged: half of its words or more stand there side by side,
- lost: none of these.

A stored line is navigation when it is seen in the page's navigation and not in its main text. Words kept are
those of the main text, code included, that the stored text has too, each line once: posts are quoted.
"""

import argparse
import itertools
import json
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from evaluation.errors import EvaluationError
from evaluation.rendered import FORMULA, Rendered, joined, render_html, render_pdf
from index.loading.files import load
from index.types import Article, LoadFailure

PAGES = (".html", ".htm", ".xhtml")
KEPT_PAGE = 0.9  # a page that keeps fewer of its words has lost some of its text
WORDS = 4  # a sentence has so many or more
PHRASE = 4  # words: a shorter line is found by chance inside others
SHINGLE = 3  # words side by side, by which a damaged sentence is told from a lost one
HYPHEN = "\ue000"  # at a line's end in a PDF: nothing tells whether it belongs to the word
SLASH = "\ue001"  # there too: "and/" and "or" are two words, "/var/" and "lock" are one
MEANT = {HYPHEN: ("", "-"), SLASH: ("/", "/ ")}
SPELLINGS = 64
WORDS_SHOWN = 12
KINDS = ("whole", "cut", "damaged", "lost")

_SENTENCE_END = re.compile(r"""(?<=[.!?…])["'”’»)\]]*\s+(?=["'“‘«(\[]*[A-ZÀ-ÖØ-Þ0-9])""")
_FINISHED = re.compile(r"""[.!?…:]["'”’»)\]]*$""")
_BEGUN = re.compile(r"""["'“‘«(]?[A-ZÀ-Þ]""")
_REFERENCE = re.compile(r"\[\d{1,3}\]")


@dataclass(frozen=True, slots=True)
class Sentence:
    path: str
    spellings: tuple[str, ...]
    """As rendered; of a PDF with and without each hyphen at the end of a line."""


@dataclass(slots=True)
class Measured:
    """The figures of one corpus."""

    corpus: str
    pages: int = 0
    without_rule: int = 0
    failed: int = 0
    sentences: int = 0
    found: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    stored_lines: int = 0
    navigation_lines: int = 0
    words: int = 0
    words_kept: int = 0
    pages_losing_words: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    """(kind, page, sentence or line)"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=200, help="sentences of each corpus")
    parser.add_argument("--pages", type=int, default=150, help="pages of each corpus, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gold", type=Path, help="folder that keeps what was rendered")
    parser.add_argument("--show", type=int, default=0, help="failures of each kind to print")
    parser.add_argument("--json", type=Path, dest="json_path", help="file for figures and failures")
    parser.add_argument("--before", type=Path, nargs="+", default=[], help="such files of other code")
    options = parser.parse_args(arguments)
    try:
        results = [
            measure(folder.stem if folder.is_file() else folder.name, pages, options.sample, options.seed)
            for folder in options.folders
            for pages in [rendered(folder, options.pages, options.seed, options.gold)]
        ]
    except EvaluationError as error:
        sys.exit(str(error))
    for result in results:
        for kind in (*KINDS[1:], "navigation", "words", "failed", "no rule"):
            for _, path, text in [f for f in result.failures if f[0] == kind][: options.show]:
                print(f"{result.corpus}\t{kind}\t{Path(path).name}\t{text}")
    print(as_markdown(results, [one for path in options.before for one in read_results(path)]))
    if options.json_path:
        options.json_path.write_text(json.dumps([asdict(result) for result in results], ensure_ascii=False))


def rendered(folder: Path, pages: int, seed: int, cache: Path | None) -> list[Rendered | Path]:
    """The pages of a folder as a person sees them, drawn at random when there are more than `pages`."""
    kept = cache / f"{folder.name}-{pages}-{seed}.jsonl" if cache else None
    if kept and kept.exists():
        return [_from_json(line) for line in kept.read_text("utf-8").splitlines()]
    paths = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
    html = [path for path in paths if path.suffix.lower() in PAGES]
    drawn = sorted(random.Random(seed).sample(html, min(pages, len(html))))  # noqa: S311
    found: list[Rendered | Path] = [*render_html(drawn)] if drawn else []
    found += [render_pdf(path) for path in paths if path.suffix.lower() == ".pdf"]
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text("".join(_as_json(page) + "\n" for page in found), "utf-8")
    return found


def measure(corpus: str, pages: Iterable[Rendered | Path], sample: int, seed: int) -> Measured:
    """The figures of pages that were rendered, against what the reader of `index` stores of them."""
    result = Measured(corpus)
    sentences: list[Sentence] = []
    stored: dict[str, str] = {}
    for page in pages:
        if isinstance(page, Path):
            result.without_rule += 1
            result.failures.append(("no rule", str(page), ""))
            continue
        result.pages += 1
        text, failure = _stored(page.path)
        if failure:
            result.failed += 1
            result.failures.append(("failed", page.path, failure))
        stored[page.path] = text
        sentences += _sentences(page)
        _count_lines(page, text, result)
        _count_words(page, text, result)
    drawn = random.Random(seed).sample(sentences, min(sample, len(sentences)))  # noqa: S311
    texts = {path: _Stored(text) for path, text in stored.items() if path in {s.path for s in drawn}}
    for sentence in drawn:
        kind = min((texts[sentence.path].kind(s) for s in sentence.spellings), key=KINDS.index)
        result.found[kind] += 1
        if kind != "whole":
            result.failures.append((kind, sentence.path, sentence.spellings[0]))
    result.sentences = len(drawn)
    return result


def read_results(path: Path) -> list[Measured]:
    """What `--json` wrote. Raises EvaluationError when it is something else."""
    try:
        return [Measured(**told) for told in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        raise EvaluationError(f"{path}: expected a file that --json wrote: {error}") from None


def as_markdown(results: Sequence[Measured], before: Sequence[Measured] = ()) -> str:
    """A row for each corpus, in per cent; "37.0 → 100.0" where it was measured before."""
    earlier = {one.corpus: one for one in before}
    lines = [
        "| per cent | pages | sentences | whole | cut | damaged or lost | navigation lines | words kept "
        "| pages that lose words | pages not read |",
        "|---|" + "---:|" * 9,
    ]
    for one in results:
        was = earlier.get(one.corpus)
        now = _shares(one)
        cells = [f"{old} → {new}" for old, new in zip(_shares(was), now, strict=True)] if was else now
        lines.append(f"| {one.corpus} | {one.pages} | {one.sentences} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _shares(one: Measured) -> list[str]:
    lost = one.found["damaged"] + one.found["lost"]
    pairs = (
        *((part, one.sentences) for part in (one.found["whole"], one.found["cut"], lost)),
        (one.navigation_lines, one.stored_lines),
        (one.words_kept, one.words),
        (one.pages_losing_words, one.pages),
        (one.failed, one.pages),
    )
    return [f"{100 * part / whole:.1f}" if whole else "–" for part, whole in pairs]


class _Stored:
    """The stored text of a page, ready to look for sentences in."""

    def __init__(self, text: str) -> None:
        self._lines = "\n".join(plain(line) for line in text.split("\n"))
        self._unbroken = re.sub(r"\s", "", self._lines)
        words = self._lines.split()
        self._shingles = {*_shingles(words)}

    def kind(self, sentence: str) -> str:
        sought = plain(sentence)
        if sought in self._lines:
            return "whole"
        if re.sub(r"\s", "", sought) in self._unbroken:
            return "cut"
        shingles = [*_shingles(sought.split())]
        there = sum(shingle in self._shingles for shingle in shingles)
        return "damaged" if there * 2 >= len(shingles) else "lost"


def plain(text: str) -> str:
    """One spelling for what looks the same: compatibility forms, any blank as one, no "[12]" of a note."""
    text = _REFERENCE.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(re.sub(r"[\u00ad\u200b\u2060\ufeff\u200e\u200f]", "", text).split())


def _shingles(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1)))


def _stored(path: str) -> tuple[str, str | None]:
    """The text that would be stored, and why there is none."""
    loaded = [one for one in load(path) if isinstance(one, Article | LoadFailure)]
    text = "\n".join(one.text for one in loaded if isinstance(one, Article))
    return text, "; ".join(one.reason for one in loaded if isinstance(one, LoadFailure)) or None


def _sentences(page: Rendered) -> Iterator[Sentence]:
    """Finished sentences of WORDS words or more."""
    for block in page.prose:
        text = joined(block, HYPHEN, SLASH) if page.shape == "PDF" else block
        for told in sentences_of(text):
            if not _FINISHED.search(told) or FORMULA in told:
                continue
            if len(re.findall(r"\b[^\W\d_]{2,}", told)) < WORDS:
                continue
            if page.shape == "PDF" and not _BEGUN.match(told):  # goes on from the page or column before
                continue
            yield Sentence(page.path, tuple(_spellings(told)))


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a line, finished or not."""
    return map(str.strip, _SENTENCE_END.split(text))


def _spellings(told: str) -> Iterator[str]:
    """What the sentence may be where the end of a line leaves it open."""
    parts = [MEANT.get(part, (part,)) for part in re.split(f"([{HYPHEN}{SLASH}])", told)]
    return map("".join, itertools.islice(itertools.product(*parts), SPELLINGS))


def _count_lines(page: Rendered, text: str, result: Measured) -> None:
    main, neutral, navigation = map(_Part, (page.main, page.neutral, page.navigation))
    for line in filter(None, (plain(line) for line in text.split("\n"))):
        result.stored_lines += 1
        if main.takes(line) or neutral.takes(line):
            continue
        fragment = len(line.split()) < PHRASE and main.has_inside(line) and not main.had(line)
        if (navigation.takes(line) and not fragment) or (
            not main.has_inside(line)
            and not neutral.has_inside(line)
            and len(line.split()) >= PHRASE
            and navigation.has_inside(line)
        ):
            result.navigation_lines += 1
            result.failures.append(("navigation", page.path, line))


class _Part:
    """One part of a page, to look for stored lines in. Marks of lists and punctuation do not count."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = Counter(_letters(plain(line)) for line in lines)
        self._all = " ".join(self._lines)

    def takes(self, line: str) -> bool:
        """Whether the line is seen here as a line, once more than it was taken before."""
        letters = _letters(line)
        there = self._lines[letters] > 0
        if there:
            self._lines[letters] -= 1
        return there

    def had(self, line: str) -> bool:
        return _letters(line) in self._lines

    def has_inside(self, line: str) -> bool:
        return _letters(line) in self._all


def _letters(line: str) -> str:
    return re.sub(r"[\W_]", "", line) or line.strip()


def _count_words(page: Rendered, text: str, result: Measured) -> None:
    shown = Counter(_words(" ".join(dict.fromkeys(page.main))))
    missing = shown - Counter(_words(text))
    kept = shown.total() - missing.total()
    result.words += shown.total()
    result.words_kept += kept
    if shown.total() and kept < KEPT_PAGE * shown.total():
        result.pages_losing_words += 1
        seldom = " ".join(sorted(missing, key=missing.__getitem__)[:WORDS_SHOWN])
        result.failures.append(("words", page.path, f"{kept} of {shown.total()} kept, not: {seldom}"))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", plain(text))


def _as_json(page: Rendered | Path) -> str:
    return json.dumps(str(page) if isinstance(page, Path) else asdict(page), ensure_ascii=False)


def _from_json(line: str) -> Rendered | Path:
    told = json.loads(line)
    if isinstance(told, str):
        return Path(told)
    parts = {name: tuple(told[name]) for name in ("main", "prose", "navigation", "neutral")}
    return Rendered(told["path"], told["shape"], **parts)


if __name__ == "__main__":
    main()
