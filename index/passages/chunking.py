"""An article becomes passages: stretches of whole sentences that make sense when read alone."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile
from math import ceil

from index.passages.sentences import LINE, line_sentences
from index.passages.structure import LED_IN, Block, Kind, parse, states_number
from index.types import Article, Mark, MarkKind, Passage

# Sizes are estimated word pieces of an English BERT tokenizer, about 1.3 a word of news.
MAX_PIECES = 190  # with title and heading, MiniLM (256) and the reader still see the passage whole
TARGET_PIECES = 150  # about 110 words: a paragraph or two of news
MIN_PIECES = 40  # about 30 words; less has too little in it to be found by its meaning
PATH_PIECES = 40  # of section headings; with MAX_PIECES and a title they fill what MiniLM reads
OVERLAP_PIECES = 45  # a longer sentence before the passage would cost more than its "he" is worth

# One match a piece: 0.95 to 1.10 of the real number in 90 % of news passages. Other scripts fall
# apart into letters, as they do in an English tokenizer.
_PIECE = re.compile(r"[A-Za-z]{1,9}|\d{1,3}|[^\sA-Za-z\d]")
_LEANS_BACK = re.compile(
    r"[“\"'‘«\s]*(?:he|she|they|it|his|her|their|its|il|elle|ils|elles|celui-ci|celle-ci)\b", re.IGNORECASE
)
_PROSE = (Kind.PARAGRAPH, Kind.SPEAKER_TURN)
_TABULAR = (Kind.TABLE_HEADER, Kind.TABLE_ROW)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is never torn: a sentence, a list item or a row, unless it alone exceeds MAX_PIECES."""

    start: int
    end: int
    size: int
    block: Block


@dataclass(slots=True)
class _Group:
    """Units that want to stay in one passage, and the block that they belong to."""

    units: list[_Unit]
    block: Block

    @property
    def alone(self) -> bool:
        """Whether nothing else shall stand in its passage."""
        return self.block.kind in _TABULAR

    @property
    def opens(self) -> bool:
        """Whether a new passage shall begin with it."""
        return self.block.kind is Kind.SPEAKER_TURN

    def goes_on_with(self, block: Block) -> bool:
        if self.opens:  # under the question, all that has it as its lead-in is the answer
            return not self.block.lead_in and bool(block.lead_in) and block.kind not in _TABULAR
        if self.block.kind in (Kind.LIST_ITEM, Kind.CODE):
            return block.kind is self.block.kind
        return self.alone and block.kind is Kind.TABLE_ROW


@dataclass(frozen=True, slots=True)
class _Draft:
    """Units that become one passage; `small` when each section in it is too small to stand alone."""

    units: tuple[_Unit, ...]
    small: bool = False


def chunk(article: Article) -> list[Passage]:
    """The passages of an article in reading order; each is at most MAX_PIECES long.

    Every line that is content is in a passage, or in the heading of the passage that follows it.
    Sections are not mixed unless they are tiny. Within prose a passage begins with the last sentence
    of the one before where it continues a paragraph or opens with a word like "they".
    """
    text = article.text
    drafts: list[_Draft] = []
    for blocks in _sections(parse(text, article.outline)):
        drafts += _with_overlap(text, _section_drafts(text, blocks))
    headings = [mark for mark in article.outline if mark.kind is MarkKind.HEADING]
    pages = [mark for mark in article.outline if mark.kind is MarkKind.PAGE]
    return [_passage(article, draft, headings, pages) for draft in _join_small(text, drafts)]


def embedded_text(passage: Passage) -> str:
    """What is embedded for a passage: title, heading and text, one a line, none of them twice."""
    said: list[str] = []
    known = {line.strip().casefold() for line in passage.text.splitlines()}
    for line in (passage.source.title, *passage.heading.splitlines()):
        if line.strip() and line.strip().casefold() not in known:
            known.add(line.strip().casefold())
            said.append(line.strip())
    return "\n".join((*said, passage.text))


def pieces(text: str) -> int:
    """About how many word pieces a BERT tokenizer makes of the text."""
    return len(_PIECE.findall(text))


