"""Links that open an article at the very words, by text fragments.

The syntax is https://wicg.github.io/scroll-to-text-fragment/: `#:~:text=[prefix-,]start[,end][,-suffix]`.
A browser that does not find the words opens the page at its top, so the quote is always shown as well.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import quote

from index.passages.sentences import LINE_BREAKS
from index.types import Passage
from retrieval.types import Citation

MAX_EXACT_CHARS = 450  # percent-encoded: 330 of English, 80 of Russian; longer quotes go by both their ends
END_CHARS = 40  # of each end, about seven words
SHORT_CHARS = 30  # so few characters may stand elsewhere on the page, in a menu or a headline
CONTEXT_WORDS = 3
MAX_LINK_CHARS = 2000  # longer ones Telegram and old browsers may refuse

_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_BLOCK = re.compile(f"[^|{LINE_BREAKS}]+")  # a line, or one cell of a flattened table
_BREAK = re.compile(f"[|{LINE_BREAKS}]")
_WORD = re.compile(r"[^\s、。，！？；：]+")
_LIST_NUMBER = re.compile(r"\s*(?:\d{1,3}|[a-z])[.)]\s")  # the page draws it, it is no text there


@dataclass(frozen=True, slots=True)
class _Word:
    """text[start:end] without punctuation around it; `block` numbers the block in which it stands."""

    start: int
    end: int
    block: int


@dataclass(frozen=True, slots=True)
class _Place:
    """What is linked to: the words first..last of all the words of the text."""

    words: list[_Word]
    first: int
    last: int

    @property
    def span(self) -> tuple[int, int]:
        return self.words[self.first].start, self.words[self.last].end


def quote_link(citation: Citation) -> str | None:
    """The address of the article at the quote; None for an article without a web address."""
    passage = citation.passage
    start, end = citation.start - passage.start, citation.end - passage.start
    return link_to(citation.source.url, passage.text, start, end)


def passage_link(passage: Passage) -> str | None:
    """The address of the article at the passage; None for an article without a web address."""
    return link_to(passage.source.url, passage.text, 0, len(passage.text))


def link_to(url: str | None, text: str, start: int, end: int) -> str | None:
    """The address with a fragment for text[start:end], as far as one can be made; None for none on the web.

    `text` is what is known of the article: it tells whether the words need others around them.
    """
    if url is None or not _WEB.match(url):
        return None
    directive = text_directive(text, start, end)
    page = url.partition(":~:")[0].removesuffix("#")
    link = f"{page}{'' if '#' in page else '#'}:~:{directive}" if directive else url
    return link if len(link) <= MAX_LINK_CHARS else url


def text_directive(text: str, start: int, end: int) -> str:
    """`text=...` for text[start:end]; empty when there are no words in it that a page would show so."""
    place = _place(text, start, end)
    if place is None:
        return ""
    begin, stop = place.span
    is_one_block = place.words[place.first].block == place.words[place.last].block
    if is_one_block and len(_encoded(text[begin:stop])) <= MAX_EXACT_CHARS:
        return _exact(text, place)
    return _by_ends(text, place)


def _place(text: str, start: int, end: int) -> _Place | None:
    """The words that are whole in text[start:end]; of a table's rows only the longest cell's."""
    words = _words(text)
    inside = [i for i, word in enumerate(words) if start <= word.start and word.end <= end]
    if "|" in text[start:end]:
        cells: dict[int, list[int]] = {}
        for i in inside:
            cells.setdefault(words[i].block, []).append(i)
        inside = max(cells.values(), key=lambda cell: words[cell[-1]].end - words[cell[0]].start, default=[])
    return _Place(words, inside[0], inside[-1]) if inside else None


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    for number, block in enumerate(_BLOCK.finditer(text)):
        drawn = _LIST_NUMBER.match(text, block.start(), block.end())
        for found in _WORD.finditer(text, drawn.end() if drawn else block.start(), block.end()):
            start, end = found.span()
            while start < end and _is_mark(text[start]):
                start += 1
            while start < end and _is_mark(text[end - 1]):
                end -= 1
            if start < end:
                words.append(_Word(start, end, number))
    return words


def _is_mark(char: str) -> bool:
    """Whether a word does not begin or end with it: punctuation, symbols, blanks."""
    category = unicodedata.category(char)
    return category[0] in "PSZC" and category != "Pc"


def _exact(text: str, place: _Place) -> str:
    begin, stop = place.span
    term = text[begin:stop]
    return _directive(_before(text, place, term), [term], _after(text, place, term))


def _by_ends(text: str, place: _Place) -> str:
    words = place.words[place.first : place.last + 1]
    start = text[words[0].start : _far_enough(words)]
    backwards = [_Word(-word.end, -word.start, word.block) for word in reversed(words)]
    end = text[-_far_enough(backwards) : words[-1].end]
    if len(start) + len(end) >= words[-1].end - words[0].start:
        return _exact(text, place)  # one endless word
    return _directive(_before(text, place, start), [start, end], _after(text, place, end))


def _far_enough(words: list[_Word]) -> int:
    """Where the first END_CHARS or more of these words end, or their block does."""
    for word, following in pairwise(words):
        if word.end - words[0].start >= END_CHARS or following.block != word.block:
            return word.end
    return words[-1].end


def _is_ambiguous(text: str, term: str) -> bool:
    return " ".join(text.split()).casefold().count(" ".join(term.split()).casefold()) > 1


def _before(text: str, place: _Place, term: str) -> str:
    """What stands right before the term that begins the place; empty where it needs nothing."""
    near = place.words[max(0, place.first - CONTEXT_WORDS) : place.first]
    if not near or not (_is_ambiguous(text, term) or len(term) < SHORT_CHARS):
        return ""
    begin, block = place.span[0], near[-1].block
    start = next(word.start for word in near if word.block == block)
    if block == place.words[place.first].block:
        return text[start:begin].strip()
    closing, *between = _BREAK.split(text[near[-1].end : begin])
    if any(part.strip() for part in between) or not _may_cross(text, term, near[-1].end, begin):
        return ""
    return text[start : near[-1].end + len(closing)].strip()


def _after(text: str, place: _Place, term: str) -> str:
    """What stands right behind the term that ends the place; empty where it needs nothing."""
    near = place.words[place.last + 1 : place.last + 1 + CONTEXT_WORDS]
    if not near or not (_is_ambiguous(text, term) or len(term) < SHORT_CHARS):
        return ""
    stop, block = place.span[1], near[0].block
    end = next(word.end for word in reversed(near) if word.block == block)
    if block == place.words[place.last].block:
        return text[stop:end].strip()
    *between, opening = _BREAK.split(text[stop : near[0].start])
    if any(part.strip() for part in between) or not _may_cross(text, term, stop, near[0].start):
        return ""
    return text[near[0].start - len(opening) : end].strip()


def _may_cross(text: str, term: str, start: int, end: int) -> bool:
    """Whether words of another block may help: on the page a picture or an advertisement may part them.

    The cells of a table stand together; elsewhere it is tried only where the wrong place is the alternative.
    """
    return "|" in text[start:end] or _is_ambiguous(text, term)


def _directive(before: str, terms: list[str], after: str) -> str:
    parts = [_encoded(term) for term in terms]
    if before:
        parts.insert(0, f"{_encoded(before)}-")
    if after:
        parts.append(f"-{_encoded(after)}")
    return f"text={','.join(parts)}"


def _encoded(term: str) -> str:
    """Percent-encoded whole: `-`, `,` and `&` mean something in a directive."""
    return quote(" ".join(term.split()), safe="", errors="replace").replace("-", "%2D")
