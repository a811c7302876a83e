"""What a browser shows of an HTML element: nothing, a block with lines of its own, or words in a sentence."""

import re

from lxml.etree import _Element

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing "
    "main menu nav noframes ol optgroup option p pre search section summary table tbody td tfoot th thead "
    "tr ul xmp".split()
)
PREFORMATTED = frozenset(("pre", "listing", "xmp"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
UNSEEN = frozenset(
    "script style template noscript head title meta link svg canvas audio video object embed iframe map area "
    "datalist select textarea input progress meter rp rt rtc annotation "
    "annotation-xml amp-ad amp-embed".split()
)
"""Elements that show no words, or controls and readings (ruby) that belong to no sentence."""

_HIDDEN_CLASS = re.compile(
    r"(?:^|\s)(?:sr-only|screen-reader-text|screen-reader-only|visually-?hidden|assistive-text|mw-editsection|"
    r"headerlink|anchorlink|header-anchor|noprint)(?:\s|$)"
)
_DISPLAY = re.compile(r"(?:^|;)\s*(?:display\s*:\s*([\w-]+)|visibility\s*:\s*(hidden))", re.IGNORECASE)
_INLINE_DISPLAY = frozenset(("inline", "inline-block", "inline-flex", "contents", "inline-table"))
_SPACE = re.compile(r"[ \t\n\r\f\v\xa0\u2000-\u200a\u202f\u205f\u3000]+")  # no-break and wide ones as well


def is_hidden(element: _Element) -> bool:
    """Whether a reader of the page sees nothing of the element, as far as its own attributes tell."""
    if element.tag in UNSEEN:
        return True
    attributes = element.attrib
    if element.tag == "dialog" and "open" not in attributes:
        return True
    if not attributes:
        return False
    if "hidden" in attributes and attributes["hidden"] != "until-found":
        return True
    if attributes.get("aria-hidden") == "true" and element.tag not in ("body", "main", "article"):
        return next(element.iter("main", "article"), None) is None  # a page kept while its cookie wall stood
    if (style := attributes.get("style")) and (found := _DISPLAY.search(style)):
        return found[2] is not None or found[1].lower() == "none"
    return bool((names := attributes.get("class")) and _HIDDEN_CLASS.search(names))


def is_block(element: _Element) -> bool:
    """Whether the element begins and ends lines."""
    if (style := element.get("style")) and (found := _DISPLAY.search(style)) and found[1]:
        return found[1].lower() not in _INLINE_DISPLAY
    return element.tag in BLOCKS


def plain(text: str) -> str:
    """`text` on one line, its white space as a browser shows it."""
    return _SPACE.sub(" ", text).strip(" ")
