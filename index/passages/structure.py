"""What the lines of an article are: headings, paragraphs, lists, tables, code, an interview's turns."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import takewhile

from index.passages.sentences import LINE, LINE_BREAKS, line_sentences
from index.types import Mark, MarkKind


class Kind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    TABLE_HEADER = "table header"
    TABLE_ROW = "table row"
    CODE = "code"
    LABEL = "label"  # the term of a definition, "Note": a short line that names what follows
    SPEAKER_TURN = "speaker turn"


@dataclass(frozen=True, slots=True)
class Block:
    """One line of an article and what it needs to be understood: text[start:end] is the line itself.

    `heading` is the path of section headings above it, the outermost first, one a line; in a list of
    definitions the term comes last.
    `lead_in` holds one a line: the question that an interview answer answers, the sentence before a
    list, table or code, the header row above a table row. Either is empty when there is none.
    """

    kind: Kind
    start: int
    end: int
    heading: str = ""
    lead_in: str = ""


MAX_HEADING = 100  # characters; longer lines without a full stop are captions and lists of names
MAX_STATED_HEADING = 200  # characters; a page that marks a whole paragraph as a heading wants it large
MAX_LEAD_IN = 300  # characters; a longer one would crowd out the words that it introduces
SHORT_RUN = 3  # so many short lines in a row are names or figures, which must stay quotable
MANY_LABELS = 3  # "Our rating: ..." that often in an article is a field of a form and no heading
MAX_LABEL_WORDS = 6  # "Accountability for Human Rights Abuses:"; longer ones are sentences

_Span = tuple[int, int]

_RULE = frozenset("-|:=+_*—–~ \t")
_SECTION = re.compile(r"^(?P<number>\d{1,3}(?:\.\d{1,3})+)\.?(?:\s|$)")  # "7.2.2. Foo"
_NUMBER_ALONE = re.compile(
    r"\d{1,3}(?:\.\d{1,3})+\.|\d{1,3}(?:\.\d{1,3}){2,}"
)  # of a section whose title follows
_BULLET = re.compile(r"(?:[-–—*•●■♦▪▸►▶·‣◦○➤✓✔–]|\d{1,3}[.)]|[a-z]\))\s+(?=\S)")
_LABEL = re.compile(r"(?P<label>[^\W\d_](?:[^:.!?“”\"|]|\.(?=\w)){0,80}):(?=\s|$)")  # "Time.news Editor:"
_TABLE_MENTION = re.compile(r"\b(?:table|tableau)\b", re.IGNORECASE)
_TEASER = re.compile(r"[^\W\d]['’”\"?]?:[^\W\d]")  # "More:Biden visits ...", a link to another article
_UNNUMBERED = 7  # deeper than a level or a section's number says of any other
_TEXT = (Kind.PARAGRAPH, Kind.LABEL)
LED_IN = (Kind.LIST_ITEM, Kind.TABLE_HEADER, Kind.CODE)
_CLOSERS = "”’\"'»)"
_NO_TITLE_END = tuple(".!:;,…—–-|")
_NO_TITLE_START = tuple('“"‘«—–-|@#(•')


def is_rule(line: str) -> bool:
    """Whether the line only draws a line (`---|---|`, `*****`): it is no content."""
    return len(line) >= 3 and _RULE.issuperset(line)


def states_number(heading: str) -> bool:
    """Whether a heading has a number besides that of its section: "14. Anthony Rizzo (33)"."""
    return any(map(str.isdigit, _SECTION.sub("", heading, count=1)))


def parse(text: str, outline: Sequence[Mark] = ()) -> list[Block]:
    """The blocks of an article in reading order: each line that is content, once.

    What `outline` states is not guessed: its lines of code are nothing else, and where it marks any
    heading the marked lines are the headings. A line that only draws a line is in no block. A heading
    always has a block that is no heading after it.
    """
    lines = _lines(text)
    words = [text[start:end] for start, end in lines]
    marked = _marks_by_line(text, lines, outline)
    stated = any(mark.kind is MarkKind.HEADING for mark in outline)
    return _with_context(text, lines, _kinds(words, marked, stated), _levels(words, marked))


def _marks_by_line(text: str, lines: Sequence[_Span], outline: Sequence[Mark]) -> list[Mark | None]:
    """For each line the mark of a heading or of code that it has."""
    marks: dict[int, Mark] = {}
    for mark in outline:
        line = LINE.match(text, mark.start) if mark.start >= 0 and mark.kind is not MarkKind.PAGE else None
        if line:
            marks[_strip_span(text, *line.span())[0]] = mark
    return [marks.get(start) for start, _ in lines]


def _lines(text: str) -> list[_Span]:
    """Spans of the lines that say something, without their outer whitespace."""
    spans = []
    for line in LINE.finditer(text):
        start, end = _strip_span(text, *line.span())
        if start < end:
            spans.append((start, end))
    return spans


def _strip_span(text: str, start: int, end: int) -> _Span:
    line = text[start:end]
    return end - len(line.lstrip()), start + len(line.rstrip())


def _kinds(lines: Sequence[str], marked: Sequence[Mark | None], stated: bool) -> list[Kind | None]:
    """The kind of each line; None for one that only draws a line. `stated`: all headings are marked."""
    kinds: list[Kind | None] = [None if is_rule(line) else Kind.PARAGRAPH for line in lines]
    for i, mark in enumerate(marked):
        if mark and kinds[i] and mark.kind is MarkKind.CODE:
            kinds[i] = Kind.CODE
        elif mark and kinds[i] and len(lines[i]) <= MAX_STATED_HEADING:
            kinds[i] = Kind.HEADING
    _mark_tables(lines, kinds)
    _mark_turns(lines, kinds)
    _mark_lists(lines, kinds)
    _mark_titles(lines, kinds, Kind.LABEL if stated else Kind.HEADING)
    for i in reversed(range(len(lines))):  # a heading with nothing below it is all there is to read
        if kinds[i] is Kind.HEADING:
            kinds[i] = Kind.PARAGRAPH
        elif kinds[i]:
            break
    return kinds


def _levels(lines: Sequence[str], marked: Sequence[Mark | None]) -> list[int]:
    """How deep each line would stand as a heading: as stated, or by its number; 0 where nothing says so."""
    return [
        mark.number if mark else found["number"].count(".") + 1 if (found := _SECTION.match(line)) else 0
        for line, mark in zip(lines, marked, strict=True)
    ]


def _is_row(line: str) -> bool:
    """Whether the line has the cells of a table row: `A | B |`, `| A | B |` or `A | B`."""
    return "|" in line and not is_rule(line) and any(cell.strip() for cell in line.split("|"))


def _mark_tables(lines: Sequence[str], kinds: list[Kind | None]) -> None:
    """A header row and the rows below it, with or without a `---|---|` line between them."""
    i = 0
    while i < len(lines):
        end = i
        while (
            end < len(lines)
            and kinds[end] in (Kind.PARAGRAPH, None)
            and (_is_row(lines[end]) or (end > i and is_rule(lines[end])))
        ):
            end += 1
        rows = [j for j in range(i, end) if not is_rule(lines[j])]
        if len(rows) > 1 or (rows and end > i + 1 and "|" in lines[i + 1]):
            kinds[rows[0]] = Kind.TABLE_HEADER
            for j in rows[1:]:
                kinds[j] = Kind.TABLE_ROW
        i = max(end, i + 1)


def _label(line: str) -> str:
    """The words before the colon of "Label: text"; "" when the line does not begin so."""
    match = _LABEL.match(line) if ":" in line else None
    if match is None or len(match["label"].split()) > MAX_LABEL_WORDS:
        return ""
    return match["label"].strip()


def _speaker(line: str) -> str:
    """The label of a line that may be spoken; "" for "Mali: An Interview", which is a title."""
    return _label(line) if line.endswith("?") or not _like_title(line) else ""


def _askers(lines: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The labels of an interview's speakers and, of these, of those who ask; empty for no interview.

    Several labels must come again and again, and one of them must mostly ask.
    """
    spoken = [(line, label) for line in lines if (label := _speaker(line))]
    turns = Counter(label for _, label in spoken)
    asks = Counter(label for line, label in spoken if "?" in line)
    speakers = frozenset(label for label, count in turns.items() if count > 1)
    askers = frozenset(label for label in speakers if asks[label] * 2 > turns[label])
    if not askers or askers == speakers:
        return frozenset(), frozenset()
    return speakers, askers


