"""What on a page belongs to the site and not to its text: navigation, sharing, teasers, comments.

Told by the elements, roles and class names that pages mark their parts with, and by how much of a block is
links. No words of any language are looked at.
"""

import re

from lxml import etree
from lxml.etree import _Element

from index.loading.html.elements import is_hidden
from index.loading.html.weights import Weight, Weights

HOLDS_MOST = 0.5  # of the page's prose: no navigation, whatever its class says
LINK_LIST = 0.8  # of a block's words in links
MIN_LINKS = 3

_ROLES = frozenset(
    "navigation banner contentinfo search menu menubar toolbar dialog alertdialog tablist alert".split()
)


def _tokens(names: str) -> re.Pattern[str]:
    """Finds a name as a whole word of a class or id: `share-bar`, `share_bar`, `shareBar`, `ShareBar`."""
    capital = "|".join(name[0].upper() + name[1:] for name in names.split())
    return re.compile(rf"(?:(?<![A-Za-z])(?:{'|'.join(names.split())})|(?:{capital}))(?![a-z])")


_FURNITURE = _tokens(
    "navs? navbar navigation navheader navfooter docnav subnav topnav breadcrumbs? crumbs? menus? "
    "pagination pager toc toctree tableofcontents skiplinks? cookies? consent gdpr newsletters? subscribe "
    "subscription signup login share shares sharing sharedaddy sharebar social socials related recommended "
    "recommendations recirculation outbrain taboola advert advertisement advertising ads ad adsbygoogle "
    "sponsored promos? promoted teasers? catlinks navbox printfooter trending popular readmore paywall "
    "toolbar masthead popup modal overlay tags? sphinxsidebar authorbox bio biography"
)
_COMMENTS = _tokens("comments? commentlist respond disqus replies")
_ASIDE = _tokens(  # of the site only where they are links or no paragraphs
    "sidebar widgets? footer byline meta metadata author postmeta profile signature header prev next previous"
)
_OF_THE_TEXT = re.compile(
    r"(?:^|\s)(?:admonition|note|tip|warning|caution|important|footnotes?|footnote-list|topic)(?:\s|$)"
)


def furniture(body: _Element, weights: Weights) -> set[_Element]:
    """The outermost blocks of the body that belong to the site."""
    found: set[_Element] = set()
    limit = HOLDS_MOST * max(weights[body].prose, 1)
    walk = etree.iterwalk(body, events=("start",))
    for _, element in walk:
        weight = weights.get(element)
        if weight is None:
            if isinstance(element.tag, str) and is_hidden(element):
                walk.skip_subtree()
        elif (
            element is not body and weight.prose <= limit and weight.words and _is_furniture(element, weight)
        ):
            found.add(element)
            walk.skip_subtree()
    return found


def _is_furniture(element: _Element, weight: Weight) -> bool:
    tag = element.tag
    if tag in ("nav", "menu") or element.get("role") in _ROLES:
        return True
    names = f"{element.get('class', '')} {element.get('id', '')}".strip()
    if tag == "header":
        return next(element.iter("h1", "h2"), None) is None
    if tag in ("aside", "footer") and _OF_THE_TEXT.search(names) is None:
        return bool(element.getparent().tag != "blockquote")
    if names:
        if _FURNITURE.search(names) or _COMMENTS.search(names):
            return True
        if _ASIDE.search(names) and (weight.linked * 3 > weight.words or weight.prose == 0):
            return next(element.iter("h1"), None) is None
    return _is_link_list(element, weight)


def _is_link_list(element: _Element, weight: Weight) -> bool:
    """Whether the block lists links: a table of contents, headlines of other articles, an archive."""
    if weight.words < 2 * MIN_LINKS or weight.linked < LINK_LIST * weight.words:
        return False
    if element.tag in ("p", "li", "dd", "dt", "td"):
        return False
    return sum(1 for link in element.iter("a") if link.get("href")) >= MIN_LINKS
