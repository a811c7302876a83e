"""What is quoted around a span: its sentence, row or lines of code, with the term that it defines."""

from collections.abc import Sequence
from functools import lru_cache

from index.passages.structure import Block, Kind, parse, quote_span
from index.types import Mark


def quoted(text: str, start: int, end: int, outline: tuple[Mark, ...]) -> tuple[int, int]:
    """The sentences around text[start:end]; the first of a definition with its term."""
    first, last = quote_span(text, start, end, outline)
    blocks = blocks_of(text, outline)
    at = next((i for i, block in enumerate(blocks) if block.start <= first < block.end), None)
    return (first if at is None else term_start(text, blocks, at, first)), last


def term_start(text: str, blocks: Sequence[Block], at: int, start: int) -> int:
    """Where the term begins that the sentence at `start` of blocks[at] defines, if it does; else `start`."""
    first = at
    while first > 0 and blocks[at].kind is Kind.LIST_ITEM and blocks[first - 1].kind is Kind.LABEL:
        first -= 1
    is_bullet = not any(map(str.isalnum, text[blocks[at].start : start]))
    return blocks[first].start if first < at and is_bullet else start


def kind_at(text: str, outline: tuple[Mark, ...], at: int) -> Kind | None:
    """What kind of block stands there; None between blocks."""
    return next((b.kind for b in blocks_of(text, outline) if b.start <= at < b.end), None)


@lru_cache(maxsize=256)
def blocks_of(text: str, outline: tuple[Mark, ...]) -> list[Block]:
    """The blocks of a passage."""
    return parse(text, outline)