def _mark_turns(lines: Sequence[str], kinds: list[Kind | None]) -> None:
    speakers, _ = _askers(lines)
    for i, line in enumerate(lines):
        if kinds[i] is Kind.PARAGRAPH and _speaker(line) in speakers:
            kinds[i] = Kind.SPEAKER_TURN


def _mark_lists(lines: Sequence[str], kinds: list[Kind | None]) -> None:
    """Lines with a bullet or a number, and two or more "Label: text" lines below each other."""
    labelled = [
        kind is Kind.PARAGRAPH and _label(line) and not line.endswith(":") and not _like_title(line)
        for kind, line in zip(kinds, lines, strict=True)
    ]
    for i, line in enumerate(lines):
        beside = (i > 0 and labelled[i - 1]) or (i + 1 < len(lines) and labelled[i + 1])
        if kinds[i] is Kind.PARAGRAPH and (_BULLET.match(line) or (labelled[i] and beside)):
            kinds[i] = Kind.LIST_ITEM


def _mark_titles(lines: Sequence[str], kinds: list[Kind | None], title: Kind) -> None:
    """Short lines without a final stop above a text, unless they are many in a row."""
    labels = Counter(filter(None, map(_label, lines)))
    run: list[int] = []
    for i, line in enumerate(lines):
        kind = kinds[i]
        numbered = kind is Kind.LIST_ITEM and line[0].isdigit() and title is Kind.HEADING
        repeated = labels[_label(line)] >= MANY_LABELS
        titled = _like_title(line) if title is Kind.HEADING else _is_short(line)
        if (kind is Kind.PARAGRAPH or numbered) and titled and not repeated:
            run.append(i)
        elif kind is not None:
            if len(run) < SHORT_RUN and kind is not Kind.HEADING:
                for j in run:
                    kinds[j] = title
            run = []


