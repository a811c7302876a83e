"""HTML pages and Markdown as plain lines: one paragraph, heading, `- item` or table row a line."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import date

import trafilatura
from lxml.etree import _Element  # type: ignore[import-untyped]
from markdown_it import MarkdownIt
from markdown_it.token import Token
from trafilatura.settings import Document

from index.errors import LoadError
from index.loading.document import LoadedDocument, stated_date, table_lines

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read becomes a LoadError here
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

LOGIN_PAGE = "a login page came instead of an article: save the page from your browser and add that file"
LOGIN_PAGE_CHARS = 600  # a page with a password field and less text than this is there for the field

_STATED_IN_META = (  # htmldate also guesses from the text, the URL and the footer: not for a citation
    "article:published_time",
    "og:published_time",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publication_date",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date",
    "dc.date.issued",
    "dcterms.date",
    "dcterms.issued",
    "dcterms.created",
    "citation_publication_date",
    "cxenseparse:recs:publishtime",
)
_BLOCKS = {"p", "head", "quote", "list", "item", "table", "div", "ab", "code", "del"}


def read_html(page: str, url: str | None = None) -> LoadedDocument:
    """The article of an HTML page and what the page's metadata states; `url` is where it was loaded.

    Raises LoadError when the page has no article text or is a login form.
    """
    tree = trafilatura.load_html(page)
    found = trafilatura.bare_extraction(page, url=url, with_metadata=True, include_comments=False)
    text = ""
    if isinstance(found, Document) and found.body is not None:
        text = "\n".join(_block_lines(found.body))
    asks_password = tree is not None and bool(tree.xpath("//input[@type='password']"))
    if asks_password and len(text) < LOGIN_PAGE_CHARS:
        raise LoadError(LOGIN_PAGE)
    if tree is None or not isinstance(found, Document) or not re.search(r"\w", text):
        raise LoadError("no article text in this page: it may need JavaScript; save it as PDF and add that")
    site = url or found.url  # trafilatura names the host where the page names no site
    return LoadedDocument(
        text=text,
        title=found.title,
        author=found.author,
        publisher=found.sitename and re.sub(r"^www\.", "", found.sitename),
        url=site,
        published=_published(tree),
    )


def _block_lines(element: _Element) -> Iterator[str]:
    """The lines of trafilatura's tree (TEI: p, head, quote, list/item, table/row/cell, lb)."""
    if element.tag == "table":
        rows = [row.xpath("./cell") for row in element.iter("row")]
        headed = bool(rows) and all(cell.get("role") == "head" for cell in rows[0])
        yield from table_lines(
            [[" ".join(cell.itertext()) for cell in row] for row in rows], headed=headed and len(rows) > 1
        )
        return
    term = str(element.get("rend", "")).startswith("dt")  # a defined term leads in to its definitions
    bullet = "- " if element.tag == "item" and not term else ""
    inline = element.text or ""
    for child in element:
        if child.tag in _BLOCKS:
            for line in _inline_lines(inline):
                yield bullet + line
                bullet = ""
            inline = ""
            for line in _block_lines(child):
                yield bullet + line if child.tag not in ("list", "table") else line
                bullet = ""
        elif child.tag == "lb":
            inline += "\n"
        elif isinstance(child.tag, str):
            inline += "".join(child.itertext())
        inline += child.tail or ""
    for line in _inline_lines(inline):
        yield bullet + line
        bullet = ""


def _inline_lines(inline: str) -> Iterator[str]:
    return (line.strip() for line in inline.split("\n") if line.strip())


def _published(tree: _Element) -> date | None:
    """The day of publication that JSON-LD, a meta tag or a marked <time> states, in this order."""
    for script in tree.xpath("//script[contains(@type, 'ld+json')]/text()"):
        for stated in _json_ld_dates(script):
            if day := stated_date(stated):
                return day
    metas: dict[str, str] = {}
    for meta in tree.xpath("//meta[@content]"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        metas.setdefault(name.lower(), meta.get("content", ""))
    marked = tree.xpath(
        "//time[@datetime and (@pubdate or @itemprop='datePublished' or contains(@class, 'publish') "
        "or contains(@class, 'entry-date'))]/@datetime | //*[@itemprop='datePublished']/@content"
    )
    written = [metas[name] for name in _STATED_IN_META if name in metas] + [str(day) for day in marked]
    return next((day for day in map(stated_date, written) if day), None)


def _json_ld_dates(script: str) -> Iterator[str]:
    try:
        waiting = [json.loads(script)]
    except (ValueError, RecursionError):
        return
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting = node + waiting
        elif isinstance(node, dict):
            kinds = str(node.get("@type", ""))
            day = node.get("datePublished")
            if isinstance(day, str) and re.search("Article|Posting|Report|WebPage", kinds):
                yield day
            waiting += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]


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
        published=stated_date(front.get("date")),
    )


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
                yield from _inline_lines(token.content)
            case "html_block" if words := re.sub(r"<!--.*?-->|<[^<>]*>", "", token.content, flags=re.DOTALL):
                yield from _inline_lines(words)


def _inline_text(token: Token) -> str:
    """The words of inline Markdown. A soft line break is a space; pictures and tags have no words."""
    breaks = {"softbreak": " ", "hardbreak": "\n"}
    return "".join(
        breaks.get(child.type, child.content if child.type in ("text", "code_inline") else "")
        for child in token.children or ()
    )
