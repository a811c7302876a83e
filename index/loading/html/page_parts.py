"""What on a page belongs to the site and not to its text: navigation, sharing, teasers, comments.

Told by the elements, roles and class names that pages mark their parts with, and by how much of a block is
links. No words of any language are looked at.
"""

import re
from collections.abc import Collection

from lxml import etree
from lxml.etree import _Element

from index.loading.html.elements import HEADINGS, is_hidden, plain
from index.loading.html.weights import Weight, Weights

HOLDS_MOST = 0.5  # of the page's prose: no navigation, whatever its class says
HOLDS_NEARLY_ALL = 0.8  # no <aside> either
CLASS_HOLDS = 0.3  # classes may tell the state of a page: "has-paywall", "share-on"
LINK_LIST = 0.8  # of a block's words in links
LINK_LIST_IN_TABLE = 0.5  # that arranges a page: links with their dates
MIN_LINKS_IN_TABLE = 5
MIN_LINKS = 3
FEW_WORDS = 60  # of a page's prose without its comments: then the comments are its text
TEASER_WORDS = 4
LABEL_WORDS = 3

_ELEMENTS = frozenset("nav menu aside footer header form".split())
_TURNING = frozenset("next prev previous up start first last contents index home".split())
_BOXES = frozenset(
    "div section aside ul ol form table header footer article".split()
)  # named for what they are
_ROLES = frozenset(
    "navigation banner contentinfo search menu menubar toolbar dialog alertdialog tablist alert".split()
)


def _tokens(names: str) -> re.Pattern[str]:
    """Finds a name as a whole word of a class or id: `share-bar`, `share_bar`, `shareBar`, `ShareBar`."""
    capital = "|".join(name[0].upper() + name[1:] for name in names.split())
    return re.compile(rf"(?:(?<![A-Za-z])(?:{'|'.join(names.split())})|(?:{capital}))(?![a-z])")


_FURNITURE = _tokens(
    "cookies? consent gdpr newsletters? subscribe subscription signup login share shares sharing sharedaddy "
    "sharebar shareblock sharebox sharelinks sociable social socials related relatedposts? relatedarticles? "
    "recommended recommendations recirculation outbrain taboola adsbygoogle promos? promoted teasers? "
    "printfooter trending popular readmore toolbar masthead popup modal overlay authorbox bio biography"
)
_COMMENTS = _tokens("comments? commentlist respond disqus replies")
_ASIDE = _tokens(  # of the site only where they are links or no paragraphs
    "navs? navbar navigation navheader navfooter docnav subnav topnav breadcrumbs? crumbs? menus? pagination "
    "pager toc toctree tableofcontents skiplinks? catlinks navbox sphinxsidebar "
    "sidebar widgets? footer byline meta metadata author postmeta profile postprofile signature header prev "
    "next previous tags taglist advert advertisement advertising ads ad sponsored paywall "
    "votes? votecell votecount reactions? reactionsbar reactionsummary likes expandLink quoteExpand"
)
_OF_POSTS = re.compile(  # what WordPress says of a post, and states: "has-profile"
    r"(?<!\S)(?:category|tag|format|status|type|tax|author|has|with|no|is)-\S*"
)
_FORUM = re.compile(r"(?<!\S)(?:forums?|bbpress|topic|discussion)(?!\S)", re.IGNORECASE)
_FOOTNOTES = re.compile(r"(?:^|\s)footnotes?(?:-segment|-list)?(?:\s|$)")
_OF_THE_TEXT = re.compile(
    r"(?:^|\s)(?:admonition|note|tip|warning|caution|important|footnotes?|footnote-list|topic)(?:\s|$)"
)


def furniture(body: _Element, weights: Weights) -> set[_Element]:
    """The outermost blocks of the body that belong to the site.

    Comments do, but not in a forum, nor where there is little other text.
    """
    found: set[_Element] = set()
    comments: set[_Element] = set()
    whole = weights[body].prose
    walk = etree.iterwalk(body, events=("start",))
    for _, element in walk:
        weight = weights.get(element)
        if weight is None:
            if isinstance(element.tag, str) and is_hidden(element):
                walk.skip_subtree()
        elif element is body or not weight.words:
            continue
        elif _is_furniture(element, weight, whole):
            found.add(element)
            walk.skip_subtree()
        elif is_comment(element, weight):
            comments.add(element)
            walk.skip_subtree()
    said = sum(weights[element].prose for element in comments)
    rest = whole - said - sum(weights[element].prose for element in found)
    if rest < FEW_WORDS and said > 3 * rest:
        return found
    if comments and (_states_forum(body) or (said > rest and _is_in_forum(comments))):
        return found
    return found | comments


def _states_forum(body: _Element) -> bool:
    """Whether JSON-LD or microdata say that what readers write is the text of the page."""
    stated = body.xpath("//script[contains(@type, 'ld+json')]/text() | //@itemtype")
    return any("DiscussionForumPosting" in text for text in stated)


def _is_in_forum(comments: Collection[_Element]) -> bool:
    around = {one for block in comments for one in (block, *block.iterancestors())}
    return any(_FORUM.search(element.get("class", "")) for element in around)


