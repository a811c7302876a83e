"""Where the text of a page stands."""

import re
from copy import copy
from dataclasses import dataclass

import trafilatura
from lxml.etree import _Element
from trafilatura.settings import Document

from index.loading.html.furniture import HOLDS_MOST, furniture
from index.loading.html.lines import lines_of
from index.loading.html.weights import Weights, weigh

AGREEMENT = 0.7  # of a line's shingles: it is in what trafilatura takes for the text
NEARLY_ALL = 0.95  # of such lines


@dataclass(frozen=True, slots=True)
class MainText:
    """The element that holds the article, and what in it belongs to the site."""

    container: _Element
    furniture: frozenset[_Element]
    stated: bool  # the page marks it: <main>, <article>, the body of a manual


_BOOK_PARTS = (
    "book part preface chapter appendix section sect1 refentry reference article glossary bibliography"
)

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
    outside = furniture(body, weights)
    for element in outside:
        lost = weights[element]
        for around in element.iterancestors():
            if around in weights:
                weights[around].words -= lost.words
                weights[around].linked -= lost.linked
                weights[around].prose -= lost.prose
    for element in outside:
        for inner in element.iter():
            weights.pop(inner, None)
    container = body
    for path, share in _STATED:
        found = [element for element in container.xpath(path) if element in weights]
        best = max(found, key=lambda element: weights[element].prose, default=None)
        if best is not None and weights[best].prose > share * weights[container].prose:
            container = best
    if container is body:
        return MainText(_modelled(body, weights, frozenset(outside)), frozenset(outside), False)
    return MainText(container, frozenset(outside), True)


def _modelled(body: _Element, weights: Weights, outside: frozenset[_Element]) -> _Element:
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
