"""OpenDocument text: paragraphs, headings, lists and tables, with all tracked changes accepted."""

from collections.abc import Iterator

from lxml.etree import _Element

from index.errors import LoadError
from index.loading.document import LoadedDocument, heading_mark, table_lines
from index.loading.documents.archive import Archive, attribute, elements, local_name, text_of

MAX_REPEATED = 100  # cells and blanks; sheets repeat an empty cell a million times
_LEFT_OUT = frozenset(
    "tracked-changes annotation annotation-end table-of-content alphabetical-index illustration-index "
    "table-index object-index user-index bibliography sequence-decls forms ruby-text note-citation".split()
)
_APART = frozenset({"note-body", "text-box"})


def read_odt(content: bytes) -> LoadedDocument:
    """The text of an ODT with text boxes and footnotes behind their paragraphs, without comments."""
    archive = Archive(content, "ODT")
    root = archive.xml("content.xml")
    body = next((one for one in elements(root, "text") if local_name(one.getparent()) == "body"), None)
    if body is None:
        raise LoadError("expected an OpenDocument text, got another kind: save it as .odt or PDF")
    meta = archive.xml_if_any("meta.xml")
    return LoadedDocument(
        text="\n".join(_blocks(body)),
        title=text_of(meta, "title"),
        author=text_of(meta, "initial-creator") or text_of(meta, "creator"),
    )


def _blocks(parent: _Element, bullet: str = "") -> Iterator[str]:
    for block in parent:
        name = local_name(block)
        if name in ("p", "h"):
            lines = [line.strip() for line in _text(block).split("\n") if line.strip()]
            level = int(attribute(block, "outline-level") or 1) if name == "h" else 0
            if level and lines:
                yield heading_mark(min(level, 6)) + " ".join(lines)
            else:
                yield from (bullet + line for line in lines)
            bullet = ""
            yield from _set_apart_blocks(block)
        elif name == "table":
            yield from _table(block)
        elif name in ("list-item", "list-header"):
            yield from _blocks(block, "- ")
        elif name and name not in _LEFT_OUT:  # lists, sections, frames
            yield from _blocks(block)


def _text(element: _Element) -> str:
    parts = [element.text or ""]
    for child in element:
        name = local_name(child)
        if name == "s":
            parts.append(" " * min(int(attribute(child, "c") or 1), MAX_REPEATED))
        elif name in ("tab", "line-break"):
            parts.append(" " if name == "tab" else "\n")
        elif name and name not in _LEFT_OUT and name not in _APART:
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _set_apart_blocks(block: _Element) -> Iterator[str]:
    for child in block:
        if local_name(child) in _APART:
            yield from _blocks(child)
        elif local_name(child) not in _LEFT_OUT:
            yield from _set_apart_blocks(child)


def _table(table: _Element) -> Iterator[str]:
    """Its rows; a cell that spans columns or rows has its text in each, so that every row makes sense."""
    rows: list[list[str]] = []
    spanned: dict[int, tuple[int, str]] = {}  # by column: for how many rows more, and the text
    for row in elements(table, "table-row"):
        cells: list[str] = []
        for cell in row:
            if local_name(cell) == "covered-table-cell":
                for _ in range(_count(cell, "number-columns-repeated")):
                    left, text = spanned.get(len(cells), (0, ""))
                    if left:
                        spanned[len(cells)] = (left - 1, text)
                    cells.append(text if left else cells[-1] if cells else "")
            elif local_name(cell) == "table-cell":
                text = " ".join(_blocks(cell))
                for _ in range(_count(cell, "number-columns-repeated")):
                    for column in range(_count(cell, "number-columns-spanned")):
                        spanned[len(cells) + column] = (_count(cell, "number-rows-spanned") - 1, text)
                    cells.append(text)
        rows.append(cells)
    width = max((len(row) for row in rows), default=0)
    if width == 1:
        yield from (line for row in rows for line in row)
    else:
        yield from table_lines(rows, headed=len(rows) > 1)


def _count(cell: _Element, name: str) -> int:
    stated = attribute(cell, name) or "1"
    return min(int(stated), MAX_REPEATED) if stated.isdigit() and int(stated) else 1
