"""Telegram's HTML as the preview reads it, and the words that its entities cover."""

from collections.abc import Mapping, Sequence

from bot.preview.entities import CannotParse as CannotParse
from bot.preview.entities import parse_html as parse_html
from bot.preview.entities import utf16_length as utf16_length


def slices(text: str, entities: Sequence[Mapping[str, object]], kind: str) -> list[str]:
    """The words of every entity of this type."""
    encoded = text.encode("utf-16-le")
    found = []
    for entity in entities:
        if entity["type"] == kind:
            start, length = int(str(entity["offset"])), int(str(entity["length"]))
            found.append(encoded[2 * start : 2 * (start + length)].decode("utf-16-le"))
    return found
