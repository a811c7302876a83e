"""What a person sees of a page: its main text, its navigation, and what may be read as either.

HTML is rendered in a headless Chromium and taken as its `innerText`; what is main text is said by the CSS
selectors of SHAPES, one row for each kind of page. PDF is taken from `pdftotext`. Nothing here asks the
reader of `index`: this is what it is measured against.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from evaluation.errors import EvaluationError

PAGE_TIMEOUT_MS = 20_000
RUNNING_HEAD_PAGES = 3  # the first or last line of so many pages of a PDF is no text of one of them
FULL_LINE = 0.8  # of the widest line of a block of a PDF; a shorter line is a heading or ends a paragraph

_LISTED = re.compile(r"(\. ?){4,}\s*\d*$")
_LIST_MARK = re.compile(r"^\s*(?:[\u2022\u25e6\u2023*\u2013-]|\d{1,2}[.)]|\(?[a-z][.)]|[ivx]+[.)])\s+")


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a kind of page has its text. The selectors name elements; what is inside goes with them."""

    name: str
    main: str
    navigation: str = "nothing"
    """Inside `main`: links that lead elsewhere."""
    neutral: str = "nothing"
    """Anywhere: right to keep and right to leave out (bylines, reference lists, comments of readers)."""
    least: int = 0
    """Characters that the main text has to have: a page with fewer has its text in another place."""


SHAPES = (
    Shape(
        "DocBook",
        main="body > div.book, body > div.part, body > div.chapter, body > div.preface, body > div.appendix, "
        "body > div.sect1, body > div.section, body > div.refentry, body > div.reference, "
        "body > div.article, body > div.glossary, body > div.bibliography, body > div.colophon, "
        "body > div.index",
        navigation="div.toc, .list-of-tables, .list-of-figures, .list-of-examples, div.index",
        neutral="div.legalnotice, div.revhistory, div.author, div.authorgroup",
    ),
    Shape(
        "Sphinx",
        main="div.body[role=main]",
        navigation=".headerlink, .toctree-wrapper > ul, .toctree-wrapper > .caption, .contents, "
        ".viewcode-link, .indextable, .genindextable, .genindex-jumpbox, .modindextable, "
        "#search-documentation, [role=note][aria-label='source link']",
        neutral=".linenos",
    ),
    Shape(
        "MediaWiki",
        main="#mw-content-text",
        navigation=".toc, #toc, .mw-editsection, .editsection, .navbox, .t-navbar, .noprint, .mw-jump, "
        ".mw-jump-link, .hatnote, .catlinks, .printfooter, .portal, .plainlinks.hlist, .mbox-small, "
        ".wikia-gallery, .vertical-navbox, .sidebar",
        neutral="#siteSub, .infobox, .portable-infobox, .thumb, .references, .reflist, .refbegin, "
        "sup.reference, .ambox, .mbox-text, .metadata, .quote, cite.citation, .gallery, h1.firstHeading",
    ),
    Shape(
        "XenForo",
        main="article.message-body .bbWrapper",
        navigation=".bbCodeBlock-expandLink",
        neutral=".bbCodeBlock-title, .message-name, .message-attribution, h1, .message-lastEdit, "
        ".message-signature, .message-user",
    ),
    Shape(
        "Discourse",
        main=".crawler-post [itemprop=text], .topic-post .cooked",
        neutral=".crawler-post-meta, h1, #topic-title",
    ),
    Shape(
        "Flarum",
        main="#flarum-content .Post-body",
        neutral="#flarum-content h1, .PostUser",
    ),
    Shape(
        "vBulletin",
        main="div[id^=post_message_], .js-post__content-text",
        neutral=".thead, .b-post__title, .postdate, .bigusername, h1, h2, .smallfont > strong",
    ),
    Shape("SMF", main=".post > .inner[id^=msg_]", neutral=".poster, .keyinfo, h1, h2, h3, h4, h5"),
    Shape("MyBB", main=".post_body", neutral=".post_author, .post_date, .thead, h1"),
    Shape(
        "Invision",
        main="[data-role=commentContent]",
        neutral="h1, h3, .ipsComment_meta, .cAuthorPane, time, .ipsQuote_citation",
    ),
    Shape(
        "NodeBB", main='[component="post/content"]', neutral="h1, .timeago, [component='post/parent/content']"
    ),
    Shape("FluxBB", main=".postmsg", neutral="h1, h2, h3, .postleft"),
    Shape("WoltLab", main=".messageBody .messageText", neutral="h1, .messageHeader, .messageSidebar"),
    Shape("Vanilla", main=".Message.userContent", neutral="h1, .Author, .Meta"),
    Shape("bbPress", main=".bbp-topic-content, .bbp-reply-content", neutral="h1, .bbp-meta"),
    Shape(
        "phpBB",
        main=".postbody .content, .postbody > div:not(.postbody-head)",
        neutral=".author, .postbody h3, .topic-title, h1, h2, .signature, .postprofile, .postbody-head",
    ),
    Shape(
        "Stack Exchange",
        main=".postcell .js-post-body, .answercell .js-post-body",
        neutral=".comments, h1, .user-info, .post-signature",
    ),
    Shape(
        "WordPress",
        main=".entry-content",
        navigation=".sharedaddy, .jp-relatedposts, .share-buttons, .post-navigation, .nav-links, .wpcnt, "
        ".wp-block-buttons, .addtoany_share_save_container, #toc_container, .ez-toc-container, .shariff, "
        ".yarpp-related, .heateor_sss_sharing_container, .crp_related, .author-box, .post-tags, form, nav",
        neutral=".entry-title, .entry-header, .entry-meta, h1, .comment-content, .comment-body, "
        ".comments-area, #comments, .wp-caption-text, figcaption, .byline, .excerpt, .entry-footer, "
        ".author-bio, .author-info, .about-author, .saboxplugin-wrap, .author, .posted-on, .entry-date, "
        ".entry-summary, .site-description, time",
        least=500,
    ),
)
FORMULA = "\ufffc"
"""Stands for a formula, which browsers draw: no sentence that has one is drawn."""

