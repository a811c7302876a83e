"""Text runs and blocks as Telegram HTML, escaped and split within Telegram's limits."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from html import escape

MAX_UNITS = 4096  # UTF-16 code units of a message after its entities are parsed
MAX_ENTITIES = 100
MAX_URL_CHARS = 2000
DAY_HOUR = time(10, tzinfo=UTC)  # at that hour it is the same day from Hawaii to New Zealand
MAX_UNIX_TIME = 2**31 - 1

# Telegram turns control characters into spaces and drops the bidirectional overrides; a lone
# surrogate cannot be sent as UTF-8 at all. Done here so that our count is Telegram's count.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_DROPPED = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_JOINERS = "\u200d\ufe0e\ufe0f\u20e3"


class Quote(StrEnum):
    """How a block is set off as a quotation."""

    PLAIN = "<blockquote>"
    EXPANDABLE = "<blockquote expandable>"


def clean(text: str) -> str:
    """The text as Telegram will keep it."""
    text = text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _SURROGATE.sub("\ufffd", _DROPPED.sub("", _CONTROL.sub(" ", text)))


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the way Telegram counts."""
    return len(text) + sum(ord(char) > 0xFFFF for char in text)


def is_visible(text: str) -> bool:
    """Whether the text has visible characters; Telegram refuses messages without."""
    return any(not char.isspace() and unicodedata.category(char)[0] not in "CM" for char in text)


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style. A `url` that is not http or https is dropped.

    `day` is the date that the text names: Telegram shows it in the reader's format.
    """

    text: str
    bold: bool = False
    url: str | None = None
    day: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        if self.url is not None and not _is_linkable(self.url):
            object.__setattr__(self, "url", None)
        if self.day is not None and not 0 < _unix_time(self.day) <= MAX_UNIX_TIME:
            object.__setattr__(self, "day", None)

    @property
    def entities(self) -> int:
        return self.bold + (self.url is not None) + (self.day is not None)

    @property
    def html(self) -> str:
        html = escape(self.text, quote=False)
        if self.day is not None:
            html = f'<tg-time unix="{_unix_time(self.day)}" format="D">{html}</tg-time>'
        if self.bold:
            html = f"<b>{html}</b>"
        return html if self.url is None else f'<a href="{escape(self.url)}">{html}</a>'


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a quotation; `gap` parts it from the block before it."""

    runs: Sequence[Run]
    quote: Quote | None = None
    gap: str = "\n"

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @property
    def entities(self) -> int:
        return (self.quote is not None) + sum(run.entities for run in self.runs)

    @property
    def html(self) -> str:
        html = "".join(run.html for run in self.runs)
        return html if self.quote is None else f"{self.quote}{html}</blockquote>"


def paragraph(*runs: Run | str, gap: str = "\n") -> Block:
    """A block of plain strings and runs."""
    return Block([Run(run) if isinstance(run, str) else run for run in runs], gap=gap)


def to_html(text: str) -> str:
    """A line of plain text as HTML: the first message, if it is too long for one."""
    return split_messages([paragraph(text)])[0]


def fill_template(template: str, **parts: Run | str) -> list[Run]:
    """The template with a run for each {name} in it."""
    pieces: list[Run | str] = re.split(r"\{(\w+)\}", template)
    pieces[1::2] = [parts[str(name)] for name in pieces[1::2]]
    return [Run(piece) if isinstance(piece, str) else piece for piece in pieces]


def split_messages(blocks: Sequence[Block]) -> list[str]:
    """The blocks as HTML, one text a message, each within Telegram's limits; none when all is blank.

    A block is moved to the next message whole where it can be, and cut between words where not.
    """
    finished: list[str] = []
    html, used_units, used_entities = "", 0, 0
    for piece in (piece for block in blocks for piece in _split_block(block)):
        size = utf16_length(piece.gap) + utf16_length(piece.text)
        if html and (used_units + size > MAX_UNITS or used_entities + piece.entities > MAX_ENTITIES):
            finished.append(html)
            html, used_units, used_entities = "", 0, 0
        html += f"{piece.gap}{piece.html}" if html else piece.html
        used_units += size
        used_entities += piece.entities
    return [*finished, html] if html else finished


def _split_block(block: Block) -> Iterator[Block]:
    """The block, in as many pieces as it takes for each to fit into a message of its own."""
    runs: list[Run] = []
    room, entities = MAX_UNITS - utf16_length(block.gap), MAX_ENTITIES - (block.quote is not None)
    left_units, left_entities = room, entities
    waiting = [run for run in reversed(block.runs) if run.text]

    def piece() -> Iterator[Block]:
        if is_visible("".join(run.text for run in runs)):
            yield replace(block, runs=tuple(runs))

    while waiting:
        run = waiting.pop()
        size = utf16_length(run.text)
        if size <= left_units and run.entities <= left_entities:
            runs.append(run)
            left_units -= size
            left_entities -= run.entities
            continue
        whole_next_time = size <= room and run.entities > 0
        if runs and (whole_next_time or run.entities > left_entities or left_units < room // 4):
            waiting.append(run)
        else:
            head, tail = _split_text(run.text, left_units)
            runs.append(replace(run, text=head))
            waiting.append(replace(run, text=tail))
        yield from piece()
        runs, left_units, left_entities = [], room, entities
    yield from piece()


def _split_text(text: str, room: int) -> tuple[str, str]:
    """The text in two parts, the first at most `room` units long, split after a word if possible."""
    end = used = 0
    while end < len(text) and used + utf16_length(text[end]) <= room:
        used += utf16_length(text[end])
        end += 1
    space = max(text.rfind(" ", 0, end), text.rfind("\n", 0, end))
    if space > end // 2:
        return text[: space + 1], text[space + 1 :]
    kind = end  # a letter keeps its accents, an emoji its parts
    while kind > max(1, end - 20) and (
        unicodedata.combining(text[kind]) or text[kind] in _JOINERS or text[kind - 1] in _JOINERS
    ):
        kind -= 1
    end = kind if kind > max(1, end - 20) else end
    return text[:end], text[end:]


def _unix_time(day: date) -> int:
    return int(datetime.combine(day, DAY_HOUR).timestamp())


def _is_linkable(url: str) -> bool:
    has_scheme = re.match(r"https?://[^\s/]", url, re.IGNORECASE) is not None
    return has_scheme and len(url) <= MAX_URL_CHARS and not re.search(r"[\s\x00-\x20\ud800-\udfff]", url)
