"""Telegram's HTML: text and entities, or the complaint with which Telegram refuses it."""

import html
import re
from dataclasses import dataclass

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-spoiler": "spoiler",
    "blockquote": "blockquote",
    "tg-time": "date_time",
}
_ATTRIBUTES = {
    "a": {"href"},
    "blockquote": {"expandable"},
    "code": {"class"},
    "tg-time": {"unix", "format"},
}
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")
_TAG = re.compile(r"<(/?)([a-zA-Z-]+)((?:\s[^<>]*)?)>")
_ATTRIBUTE = re.compile(r'\s+([a-z-]+)(?:="([^"]*)")?')
_NAMED = {"&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"'}


class CannotParse(Exception):
    """The description that follows "Bad Request: "."""


@dataclass
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[dict[str, object]]]:
    """Plain text and entities, offsets and lengths in UTF-16 code units.

    Raises CannotParse for unknown, unclosed or wrongly nested tags.
    """
    plain = ""
    entities: list[dict[str, object]] = []
    stack: list[_Open] = []
    position = 0
    while position < len(source):
        char = source[position]
        if char == "<":
            position = _tag(source, position, plain, stack, entities)
        elif char == "&":
            text, position = _reference(source, position)
            plain += text
        else:
            plain += char
            position += 1
    if stack:
        raise CannotParse(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{stack[-1].tag}\""
        )
    return plain, sorted(entities, key=lambda entity: (entity["offset"], -int(str(entity["length"]))))


def _tag(
    source: str, position: int, plain: str, stack: list[_Open], entities: list[dict[str, object]]
) -> int:
    found = _TAG.match(source, position)
    offset = len(source[:position].encode())
    if found is None:
        raise CannotParse(f"can't parse entities: Unclosed start tag at byte offset {offset}")
    closing, tag, rest = found.group(1), found.group(2).lower(), found.group(3)
    if closing:
        if not stack or stack[-1].tag != tag:
            raise CannotParse(f'can\'t parse entities: Unexpected end tag "{tag}" at byte offset {offset}')
        opened = stack.pop()
        _close(opened, plain, entities)
        return found.end()
    if tag not in _TYPES:
        raise CannotParse(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {offset}')
    if tag == "blockquote" and any(opened.tag == tag for opened in stack):
        raise CannotParse(f"can't parse entities: Nested blockquote at byte offset {offset}")
    attributes = dict(_ATTRIBUTE.findall(rest))
    if _ATTRIBUTE.sub("", rest).strip() or not set(attributes) <= _ATTRIBUTES.get(tag, set()):
        raise CannotParse(f"can't parse entities: Unexpected attributes {rest!r} at byte offset {offset}")
    stack.append(_Open(tag, utf16_length(plain), attributes))
    return found.end()


def _close(opened: _Open, plain: str, entities: list[dict[str, object]]) -> None:
    length = utf16_length(plain) - opened.start
    if length == 0:
        return  # Telegram drops empty entities
    entity: dict[str, object] = {"type": _TYPES[opened.tag], "offset": opened.start, "length": length}
    if opened.tag == "a":
        url = html.unescape(opened.attributes.get("href", ""))
        if not re.match(r"(https?|tg|mailto|tel):", url):
            return  # Telegram shows the words without a link
        entity["url"] = url
    if opened.tag == "tg-time":
        unix, pattern = opened.attributes.get("unix", ""), opened.attributes.get("format", "")
        if not re.fullmatch(r"[1-9]\d{0,9}", unix) or not _TIME_FORMAT.fullmatch(pattern):
            raise CannotParse(f"can't parse entities: Invalid date {unix!r} with format {pattern!r}")
        entity |= {"unix_time": int(unix), "date_time_format": pattern}
    if opened.tag == "blockquote" and "expandable" in opened.attributes:
        entity["type"] = "expandable_blockquote"
    entities.append(entity)


def _reference(source: str, position: int) -> tuple[str, int]:
    for name, text in _NAMED.items():
        if source.startswith(name, position):
            return text, position + len(name)
    if found := re.compile(r"&#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}));").match(source, position):
        code = int(found.group(1), 16) if found.group(1) else int(found.group(2))
        return chr(code), found.end()
    return "&", position + 1


def slices(text: str, entities: list[dict[str, object]], kind: str) -> list[str]:
    """The words of every entity of this type."""
    encoded = text.encode("utf-16-le")
    found = []
    for entity in entities:
        if entity["type"] == kind:
            start, length = int(str(entity["offset"])), int(str(entity["length"]))
            found.append(encoded[2 * start : 2 * (start + length)].decode("utf-16-le"))
    return found
