"""Lines become paragraphs: what a full line broke is one text again, what its writer broke stays apart."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from index.loading.document import CODE_MARK, heading_mark, page_mark, table_lines
from index.loading.pdf.furniture import without_furniture
from index.loading.pdf.hyphens import Hyphens
from index.loading.pdf.lines import Line, Page, groups, in_reading_order

HEADING_SIZE = 1.1  # times the size of most of the text
HEADING_LINES = 3
NOTE_SIZE = 0.93
OTHER_SIZE = 1.07
WIDE_PITCH = 1.3  # times the usual distance of two lines
FULL = 0.8  # of the width of its column: who writes by hand breaks lines before they are quite full
CODE_SHARE = 0.7
HALF_FULL = 0.5  # where the next line begins in lower case, or on another page
TABLE_ROWS = 3
PROSE_CHARS = 30  # a column with more in a cell is text beside its terms
FIRST_INDENT_EM = 2.5

_BULLET = re.compile(r"[•▪◦‣●○■□]\s*(?=\S)|[–*-]\s+(?=\S)")
_NUMBERED = re.compile(r"(?:\(?\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_NOTE = re.compile(r"[\d*†‡§]")
_ENDED = re.compile(r"[.!?:;…][\"'”’»)\]]*$")


def running_text(pages: Sequence[Page]) -> str:
    """The text of all pages: a paragraph, heading, list entry or table row a line, with its marks."""
    ordered = [Page(page.number, tuple(in_reading_order(page.lines))) for page in pages]
    size = _body_size([line for page in ordered for line in page.lines])
    lines = [line for page in without_furniture(ordered, size) for line in page.lines]
    if _chars(line for line in lines if line.mono) > CODE_SHARE * _chars(lines):
        lines = [replace(line, mono=False) for line in lines]  # all is typewritten
    return "\n".join(_Text(lines, size).lines())


def _chars(lines: Iterable[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _body_size(lines: Sequence[Line]) -> float:
    chars: Counter[float] = Counter()
    for line in lines:
        chars[round(line.size, 1)] += len(line.text)
    return max(chars, key=lambda size: chars[size], default=0.0)


class _Margins:
    """How far right the lines of a column go, found from all lines that begin at about the same place."""

    _STEP = 6.0  # points

    def __init__(self, lines: Sequence[Line]) -> None:
        self._rights: dict[int, list[float]] = defaultdict(list)
        for line in lines:
            self._rights[self._key(line)].append(line.right)
        self._found: dict[int, list[float]] = {}

    def of(self, line: Line) -> float:
        key = self._key(line)
        if key not in self._found:
            self._found[key] = self._margins(key)
        return next((margin for margin in self._found[key] if margin >= line.right - 4), self._found[key][-1])

    def _key(self, line: Line) -> int:
        return round(line.left / 12)

    def _margins(self, key: int) -> list[float]:
        """The margins of the lines that begin here, the nearest first."""
        rights: list[float] = []
        for reach in (2, 6, 12):
            rights = [
                right for near in range(key - reach, key + reach + 1) for right in self._rights.get(near, ())
            ]
            if len(rights) >= 8:
                break
        steps = Counter(round(right / self._STEP) for right in rights)
        support = {step: steps[step] + steps[step - 1] for step in steps}
        margins: list[int] = []
        wanted = max(3, 0.08 * len(rights))
        left = key * 12 / self._STEP
        for step in sorted(support, reverse=True):
            if support[step] >= wanted and (not margins or step - left < 0.7 * (margins[-1] - left)):
                best = max(
                    (s for s in support if 0.9 * (step - left) <= s - left <= step - left),
                    key=lambda s: support[s],
                    default=step,
                )
                margins.append(max(best, step))
                wanted = 0.25 * len(rights)
        return [step * self._STEP for step in reversed(margins)] or [max(rights)]


class _Text:
    """The lines of a whole document, without furniture, in reading order."""

    def __init__(self, lines: Sequence[Line], body_size: float) -> None:
        self._lines = lines
        self._size = body_size
        self._margins = _Margins(lines)
        self._hyphens = Hyphens(line.text for line in lines)
        self._levels = self._heading_levels()
        pitches = [
            (one.bottom - other.bottom) / one.size
            for one, other in pairwise(lines)
            if one.page == other.page and one.bottom > other.bottom and one.size == other.size
        ]
        self._pitch = median(pitches) if pitches else 1.2
        self._page = 0

    def lines(self) -> Iterator[str]:
        paragraph: list[Line] = []
        notes: list[Line] = []
        for group in groups(self._lines, _one_table):
            if table := self._table(group):
                yield from self._written(paragraph)
                yield from self._written(notes)
                yield from self._begin_page(table, group[0].page)
                paragraph, notes = [], []
                continue
            for line in group:
                if self._is_note(line, paragraph, notes):
                    notes.append(line)
                    continue
                if paragraph and not self._goes_on(paragraph, line):
                    yield from self._written(paragraph)
                    yield from self._written(notes)
                    paragraph, notes = [], []
                paragraph.append(line)
        yield from self._written(paragraph)
        yield from self._written(notes)

    def _is_note(self, line: Line, paragraph: list[Line], notes: list[Line]) -> bool:
        """Whether the line belongs to a footnote that stands inside a paragraph going on after it."""
        if not (0 < line.size < NOTE_SIZE * self._size and paragraph):
            return False
        last = paragraph[-1]
        if notes:
            return notes[-1].page == line.page and notes[-1].bottom > line.bottom
        return (
            last.size >= NOTE_SIZE * self._size
            and last.page == line.page
            and line.bottom < last.bottom
            and _NOTE.match(line.text) is not None
            and not _ENDED.search(last.text)
        )

    def _goes_on(self, paragraph: list[Line], line: Line) -> bool:
        last = paragraph[-1]
        if not line.size or not last.size:  # OCR leaves empty lines between paragraphs
            ended = line.page != last.page and _ENDED.search(last.text) is not None
            return bool(last.text and line.text) and not ended and not _starts_entry(line)
        if line.mono or last.mono or not _shares_size(line, last):
            return False
        if _starts_entry(line):
            return False
        below = line.page == last.page and line.bottom < last.bottom
        if below and last.bottom - line.bottom > WIDE_PITCH * self._pitch * last.size:
            return False
        if self._hyphens.join(last.text, line.text) is not None:
            return True
        if not below and line.text[0].islower() and not _ENDED.search(last.text):
            return True
        return self._was_full(last, line) and not (below and _changes_indent(paragraph, line))

    def _was_full(self, last: Line, line: Line) -> bool:
        """Whether the first word of `line` had no room behind `last`, or hardly any."""
        word = (line.right - line.left) * len(line.text.split(" ", 1)[0]) / len(line.text)
        margin = self._margins.of(last)
        if last.right + 0.25 * last.size + word >= margin:
            return True
        goes_on = line.text[0].islower() or line.page != last.page or line.bottom > last.bottom
        least = last.left + (HALF_FULL if goes_on else FULL) * (margin - last.left)
        return last.right > least and not _ENDED.search(last.text)

    def _written(self, paragraph: Sequence[Line]) -> Iterator[str]:
        if not paragraph or not any(line.text for line in paragraph):
            return
        first = paragraph[0]
        text = self._page_begun(first.page) + _with_dash(first.text)
        for line in paragraph[1:]:
            joined = self._hyphens.join(text, line.text)
            text = (f"{text} " if joined is None else joined) + self._page_begun(line.page) + line.text
        if first.mono:
            text = CODE_MARK + text
        elif (level := self._levels.get(_round_to_half(first.size))) and len(paragraph) <= HEADING_LINES:
            text = heading_mark(level) + text
        yield text

    def _page_begun(self, number: int) -> str:
        if number <= self._page:
            return ""
        self._page = number
        return page_mark(number)

    def _begin_page(self, rows: list[str], number: int) -> list[str]:
        return [self._page_begun(number) + rows[0], *rows[1:]]

    def _heading_levels(self) -> dict[float, int]:
        sizes = {_round_to_half(line.size) for line in self._lines if line.size > HEADING_SIZE * self._size}
        return {size: min(level, 6) for level, size in enumerate(sorted(sizes, reverse=True), 1)}

    def _table(self, group: Sequence[Line]) -> list[str]:
        """The rows of a table; empty when these lines are none."""
        if len(group) < TABLE_ROWS or len(group[0].cells) < 2:
            return []
        columns = list(zip(*(line.cells for line in group), strict=True))
        if not all(_is_aligned(column) and _mean_chars(column) < PROSE_CHARS for column in columns):
            return []
        digits = [[bool(re.search(r"\d", cell.text)) for cell in column] for column in columns]
        headed = any(not column[0] and any(column[1:]) for column in digits)
        return table_lines([[cell.text for cell in line.cells] for line in group], headed=headed)


def _shares_size(one: Line, other: Line) -> bool:
    """Whether words of both are of one size."""
    return any(
        max(size, near) <= OTHER_SIZE * min(size, near)
        for size in one.sizes or (one.size,)
        for near in other.sizes or (other.size,)
    )


def _one_table(one: Line, other: Line) -> bool:
    return len(one.cells) == len(other.cells) and bool(one.cells) and one.page == other.page


def _is_aligned(column: Sequence[Line]) -> bool:
    size = column[0].size
    return any(
        max(places) - min(places) < size
        for places in (
            [cell.left for cell in column],
            [cell.right for cell in column],
            [(cell.left + cell.right) / 2 for cell in column],
        )
    )


def _mean_chars(column: Sequence[Line]) -> float:
    return sum(len(cell.text) for cell in column) / len(column)


def _starts_entry(line: Line) -> bool:
    """Whether it begins an entry of a list: with a bullet, a number, or a term set apart from its text."""
    return bool(line.cells or _BULLET.match(line.text) or _NUMBERED.match(line.text))


def _changes_indent(paragraph: Sequence[Line], line: Line) -> bool:
    """Whether the line begins further right or left than the paragraph's lines may."""
    last, indent = paragraph[-1], line.left - paragraph[-1].left
    if indent > 0.8 * line.size:  # of a first line, unless an entry hangs
        return len(paragraph) > 1 or (not _starts_entry(last) and _ENDED.search(last.text) is not None)
    return indent < -(0.8 if len(paragraph) > 1 else FIRST_INDENT_EM) * line.size


def _with_dash(text: str) -> str:
    bullet = _BULLET.match(text)
    return f"- {text[bullet.end() :]}" if bullet else text


def _round_to_half(size: float) -> float:
    return round(2 * size) / 2
