"""Running heads and feet, page numbers and lines of a table of contents: what belongs to the pages."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from index.loading.pdf.lines import Line, Page

EDGE_LINES = 3  # a running head with a subtitle and a rule of dashes
SAME_PLACE = 3.0  # points that a running head moves from page to page
SET_APART = 1.4  # times the usual distance of two lines
BAND_PAGES = 5  # from so many pages on, a strip that is set apart on most of them shows

_ROMAN = r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_NUMBER = re.compile(
    rf"[\W_]*(?:p(?:age|\.)?\s*)?(?:\d{{1,4}}|{_ROMAN})(?:\s*(?:of|/|sur|de|von)\s*\d{{1,4}})?[\W_]*",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"(?:[.·…]\s?){4,}\s*(?:\d+|[ivxlc]+)?$")  # of a table of contents


def without_furniture(pages: Sequence[Page], body_size: float) -> list[Page]:
    """The pages less what recurs at their upper and lower edges, page numbers and lines of leaders."""
    left = [replace(page, lines=tuple(_without_leaders(page.lines))) for page in pages]
    for _ in range(EDGE_LINES):
        edges = _Edges(left, body_size)
        kept = [
            replace(page, lines=tuple(line for line in page.lines if not edges.furniture(line)))
            for page in left
        ]
        if kept == left:
            break
        left = kept
    return left


def _without_leaders(lines: Sequence[Line]) -> Iterator[Line]:
    return (line for line in lines if not _LEADERS.search(line.text))


class _Edges:
    """The uppermost and the lowest line of each page."""

    def __init__(self, pages: Sequence[Page], body_size: float) -> None:
        self._pages = len(pages)
        self._body_size = body_size
        self._edges: dict[int, tuple[Line, bool, bool]] = {}  # by identity: the line, at the top?, set apart?
        for page in pages:
            for line, top, apart in _edges(page):
                self._edges[id(line)] = line, top, apart
        self._shapes: Counter[tuple[bool, str]] = Counter()
        self._offsets: Counter[tuple[bool, int]] = Counter()
        self._bands: Counter[tuple[bool, int]] = Counter()
        for line, top, apart in self._edges.values():
            self._shapes[top, _shape(line)] += 1
            self._offsets.update((top, offset) for offset in _offsets(line))
            if apart:
                self._bands[top, round(line.bottom / SAME_PLACE)] += 1

    def furniture(self, line: Line) -> bool:
        """Whether a line at an edge belongs to the page: each reason alone would take some text with it."""
        if id(line) not in self._edges:
            return False
        _, top, apart = self._edges[id(line)]
        times = self._shapes[top, _shape(line)]
        if _NUMBER.fullmatch(line.text):
            return self._pages > 1 and (apart or times > 1 or not line.size)
        if self._pages >= 3 and times > self._pages / 2:
            return True
        if times >= 2 and (apart or times >= 4) and line.size <= self._body_size * 1.3:
            return True
        if any(self._offsets[top, offset] >= max(3, self._pages / 4) for offset in _offsets(line)):
            return True
        place = round(line.bottom / SAME_PLACE)
        near = sum(self._bands[top, place + step] for step in (-1, 0, 1))
        in_band = self._pages >= BAND_PAGES and near > 0.6 * self._pages
        return apart and in_band and line.size <= self._body_size * 1.05


def _edges(page: Page) -> Iterator[tuple[Line, bool, bool]]:
    """The uppermost and the lowest line, whether it is the uppermost, and whether it is set apart."""
    lines = sorted(page.lines, key=lambda line: -line.bottom)  # lines from OCR keep their order
    if len(lines) < 2:
        return
    pitches = [one.bottom - other.bottom for one, other in pairwise(lines)]
    usual = median([pitch for pitch in pitches if pitch > 1] or [0.0])
    yield lines[0], True, pitches[0] > SET_APART * usual
    yield lines[-1], False, pitches[-1] > SET_APART * usual


def _shape(line: Line) -> str:
    """What is alike in `Page 1 of 3` and `Page 2 of 3`."""
    return re.sub(r"\d+", "#", line.text)


def _offsets(line: Line) -> set[int]:
    """How far the number that begins or ends the line is from that of its page: one for all page numbers."""
    numbers = re.findall(r"^\d{1,4}(?=\s)|(?<=\s)\d{1,4}$", line.text)
    return {int(number) - line.page for number in numbers}