def is_surely(element: _Element, weight: Weight) -> bool:
    """Whether its element or role says that it is of the site, or it is the readers' comments."""
    return element.tag in _ELEMENTS or element.get("role") in _ROLES or is_comment(element, weight)


def _is_furniture(element: _Element, weight: Weight, whole: int) -> bool:
    tag = element.tag
    headed = weight.prose and next(element.iter(*HEADINGS), None) is not None
    if 4 * weight.linked >= weight.words and not headed and _turns_pages(element):
        return True
    if weight.prose > (HOLDS_NEARLY_ALL if tag == "aside" else HOLDS_MOST) * whole:
        return False
    if tag in ("nav", "menu") or element.get("role") in _ROLES:
        return True
    if tag == "p" and element.getparent().tag in ("td", "th") and _is_table_of_values(element):
        return False
    if tag in ("p", "div", "h2", "h3", "h4") and _is_teaser(element, weight, heading=tag in HEADINGS):
        return True
    kinds = _OF_POSTS.sub("", element.get("class", ""))
    name = element.get("id", "") if tag in _BOXES and not _is_section(element, weight) else ""
    if tag == "header":
        return weight.prose == 0 and next(element.iter("h1", "h2"), None) is None
    if tag in ("aside", "footer") and not _OF_THE_TEXT.search(kinds):
        return bool(element.getparent().tag != "blockquote")
    if tag == "form" and weight.prose == 0 and next(element.iter("input", "textarea"), None) is not None:
        return True
    if weight.prose <= CLASS_HOLDS * whole and (_FURNITURE.search(kinds) or _FURNITURE.search(name)):
        return next(element.iter("h1"), None) is None
    if (weight.linked * 3 > weight.words or weight.prose == 0) and (
        _ASIDE.search(kinds) or _ASIDE.search(name)
    ):
        return next(element.iter("h1"), None) is None
    return _is_link_list(element, weight)


def _is_section(element: _Element, weight: Weight) -> bool:
    """Whether the element's id is made of its heading, as in documentation."""
    if not weight.prose or next(element.itersiblings("article", preceding=True), None) is not None:
        return False
    first = next(iter(element), None)
    return bool(
        element.tag == "section"
        or "section" in element.get("class", "").split()
        or (first is not None and first.tag in HEADINGS)
    )


def is_footnotes(element: _Element) -> bool:
    """Whether its class says that it holds the footnotes of the text."""
    return bool(_FOOTNOTES.search(element.get("class", "")))


def is_comment(element: _Element, weight: Weight) -> bool:
    """Whether its class or id says that readers comment in it."""
    if _COMMENTS.search(_OF_POSTS.sub("", element.get("class", ""))):
        return True
    return (
        element.tag in _BOXES
        and not _is_section(element, weight)
        and bool(_COMMENTS.search(element.get("id", "")))
    )


def _turns_pages(element: _Element) -> bool:
    """Whether it has links to the next page, the one before and the contents, and few others."""
    links = [link for link in element.iter("a") if link.get("href")]
    turning = [link for link in links if link.get("accesskey") or link.get("rel", "").lower() in _TURNING]
    return len(turning) > 1 and len(turning) * 2 >= len(links)


def _is_teaser(element: _Element, weight: Weight, *, heading: bool) -> bool:
    """Whether the block is the headline of another article: "Read more: …", or all of it is in one link."""
    others = weight.words - weight.linked
    if element.tag == "div" and weight.linked == weight.words < TEASER_WORDS:
        return [inner.tag for inner in element] == ["a"]
    if weight.prose or weight.linked < TEASER_WORDS or others > LABEL_WORDS or len(element) > LABEL_WORDS:
        return False
    if not others and (around := next(element.iterancestors("a"), None)) is not None:
        return not around.get("href", "#").startswith("#")
    if heading:
        return False
    links = [link for link in element.iter("a") if link.get("href")]
    text = plain("".join(element.itertext()))
    if len(links) != 1 or links[0].get("href").startswith("#") or text.endswith((".", "!", "?", ":", ")")):
        return False
    label, _, after = text.partition(plain("".join(links[0].itertext())))
    return not after.strip() and (not label or label.rstrip().endswith(":"))


def _is_link_list(element: _Element, weight: Weight) -> bool:
    """Whether the block lists links: a table of contents, headlines of other articles, an archive."""
    if weight.prose or weight.words < MIN_LINKS or weight.linked < LINK_LIST_IN_TABLE * weight.words:
        return False
    if element.tag in ("p", "li", "dd", "dt") or next(element.iter("h1", "main"), None) is not None:
        return False
    links = sum(1 for link in element.iter("a") if link.get("href"))
    if element.tag not in ("table", "td") or _is_table_of_values(element):
        return element.tag != "td" and links >= MIN_LINKS and weight.linked >= LINK_LIST * weight.words
    return links >= MIN_LINKS_IN_TABLE


def _is_table_of_values(element: _Element) -> bool:
    table = element if element.tag == "table" else next(element.iterancestors("table"), element)
    return next(table.iter("th"), None) is not None
