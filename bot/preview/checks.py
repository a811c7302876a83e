"""Telegram's checks of texts, keyboards, inline results and quotes."""

import re
from typing import Any

from bot.preview.entities import CannotParse, parse_html, utf16_length
from bot.preview.inline import Result
from bot.preview.objects import Button, Entity, Keyboard, Message, Quote

MAX_UNITS = 4096
MAX_ENTITIES = 100
MAX_CALLBACK_BYTES = 64  # of a result's id as well
MAX_BUTTONS, MAX_IN_ROW = 100, 8
MAX_COPY_CHARS = 256


class Refused(Exception):
    """Telegram would answer with this status and description."""

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(f"{'Forbidden' if status == 403 else 'Bad Request'}: {description}")
        self.status = status


class Unsupported(Refused):
    """The preview does not support this; Telegram does."""


def parse_text(text: str, parse_mode: str | None) -> tuple[str, list[Entity]]:
    """The words of a text and their entities, within Telegram's limits. Raises Refused."""
    if parse_mode not in (None, "HTML"):
        raise Unsupported(f"the preview cannot read the parse mode {parse_mode}")
    try:
        words, entities = (text, []) if parse_mode is None else parse_html(text)
    except CannotParse as error:
        raise Refused(str(error)) from None
    if not words.strip():
        raise Refused("message text is empty")
    if utf16_length(words) > MAX_UNITS:
        raise Refused("message is too long")
    if len(entities) > MAX_ENTITIES:
        raise Refused(f"{len(entities)} entities: Telegram would drop some")
    return words, entities


def parse_keyboard(markup: dict[str, Any] | None) -> Keyboard | None:
    """The keyboard; None for one without buttons. Raises Refused."""
    if markup is None:
        return None
    if markup.keys() != {"inline_keyboard"}:
        raise Unsupported(f"the preview shows inline keyboards only, not {sorted(markup)}")
    rows: list[list[Button]] = markup["inline_keyboard"]
    for button in (button for row in rows for button in row):
        _check_button(button)
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_IN_ROW for row in rows):
        raise Refused("reply markup is too long")
    return Keyboard(inline_keyboard=rows) if any(rows) else None


def _check_button(button: Button) -> None:
    if not button.get("text", "").strip():
        raise Refused("inline keyboard button text must be non-empty")
    actions = button.keys() - {"text", "style"}
    if unknown := actions - Button.__annotations__.keys():
        raise Unsupported(f"the preview cannot show a button with {sorted(unknown)}")
    if len(actions) != 1:
        raise Refused(f"a button does exactly one thing, not {sorted(actions)}")
    if not 1 <= len(button.get("callback_data", "x").encode()) <= MAX_CALLBACK_BYTES:
        raise Refused("BUTTON_DATA_INVALID")
    if not re.match(r"https?://|tg://", button.get("url", "https://"), re.IGNORECASE):
        raise Refused("BUTTON_URL_INVALID")
    if not 1 <= len(button.get("copy_text", {"text": "x"})["text"]) <= MAX_COPY_CHARS:
        raise Refused("BUTTON_COPY_TEXT_INVALID")


def parse_result(given: dict[str, Any]) -> Result:
    """The inline result. Raises Refused."""
    if given["type"] != "article" or "message_text" not in given["input_message_content"]:
        raise Unsupported(f"the preview cannot show inline results of type {given['type']}")
    content = given["input_message_content"]
    unknown = content.keys() - {"message_text", "parse_mode", "link_preview_options"}
    if unknown:
        raise Unsupported(f"the preview cannot do this with an inline result: {sorted(unknown)}")
    words, entities = parse_text(content["message_text"], content.get("parse_mode"))
    under = parse_keyboard(given.get("reply_markup"))
    return Result(given["id"], given["title"], given.get("description", ""), words, entities, under)


def parse_quote(message: Message, reply: dict[str, Any]) -> Quote | None:
    """The words of the message that ReplyParameters quote, if any. Raises Refused."""
    if "quote" not in reply:
        return None
    words, _ = parse_text(reply["quote"], reply.get("quote_parse_mode"))
    before, found, _ = message["text"].partition(words)
    if not found:
        raise Refused("QUOTE_TEXT_INVALID")
    return Quote(text=words, position=utf16_length(before), is_manual=True)
