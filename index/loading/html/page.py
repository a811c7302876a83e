"""HTML pages: what a page states about itself, and its text as lines."""

import logging
import re

from lxml import etree, html
from lxml.etree import _Element
from trafilatura import metadata
from trafilatura.settings import Document

from index.errors import LoadError
from index.loading.document import LoadedDocument, heading_mark
from index.loading.html.elements import BLOCKS, is_hidden, plain
from index.loading.html.lines import Line, inline_text, lines_of
from index.loading.html.main_text import MainText, main_text
from index.loading.html.page_parts import is_footnotes
from index.loading.html.published import published_in
from index.loading.html.weights import weigh

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read becomes a LoadError here
logging.getLogger("htmldate").setLevel(logging.CRITICAL)

LOGIN_PAGE = "a login page came instead of an article: save the page from your browser and add that file"
NO_TEXT = "no article text in this page: it may need JavaScript; save it as PDF and add that"
COOKIE_WALL = "only a notice about cookies came instead of an article: save the page from your browser"
NOTICE_WORDS = 60  # a page that only asks for JavaScript or for cookies has no more
LEFT_OUT_WORDS = 100
LEFT_OUT_SHARE = 0.4  # of 511 pages of news and blogs 9 kept less, most of them rightly reported
LOGIN_PAGE_CHARS = 600  # a page with a password field and less text than this is there for the field
LOGIN_PAGE_WORDS = 25  # with less, wherever the field is

_TAG = re.compile(r"</?([a-z][\w-]*)(?=[\s>/])[^>]*>", re.IGNORECASE)
_FLAT = frozenset(  # elements that a page without nesting still has
    "html head title meta link script style template noscript body p br hr h1 h2 h3 h4 h5 h6 li pre".split()
)


def read_html(page: str, url: str | None = None) -> LoadedDocument:
    """The article of an HTML page and what the page's metadata states; `url` is where it was loaded.

    Raises LoadError when the page has no article text or is a login form.
    """
    tree = parse_html(page)
    body = None if tree is None else tree.find("body")
    if body is not None:
        _show_noscript(body)
    main = None if body is None else main_text(body)
    text = "" if main is None else "\n".join(line.text for line in _lines(tree, main))
    if main is not None and _is_login(main, text):
        raise LoadError(LOGIN_PAGE)
    if tree is None or body is None or main is None or not re.search(r"\w", text):
        raise LoadError(_why_empty(tree))
    if len(text.split()) < NOTICE_WORDS and (notice := _notice(body, text, stated=main.stated)):
        raise LoadError(notice)
    stated = _read_metadata(tree, main.container, url)
    return LoadedDocument(
        text=text,
        title=stated.title,
        author=stated.author,
        publisher=stated.sitename and re.sub(r"^www\.", "", stated.sitename),
        url=url or stated.url,  # trafilatura names the host where the page names no site
        dated=published_in(tree, main.container),
        warnings=_warnings(main),
    )


def _show_noscript(body: _Element) -> None:
    """Make blocks of <noscript> where they hold most of the text: the page is drawn by its scripts."""
    found = [one for one in body.iter("noscript") if len(" ".join(one.itertext()).split()) > NOTICE_WORDS]
    if found:
        before = weigh(body)[body].prose
        for one in found:
            one.tag = "div"
        if weigh(body)[body].prose < 2 * before:
            for one in found:
                one.tag = "noscript"


def _why_empty(tree: _Element | None) -> str:
    """What a page without text is."""
    if tree is None:
        return NO_TEXT
    if frame := next((frame.get("src") for frame in tree.iter("frame") if frame.get("src")), None):
        return f"this page only holds frames: add the address of the one with the text ({frame[:100]})"
    for meta in tree.iter("meta"):
        refresh = re.search(r"url\s*=\s*['\"]?([^'\"\s]+)", meta.get("content", ""), re.IGNORECASE)
        if meta.get("http-equiv", "").lower() == "refresh" and refresh:
            return f"this page only sends on to another: add that ({refresh[1][:100]})"
    text = " ".join(tree.itertext("p", "div", "span", "button", "h1", "h2", "li"))
    return COOKIE_WALL if re.search(r"\bcookies?\b", text, re.IGNORECASE) else NO_TEXT


