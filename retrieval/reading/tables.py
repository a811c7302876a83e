"""Looking an answer up in a table: the question repeats one cell of a row, the header tells the column.

Readers trained on prose miss it, for a row of cells is no sentence.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass

from index.passages.structure import Kind, parse
from index.types import Passage
from retrieval.questions.kinds import Kind as Asked
from retrieval.questions.kinds import kind_of, stem, stems
from retrieval.reading.reader import Reading

CERTAIN = 12.0  # the score of a reading: a span reader's when it has no doubt
LIKELY = 6.0  # the row is named but not the column, and the question says more than that
NAMED = 0.5  # share of a cell's telling words with which a question names its row: "roadblocks"
ANSWERING = 0.7  # or the share of the question's words that the row says, for a cell that says more
ROOT, ENDINGS = 4, 2  # letters that words of one root share at least, and that they differ in at most
TITLES = {
    Asked.PLACE: frozenset(map(stem, ("location", "place", "region", "area", "city", "country", "venue"))),
    Asked.TIME: frozenset(map(stem, ("date", "year", "month", "day", "time"))),
    Asked.PERSON: frozenset(map(stem, ("name", "person", "winner", "leader", "holder"))),
}


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Table:
    """The rows that a passage holds, each a list of cells; no header where it has other columns."""

    header: list[_Cell]
    rows: list[list[_Cell]]


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Asked
    words: frozenset[str]


def looked_up(question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
    """For each passage the cell that the question leads to, the row where it asks broadly; mostly none."""
    asked = _Asked(kind_of(question), stems(question))
    return [
        [reading for table, lead in _tables(passage) for reading in _readings(asked, passage, table, lead)]
        for passage in passages
    ]


def _tables(passage: Passage) -> Iterator[tuple[_Table, int]]:
    """Each table, with the length of what stands before the passage's own text; offsets count both."""
    lead = f"{passage.heading}\n" if passage.heading else ""  # may end in the header of a table begun before
    text = lead + passage.text
    if "|" not in text:
        return
    table = _Table([], [])
    for block in parse(text, passage.marks(len(lead))):
        if block.kind is Kind.TABLE_HEADER:
            yield table, len(lead)
            table = _Table(_cells(text, block.start, block.end), [])
        elif block.kind is Kind.TABLE_ROW and block.start >= len(lead):
            table.rows.append(_cells(text, block.start, block.end))
    yield table, len(lead)


def _readings(asked: _Asked, passage: Passage, table: _Table, lead: int) -> Iterator[Reading]:
    """The cell that is asked for, in the one row of whose cells the question says most."""
    weight = _telling(table.rows)
    shares_of = [[_share(cell.words, asked.words, weight) for cell in row] for row in table.rows]
    said = [
        sum(
            share * sum(map(weight, cell.words & asked.words))
            for share, cell in zip(shares, row, strict=True)
        )
        for shares, row in zip(shares_of, table.rows, strict=True)
    ]
    most = max(said, default=0.0)
    if not most or said.count(most) > 1:
        return
    row, shares = table.rows[said.index(most)], shares_of[said.index(most)]
    named = [cell for cell, share in zip(row, shares, strict=True) if share >= NAMED]
    answered = not named and _answers(asked.words, row, table.header, weight)
    if answered:
        named = [max(row, key=lambda cell: sum(map(weight, cell.words & asked.words)))]
    if not named:
        return
    rest = asked.words - _words(named)
    context = stems(f"{passage.source.title} {passage.heading}") | _words(row)
    strange = {word for word in rest - context if not _is_among(word, _words(table.header))}
    cells = [cell for cell in row if cell not in named]
    found = _in_column(rest | TITLES.get(asked.kind, frozenset()), row, table.header, cells)
    wholly = max(shares) == 1
    score = CERTAIN if len(strange) <= 1 or (found and wholly) else LIKELY
    if asked.kind is Asked.BROAD:
        if wholly or not strange:
            yield Reading(passage, row[0].start - lead, row[-1].end - lead, score)
        return
    if not found and not answered:
        found = _untitled(asked.kind, row, cells, strange, wholly=wholly)
    if found and found.words:
        yield Reading(passage, found.start - lead, found.end - lead, score)


def _telling(rows: Sequence[Sequence[_Cell]]) -> Callable[[str], float]:
    """How much a word tells within a table: most where only one row, or none, has it."""
    having = Counter(word for row in rows for word in _words(row))
    return lambda word: math.log1p(len(rows) / max(having[word], 1))


def _answers(
    asked: frozenset[str], row: Sequence[_Cell], header: Sequence[_Cell], weight: Callable[[str], float]
) -> bool:
    """Whether the row says most of what the question says beside the words of the header."""
    said = _words(row) & asked
    sought = said | {word for word in asked if not _is_among(word, _words(header))}
    return len(said) > 1 and _share(sought, said, weight) >= ANSWERING


def _in_column(
    sought: frozenset[str], row: Sequence[_Cell], header: Sequence[_Cell], cells: Sequence[_Cell]
) -> _Cell | None:
    """The one of these cells of the row whose header is asked for."""
    if len(header) != len(row):
        return None
    fitting = [
        (sum(_is_among(word, sought) for word in column.words) / len(column.words), cell)
        for cell, column in zip(row, header, strict=True)
        if cell in cells and cell.words and column.words
    ]
    most = max((share for share, _ in fitting), default=0.0)
    best = [cell for share, cell in fitting if share == most >= 0.5]
    return best[0] if len(best) == 1 else None


def _untitled(
    kind: Asked, row: Sequence[_Cell], cells: Sequence[_Cell], strange: Set[str], *, wholly: bool
) -> _Cell | None:
    """Of the cells that the question does not name the one it must ask for, though it names no header."""
    if row[0] in cells:
        return row[0] if kind is Asked.PERSON or not strange else None
    only = cells[0] if len(row) == 2 and cells else None
    return only if kind is Asked.THING and len(strange) <= wholly else None


def _words(cells: Sequence[_Cell]) -> frozenset[str]:
    return frozenset[str]().union(*(cell.words for cell in cells))


def _share(words: Set[str], among: Set[str], weight: Callable[[str], float]) -> float:
    return sum(map(weight, words & among)) / sum(map(weight, words)) if words else 0.0


def _is_among(word: str, words: Set[str]) -> bool:
    """Whether one of the words has the same root: "strategy" and "strategies", "lead" and "leader"."""
    return word in words or any(_are_akin(word, other) for other in words)


def _are_akin(word: str, other: str) -> bool:
    root = max(ROOT, (len(word) + len(other) - ENDINGS + 1) // 2)
    return word[:root] == other[:root]


def _cells(text: str, start: int, end: int) -> list[_Cell]:
    """The cells of a row between its bars, at least one, without the empty ones that the outer bars make."""
    row, cells, at = text[start:end], [], start
    for part in row.removeprefix("|").removesuffix("|").split("|"):
        at = text.index(part, at, end)
        inner = part.strip()
        first = at + len(part) - len(part.lstrip())
        cells.append(_Cell(first, first + len(inner), stems(inner)))
        at += len(part)
    return cells
