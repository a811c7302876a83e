"""Looking an answer up in a table: the question names a row, the header tells the column.

Readers trained on prose miss it, for a row of cells is no sentence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.structure import Kind, parse
from index.types import Passage
from retrieval.questions import Kind as Asked
from retrieval.questions import kind_of, stem, stems
from retrieval.reading import Reading

CERTAIN = 12.0  # the score of a reading: a span reader's when it has no doubt
LIKELY = 6.0  # the row is named but not the column, and the question says more than that
TITLES = {
    Asked.PLACE: frozenset(map(stem, ("location", "place", "region", "area", "city", "country", "venue"))),
    Asked.TIME: frozenset(map(stem, ("date", "year", "month", "day", "time"))),
}


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    words: frozenset[str]


def looked_up(question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
    """For each passage the cells that the question's words lead to; mostly none."""
    asked, kind = stems(question), kind_of(question)
    return [list(_readings(asked, kind, passage)) for passage in passages]


def _readings(asked: frozenset[str], kind: Asked, passage: Passage) -> Iterator[Reading]:
    lead = f"{passage.heading}\n" if passage.heading else ""  # may end in the header of a table begun before
    text = lead + passage.text
    if "|" not in text:
        return
    header: list[_Cell] = []
    for block in parse(text):
        if block.kind is Kind.TABLE_HEADER:
            header = _cells(text, block.start, block.end)
        if block.kind is not Kind.TABLE_ROW or block.start < len(lead):
            continue
        name, *values = _cells(text, block.start, block.end)
        if not name.words or not name.words <= asked:
            continue
        columns = header[1:] if len(header) == len(values) + 1 else []
        sought = (asked - name.words) | TITLES.get(kind, frozenset())
        named = [
            value
            for value, column in zip(values, columns, strict=False)
            if 2 * len(column.words & sought) >= max(1, len(column.words))
        ]
        score = CERTAIN if named or len(asked - name.words) <= 1 else LIKELY
        cells = named or (values if kind is Asked.THING else [])
        if len(cells) == 1 and cells[0].words:
            yield Reading(passage, cells[0].start - len(lead), cells[0].end - len(lead), score)


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
