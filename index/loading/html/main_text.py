"""Where the text of a page stands."""

import re
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass

import trafilatura
from lxml.etree import _Element
from trafilatura.settings import Document

from index.loading.html.lines import lines_of
from index.loading.html.page_parts import HOLDS_MOST, furniture, is_surely
from index.loading.html.threads import common_ancestor, post_bodies
from index.loading.html.weights import Weights, weigh

AGREEMENT = 0.7  # of a line's shingles: it is in what trafilatura takes for the text
BESIDE = 0.2  # of the page's prose in <main> or <article>: dated blocks outside it are teasers or comments
NEARLY_ALL = 0.95  # of such lines


@dataclass(frozen=True, slots=True)
class MainText:
    """The element that holds the article, and what in it belongs to the site.

    `prose` counts the words of its paragraphs; `left_out` those of other paragraphs that show on the page and
    that neither their element nor their role says to be of the site.
    """

    container: _Element
    furniture: frozenset[_Element]
    stated: bool  # the page marks it: <main>, <article>, the body of a manual
    prose: int
    left_out: int
    posts: frozenset[_Element] = frozenset()  # of a thread, whose text they are


_BOOK_PARTS = (
    "book part preface chapter appendix section sect1 refentry reference article glossary bibliography"
)

_MARKED_TEXT = ".//main | .//article | .//*[@role='main' or @itemprop='articleBody']"
_STATED = (  # each within the one before, where it holds so much of its paragraphs
    ("descendant-or-self::*[self::main or @role='main']", HOLDS_MOST),
    ("descendant-or-self::*[self::article or @role='article']", 0.7),
    ("descendant-or-self::*[@itemprop='articleBody']", 0.7),
    ("descendant-or-self::*[contains(concat(' ', @class, ' '), ' mw-parser-output ')]", HOLDS_MOST),
    (f"self::body/div[@class != '' and contains(' {_BOOK_PARTS} ', concat(' ', @class, ' '))]", HOLDS_MOST),
    (
        "self::body/descendant::*[@id='content' or @id='main' or @id='main-content' or @id='article']",
        HOLDS_MOST,
    ),
)


def main_text(body: _Element) -> MainText:
    """Where the text of the page stands."""
    weights = weigh(body)
    outside = frozenset(furniture(body, weights))
    seen = weights[body].prose - sum(
        weights[block].prose for block in outside if is_surely(block, weights[block])
    )
    _take_out(outside, weights)
    if (posts := post_bodies(body, weights)) and not _has_text_beside(posts, body, weights):
        container = common_ancestor(posts)
        prose = sum(weights[post].prose for post in posts)
        return MainText(container, outside, True, prose, max(seen - prose, 0), frozenset(posts))
    container = body
    few = weights[body].prose == 0  # where there are no paragraphs, all words count
    for path, share in _STATED:
        found = [element for element in container.xpath(path) if element in weights]
        shows = {element: weights[element].words if few else weights[element].prose for element in found}
        best = max(found, key=shows.__getitem__, default=None)
        whole = weights[container].words if few else weights[container].prose
        if best is not None and shows[best] > share * whole:
            container = best
    stated = container is not body
    if not stated and (weights[body].linked or next(body.iter("table"), None) is not None):
        container = _container_by_model(body, weights, outside)
    prose = weights[container].prose
    return MainText(container, outside, stated, prose, max(seen - prose, 0))


def _has_text_beside(posts: Sequence[_Element], body: _Element, weights: Weights) -> bool:
    """Whether an element that marks a text holds a good part of the page and none of the posts."""
    around = {one for post in posts for one in (post, *post.iterancestors())}
    return any(
        element in weights
        and element not in around
        and weights[element].prose > BESIDE * weights[body].prose
        and not any(outer in posts for outer in element.iterancestors())
        for element in body.xpath(_MARKED_TEXT)
    )


def _take_out(blocks: Collection[_Element], weights: Weights) -> None:
    """The weights without these blocks: they count for none of those around them."""
    for element in blocks:
        lost = weights[element]
        for around in element.iterancestors():
            if around in weights:
                weights[around].words -= lost.words
                weights[around].linked -= lost.linked
                weights[around].prose -= lost.prose
    for element in blocks:
        for inner in element.iter():
            weights.pop(inner, None)


def _container_by_model(body: _Element, weights: Weights, outside: frozenset[_Element]) -> _Element:
    """The smallest block with nearly all of what trafilatura takes for the text of the page."""
    found = trafilatura.bare_extraction(
        copy(body.getroottree().getroot()), include_comments=False, with_metadata=False
    )
    if not isinstance(found, Document) or found.body is None:
        return _densest(body, weights)
    taken = _shingles(" ".join(found.body.itertext()))
    agreed: dict[_Element, int] = {}
    whole = 0
    for line in lines_of(body, outside):
        shingles = _shingles(line.text)
        if shingles and len(shingles & taken) > AGREEMENT * len(shingles):
            whole += len(shingles)
            for element in (line.element, *line.element.iterancestors()):
                agreed[element] = agreed.get(element, 0) + len(shingles)
                if element is body:
                    break
    return min(
        (element for element, count in agreed.items() if count >= NEARLY_ALL * whole and element in weights),
        key=lambda element: weights[element].words,
        default=body,
    )


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return set(zip(words, words[1:], words[2:], strict=False)) if len(words) > 3 else set()


def _densest(body: _Element, weights: Weights) -> _Element:
    """The smallest block that holds nearly all paragraphs."""
    here = body
    while True:
        inner = next(
            (
                child
                for child in here
                if child in weights and weights[child].prose > 0.85 * weights[here].prose > 0
            ),
            None,
        )
        if inner is None:
            return here
        here = inner
