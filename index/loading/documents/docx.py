"""Word documents: paragraphs, headings, lists and tables as they read with all tracked changes accepted."""

import re
from collections.abc import Iterator
from functools import cached_property

from lxml.etree import _Element

from index.errors import LoadError
from index.loading.document import LoadedDocument, heading_mark, table_lines
from index.loading.documents.archive import Archive, attribute, elements, local_name, text_of

_SHOWN = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_AROUND = (
    "sdt",
    "sdtContent",
    "ins",
    "customXml",
    "smartTag",
    "moveTo",
)  # what holds blocks
_GONE = frozenset({"del", "moveFrom", "Fallback", "txbxContent", "rPrChange", "pPrChange"})
_LISTED = re.compile(r"list|bullet", re.IGNORECASE)


def read_docx(content: bytes) -> LoadedDocument:
    """The text of a Word document with text boxes and footnotes behind their paragraphs, without comments."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise LoadError(
            "the document is password-protected or an old .doc: save it as an open .docx and add that"
        )
    archive = Archive(content, "DOCX")
    body = _Body(archive)
    lines = list(body.lines())
    core = archive.xml_if_any("docProps/core.xml")
    return LoadedDocument(
        text="\n".join(lines),
        title=text_of(core, "title") or body.first_heading,
        author=text_of(core, "creator"),
    )


class _Body:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.first_heading: str | None = None
        self._styles = (
            {attribute(style, "styleId"): style for style in elements(root, "style")}
            if (root := archive.xml_if_any("word/styles.xml")) is not None
            else {}
        )

    def lines(self) -> Iterator[str]:
        body = next(elements(self._archive.xml("word/document.xml"), "body"), None)
        if body is None:
            raise LoadError("the DOCX has no text part: save it again from its editor")
        yield from self._blocks(body)

    @cached_property
    def _notes(self) -> dict[tuple[str, str | None], _Element]:
        notes = {}
        for kind in ("footnote", "endnote"):
            root = self._archive.xml_if_any(f"word/{kind}s.xml")
            for note in elements(root, kind) if root is not None else ():
                if attribute(note, "type") is None:  # others are the lines that part notes from text
                    notes[kind, attribute(note, "id")] = note
        return notes

    def _blocks(self, parent: _Element) -> Iterator[str]:
        for block in parent:
            name = local_name(block)
            if name == "p":
                yield from self._paragraph(block)
            elif name == "tbl":
                yield from self._table(block)
            elif name in _AROUND and not _is_contents(block):
                yield from self._blocks(block)

    def _paragraph(self, paragraph: _Element) -> Iterator[str]:
        lines = [line.strip() for line in _text(paragraph).split("\n") if line.strip()]
        style = self._style(paragraph)
        if re.match(r"toc \d", style, re.IGNORECASE):
            return
        level = self._level(paragraph)
        if lines and level:
            self.first_heading = self.first_heading or " ".join(lines)
            yield heading_mark(level) + " ".join(lines)
        elif lines:
            listed = self._of_style(paragraph, "numId") not in (None, "0") or _LISTED.search(style)
            yield from (f"- {line}" if listed and i == 0 else line for i, line in enumerate(lines))
        for one in paragraph.iter():
            name = local_name(one)
            if name == "txbxContent" and not _within(one, paragraph, {"Fallback"}):
                yield from self._blocks(one)
            elif name in ("footnoteReference", "endnoteReference"):
                note = self._notes.get((name.removesuffix("Reference"), attribute(one, "id")))
                if note is not None:
                    yield from self._blocks(note)

    def _table(self, table: _Element) -> Iterator[str]:
        """Its rows; a cell that spans columns or rows has its text in each, so that every row makes sense."""
        rows: list[list[str]] = []
        for row in _nearest(table, "tr"):
            if any(local_name(one) in ("del",) for one in elements(row, "trPr") for one in one):
                continue
            cells: list[str] = []
            for cell in _nearest(row, "tc"):
                merged = next(elements(cell, "vMerge"), None)
                above = rows[-1][len(cells)] if rows and len(cells) < len(rows[-1]) else ""
                goes_on = merged is not None and attribute(merged, "val") != "restart"
                text = above if goes_on else " ".join(self._cell(cell))
                span = next(elements(cell, "gridSpan"), None)
                cells += [text] * _number(span)
            rows.append([cells[0]] if cells and len(set(cells)) == 1 else cells)
        if all(len(row) == 1 for row in rows):  # for looks only
            for cell in (cell for row in _nearest(table, "tr") for cell in _nearest(row, "tc")):
                yield from self._blocks(cell)
        else:
            yield from table_lines(rows, headed=len(rows) > 1)

    def _cell(self, cell: _Element) -> Iterator[str]:
        return (_text(paragraph).strip() for paragraph in elements(cell, "p"))

    def _style(self, paragraph: _Element) -> str:
        style = next(elements(paragraph, "pStyle"), None)
        own = self._styles.get(attribute(style, "val")) if style is not None else None
        name = next(elements(own, "name"), None) if own is not None else None
        return (attribute(name, "val") or "") if name is not None else ""

    def _level(self, paragraph: _Element) -> int:
        """The level of a heading, 0 for other paragraphs."""
        name = self._style(paragraph)
        if re.fullmatch("title", name, re.IGNORECASE):
            return 1
        if numbered := re.fullmatch(r"heading (\d)", name, re.IGNORECASE):
            return min(int(numbered[1]), 6)
        outline = self._of_style(paragraph, "outlineLvl")
        return int(outline) + 1 if outline is not None and outline in "012345" else 0

    def _of_style(self, paragraph: _Element, name: str) -> str | None:
        """What the paragraph, or the style it has, or the one that builds on, says of `name`."""
        own = next((one for one in paragraph if local_name(one) == "pPr"), None)
        for _ in range(10):  # styles that build on each other in a circle
            if own is None:
                return None
            if (stated := next(elements(own, name), None)) is not None:
                return attribute(stated, "val")
            base = next(elements(own, "pStyle", "basedOn"), None)
            own = self._styles.get(attribute(base, "val")) if base is not None else None
        return None


def _text(paragraph: _Element) -> str:
    """The words that show: tracked insertions are in, deletions, hidden words and text boxes are out."""
    parts = []
    for one in paragraph.iter():
        name = local_name(one)
        if name not in ("t", *_SHOWN) or _within(one, paragraph, _GONE):
            continue
        run = one.getparent()
        if run is None or local_name(run) != "r" or _is_hidden(run):
            continue
        parts.append(_SHOWN.get(name) or one.text or "")
    return "".join(parts)


def _within(one: _Element, paragraph: _Element, names: frozenset[str] | set[str]) -> bool:
    for around in one.iterancestors():
        if around is paragraph:
            return False
        if local_name(around) in names:
            return True
    return False


def _is_hidden(run: _Element) -> bool:
    properties = next((one for one in run if local_name(one) == "rPr"), ())
    vanish = next((one for one in properties if local_name(one) == "vanish"), None)
    return vanish is not None and attribute(vanish, "val") not in ("0", "false")


def _is_contents(block: _Element) -> bool:
    return any(attribute(one, "val") == "Table of Contents" for one in elements(block, "docPartGallery"))


def _nearest(parent: _Element, name: str) -> Iterator[_Element]:
    """Rows of a table or cells of a row, not those of a table inside it."""
    for child in parent:
        if local_name(child) == name:
            yield child
        elif local_name(child) in _AROUND:
            yield from _nearest(child, name)


def _number(span: _Element | None) -> int:
    stated = (attribute(span, "val") or "") if span is not None else ""
    return min(int(stated), 100) if stated.isdigit() and int(stated) else 1
