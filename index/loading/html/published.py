"""When a page says that it was published."""

import json
import re
from collections.abc import Iterator

from lxml.etree import _Element

from index.loading.dates import StatedDate, find_date, read_date
from index.loading.html.elements import is_block, plain

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
_ARTICLE = re.compile("Article|Posting|Report|WebPage|Document|Question|Recipe|Video|Review")
_MARKED = (
    "//*[@itemprop='datePublished']/@content | //*[@itemprop='datePublished']/@datetime | "
    "//time[@datetime][@pubdate or contains(@class, 'publish') or contains(@class, 'entry-date')]/@datetime"
)
_DATE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:pub(?:lish|lication|lished)?|posted|entry|article|post)?[_-]?(?:date|dateline|time|timestamp)"
    r"(?:[\s_-]|$)|published|byline|post-?meta|entry-?meta",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(  # what such a line begins with where nothing marks it
    r"(?:publi|pubbli|post|veröffentlicht|updated|mise? à jour|actuali|aktualis|aggiorna|gepubliceerd|"
    r"opublik|опублик|written on|last (?:modified|updated))",
    re.IGNORECASE,
)
_CHANGED = re.compile("updat|modif", re.IGNORECASE)
LINE_WORDS = 15  # a line with a date and more words is a sentence
HEAD_WORDS = 40  # of text before it: then the head of the article is over


def published_in(tree: _Element, container: _Element) -> StatedDate | None:
    """The date stated by JSON-LD, a meta tag, a marked <time> or the head of the article.

    When the page was changed counts only where it does not say when it was published.
    """
    language = tree.get("lang")
    documents = list(_json_ld(tree))
    for written in (
        *(document.get("datePublished") for document in documents),
        *_meta_dates(tree),
        *map(str, tree.xpath(_MARKED)),
    ):
        if isinstance(written, str) and (found := read_date(written, language)):
            return found
    if stated := _in_head(container, language):
        return stated
    for document in documents:
        for name in ("dateCreated", "dateModified"):
            written = document.get(name)
            if isinstance(written, str) and (found := read_date(written, language)):
                return found
    return None


def _json_ld(tree: _Element) -> Iterator[dict[str, object]]:
    for script in tree.xpath("//script[contains(@type, 'ld+json')]/text()"):
        try:
            waiting = [
                json.loads(
                    re.sub(r"^\s*(?:<!--|//<!\[CDATA\[)|(?:-->|//\]\]>)\s*$", "", script), strict=False
                )
            ]
        except (ValueError, RecursionError):
            continue
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, list):
                waiting = node + waiting
            elif isinstance(node, dict):
                if _ARTICLE.search(str(node.get("@type", ""))):
                    yield node
                waiting += [node[key] for key in ("@graph", "mainEntity", "mainEntityOfPage") if key in node]


def _meta_dates(tree: _Element) -> Iterator[str]:
    metas: dict[str, str] = {}
    for meta in tree.xpath("//meta[@content]"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        metas.setdefault(name.lower(), meta.get("content", ""))
    return (metas[name] for name in _STATED_IN_META if name in metas)


def _in_head(container: _Element, language: str | None) -> StatedDate | None:
    """The date by the title: a <time> of its own, or a line that is marked as a date or says "published"."""
    changed: StatedDate | None = None
    words = 0
    for element in container.iter("time", "p", "div", "span", "li", "h1"):
        if words > HEAD_WORDS:
            break
        if element.tag == "h1":
            words = 0
            continue
        if element.tag == "time":
            found = _of_time(element, language)
        else:
            own = plain(element.text or "")
            text = own if element.tag != "p" and not len(element) else plain(" ".join(element.itertext()))
            if element.tag == "p" or not len(element):
                words += len(own.split()) if len(text.split()) <= LINE_WORDS else len(text.split())
            found = _of_line(element, text, language)
        if found is None:
            continue
        if not _CHANGED.search(element.get("class", "")):
            return found
        changed = changed or found
    return changed


def _of_time(element: _Element, language: str | None) -> StatedDate | None:
    before, after = _around(element)
    others = len(before.split()) + len(after.split())
    if others > LINE_WORDS or (others > 3 and (after or before).rstrip().endswith((".", "!", "?"))):
        return None  # part of a sentence
    return read_date(element.get("datetime") or plain("".join(element.itertext())), language)


def _around(element: _Element) -> tuple[str, str]:
    """The words before and behind it in its line."""
    before: list[str] = []
    after: list[str] = []
    inner = element
    while True:
        for beside in inner.itersiblings(preceding=True):
            before.append(beside.tail or "")
            if beside.tag == "br" or is_block(beside):
                break
            before.append("".join(beside.itertext()))
        else:
            before.append(inner.getparent().text or "")
        after.append(inner.tail or "")
        for beside in inner.itersiblings():
            if beside.tag == "br" or is_block(beside):
                break
            after += ["".join(beside.itertext()), beside.tail or ""]
        inner = inner.getparent()
        if is_block(inner) or inner.getparent() is None:
            return "".join(reversed(before)), "".join(after)


def _of_line(element: _Element, text: str, language: str | None) -> StatedDate | None:
    if not text or len(text.split()) > LINE_WORDS or not re.search(r"\d{4}", text):
        return None
    if not (_DATE_CLASS.search(element.get("class", "")) or _PUBLISHED.match(text)):
        return None
    return read_date(text, language) or find_date(text, language)
