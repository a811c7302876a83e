"""How extractors of the text of HTML pages compare: `python -m evaluation.extractors DATA [EXTRACTOR...]`.

DATA holds pages with known text, none of which are in this repository: `news/` (a clone of
scrapinghub/article-extraction-benchmark), `web/` (adbar/trafilatura, its tests/) and `manuals/NAME/*.html`.
Other extractors than Citebot's are used where they are installed.
"""

import gzip
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import trafilatura
from lxml import html

from index.errors import LoadError
from index.loading.document import without_marks
from index.loading.formats import page_text
from index.loading.html.page import read_html

Extractor = Callable[[str], str]

SHINGLE_WORDS = 4  # as article-extraction-benchmark counts
WEB_STEP = 3  # every third page of some thousand
MANUAL_PAGES = 15  # of each manual, evenly over their names
MANUALS = {  # where the text of each shape stands, and what in it is navigation
    "docbook": ("/html/body/div[not(@id='banner' or contains(@class, 'nav'))]", ("toc", "index")),
    "sphinx": ("//div[@role='main']", ("toctree-wrapper", "headerlink", "contents")),
}
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strong sub "
    "sup time tt u var wbr".split()
)


def citebot(page: str) -> str:
    try:
        return without_marks(read_html(page).text)[0]
    except LoadError:
        return ""


def with_trafilatura(*, recall: bool = False, precision: bool = False, fast: bool = False) -> Extractor:
    def extract(page: str) -> str:
        found = trafilatura.extract(
            page, include_comments=False, favor_recall=recall, favor_precision=precision, fast=fast
        )
        return str(found or "")

    return extract


def readability(page: str) -> str:
    from readability import Document

    tree = html.fromstring(Document(page).summary())
    return "\n".join(_blocks(tree, ()))


def resiliparse(page: str) -> str:
    from resiliparse.extract.html2text import extract_plain_text

    return str(extract_plain_text(page, main_content=True, preserve_formatting=True))


def justext(page: str) -> str:
    import justext as library

    stop_words = (
        library.get_stoplist("English") | library.get_stoplist("French") | library.get_stoplist("German")
    )
    found = library.justext(page.encode(), stop_words, encoding="utf-8")
    return "\n".join(paragraph.text for paragraph in found if not paragraph.is_boilerplate)


def boilerpy3(page: str) -> str:
    from boilerpy3 import extractors

    return str(extractors.ArticleExtractor(raise_on_failure=False).get_content(page))


EXTRACTORS: dict[str, Extractor] = {
    "citebot": citebot,
    "trafilatura": with_trafilatura(),
    "trafilatura, recall": with_trafilatura(recall=True),
    "trafilatura, precision": with_trafilatura(precision=True),
    "trafilatura, fast": with_trafilatura(fast=True),
    "readability-lxml": readability,
    "resiliparse": resiliparse,
    "justext": justext,
    "boilerpy3": boilerpy3,
}


def news(data: Path, extract: Extractor) -> Iterator[tuple[float, float, int, int]]:
    """For each page: precision and recall of shingles, sentences whole and all. No headlines."""
    for name, truth in json.loads((data / "ground-truth.json").read_text()).items():
        page = page_text(gzip.decompress((data / "html" / f"{name}.html.gz").read_bytes()), None)
        gold = truth["articleBody"]
        heads = {_one_line(" ".join(head.itertext())) for head in _tree(page).iter("h1")}
        found = "\n".join(line for line in extract(page).split("\n") if _one_line(line) not in heads)
        wanted, came = _shingles(gold), _shingles(found)
        shared = (wanted & came).total()
        sentences = _sentences(gold.split("\n"))
        text = _one_line(found)
        whole = sum(sentence in text for sentence in sentences)
        yield shared / max(came.total(), 1), shared / max(wanted.total(), 1), whole, len(sentences)


def segments(data: Path, extract: Extractor) -> Iterator[tuple[int, int, int, int]]:
    """For each page: wanted segments found and all, unwanted ones let in and all."""
    for truth in json.loads((data / "evaldata.json").read_text()).values():
        file = next(
            (f for f in (data / "eval" / truth["file"], data / "cache" / truth["file"]) if f.is_file()), None
        )
        if file is None:
            continue
        try:
            page = page_text(file.read_bytes(), None)
        except LoadError:
            continue
        text = _one_line(extract(page))
        wanted, unwanted = truth["with"], truth["without"]
        yield (
            sum(_one_line(part) in text for part in wanted),
            len(wanted),
            sum(_one_line(part) in text for part in unwanted),
            len(unwanted),
        )