def _like_title(line: str) -> bool:
    """Whether the line is short, without a final stop, and neither quoted nor a caption's credit."""
    return _is_short(line) and not line.startswith(_NO_TITLE_START) and not _TEASER.search(line)


def _is_short(line: str) -> bool:
    """Whether the line has words, too few for a sentence that lost its stop, or is a section's number."""
    if _NUMBER_ALONE.fullmatch(line):
        return True
    if len(line) > MAX_HEADING or "|" in line or line.rstrip(_CLOSERS).endswith(_NO_TITLE_END):
        return False
    return any(map(str.isalpha, line))


def _with_context(
    text: str, lines: Sequence[_Span], kinds: Sequence[Kind | None], levels: Sequence[int]
) -> list[Block]:
    """The blocks with the headings, questions, lead-ins and header rows that they stand under."""
    _, askers = _askers([text[start:end] for start, end in lines])
    blocks: list[Block] = []
    path: list[tuple[int, str]] = []  # level and words of the headings above
    heading = term = question = lead_in = header = ""
    for (start, end), kind, level in zip(lines, kinds, levels, strict=True):
        if kind is None:
            continue
        line = text[start:end]
        last = blocks[-1].kind if blocks else None
        if kind is Kind.HEADING:
            question = term = ""
            deeper = path[-1][0] + 1 if path and last is Kind.HEADING else _UNNUMBERED
            path = _path(path, level or deeper, line)
            heading = "\n".join(words for _, words in path)
            blocks.append(Block(kind, start, end))
            continue
        asks = kind is Kind.SPEAKER_TURN and _speaker(line) in askers
        if asks:
            question = ""  # whoever asks is not answering
        if kind is Kind.LIST_ITEM and last is Kind.LABEL:
            labels = takewhile(lambda block: block.kind is Kind.LABEL, reversed(blocks))
            term = "\n".join(text[label.start : label.end] for label in reversed(list(labels)))
        if kind in LED_IN and kind is not last:
            lead_in = _lead_in(text, blocks, kind)
        if kind is Kind.TABLE_HEADER:
            header = line[:MAX_LEAD_IN]
        context = [question]
        if kind in (*LED_IN, Kind.TABLE_ROW):
            context.append(lead_in)
        if kind is Kind.TABLE_ROW:
            context.append(header)
        above = heading if kind is Kind.LABEL or not term else f"{heading}\n{term}"
        joined = "\n".join(dict.fromkeys(part for part in context if part))
        blocks.append(Block(kind, start, end, above, joined))
        if asks and "?" in line:
            question = _question(text, start, end)
    return blocks


def _path(above: Sequence[tuple[int, str]], level: int, line: str) -> list[tuple[int, str]]:
    """The headings above what stands under this one."""
    return [*((other, words) for other, words in above if other < level), (level, line)]


