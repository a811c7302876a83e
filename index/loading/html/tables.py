"""Tables of an HTML page: those of values as rows of cells, told from those that only arrange a page."""

from collections.abc import Callable

from lxml.etree import _Element

from index.loading.html.elements import is_hidden

MAX_COLUMNS = 100  # further cells repeat nothing
MAX_SPAN = 100  # rows or columns: no table that a person reads has more
REPEATED_CHARS = 200  # a longer cell is text, which stands in its first row only
CELL_WORDS = 60  # more on average, and the cells are parts of a page
_BLOCK_CONTENT = ("table", "ul", "ol", "dl", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "form", "blockquote")


def is_layout(table: _Element) -> bool:
    """Whether the table arranges text that is to be read block by block."""
    if table.get("role") in ("presentation", "none"):
        return True
    if next(table.iterdescendants("table"), None) is not None:
        return True
    rows = list(table.iter("tr"))
    widest = max((sum(1 for _ in row.iterchildren("td", "th")) for row in rows), default=0)
    if widest < 2:
        return True
    if next(table.iter("th", "caption", "thead"), None) is not None:
        return False
    if len(rows) < 2:
        return True
    cells = list(table.iter("td"))
    if any(
        next(cell.iterdescendants(*_BLOCK_CONTENT), None) is not None or sum(1 for _ in cell.iter("p")) > 1
        for cell in cells
    ):
        return True
    words = sum(len(text.split()) for text in table.itertext())
    return words > CELL_WORDS * len(cells)


def describes_the_line_above(paragraph: _Element) -> bool:
    """Whether it says what the first line of its cell is, in a table of one column of terms."""
    cell = paragraph.getparent()
    if paragraph.tag != "p" or cell is None or cell.tag != "td" or cell[0] is paragraph:
        return False
    if any(beside.tag in ("td", "th") for beside in cell.getparent() if beside is not cell):
        return False
    table = next(cell.iterancestors("table"), cell)
    return next(table.iter("th"), None) is not None


def table_rows(table: _Element, text_of: Callable[[_Element], str]) -> tuple[list[list[str]], bool]:
    """The cells of each row, and whether the first row is the header of the others.

    A cell that spans rows or columns stands in each of them; a row that one cell spans whole has that cell
    only. The rows of a header are one: "Population 2010".
    """
    rows: list[list[str]] = []
    header_rows = 0
    spanned: dict[int, tuple[int, str]] = {}  # column -> rows to come, text
    for row in table.iter("tr"):
        cells: list[str] = []
        own = [] if is_hidden(row) else [cell for cell in row.iterchildren("td", "th") if not is_hidden(cell)]
        for cell in own:
            _take_spanned(cells, spanned)
            text = text_of(cell)
            again = text if len(text) <= REPEATED_CHARS else ""
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            if across > 1 and len(own) == 1 and not cells and not spanned:
                across = 1
            for i in range(max(1, min(across, MAX_COLUMNS - len(cells)))):
                if down > 1 and len(cells) < MAX_COLUMNS:
                    spanned[len(cells)] = (down - 1, again)
                cells.append(again if i else text)
        _take_spanned(cells, spanned)
        if not any(cells):
            continue
        in_head = row.getparent().tag == "thead" or all(cell.tag == "th" for cell in own)
        if header_rows == len(rows) and own and in_head and len(cells) > 1:
            header_rows += 1
        rows.append(cells)
    if 1 < header_rows < len(rows):
        rows[:header_rows] = [_one_header(rows[:header_rows])]
    return rows, 0 < header_rows < len(rows)


def _take_spanned(cells: list[str], spanned: dict[int, tuple[int, str]]) -> None:
    while len(cells) in spanned:
        column = len(cells)
        rest, text = spanned.pop(column)
        if rest > 1:
            spanned[column] = (rest - 1, text)
        cells.append(text)


def _one_header(rows: list[list[str]]) -> list[str]:
    width = max(map(len, rows))
    columns = ([row[i] for row in rows if i < len(row)] for i in range(width))
    return [" ".join(dict.fromkeys(filter(None, column))) for column in columns]


def _span(cell: _Element, name: str) -> int:
    stated = cell.get(name, "")
    return min(max(int(stated), 1), MAX_SPAN) if stated.isdecimal() and len(stated) < 6 else 1
