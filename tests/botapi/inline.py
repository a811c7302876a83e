"""Inline mode and guest mode of the server: queries, what is offered, and messages sent by way of the bot.

Facts.json knows of results only articles, and of their content only text: all that this bot offers.
"""

import re
import time
from dataclasses import dataclass, field
from typing import Any

from bot.preview.checks import parse_keyboard, parse_text
from tests.botapi.checks import Refused

MAX_RESULTS = 50
MAX_QUERY_CHARS = 256
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass
class Offer:
    """What the bot has offered for an inline query."""

    results: list[dict[str, Any]]
    button: dict[str, Any] | None
    cache_time: int
    is_personal: bool


@dataclass
class Queries:
    """Inline and guest queries: who may still answer them, and the messages that came of them."""

    waiting: dict[str, dict[str, Any]] = field(default_factory=dict)  # by query id
    offers: dict[str, Offer] = field(default_factory=dict)  # by query id
    guest_answers: dict[str, list[str]] = field(default_factory=dict)  # query id -> inline message ids
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)  # by inline message id, as they stand
    unaware: set[str] = field(default_factory=set)  # ids of queries the bot cannot know to be answered
    last_id: int = 0

    def inline_query(self, person: dict[str, Any], words: str, chat_type: str) -> dict[str, Any]:
        """An inline query that waits for its answer."""
        assert len(words) <= MAX_QUERY_CHARS, "Telegram cuts longer queries"
        self.last_id += 1
        query = {"id": f"inline{self.last_id}", "from": person, "query": words, "offset": ""}
        self.waiting[query["id"]] = query
        return {**query, "chat_type": chat_type}

    def guest_query(self) -> str:
        """The id of a guest query that waits for its answer."""
        self.last_id += 1
        query_id = f"guest{self.last_id}"
        self.waiting[query_id] = {"id": query_id}
        self.guest_answers[query_id] = []
        return query_id

    def expire(self, query_id: str) -> None:
        """The query has waited too long."""
        self.waiting.pop(query_id, None)

    def offer(
        self,
        inline_query_id: str,
        results: list[dict[str, Any]],
        cache_time: int = 300,
        is_personal: bool = False,
        next_offset: str = "",
        button: dict[str, Any] | None = None,
    ) -> bool:
        """answerInlineQuery. Raises Refused."""
        ids = [result["id"] for result in results]
        if len(ids) > MAX_RESULTS:
            raise Refused("RESULTS_TOO_MUCH")
        if len(set(ids)) < len(ids):
            raise Refused("RESULT_ID_DUPLICATE")
        if cache_time < 0 or len(next_offset.encode()) > 64:
            raise Refused("cache_time or next_offset invalid")
        offered = [_checked_result(result) for result in results]
        _check_button(button)
        if not inline_query_id.startswith("inline") or inline_query_id not in self.waiting:
            raise self._refused(inline_query_id, inline_query_id in self.offers)
        del self.waiting[inline_query_id]
        self.offers[inline_query_id] = Offer(offered, button, cache_time, is_personal)
        return True

    def answer_guest(self, guest_query_id: str, result: dict[str, Any]) -> dict[str, str]:
        """answerGuestQuery. Raises Refused."""
        offered = _checked_result(result)
        if guest_query_id not in self.guest_answers or guest_query_id not in self.waiting:
            raise self._refused(guest_query_id, bool(self.guest_answers.get(guest_query_id)))
        del self.waiting[guest_query_id]
        sent = self.send(offered)
        self.guest_answers[guest_query_id].append(sent)
        return {"inline_message_id": sent}

    def _refused(self, query_id: str, is_answered: bool) -> Refused:
        return Refused(TOO_OLD, is_violation=is_answered and query_id not in self.unaware)

    def send(self, result: dict[str, Any]) -> str:
        """The inline id of the message that the result becomes."""
        self.last_id += 1
        inline_message_id = f"AQAAAK{self.last_id}"
        self.messages[inline_message_id] = dict(result["message"])
        return inline_message_id

    def edit(self, inline_message_id: str, changes: dict[str, Any]) -> bool:
        """The message with these fields and no other keyboard. Raises Refused."""
        before = self.messages.get(inline_message_id)
        if before is None:
            raise Refused("MESSAGE_ID_INVALID", is_violation=False)
        after = {name: value for name, value in before.items() if name != "reply_markup"} | changes
        if after == before:
            raise Refused("message is not modified", is_violation=False)
        self.messages[inline_message_id] = after
        return True


def _checked_result(result: dict[str, Any]) -> dict[str, Any]:
    """The result with the message it becomes. Raises Refused."""
    if result["type"] != "article":
        raise Refused(f"result of type {result['type']} is not in the extract of the specification")
    if not 1 <= len(result["id"].encode()) <= 64:
        raise Refused("RESULT_ID_INVALID")
    if not result["title"].strip():
        raise Refused("ARTICLE_TITLE_EMPTY")
    content = result["input_message_content"]
    text, entities = parse_text(content["message_text"], content.get("parse_mode"))
    message: dict[str, Any] = {"text": text, "entities": entities, "date": int(time.time())}
    if "reply_markup" in result:
        parse_keyboard(result["reply_markup"])
        message["reply_markup"] = result["reply_markup"]
    return {**result, "message": message}


def _check_button(button: dict[str, Any] | None) -> None:
    if button is None:
        return
    if len(set(button) & {"web_app", "start_parameter"}) != 1 or not button["text"].strip():
        raise Refused("a button above results needs a text and exactly one action")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", button.get("start_parameter", "x"), re.ASCII):
        raise Refused("START_PARAM_INVALID")
