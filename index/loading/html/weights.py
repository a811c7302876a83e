"""How many words each block of a page shows, and how many of them are links."""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from index.loading.html.elements import is_block, is_hidden

PROSE_WORDS = 10  # a run of so many words, less than half of them linked, is a paragraph


@dataclass(slots=True)
class Weight:
    """The words that a block shows: all, those in links, and those in paragraphs."""

    words: int = 0
    linked: int = 0
    prose: int = 0

    def add(self, other: "Weight") -> None:
        self.words += other.words
        self.linked += other.linked
        self.prose += other.prose


Weights = dict[_Element, Weight]

# Thai, Lao, Burmese, Khmer, Japanese and Chinese are written without spaces: two letters count as a word
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def weigh(body: _Element) -> Weights:
    """The weight of each block in the body that shows."""
    weights: Weights = {}
    open_blocks: list[_Element] = []
    totals: list[Weight] = []
    words = linked = links = 0
    passed: _Element | None = None

    def close_run() -> None:
        nonlocal words, linked
        if words:
            prose = words if words >= PROSE_WORDS and 2 * linked < words else 0
            totals[-1].add(Weight(words, linked, prose))
            words = linked = 0

    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if not isinstance(element.tag, str) or (element is not body and is_hidden(element)):
                passed = element
                walk.skip_subtree()
                continue
            if element is body or is_block(element):
                if totals:
                    close_run()
                open_blocks.append(element)
                totals.append(Weight())
            elif element.tag == "a" and element.get("href"):
                links += 1
            shown = element.text
        else:
            if element is passed:
                passed = None
            elif element is open_blocks[-1]:
                close_run()
                weights[open_blocks.pop()] = total = totals.pop()
                if totals:
                    totals[-1].add(total)
            elif element.tag == "a" and element.get("href"):
                links -= 1
            shown = element.tail
        if shown and totals:
            count = len(shown.split()) + (0 if shown.isascii() else len(_UNSPACED.findall(shown)) // 2)
            words += count
            if links:
                linked += count
    return weights
