"""What a format says about an article, before it is cleaned and gets its name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime

DATE_SHAPES = ("%Y/%m/%d", "%Y.%m.%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y")
"""Shapes with one reading. 03/04/2024 has two, so it stays unknown."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An article as its file or page has it; None where the source does not state something."""

    text: str
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    url: str | None = None
    published: date | None = None


def stated_date(written: str | None) -> date | None:
    """The day that `written` names, in its own time zone; None when it names none without guessing."""
    shown = " ".join((written or "").split())
    try:
        return datetime.fromisoformat(shown).date()
    except ValueError:
        pass
    for shape in DATE_SHAPES:
        try:
            return datetime.strptime(shown, shape).date()
        except ValueError:
            continue
    try:
        return parsedate_to_datetime(shown).date()
    except (ValueError, TypeError, IndexError):
        return None


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