def _lead_in(text: str, blocks: Sequence[Block], kind: Kind) -> str:
    """The sentence that leads in to a list or table from the block right before it."""
    if not blocks or blocks[-1].kind not in (*_TEXT, Kind.SPEAKER_TURN, Kind.LIST_ITEM):
        return ""
    start, end = line_sentences(text, blocks[-1].start, blocks[-1].end)[-1]
    sentence = text[start:end]
    if kind is Kind.TABLE_HEADER:
        announces = bool(_TABLE_MENTION.search(sentence))
    else:
        announces = kind is Kind.CODE or blocks[-1].kind in _TEXT
    announces = announces or sentence.endswith(":")
    return sentence if announces and len(sentence) <= MAX_LEAD_IN else ""


def _question(text: str, start: int, end: int) -> str:
    """What was asked in this turn: all of it, or its last questions when it is long."""
    if end - start <= MAX_LEAD_IN:
        return text[start:end]
    asked = [text[a:b] for a, b in line_sentences(text, start, end) if "?" in text[a:b]]
    return asked[-1][-MAX_LEAD_IN:]


def quote_span(text: str, start: int, end: int, outline: Sequence[Mark] = ()) -> _Span:
    """The whole of what a reader wants to see quoted around text[start:end].

    The sentence or sentences, table rows, lines of code and short list items that the span stands in; text
    may be an article or a passage, with its outline. A label comes with the first sentence or item of what it
    names, a list item without its bullet unless the span holds it. A line that only draws a line never begins
    or ends the quote where the text goes on beyond it. Raises ValueError when the span is not within it.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"a span within 0..{len(text)} is needed, not {start}..{end}")
    inner_start, inner_end = _strip_span(text, start, end)
    if inner_start >= inner_end:
        inner_start = inner_end = start
    code = [mark.start for mark in outline if mark.kind is MarkKind.CODE and mark.start >= 0]
    first = _unit(text, inner_start, code)
    last = _unit(text, max(inner_start, inner_end - 1), code)
    if any(mark.kind is MarkKind.HEADING for mark in outline):
        last = _text_by_label(text, tuple(outline)).get(last[1], last)
    return min(start, first[0]), max(end, last[1])


@lru_cache(maxsize=256)  # the readings of a passage share its labels
def _text_by_label(text: str, outline: tuple[Mark, ...]) -> dict[int, _Span]:
    """By the end of each label, the first sentence, row or line of what it names."""
    code = [mark.start for mark in outline if mark.kind is MarkKind.CODE and mark.start >= 0]
    named: dict[int, _Span] = {}
    unit: _Span | None = None
    for block in reversed(parse(text, outline)):
        if block.kind is Kind.LABEL and unit:
            named[block.end] = unit
        elif block.kind is not Kind.LABEL:
            bullet = _BULLET.match(text[block.start : block.end]) if block.kind is Kind.LIST_ITEM else None
            unit = _unit(text, block.start + (bullet.end() if bullet else 0), code)
    return named


def _unit(text: str, at: int, code: Sequence[int]) -> _Span:
    """The sentence, line of code, table row or list item at this place; nothing between the lines."""
    begin, end = _line_at(text, at)
    if begin == end:
        return at, at
    if any(mark <= begin and (line := LINE.match(text, mark)) and begin < line.end() for mark in code):
        return begin, end
    words = text[begin:end]
    if is_rule(words):
        return _beyond_rule(text, begin, end)
    if _is_row(words) and (words.endswith("|") or end - begin <= MAX_LEAD_IN):
        return begin, end  # a long line with a bar in it is a sentence of prose
    bullet = _BULLET.match(words)
    body = begin + bullet.end() if bullet else begin
    if at < body:
        body = begin
    if bullet and end - body <= MAX_LEAD_IN:
        return body, end
    for first, last in line_sentences(text, body, end):
        if at < last:
            return first, last
    return at, at


def _line_at(text: str, at: int) -> _Span:
    """The line around this place, without its outer whitespace."""
    begin = 1 + max(text.rfind(line_break, 0, at) for line_break in LINE_BREAKS)
    line = LINE.match(text, begin)
    return _strip_span(text, begin, line.end()) if line else (at, at)


def _beyond_rule(text: str, begin: int, end: int) -> _Span:
    """The lines around a rule, from the last above it to the first below it that say something."""
    above = [(a, b) for a, b in _lines(text[:begin]) if not is_rule(text[a:b])]
    below = [(a + end, b + end) for a, b in _lines(text[end:]) if not is_rule(text[a + end : b + end])]
    return above[-1][0] if above else begin, below[0][1] if below else end
