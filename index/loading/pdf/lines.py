"""What stands on a page, line by line, in the order in which it is read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

COLUMN_CHARS = 14  # the cells of a table are shorter on average than the lines of a column
COLUMN_ROWS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of text on a page; y grows upwards, `size` is that of the type, all in points.

    A size of 0 means that nothing is known about where it stands: its text was recognised from a picture.
    """

    page: int
    text: str
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    top: float = 0.0
    size: float = 0.0
    sizes: frozenset[float] = (
        frozenset()
    )  # of its words: a file's name in a sentence may be set in another font
    mono: bool = False  # all characters are equally wide
    cells: tuple["Line", ...] = ()  # where wide gaps part it


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    lines: tuple[Line, ...]


def in_reading_order(drawn: Iterable[Line]) -> list[Line]:
    """The lines of a page, given the stretches of text in the order in which the page draws them."""
    return list(_in_columns(_rows(drawn)))


def groups(lines: Sequence[Line], together: Callable[[Line, Line], bool]) -> Iterator[list[Line]]:
    """The longest runs in which every line goes together with the one before it."""
    group: list[Line] = []
    for line in lines:
        if group and not together(group[-1], line):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _rows(drawn: Iterable[Line]) -> list[Line]:
    """Stretches that were drawn one after another on one height become one line with cells."""
    rows: list[list[Line]] = []
    for line in drawn:
        if rows and line.size and _beside(rows[-1][-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [_row(row) for row in rows]


def _beside(one: Line, other: Line) -> bool:
    shared = min(one.top, other.top) - max(one.bottom, other.bottom)
    apart = other.left >= one.right or other.right <= one.left
    return apart and shared > 0.6 * min(one.top - one.bottom, other.top - other.bottom)


def _row(cells: list[Line]) -> Line:
    if len(cells) == 1:
        return cells[0]
    cells.sort(key=lambda cell: cell.left)
    largest = max(cells, key=lambda cell: len(cell.text))
    return replace(
        largest,
        text=" ".join(cell.text for cell in cells),
        left=cells[0].left,
        right=cells[-1].right,
        sizes=frozenset().union(*(cell.sizes for cell in cells)),
        mono=all(cell.mono for cell in cells),
        cells=tuple(cells),
    )


def _in_columns(rows: list[Line]) -> Iterator[Line]:
    """Rows that are two columns of text drawn side by side: one column after the other."""
    for group in groups(rows, lambda one, other: len(one.cells) == len(other.cells) == 2):
        if len(group) < COLUMN_ROWS:
            yield from group
            continue
        left, right = ([row.cells[side] for row in group] for side in (0, 1))
        gutter = max(cell.right for cell in left) < min(cell.left for cell in right)
        if gutter and min(_mean_chars(left), _mean_chars(right)) >= COLUMN_CHARS:
            yield from left
            yield from right
        else:
            yield from group


def _mean_chars(cells: Sequence[Line]) -> float:
    return sum(len(cell.text) for cell in cells) / len(cells)