def _sections(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """The blocks under each heading, the heading first."""
    section: list[Block] = []
    for block in blocks:
        if block.kind is Kind.HEADING and section and section[-1].kind is not Kind.HEADING:
            yield section
            section = []
        section.append(block)
    if section:
        yield section


def _section_drafts(text: str, blocks: Sequence[Block]) -> list[_Draft]:
    """The passages of one section, before overlap."""
    drafts: list[_Draft] = []
    waiting: tuple[_Unit, ...] = ()
    for group in _groups(text, blocks):
        size = _size(group.units)
        if _size(waiting) < MIN_PIECES:  # too little to be left behind, unless that costs a split
            parting = size <= MAX_PIECES < _size(waiting) + size
        else:
            parting = group.alone or group.opens or _size(waiting) + size > TARGET_PIECES
        if waiting and parting:
            drafts.append(_Draft(waiting))
            waiting = ()
        waiting += tuple(group.units)
        if group.alone or size > MAX_PIECES:
            drafts += [_Draft(part) for part in _split(waiting)]
            waiting = ()
    if waiting:
        drafts.append(_Draft(waiting))
    if len(drafts) > 1 and not _tabular(drafts[-1]):
        *_, before, last = drafts
        if _size(last.units) < MIN_PIECES and _size(before.units + last.units) <= MAX_PIECES:
            drafts[-2:] = [_Draft(before.units + last.units)]
    if len(drafts) == 1 and _size(drafts[0].units) < MIN_PIECES:
        return [replace(drafts[0], small=True)]
    return drafts


def _groups(text: str, blocks: Sequence[Block]) -> list[_Group]:
    """What wants to stay together: a list or table with its lead-in, a question with its answer."""
    groups: list[_Group] = []
    above: list[_Unit] = []  # headings that belong into the text
    for i, block in enumerate(blocks):
        units = _units(text, block)
        if i:  # a line drawn between two blocks costs its pieces where both are in one passage
            drawn = text[blocks[i - 1].end : block.start].strip()
            if drawn:
                units[0] = replace(units[0], size=units[0].size + pieces(drawn))
        if block.kind is Kind.HEADING:
            # One that states a number ("14. Anthony Rizzo (33)") may be an answer and must be quotable.
            if above or states_number(text[block.start : block.end]):
                above += units
            continue
        if block.kind is Kind.LABEL:
            above += units
            continue
        group = groups[-1] if groups else None
        if group and not above and group.goes_on_with(block):
            group.units += units
            continue
        if group and block.kind in LED_IN and (led_in_by := _leading(text, group, blocks, i)):
            units = [*group.units[-led_in_by:], *units]
            del group.units[-led_in_by:]
            if not group.units:
                groups.pop()
        groups.append(_Group([*above, *units], block))
        above = []
    return groups


def _leading(text: str, group: _Group, blocks: Sequence[Block], i: int) -> int:
    """How many of the group's last units go with the list, table or code that blocks[i] begins.

    The sentence that leads in to it; all of a paragraph with code, which explains it, where both fit.
    """
    last = group.units[-1]
    if text[last.start : last.end] not in blocks[i].lead_in.split("\n"):
        return 0
    if blocks[i].kind is Kind.CODE and group.block.kind is Kind.PARAGRAPH:
        below = (blocks[j] for j in range(i, len(blocks)))
        code = takewhile(lambda block: block.kind is Kind.CODE, below)
        if _size(group.units) + sum(pieces(text[line.start : line.end]) for line in code) <= MAX_PIECES:
            return len(group.units)
    return 1


def _units(text: str, block: Block) -> list[_Unit]:
    """The sentences of prose; an item or a row whole; what exceeds MAX_PIECES in parts."""
    if block.kind not in _PROSE:
        size = pieces(text[block.start : block.end])
        if size <= MAX_PIECES:
            return [_Unit(block.start, block.end, size, block)]
    units = []
    for start, end in line_sentences(text, block.start, block.end):
        size = pieces(text[start:end])
        if size <= MAX_PIECES:
            units.append(_Unit(start, end, size, block))
        else:
            units += [_Unit(a, b, pieces(text[a:b]), block) for a, b in _cut(text, start, end)]
    return units


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Parts of about TARGET_PIECES of what has no border to split at, cut between words if it can be."""
    ends = [piece.end() for piece in _PIECE.finditer(text, start, end)]
    first = 0
    while len(ends) - first > MAX_PIECES:
        cut = ends[first + TARGET_PIECES - 1]
        space = text.rfind(" ", start + (cut - start) // 2, cut)
        cut = space if space > 0 else cut
        while text[cut - 1].isspace():
            cut -= 1
        yield start, cut
        first = bisect_right(ends, cut)
        while text[cut].isspace():
            cut += 1
        start = cut
    yield start, end


def _split(units: Sequence[_Unit]) -> Iterator[tuple[_Unit, ...]]:
    """All in one part if it fits, else parts of about equal size, none above MAX_PIECES."""
    if _size(units) <= MAX_PIECES:
        yield tuple(units)
        return
    ideal = _size(units) / ceil(_size(units) / TARGET_PIECES)
    part: list[_Unit] = []
    size = 0
    for unit in units:
        if part and (size + unit.size / 2 > ideal or size + unit.size > MAX_PIECES):
            yield tuple(part)
            part, size = [], 0
        part.append(unit)
        size += unit.size
    yield tuple(part)


def _with_overlap(text: str, drafts: Sequence[_Draft]) -> Iterator[_Draft]:
    """The passages of a section, each with the sentence before it where its words need it."""
    for i, draft in enumerate(drafts):
        if i == 0 or len(drafts[i - 1].units) == 1 or _tabular(draft):
            yield draft
            continue
        before, first = drafts[i - 1].units[-1], draft.units[0]
        prose = before.block.kind in _PROSE and first.block.kind in _PROSE
        torn = before.block is first.block and draft.units[-1].block is first.block
        needed = torn or _LEANS_BACK.match(text, first.start, first.end)
        fits = before.size <= OVERLAP_PIECES and before.size + _size(draft.units) <= MAX_PIECES
        yield replace(draft, units=(before, *draft.units)) if prose and needed and fits else draft


def _join_small(text: str, drafts: Sequence[_Draft]) -> list[_Draft]:
    """Sections too small to stand alone, joined with small neighbours: pages of names and figures."""
    joined: list[_Draft] = []
    for draft in drafts:
        if joined and draft.small and joined[-1].small:
            units = joined[-1].units + draft.units
            if pieces(text[units[0].start : units[-1].end]) <= TARGET_PIECES:
                joined[-1] = replace(draft, units=units)
                continue
        joined.append(draft)
    return joined


def _passage(article: Article, draft: _Draft, headings: Sequence[Mark], pages: Sequence[Mark]) -> Passage:
    start, end = draft.units[0].start, draft.units[-1].end
    text = article.text[start:end]
    blocks = dict.fromkeys(unit.block for unit in draft.units)
    own_lines = {line.strip() for line in LINE.findall(text)}
    path = dict.fromkeys(line for block in blocks for line in block.heading.split("\n"))
    above = _nearest([line for line in path if line and line not in own_lines])
    lead_ins = [line for block in blocks for line in block.lead_in.split("\n") if line not in text]
    heading = "\n".join(dict.fromkeys(filter(None, above + lead_ins)))
    marks = article.outline[
        bisect_left(article.outline, start, key=_begin) : bisect_left(article.outline, end, key=_begin)
    ]
    beside = headings[max(bisect_left(headings, start, key=_begin) - 1, 0) :][:1]
    page = pages[: bisect_right(pages, start, key=_begin)][-1:]
    outline = (
        *page,
        *(mark for mark in marks if mark not in page),
        *(mark for mark in beside if mark not in marks),
    )
    passage_id = f"{article.source.article_id}#{start}"
    return Passage(passage_id, article.source, start, end, text, heading, outline)


def _nearest(path: Sequence[str]) -> list[str]:
    """The last of the headings, as many as fit in PATH_PIECES, at least two."""
    sizes = list(accumulate(pieces(line) for line in reversed(path)))
    return list(path[len(path) - max(2, bisect_right(sizes, PATH_PIECES)) :] if len(path) > 2 else path)


def _begin(mark: Mark) -> int:
    return mark.start


def _size(units: Sequence[_Unit]) -> int:
    return sum(unit.size for unit in units)


def _tabular(draft: _Draft) -> bool:
    return draft.units[-1].block.kind in _TABULAR