def manual(folder: Path, extract: Extractor) -> Iterator[tuple[int, int, int, int, int, int]]:
    """For each page: words kept and all, sentences whole and all, stored lines that are no text and all."""
    files = sorted(folder.glob("*.html"))
    for file in files[:: max(len(files) // MANUAL_PAGES, 1)][:MANUAL_PAGES]:
        page = page_text(file.read_bytes(), None)
        tree = _tree(page)
        where, navigation = MANUALS["sphinx" if tree.xpath(MANUALS["sphinx"][0]) else "docbook"]
        gold = [line for root in tree.xpath(where) for line in _blocks(root, navigation)]
        found = extract(page)
        words, came = Counter(_words("\n".join(gold))), Counter(_words(found))
        sentences = _sentences(gold)
        text, whole = _one_line(found), _one_line("\n".join(gold))
        lines = [line for line in map(_one_line, found.split("\n")) if _words(line) and "|" not in line]
        strange = sum(re.sub(r"^[-•*] ", "", line) not in whole for line in lines)
        kept = (words & came).total()
        yield kept, words.total(), sum(s in text for s in sentences), len(sentences), strange, len(lines)


def _tree(page: str) -> html.HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    return html.document_fromstring(page.encode() or b"<p></p>", parser=parser)


def _blocks(root: html.HtmlElement, navigation: tuple[str, ...]) -> list[str]:
    """The text as a browser shows it, simply: inline elements join, others break."""
    parts: list[str] = []

    def walk(element: html.HtmlElement) -> None:
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            return
        if set(element.get("class", "").split()) & set(navigation):
            return
        edge = "" if element.tag in _INLINE else "\0"
        parts.append(edge + (element.text or ""))
        for child in element:
            walk(child)
            parts.append(child.tail or "")
        parts.append(edge)

    walk(root)
    return [line for line in map(_one_line, "".join(parts).split("\0")) if line]


def _sentences(lines: list[str]) -> list[str]:
    parts = (part for line in lines for part in re.split(r"(?<=[.!?])\s+(?=[A-ZÀ-Ý“\"])", _one_line(line)))
    return [part for part in parts if len(part.split()) > 4 and part[-1] in ".!?"]


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = _words(text)
    return Counter(tuple(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def compare(data: Path, names: list[str]) -> Iterator[str]:
    """The rows of a Markdown table."""
    manuals = sorted(folder for folder in (data / "manuals").iterdir() if folder.is_dir())
    yield (
        "| extractor | news: precision | recall | sentences | web: wanted | unwanted | ms a page | "
        + " | ".join(f"{folder.name}: words, sentences, strange lines" for folder in manuals)
        + " |"
    )
    yield "|---|" + "---:|" * (6 + len(manuals))
    for name in names:
        extract = EXTRACTORS[name]
        started = time.process_time()
        rows = list(news(data / "news", extract))
        ms = 1000 * (time.process_time() - started) / len(rows)
        precision, recall, whole, sentences = map(sum, zip(*rows, strict=True))
        got, wanted, let_in, unwanted = map(sum, zip(*segments(data / "web", extract), strict=True))
        cells = [
            f"{precision / len(rows):.3f}",
            f"{recall / len(rows):.3f}",
            f"{whole / sentences:.3f}",
            f"{got / wanted:.3f}",
            f"{let_in / unwanted:.3f}",
            f"{ms:.0f}",
        ]
        for folder in manuals:
            kept, words, whole, sentences, strange, lines = map(
                sum, zip(*manual(folder, extract), strict=True)
            )
            cells.append(
                f"{kept / words:.3f}, {whole / max(sentences, 1):.3f}, {strange / max(lines, 1):.3f}"
            )
        yield f"| {name} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    for row in compare(Path(sys.argv[1]), sys.argv[2:] or list(EXTRACTORS)):
        print(row, flush=True)
