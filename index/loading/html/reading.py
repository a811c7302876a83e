"""HTML pages: what a page states about itself, and its text as lines."""

import logging
import re

from lxml import etree, html
from lxml.etree import _Element
from trafilatura import metadata
from trafilatura.settings import Document

from index.errors import LoadError
from index.loading.document import LoadedDocument
from index.loading.html.elements import is_hidden
from index.loading.html.lines import inline_text, lines_of
from index.loading.html.main_text import MainText, main_text
from index.loading.html.published import stated_in

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read becomes a LoadError here
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

LOGIN_PAGE = "a login page came instead of an article: save the page from your browser and add that file"
LOGIN_PAGE_CHARS = 600  # a page with a password field and less text than this is there for the field
LOGIN_PAGE_WORDS = 40  # with less, wherever the field is

_NESTING = re.compile(
    r"<(/?)(div|section|article|blockquote|center|ul|ol|table|tbody|tr|td|span|font|b|i|u|em|strong|small|big|a)"
    r"(?=[\s>/])[^>]*>",
    re.IGNORECASE,
)
_INLINE_NESTING = frozenset(("span", "font", "b", "i", "u", "em", "strong", "small", "big", "a"))


def read_html(page: str, url: str | None = None) -> LoadedDocument:
    """The article of an HTML page and what the page's metadata states; `url` is where it was loaded.

    Raises LoadError when the page has no article text or is a login form.
    """
    tree = parsed(page)
    body = None if tree is None else tree.find("body")
    main = None if body is None else main_text(body)
    text = "" if main is None else "\n".join(line.text for line in lines_of(main.container, main.furniture))
    if main is not None and _is_login(main, text):
        raise LoadError(LOGIN_PAGE)
    if tree is None or main is None or not re.search(r"\w", text):
        raise LoadError("no article text in this page: it may need JavaScript; save it as PDF and add that")
    stated = _stated(tree, main.container, url)
    day, moment = stated_in(tree, main.container)
    return LoadedDocument(
        text=text,
        title=stated.title,
        author=stated.author,
        publisher=stated.sitename and re.sub(r"^www\.", "", stated.sitename),
        url=url or stated.url,  # trafilatura names the host where the page names no site
        published=day,
        published_at=moment,
    )


def parsed(page: str) -> _Element | None:
    """The tree of a page; None when nothing of it is HTML."""
    tree, too_deep = _parse(page)
    if (
        too_deep
    ):  # the parser has left out what is nested more deeply: the text is worth more than the nesting
        tree, _ = _parse(
            _NESTING.sub(lambda tag: "" if tag[2].lower() in _INLINE_NESTING else "<br><br>", page)
        )
    return tree


def _parse(page: str) -> tuple[_Element | None, bool]:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(page.encode(errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # nothing in it
        return None, False
    return tree, any("depth" in error.message for error in parser.error_log.filter_from_fatals())


def _is_login(main: MainText, text: str) -> bool:
    """Whether the page is there for its password field: not one in a corner or in a closed window."""
    if len(text) >= LOGIN_PAGE_CHARS:
        return False
    return any(
        len(text.split()) < LOGIN_PAGE_WORDS
        or not any(around in main.furniture or is_hidden(around) for around in field.iterancestors())
        for field in main.container.xpath("//input[@type='password']")
    )


def _stated(tree: _Element, container: _Element, url: str | None) -> Document:
    """What the page states: title, author, address and site. Dates are read apart, without guessing."""
    stated = metadata.examine_meta(tree)
    if stated.author and " " not in stated.author:
        stated.author = None
    try:
        stated = metadata.extract_meta_json(tree, stated)
    except Exception:  # noqa: BLE001 -- trafilatura expects well-formed JSON-LD
        logging.getLogger(__name__).info("JSON-LD that cannot be read")
    if not stated.title and len(heads := list(container.iter("h1"))) == 1:
        stated.title = inline_text(heads[0])
    stated.title = stated.title or metadata.extract_title(tree)
    stated.author = stated.author or metadata.extract_author(tree)
    stated.url = stated.url or metadata.extract_url(tree, url)
    stated.sitename = stated.sitename or metadata.extract_sitename(tree)
    if (
        not stated.sitename
        and stated.url
        and (host := re.match(r"https?://(?:www\.)?([^/:?#]+)", stated.url))
    ):
        stated.sitename = host[1]
    stated.clean_and_trim()
    return stated
