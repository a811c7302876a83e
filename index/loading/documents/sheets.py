"""Tables in files: CSV and TSV, and the sheets of Excel."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO

import openpyxl

from index.errors import LoadError
from index.loading.document import LoadedDocument, heading_mark, table_lines
from index.loading.documents.archive import Archive

SAMPLE_ROWS = 50
MIN_ROWS = 3
MIN_VALUES = 3
MAX_ROW_CHARS = 1000
MAX_FIELD_CHARS = 1_000_000
_DELIMITERS = ",;\t|"
_FIGURE = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s]*[%€$£]?")


def read_csv(text: str) -> LoadedDocument:
    """The rows of a table whose delimiter is found out. Raises LoadError when it is no table."""
    csv.field_size_limit(MAX_FIELD_CHARS)
    text = text.lstrip("\ufeff").replace("\0", "")
    if named := re.match(r"sep=(.)\r?\n", text):  # for Excel
        delimiter, text = named[1], text[named.end() :]
    else:
        delimiter = max(_DELIMITERS, key=lambda sign: _regularity(text, sign))
    try:
        rows = list(_rows(text, delimiter))
    except csv.Error as error:
        shown = str(error)
        raise LoadError("the table cannot be read ({error}): save it again as CSV", error=shown) from error
    return LoadedDocument(text="\n".join(table_lines(rows, headed=_has_header(rows))))


def _regularity(text: str, delimiter: str) -> tuple[float, int]:
    """How many rows have the most usual number of cells, if more than one, and that number."""
    try:
        widths = [len(row) for row, _ in zip(_rows(text, delimiter), range(SAMPLE_ROWS), strict=False)]
    except csv.Error:
        return 0.0, 0
    usual = max(widths, key=widths.count, default=0)
    return (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    return (row for row in rows if any(cell.strip() for cell in row))


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    return len(rows) > 1 and not any(_FIGURE.fullmatch(cell.strip()) for cell in rows[0])


def with_tables(text: str) -> str:
    """Plain text whose runs of lines of comma-separated values are tables, as those of a CSV file.

    A run has at least three lines of as many values, three or more, and no blank behind a comma.
    """
    lines = text.splitlines()
    widths = [_values(line) for line in lines]
    made: list[str] = []
    first = 0
    while first < len(lines):
        last = first
        while last + 1 < len(lines) and widths[last + 1] == widths[first]:
            last += 1
        run = lines[first : last + 1]
        if widths[first] and len(run) >= MIN_ROWS:
            rows = list(_rows("\n".join(run), ","))
            made += table_lines(rows, headed=_has_header(rows))
        else:
            made += run
        first = last + 1
    return "\n".join(made)


def _values(line: str) -> int:
    """How many comma-separated values a line has; 0 for a sentence with commas and other lines."""
    commas = line.count(",")
    if commas < MIN_VALUES - 1 or len(line) > MAX_ROW_CHARS or ", " in line or '"' in line:
        return 0
    return commas + 1


def read_xlsx(content: bytes) -> LoadedDocument:
    """All sheets as tables, the values that their formulas had when the file was saved."""
    Archive(content, "XLSX")  # for its bounds
    book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
    lines: list[str] = []
    for sheet in book.worksheets:
        rows = list(_filled_rows(sheet.iter_rows(values_only=True)))
        if rows and len(book.worksheets) > 1:
            lines.append(heading_mark(1) + str(sheet.title))
        lines += table_lines(rows, headed=_has_header(rows))
    stated = book.properties
    return LoadedDocument(text="\n".join(lines), title=stated.title or None, author=stated.creator or None)


def _filled_rows(rows: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    """The rows that have values, as wide as the widest of their cells."""
    for row in rows:
        cells = [_shown(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield cells


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
