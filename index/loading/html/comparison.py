"""What of a page is stored and what was left out, block by block, for a person to see."""

from dataclasses import dataclass

from index.errors import LoadError
from index.loading.cleaning import clean_text
from index.loading.document import without_marks
from index.loading.html.lines import lines_of
from index.loading.html.page import parse_html
from index.types import MarkKind


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A line that the page shows; `kind` is what the page marks it as, None for a paragraph."""

    text: str
    kept: bool
    kind: MarkKind | None = None


def shown_blocks(page: str, stored: str) -> list[ShownBlock]:
    """All that the HTML `page` shows, in order; kept is what stands in the `stored` text.

    Raises LoadError when nothing of it is HTML.
    """
    tree = parse_html(page)
    body = None if tree is None else tree.find("body")
    if body is None:
        raise LoadError("no page to compare: expected HTML with a body")
    kept = set(stored.split("\n"))
    blocks = []
    for line in lines_of(body):
        text, outline = without_marks(clean_text(line.text))
        if text:
            kind = outline[0].kind if outline else None
            blocks.append(ShownBlock(text, text in kept or text.removeprefix("- ") in kept, kind))
    return blocks
