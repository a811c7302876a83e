"""Parsing Telegram's HTML into text and entities, and finding entities in people's texts."""

import html
import re
from dataclasses import dataclass, field

from bot.preview.objects import Entity

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "a": "text_link",
    "tg-time": "date_time",
}
_ATTRIBUTES = {
    "blockquote": {"expandable"},
    "code": {"class"},
    "a": {"href"},
    "tg-time": {"unix", "format"},
}
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_LINK = re.compile(r"(?:https?://|mailto:|tel:|tg://)", re.IGNORECASE)  # others Telegram shows as plain words
_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<tag>[a-zA-Z-]+)(?P<rest>[^<>]*)>|&(?P<name>lt|gt|amp|quot|#\w+);|.", re.S
)
_ATTRIBUTE = re.compile(r"""\s+([a-z]+)(?:=(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_IN_WORDS = re.compile(
    r"(?P<url>https?://[^\s<>\"]*[^\s<>\".,:;!?)\]])"
    r"|(?<![\w/])(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/])"
    r"|(?<!\w)(?P<mention>@[A-Za-z0-9_]{3,32})(?!\w)",
)


class CannotParse(ValueError):
    """HTML that Telegram refuses; the message is its description."""


@dataclass(slots=True)
class _Open:
    tag: str
    offset: int
    attributes: dict[str, str] = field(default_factory=dict)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of Telegram's HTML, outer entities first.

    Raises CannotParse for tags that Telegram does not know or that do not nest.
    """
    words: list[str] = []
    offset = 0
    opened: list[_Open] = []
    entities: list[Entity] = []
    for token in _TOKEN.finditer(source):
        tag = (token["tag"] or "").lower()
        if token["close"]:
            if not opened or opened[-1].tag != tag:
                raise CannotParse(f'can\'t parse entities: unexpected end tag "{tag}"')
            if (entity := _entity(opened.pop(), offset)) is not None:
                entities.append(entity)
        elif tag:
            opened.append(_Open(tag, offset, _parse_attributes(tag, token["rest"], opened)))
        elif token.group() == "<":
            raise CannotParse(f"can't parse entities: unsupported start tag at character {token.start()}")
        else:
            text = html.unescape(token.group()) if token["name"] else token.group()
            words.append(text)
            offset += utf16_length(text)
    if opened:
        tag = opened[-1].tag
        raise CannotParse(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
    return "".join(words), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def find_entities(text: str) -> list[Entity]:
    """Commands, mentions and addresses in what a person has written."""
    return [
        Entity(
            type=found.lastgroup,
            offset=utf16_length(text[: found.start()]),
            length=utf16_length(found.group()),
        )
        for found in _IN_WORDS.finditer(text)
        if found.lastgroup is not None
    ]


def _parse_attributes(tag: str, rest: str, opened: list[_Open]) -> dict[str, str]:
    if tag not in STYLES:
        raise CannotParse(f'can\'t parse entities: unsupported start tag "{tag}"')
    if tag == "blockquote" and any(outer.tag == "blockquote" for outer in opened):
        raise CannotParse("can't parse entities: blockquotes can't be nested")
    attributes = {name: html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(rest)}
    if _ATTRIBUTE.sub("", rest).strip() or not attributes.keys() <= _ATTRIBUTES.get(tag, set()):
        raise CannotParse(f'can\'t parse entities: unexpected attributes of "{tag}": {rest.strip()}')
    return attributes


def _entity(tag: _Open, end: int) -> Entity | None:
    """The entity of the tag that ends at `end`; None when it has no effect."""
    entity = Entity(type=STYLES[tag.tag], offset=tag.offset, length=end - tag.offset)
    if entity["length"] == 0:
        return None
    match tag.tag:
        case "a":
            entity["url"] = tag.attributes.get("href", "")
            return entity if _LINK.match(entity["url"]) else None
        case "blockquote" if "expandable" in tag.attributes:
            entity["type"] = "expandable_blockquote"
        case "tg-time":
            unix, pattern = tag.attributes.get("unix", ""), tag.attributes.get("format", "")
            if not re.fullmatch(r"[1-9]\d{0,9}", unix) or not _TIME_FORMAT.fullmatch(pattern):
                raise CannotParse(f"can't parse entities: {unix!r} with format {pattern!r} is no time")
            entity["unix_time"], entity["date_time_format"] = int(unix), pattern
    return entity
