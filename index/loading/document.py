"""What a format says about an article, before it is cleaned and gets its name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.loading.dates import StatedDate
from index.types import Mark, MarkKind


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """An article as its file or page has it; None where the source does not state something.

    `text` may hold marks (`heading_mark`, `CODE_MARK`, `page_mark`): `without_marks` takes them out.
    """

    text: str
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    url: str | None = None
    dated: StatedDate | None = None  # when it was published
    warnings: tuple[str, ...] = ()  # what a reader of it should know: "page 2 of 3 has no text"


def table_lines(rows: Iterable[Sequence[str]], *, headed: bool) -> list[str]:
    """A table in the plain shape that passages are cut from: `A | B |`, then `---|---|` under a header."""
    lines = []
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            continue
        if len(cells) == 1:  # a table for looks only
            lines.append(cells[0])
            continue
        lines.append(" | ".join(cells) + " |")
        if headed and len(lines) == 1:
            lines.append("---|" * len(cells))
    return lines


# Marks travel inside the text while it is cleaned, as noncharacters: Unicode keeps U+FDD0 to U+FDEF for such
# private use inside a program, so that no document has them.
CODE_MARK = "\ufdd7"
"""At the beginning of a line: it is a line of program code or of a terminal."""

_HEADING, _PAGE, _DIGIT = 0xFDD0, "\ufdd8", 0xFDE0
_MARK = re.compile(r"([\ufdd1-\ufdd6])|(\ufdd7)|\ufdd8([\ufde0-\ufde9]+)|[\ufdd0-\ufdef]")


def heading_mark(level: int) -> str:
    """What begins a line that is a heading of this level, 1 to 6."""
    return chr(_HEADING + level)


def page_mark(number: int) -> str:
    """What stands where a page begins, anywhere in the text."""
    return _PAGE + "".join(chr(_DIGIT + int(digit)) for digit in str(number))


def without_marks(text: str) -> tuple[str, tuple[Mark, ...]]:
    """The text without its marks, and the marks by their offset in it."""
    parts: list[str] = []
    outline: list[Mark] = []
    length = done = 0
    for found in _MARK.finditer(text):
        parts.append(text[done : found.start()])
        length += found.start() - done
        done = found.end()
        if found[1]:
            outline.append(Mark(length, MarkKind.HEADING, ord(found[1]) - _HEADING))
        elif found[2]:
            outline.append(Mark(length, MarkKind.CODE))
        elif found[3]:
            number = int("".join(str(ord(digit) - _DIGIT) for digit in found[3]))
            outline.append(Mark(length, MarkKind.PAGE, number))
    return "".join((*parts, text[done:])), tuple(outline)