_RENDER = """(shapes) => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const hide = (elements) => {
    const before = elements.map((e) => [e, e.getAttribute('style')]);
    elements.forEach((e) => e.style.setProperty('display', 'none', 'important'));
    return () => before.reverse().forEach(([e, style]) =>
      style === null ? e.removeAttribute('style') : e.setAttribute('style', style));
  };
  const text = (elements) => elements.map((e) => e.innerText).join('\\n');
  const outermost = (elements) => elements.filter((e) => !elements.some((o) => o !== e && o.contains(e)));
  const shape = shapes.find((s) => document.querySelector(s.main));
  if (!shape || !document.body) return null;
  all('details').forEach((e) => { e.open = true; });
  hide(all('noscript').filter((e) => !e.querySelector(shape.main)));
  all('math, .mwe-math-element, img.tex').filter((e) => !e.parentElement.closest('.mwe-math-element'))
    .forEach((e) => e.replaceWith('\ufffc'));
  const mains = outermost(all(shape.main));
  if (text(mains).length < shape.least) return null;
  const inside = outermost(mains.flatMap((m) => [...m.querySelectorAll(shape.navigation)]
    .concat(m.matches(shape.navigation) ? [m] : [])));
  const neutral = outermost(all(shape.neutral).filter((e) => !mains.some((m) => e.contains(m))));
  const found = { shape: shape.name, neutral: text(neutral), navigation: text(inside) };
  const showNeutral = hide(neutral);
  const showInside = hide(inside);
  found.main = text(mains);
  const showCode = hide(mains.flatMap((m) => [...m.querySelectorAll('pre')]));
  found.prose = text(mains);
  showCode(); showInside();
  hide(mains);
  found.navigation += '\\n' + document.body.innerText;
  return found;
}"""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as somebody sees it: lines, and cells of tables, of each of its parts."""

    path: str
    shape: str
    main: tuple[str, ...]
    prose: tuple[str, ...]
    """`main` without its blocks of code."""
    navigation: tuple[str, ...]
    neutral: tuple[str, ...]


def render_html(paths: Sequence[Path]) -> Iterator[Rendered | Path]:
    """Each page as rendered; its path alone where no shape knows its main text.

    Nothing is fetched from the network and no script of a page runs. Raises NoChromium.
    """
    from playwright.sync_api import Error

    from evaluation.browser import chromium

    shapes = [asdict(shape) for shape in SHAPES]
    with chromium() as browser:
        context = browser.new_context(java_script_enabled=False, offline=True)
        context.route(re.compile(r"^(?!file:)"), lambda route: route.abort())
        page = context.new_page()
        for path in paths:
            try:
                page.goto(path.resolve().as_uri(), wait_until="domcontentloaded", timeout=PAGE_TIMEOUT_MS)
                found = page.evaluate(_RENDER, shapes)
            except Error as error:
                raise EvaluationError(f"Chromium cannot show {path}: {error}") from error
            if found is None:
                yield path
                continue
            parts = {name: _lines(found[name]) for name in ("main", "prose", "navigation", "neutral")}
            yield Rendered(str(path), found["shape"], **parts)


def render_pdf(path: Path) -> Rendered:
    """The document's paragraphs as `pdftotext` reads them, with their line ends.

    A short line ends a paragraph, a bullet or number begins one: pdftotext leaves headings and list items
    in one block with what follows. Raises EvaluationError without `pdftotext`.
    """
    command = ["pdftotext", "-enc", "UTF-8", str(path), "-"]
    try:
        told = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise EvaluationError(
            f"pdftotext cannot read {path}: {error} (Debian: apt-get install poppler-utils)"
        ) from error
    pages = [page.strip("\n") for page in told.stdout.decode("utf-8", "replace").split("\f")]
    edges = Counter(_numberless(line) for page in pages for line in {*_edge_lines(page)})
    heads = {line for line, times in edges.items() if times >= RUNNING_HEAD_PAGES}
    main: list[str] = []
    navigation: list[str] = []
    for page in pages:
        furniture = {line for line in _edge_lines(page) if _numberless(line) in heads}
        navigation += furniture
        for block in re.split(r"\n\s*\n", page):
            lines = [line for line in block.split("\n") if line.strip() and line not in furniture]
            if any(_LISTED.search(line) for line in lines):
                navigation += lines
            elif lines:
                main += _paragraphs(lines)
    return Rendered(
        str(path),
        "PDF",
        main=tuple(joined(paragraph) for paragraph in main),
        prose=tuple(main),
        navigation=tuple(navigation),
        neutral=(),
    )


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    widest = max(map(len, lines))
    paragraph: list[str] = []
    for line in lines:
        if paragraph and (_LIST_MARK.match(line) or len(paragraph[-1]) < FULL_LINE * widest):
            yield "\n".join(paragraph)
            paragraph = []
        paragraph.append(_LIST_MARK.sub("", line))
    yield "\n".join(paragraph)


def joined(paragraph: str, hyphen: str = "", slash: str = "/") -> str:
    """The lines of a paragraph as one, with `hyphen` and `slash` where one ended so inside a word or path."""
    told = re.sub(r"(?<=\w)[-\u2010\u00ad]\n(?=\w)", hyphen, paragraph)
    return " ".join(re.sub(r"(?<=\S)/\n(?=\w)", slash, told).split())


def _edge_lines(page: str) -> list[str]:
    lines = [line for line in page.split("\n") if line.strip()]
    return [*lines[:2], *lines[-2:]]


def _numberless(line: str) -> str:
    return re.sub(r"[\divxlc]+(?=\W|$)", "#", line.strip())


def _lines(text: str) -> tuple[str, ...]:
    """Lines of innerText, where a tab parts the cells of a row."""
    return tuple(filter(None, (" ".join(line.split()) for line in re.split(r"[\n\t]+", text))))
