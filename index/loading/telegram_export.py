"""Chats that Telegram Desktop has exported as JSON (`result.json`): posts of channels, days of group talk."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from index.errors import LoadError
from index.loading.dates import StatedDate
from index.loading.document import LoadedDocument

MAX_BYTES = 200_000_000  # takes up to a gigabyte of memory while it is read
LEAST_WORDS = 5  # of a post, to be an article; a greeting or a single link is none
_CHANNELS = ("public_channel", "private_channel")


@dataclass(frozen=True, slots=True)
class Post:
    """A text message; `link` opens it for who is in the chat."""

    chat: str
    author: str | None
    text: str
    at: datetime
    id: int
    link: str | None


def article_id_of_post(channel: object, number: int) -> str:
    """The id of a channel's post, however it came here."""
    return f"telegram-{channel}-{number}"


def read_export(content: bytes) -> Iterator[tuple[str, LoadedDocument]]:
    """The articles of an export, each with its id: a post of a channel, or what a group wrote on one day.

    Raises LoadError for another file.
    """
    try:
        exported = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise LoadError(
            "expected an export of Telegram Desktop in JSON, got broken JSON ({error})", error=str(error)
        ) from error
    chats = list(_chats(exported))
    if not chats:
        raise LoadError("expected an export of Telegram Desktop in JSON, got other JSON")
    for chat in chats:
        posts = list(_posts(chat))
        in_channel = chat.get("type") in _CHANNELS
        yield from _by_post(chat, posts) if in_channel else _by_day(chat, posts)


def _chats(exported: object) -> Iterator[Mapping[str, Any]]:
    """The chat of an export, or all chats of an account's."""
    if not isinstance(exported, dict):
        return
    listed = exported.get("chats")
    inside = listed.get("list") if isinstance(listed, dict) else None
    for chat in [exported, *(inside if isinstance(inside, list) else [])]:
        if isinstance(chat, dict) and isinstance(chat.get("messages"), list):
            yield chat


def _posts(chat: Mapping[str, Any]) -> Iterator[Post]:
    for message in chat["messages"]:
        if not isinstance(message, dict) or message.get("type") != "message":
            continue
        text, at, number = _text(message.get("text")), _moment(message), message.get("id")
        if text and at and isinstance(number, int):
            author = message.get("from")
            name = author if isinstance(author, str) else None
            yield Post(_name(chat), name, text, at, number, _link(chat, number))


def _by_post(chat: Mapping[str, Any], posts: list[Post]) -> Iterator[tuple[str, LoadedDocument]]:
    for post in posts:
        if len(post.text.split()) >= LEAST_WORDS:
            dated = StatedDate(post.at.date(), post.at)
            document = LoadedDocument(post.text, publisher=post.chat, url=post.link, dated=dated)
            yield article_id_of_post(chat.get("id"), post.id), document


def _by_day(chat: Mapping[str, Any], posts: list[Post]) -> Iterator[tuple[str, LoadedDocument]]:
    days: dict[date, list[Post]] = {}
    for post in posts:
        days.setdefault(post.at.date(), []).append(post)
    for day, said in days.items():
        text = "\n\n".join(f"{post.author or '?'}: {post.text}" for post in said)
        title = f"{_name(chat)}, {day.isoformat()}"
        document = LoadedDocument(
            text, title=title, publisher=_name(chat), url=said[0].link, dated=StatedDate(day)
        )
        yield f"telegram-{chat.get('id')}-{day.isoformat()}", document


def _name(chat: Mapping[str, Any]) -> str:
    name = chat.get("name")
    return name if isinstance(name, str) and name.strip() else "Telegram"


def _text(stated: object) -> str:
    """A text, or the pieces of a formatted one: strings, and objects with a type and a text."""
    if isinstance(stated, str):
        return stated.strip()
    pieces = stated if isinstance(stated, list) else []
    texts = (piece.get("text", "") if isinstance(piece, dict) else piece for piece in pieces)
    return "".join(text for text in texts if isinstance(text, str)).strip()


def _moment(message: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(message["date_unixtime"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        pass
    try:
        return datetime.fromisoformat(message["date"]).replace(tzinfo=UTC)  # older exports: local time
    except (KeyError, TypeError, ValueError):
        return None


def _link(chat: Mapping[str, Any], number: int) -> str | None:
    """Only channels and supergroups have links to messages."""
    kind, chat_id = str(chat.get("type")), chat.get("id")
    if not isinstance(chat_id, int) or not (kind in _CHANNELS or kind.endswith("supergroup")):
        return None
    return f"https://t.me/c/{chat_id}/{number}"
