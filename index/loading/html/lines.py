"""Elements of an HTML page as lines: a paragraph, heading, `- item`, table row or line of code each.

Text is laid out as a browser does: inline elements stay in their sentence, blocks have lines of their own,
white space counts once, hidden elements not at all. Nothing recurses, however deep a page is nested.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.etree import _Element

from index.loading.document import CODE_MARK, heading_mark, table_lines
from index.loading.html.elements import HEADINGS, PREFORMATTED, is_block, is_hidden, plain
from index.loading.html.tables import describes_the_line_above, is_layout, table_rows

_ADMONITION = re.compile(
    r"(?:^|\s)(?:admonition|note|tip|warning|caution|important|hint|danger|attention)(?:\s|$)"
)
REPEATED_CHARS = 60  # shorter lines come again in many texts: "Yes", names, times
CUT_CHARS = 40
BAR_LINKS = 3
BUTTON_WORDS = 4
HEADING_MARKS = frozenset(map(heading_mark, range(1, 7)))

_BUTTON_TEXT = (*HEADINGS, "dt", "summary")  # where a button folds what is below it
_CODE = ("code", "kbd", "samp", "tt")
_PERMALINK = frozenset("¶#§🔗")
_SENTENCE_END = re.compile(r"[.!?:;…]['\"”’»)\]]*$")

# A <pre> of a mailing list or an RFC is prose in lines of equal length
_PROSE_WORDS = 6  # a line, on average
_PROSE_LINE = re.compile(r"[\w'’“”\"(].*")


@dataclass(slots=True)
class Line:
    """One line, and the block that it comes from."""

    text: str
    element: _Element
    bare: bool = False  # a heading of what is left out
    is_bar: bool = False  # links with nothing but separators between them: "Previous | Contents | Next"


def lines_of(
    element: _Element, dropped: Collection[_Element] = (), only: Collection[_Element] = ()
) -> list[Line]:
    """The lines that the element shows, without what is in `dropped`; with `only`, those in these blocks."""
    writer = _Writer(marked=True)
    _walk(element, dropped, writer)
    lines = [line for line in writer.lines if _is_in(line, only)] if only else writer.lines
    return _without_bare_headings(_each_once(lines))


def _is_in(line: Line, blocks: Collection[_Element]) -> bool:
    return line.element in blocks or any(around in blocks for around in line.element.iterancestors())


def _each_once(lines: list[Line]) -> list[Line]:
    """The lines without those that a page shows twice: for wide and small screens, cut short with "…".

    A line of some length comes once below a heading or term; the same remark below another one stays.
    """
    kept: list[Line] = []
    seen: set[str] = set()
    starts = {line.text[:CUT_CHARS] for line in lines if not line.text.endswith(("…", "..."))}
    for line in lines:
        if line.is_bar:
            continue
        text = line.text
        bare = text.removeprefix("- ")
        if text[0] == CODE_MARK or text.endswith(" |"):
            kept.append(line)
            continue
        if text[0] in HEADING_MARKS or line.element.tag == "dt":
            seen.clear()
        elif (bare in seen and len(bare) > REPEATED_CHARS) or (
            text.endswith(("…", "...")) and len(text) > CUT_CHARS and text[:CUT_CHARS] in starts
        ):
            continue
        seen.add(bare)
        kept.append(line)
    return kept


def _without_bare_headings(lines: list[Line]) -> list[Line]:
    """The lines without headings at the end, and those whose section is left out."""
    kept: list[Line] = []
    below = ""  # the mark of the heading below, when there is nothing between
    for line in reversed(lines):
        mark = line.text[0] if line.text[0] in HEADING_MARKS else ""
        if mark and ((not kept and len(lines) > 1) or (line.bare and below and below <= mark)):
            continue
        below = mark
        kept.append(line)
    return kept[::-1] or lines


def _is_separator(text: str) -> bool:
    """Whether the text between links only keeps them apart; a comma or a word makes a sentence of them."""
    return not re.search(r"[\w,;]", text)


def inline_text(element: _Element, dropped: Collection[_Element] = ()) -> str:
    """What the element shows, on one line."""
    if not len(element):
        return plain(element.text or "")
    writer = _Writer(marked=False)
    _walk(element, dropped, writer)
    return " ".join(line.text for line in writer.lines)


@dataclass(slots=True)
class _Writer:
    """Lines as they grow. Without `marked` there are words only: no bullets, headings, tables or code."""

    marked: bool
    lines: list[Line] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    mark: str = ""  # what the next line begins with
    links: int = 0
    unlinked: list[str] = field(default_factory=list)
    broken: bool = False  # by a <br>, which may be a line's end or only the end of the column

    def add(self, text: str | None, block: _Element, *, linked: bool = False) -> None:
        if not text:
            return
        if self.broken and (begins := text.lstrip(" \t\n\r\f\v\xa0")):
            before = plain("".join(self.words))
            if before and begins[0].islower() and not _SENTENCE_END.search(before):
                self.words.append(" ")
            else:
                self.end(block)
            self.broken = False
        self.words.append(text)
        if not linked:
            self.unlinked.append(text)

    def end(self, block: _Element) -> None:
        self.broken = False
        if self.words:
            text = plain("".join(self.words))
            self.words.clear()
            if text:
                is_bar = self.links >= BAR_LINKS and not self.mark and _is_separator("".join(self.unlinked))
                self.lines.append(Line(self.mark + text, block, is_bar=is_bar))
                self.mark = ""
        self.unlinked.clear()
        self.links = 0

    def lost_after_heading(self) -> None:
        """What is below the last heading is left out: it says nothing without it."""
        if self.lines and not self.words and self.lines[-1].text[0] in HEADING_MARKS:
            self.lines[-1].bare = True

    def whole(self, texts: list[str], block: _Element) -> None:
        self.end(block)
        self.lines.extend(Line(text, block) for text in texts)


def _walk(root: _Element, dropped: Collection[_Element], writer: _Writer) -> None:
    blocks: list[_Element] = [root]
    in_admonition = 0
    walk = etree.iterwalk(root, events=("start", "end"))
    passed: _Element | None = None
    in_link = False
    for event, element in walk:
        if event == "start":
            tag = element.tag
            if not isinstance(tag, str) or (
                element is not root and (element in dropped or is_hidden(element))
            ):
                if element in dropped:
                    writer.lost_after_heading()
                passed = element
                walk.skip_subtree()
                continue
            if tag == "br":
                if writer.broken or element.getparent().tag in _CODE:  # two of them: an empty line
                    writer.end(blocks[-1])
                writer.broken = True
                continue
            if _is_button(element) and blocks[-1].tag not in _BUTTON_TEXT:
                passed = element
                walk.skip_subtree()
                continue
            if tag == "q":
                writer.add("“", blocks[-1])
            elif is_block(element) or element is root:
                writer.end(blocks[-1])
                blocks.append(element)
                if _ADMONITION.search(element.get("class", "")):
                    in_admonition += 1
                if (
                    writer.marked
                    and (texts := _whole_lines(element, dropped, bool(in_admonition))) is not None
                ):
                    writer.whole(texts, element)
                    walk.skip_subtree()
                    continue
                if writer.marked and (tag in ("li", "dd") or describes_the_line_above(element)):
                    writer.mark = "- "
            elif tag == "a" and (element.text or "") in _PERMALINK and element.text and not len(element):
                continue
            elif tag == "a" and element.get("href"):
                in_link = True
                writer.links += 1
            writer.add(element.text, blocks[-1], linked=in_link)
        else:
            if element is passed:
                passed = None
            elif element is blocks[-1]:
                writer.end(element)
                if _ADMONITION.search(element.get("class", "")):
                    in_admonition -= 1
                blocks.pop()
                if element.tag in ("li", "dd", "p"):
                    writer.mark = ""
            elif element.tag == "q":
                writer.add("”", blocks[-1])
            if element is not root:
                in_link = in_link and element.tag != "a"
                writer.add(element.tail, blocks[-1], linked=in_link)
    writer.end(root)


def _is_button(element: _Element) -> bool:
    """Whether it is a control; a block or a longer text with the role of one opens what stands below it."""
    if element.tag == "button":
        return True
    linked = element.tag in ("a", "span") and element.get("role") == "button"
    return linked and len(" ".join(element.itertext()).split()) <= BUTTON_WORDS


def _whole_lines(element: _Element, dropped: Collection[_Element], in_admonition: bool) -> list[str] | None:
    """The lines of a block that is not read element by element: a heading, code or a table of values."""
    tag = element.tag
    if tag in HEADINGS or element.get("role") == "heading":
        if not (text := inline_text(element, dropped)):
            return []
        if in_admonition:
            return [text]  # "Note" begins no section
        level = tag[1] if tag in HEADINGS else element.get("aria-level", "2")
        return [heading_mark(int(level) if level in "123456" else 6) + text]
    if tag in PREFORMATTED:
        return list(_pre_lines(element))
    if tag == "table" and not is_layout(element):
        caption = next(iter(element.iterchildren("caption")), None)
        head = [] if caption is None else [inline_text(caption, dropped)]
        rows, headed = table_rows(element, lambda cell: inline_text(cell, dropped))
        return [line for line in (*head, *table_lines(rows, headed=headed)) if line]
    return None


def _pre_lines(element: _Element) -> Iterator[str]:
    code = element.get("class") or next(element.iter(*_CODE, "span"), None) is not None
    for paragraph in re.split(r"\n[ \t]*(?=\n)", _pre_text(element)):
        lines = [line.rstrip() for line in paragraph.split("\n") if line.strip()]
        if not code and _is_prose(lines):
            yield plain(" ".join(lines))
        else:
            yield from (CODE_MARK + line for line in lines)


def _pre_text(element: _Element) -> str:
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        if event == "end":
            parts.append((inner.tail or "") if inner is not element else "")
        elif isinstance(inner.tag, str) and not is_hidden(inner):
            parts.append("\n" if inner.tag == "br" else inner.text or "")
        else:
            walk.skip_subtree()
    return "".join(parts).replace("\r\n", "\n").expandtabs(8)


def _is_prose(lines: list[str]) -> bool:
    words = sum(len(re.findall(r"[^\W\d_]{2,}", line)) for line in lines)
    return (
        len(lines) > 1
        and words >= _PROSE_WORDS * len(lines)
        and len({len(line) - len(line.lstrip()) for line in lines}) == 1
        and all(_PROSE_LINE.match(line.lstrip()) for line in lines)
    )
