"""Markdown as plain lines: one paragraph, heading, `- item`, table row or line of code a line."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.loading.dates import read_date
from index.loading.document import CODE_MARK, LoadedDocument, heading_mark, table_lines


def read_markdown(source: str) -> LoadedDocument:
    """Markdown without its marks: links and emphasis as their words, tables in the plain shape.

    Front matter (`---`, `name: value` lines, `---`) states title, author, date and URL.
    """
    front, body = _front_matter(source)
    tokens = MarkdownIt("commonmark").enable("table").parse(body)
    first_heading = next(
        (_inline_text(tokens[i + 1]) for i, token in enumerate(tokens[:-1]) if token.type == "heading_open"),
        None,
    )
    return LoadedDocument(
        text="\n".join(_markdown_lines(tokens)),
        title=front.get("title") or first_heading,
        author=front.get("author"),
        publisher=front.get("publisher") or front.get("source"),
        url=front.get("url"),
        dated=read_date(front.get("date")),
    )


def _inline_lines(inline: str) -> Iterator[str]:
    return (line.strip() for line in inline.split("\n") if line.strip())


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    found = re.match(r"\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", source, re.DOTALL)
    if found is None:
        return {}, source
    pairs = re.findall(r"^(\w+):[ \t]*(\S.*?)[ \t]*$", found[1], re.MULTILINE)
    return {name.lower(): value.strip("\"'") for name, value in pairs}, source[found.end() :]


def _markdown_lines(tokens: list[Token]) -> Iterator[str]:
    bullet = ""
    rows: list[list[str]] = []
    in_table = False
    for token in tokens:
        match token.type:
            case "list_item_open":
                bullet = "- "
            case "heading_open":
                bullet = heading_mark(int(token.tag[1]))
            case "table_open":
                in_table, rows = True, []
            case "tr_open":
                rows.append([])
            case "table_close":
                yield from table_lines(rows, headed=True)
                in_table = False
            case "inline" if in_table:
                rows[-1].append(_inline_text(token))
            case "inline":
                for line in _inline_lines(_inline_text(token)):
                    yield bullet + line
                    bullet = ""
            case "fence" | "code_block":
                yield from (CODE_MARK + line for line in token.content.split("\n") if line.strip())
            case "html_block" if words := re.sub(r"<!--.*?-->|<[^<>]*>", "", token.content, flags=re.DOTALL):
                yield from _inline_lines(words)


def _inline_text(token: Token) -> str:
    """The words of inline Markdown. A soft line break is a space; pictures and tags have no words."""
    breaks = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(
        breaks.get(child.type, child.content if child.type in ("text", "code_inline") else "")
        for child in token.children or ()
    )