def _notice(body: _Element, text: str, *, stated: bool) -> str | None:
    """Why these few words are no article: they ask for JavaScript, or for consent to cookies."""
    asks_scripts = re.search(r"\bjava ?script\b", text, re.IGNORECASE)
    if asks_scripts and (not stated or len(text.split()) < LOGIN_PAGE_WORDS):
        return NO_TEXT if next(body.iter("script", "noscript"), None) is not None else None
    if not stated and re.search(r"\bcookies?\b", text, re.IGNORECASE):
        return COOKIE_WALL if next(body.iter("button"), None) is not None else None
    return None


def _warnings(main: MainText) -> tuple[str, ...]:
    words = main.prose + main.left_out
    if main.left_out < LEFT_OUT_WORDS or main.prose > LEFT_OUT_SHARE * words:
        return ()
    share = f"{100 * main.prose / words:.0f} %"
    return (
        f'kept {share} of the text that this page shows: "citebot index show --html" shows what is left out',
    )


def parse_html(page: str) -> _Element | None:
    """The tree of a page; None when nothing of it is HTML."""
    tree, too_deep = _parse(page)
    if too_deep:  # the parser leaves out what is nested more deeply; text is worth more than nesting
        tree, _ = _parse(_TAG.sub(_flatten_tag, page))
    return tree


def _flatten_tag(tag: re.Match[str]) -> str:
    name = tag[1].lower()
    if name in _FLAT:
        return tag[0]
    return "<br><br>" if name in BLOCKS else ""


def _parse(page: str) -> tuple[_Element | None, bool]:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(page.encode(errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):  # nothing in it
        return None, False
    return tree, any("depth" in error.message for error in parser.error_log.filter_from_fatals())


def _lines(tree: _Element, main: MainText) -> list[Line]:
    """The lines of the text, under the page's title and above its footnotes where these stand outside."""
    lines = lines_of(main.container, main.furniture, main.posts)
    if not lines:
        return lines
    for notes in filter(is_footnotes, tree.iter("div", "section", "aside", "ol")):
        around = [notes, *notes.iterancestors()]
        if main.container not in around and not any(one in main.furniture for one in around):
            lines += lines_of(notes, main.furniture)
    titles = [title for title in tree.iter("h1") if not is_hidden(title)]
    if len(titles) != 1 or main.container in (around := list(titles[0].iterancestors())):
        return lines
    title, named = inline_text(titles[0]), plain(tree.findtext("head/title") or "")
    if any(element in main.furniture for element in around) or (
        named and not named.startswith(title) and not title.startswith(named)
    ):
        return lines
    if (block := _block_with_sections(titles[0], main.container)) is not None:
        return [*lines_of(block, main.furniture), *lines]
    return [Line(heading_mark(1) + title, titles[0]), *lines] if title else lines


def _block_with_sections(title: _Element, container: _Element) -> _Element | None:
    """The block beside the container that holds the title and headings below it, as manual pages have."""
    beside = container.getparent()
    block = next((one for one in title.iterancestors() if one.getparent() is beside), None)
    return block if block is not None and next(block.iter("h2"), None) is not None else None


def _is_login(main: MainText, text: str) -> bool:
    """Whether the page is there for its password field: not one in a corner or in a closed window."""
    if len(text) >= LOGIN_PAGE_CHARS:
        return False
    return any(
        len(text.split()) < LOGIN_PAGE_WORDS
        or not any(around in main.furniture or is_hidden(around) for around in field.iterancestors())
        for field in main.container.xpath("//input[@type='password']")
    )


def _titled_heading(tree: _Element, container: _Element) -> str | None:
    """The heading that <title> begins with; pages without h1 also mark "Note" and "Warning" as titles."""
    named = plain(tree.findtext("head/title") or "")
    headings = (inline_text(heading) for heading in container.iter("h1", "h2", "h3"))
    return next((heading for heading in headings if heading and named.startswith(heading)), None)


def _read_metadata(tree: _Element, container: _Element, url: str | None) -> Document:
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
    stated.title = stated.title or _titled_heading(tree, container)
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
