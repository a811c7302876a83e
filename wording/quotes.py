"""Where a quote that a model gave stands in a passage, whatever typography it was given in."""

import unicodedata
from functools import lru_cache

from index.types import Passage
from retrieval.evidence.quotes import quoted

MIN_CHARS = 12  # fewer stand anywhere
MAX_CHARS = 700  # of a whole quote; longer ones are no evidence for one sentence but a passage
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_IGNORED = frozenset(" \"'*_‘’‚`´“”„«»")  # blanks, quotation marks, emphasis
_OUTER = " \t\r\n\"'“”‘’«».…*_`"


def find_quote(passage: Passage, given: str) -> tuple[int, int] | None:
    """The sentences (or rows) of `passage.text` around what was given, as start and end; None if absent.

    Blanks, quotation marks, dashes, ligatures, accents as separate characters and case may differ; a word,
    a letter or a digit may not, and words from two places do not stand together.
    """
    wanted, _ = _folded(given.strip(_OUTER))
    text, places = _folded(passage.text)
    if len(wanted) < MIN_CHARS or (at := text.find(wanted)) < 0:
        return None
    start, end = places[at], places[at + len(wanted) - 1] + 1
    if _cuts_word(passage.text, start) or _cuts_word(passage.text, end):
        return None
    start, end = quoted(passage.text, start, end, passage.marks())
    return (start, end) if end - start <= MAX_CHARS else None


@lru_cache(maxsize=256)  # several quotes are looked for in the same passage
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """The text without what may differ, and for each of its characters the place in `text`."""
    chars, places = list[str](), list[int]()
    for at, char in enumerate(text):
        for one in unicodedata.normalize("NFKD", char).casefold().translate(_DASHES):
            if one.isspace() or one in _IGNORED or unicodedata.combining(one) or _is_invisible(one):
                continue
            chars.append(one)
            places.append(at)
    return "".join(chars), tuple(places)


def _is_invisible(char: str) -> bool:
    return unicodedata.category(char) == "Cf"


def _cuts_word(text: str, at: int) -> bool:
    return text[at - 1 : at].isalnum() and text[at : at + 1].isalnum()
