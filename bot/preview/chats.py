"""The preview's two chats, their messages, and the viewers of the page."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.i18n.language import languages
from bot.preview.entities import find_entities, utf16_length
from bot.preview.mail import UpdateQueue
from bot.preview.messages import buttons, inline_id, is_delivered_to_bot, without_reply
from bot.preview.objects import (
    ADA,
    BOT,
    GROUP,
    MEMBERS,
    PRIVATE,
    Chat,
    Command,
    Entity,
    Message,
    Quote,
    User,
)
from bot.preview.profile import Profile

MAX_UNITS = 4096  # of a message, in UTF-16 code units


class ActionRefused(ValueError):
    """Telegram would not let a person do this; the message says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event for the viewers; `body` is JSON-serialisable."""

    kind: str
    body: object


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """The bot's answer to a callback query: nothing, a toast, or an alert."""

    text: str | None = None
    show_alert: bool = False
    url: str | None = None


@dataclass(slots=True)
class Chats:
    """The chats, kept in memory; for one event loop.

    `examples` are questions offered to begin with, `now` gives the Unix time.
    """

    examples: Sequence[str] = ()
    now: Callable[[], float] = time.time
    mail: UpdateQueue = field(default_factory=UpdateQueue)
    profile: Profile = field(default_factory=Profile)
    languages: dict[int, str] = field(  # of people's Telegrams, by person
        default_factory=lambda: {person["id"]: "en" for people in MEMBERS.values() for person in people}
    )
    takes_inline: bool = False
    _messages: dict[int, dict[int, Message]] = field(
        default_factory=lambda: {PRIVATE["id"]: {}, GROUP["id"]: {}}
    )
    _last_id: int = 0
    _viewers: list[asyncio.Queue[Event | None]] = field(default_factory=list)

    # What both sides see

    def chat(self, chat_id: int) -> Chat | None:
        """The chat with this id; None when there is none."""
        return next((chat for chat in (PRIVATE, GROUP) if chat["id"] == chat_id), None)

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """The message; None when it is deleted."""
        return self._messages.get(chat_id, {}).get(message_id)

    def messages(self, chat_id: int) -> list[Message]:
        """The chat's messages, the oldest first."""
        return list(self._messages.get(chat_id, {}).values())

    def put(self, message: Message) -> None:
        """Add a message, or replace it by an edited one."""
        self._messages[message["chat"]["id"]][message["message_id"]] = message
        self.show("message", message)

    def new_message(
        self, chat: Chat, sender: User, text: str, entities: list[Entity], reply_to: Message | None = None
    ) -> Message:
        """A message with a new id, not added to the chat yet."""
        self._last_id += 1
        message: Message = {
            "message_id": self._last_id,
            "date": int(self.now()),
            "chat": chat,
            "from": sender,
            "text": text,
            "entities": entities,
        }
        if reply_to is not None:
            message["reply_to_message"] = without_reply(reply_to)
        return message

    # What people do

    def find_member(self, chat_id: int, person_id: int) -> tuple[Chat, User]:
        """The chat and the person in it. Raises ActionRefused."""
        chat = self.chat(chat_id)
        person = next((person for person in MEMBERS.get(chat_id, ()) if person["id"] == person_id), None)
        if chat is None or person is None:
            raise ActionRefused("there is no such chat, or this person is not in it")
        writer = person.copy()
        writer["language_code"] = self.languages[person_id]
        return chat, writer

    def switch_language(self, chat_id: int, person_id: int, language: str) -> None:
        """A person changes the language of their Telegram. Raises ActionRefused."""
        self.find_member(chat_id, person_id)
        if language not in languages():
            raise ActionRefused("the preview does not have this language")
        self.languages[person_id] = language
        self.show("language", {"person": person_id, "language": language})
        self.show_profile()

    def say(
        self,
        chat_id: int,
        person_id: int,
        text: str,
        reply_to: int | None = None,
        quote: Quote | None = None,
    ) -> Message:
        """A person writes. Raises ActionRefused."""
        chat, person = self.find_member(chat_id, person_id)
        replied = self._existing(chat_id, reply_to) if reply_to is not None else None
        words = _clean_text(text)
        message = self.new_message(chat, person, words, find_entities(words), replied)
        if quote is not None:
            if replied is None or quote["text"] not in replied["text"]:
                raise ActionRefused("the quoted words are not in the message that is replied to")
            message["quote"] = quote
        self.put(message)
        if is_delivered_to_bot(message):
            self.mail.deliver("message", message)
        return message

    def rewrite(self, chat_id: int, person_id: int, message_id: int, text: str) -> Message:
        """A person edits a message of their own. Raises ActionRefused."""
        _, person = self.find_member(chat_id, person_id)
        message = self._existing(chat_id, message_id)
        if message["from"]["id"] != person["id"] or "via_bot" in message:
            raise ActionRefused("only who has written a message can edit it")
        words = _clean_text(text)
        changed = message.copy()
        changed.update({"text": words, "entities": find_entities(words), "edit_date": int(self.now())})
        self.put(changed)
        if is_delivered_to_bot(changed):
            self.mail.deliver("edited_message", changed)
        return changed

    async def press(self, chat_id: int, person_id: int, message_id: int, data: str) -> CallbackAnswer | None:
        """A person presses a button; None when the bot lets it spin. Raises ActionRefused."""
        _, person = self.find_member(chat_id, person_id)
        message = self._existing(chat_id, message_id)
        if not any(button.get("callback_data") == data for button in buttons(message.get("reply_markup"))):
            raise ActionRefused("there is no such button under the message any more")
        where = (
            {"message": message} if "via_bot" not in message else {"inline_message_id": inline_id(message)}
        )
        query = {"from": person, "chat_instance": str(chat_id), "data": data, **where}
        return await self.mail.ask("callback_query", query, CallbackAnswer)

    # What the bot does

    def delete(self, message: Message) -> None:
        """Delete the message."""
        chat_id, message_id = message["chat"]["id"], message["message_id"]
        del self._messages[chat_id][message_id]
        self.show("deleted", {"chat": chat_id, "message": message_id})

    def commands(self, chat_id: int) -> list[Command]:
        """The chat's menu of commands."""
        return self.profile.commands(chat_id, self.languages[ADA["id"]])

    def show_profile(self) -> None:
        """Send the bot's menus and description to the viewers."""
        for chat in (PRIVATE, GROUP):
            self.show("commands", {"chat": chat["id"], "commands": self.commands(chat["id"])})
        self.show("description", self.profile.description(self.languages[ADA["id"]]))

    def show_inline(self, takes_inline: bool) -> None:
        """Whether the bot answers inline queries."""
        if takes_inline != self.takes_inline:
            self.takes_inline = takes_inline
            self.show("inline", takes_inline)

    # Who looks on

    def show(self, kind: str, body: object) -> None:
        """Send an event to all viewers."""
        for viewer in self._viewers:
            viewer.put_nowait(Event(kind, body))

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[Event | None]]:
        """A queue of events: first the whole state as "all", then what happens, and None at the end."""
        viewer: asyncio.Queue[Event | None] = asyncio.Queue()
        viewer.put_nowait(Event("all", self._snapshot()))
        self._viewers.append(viewer)
        try:
            yield viewer
        finally:
            self._viewers.remove(viewer)

    def close(self) -> None:
        """End the queues of all viewers."""
        for viewer in self._viewers:
            viewer.put_nowait(None)

    def _snapshot(self) -> object:
        return {
            "bot": BOT,
            "description": self.profile.description(self.languages[ADA["id"]]),
            "languages": languages(),
            "language": self.languages,
            "examples": self.examples,
            "inline": self.takes_inline,
            "chats": [
                {
                    "chat": chat,
                    "members": MEMBERS[chat["id"]],
                    "commands": self.commands(chat["id"]),
                    "messages": self.messages(chat["id"]),
                }
                for chat in (PRIVATE, GROUP)
            ],
        }

    def _existing(self, chat_id: int, message_id: int) -> Message:
        message = self.message(chat_id, message_id)
        if message is None:
            raise ActionRefused("this message is gone")
        return message


def _clean_text(text: str) -> str:
    """The text as Telegram sends it. Raises ActionRefused."""
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise ActionRefused("there is nothing to send")
    if utf16_length(words) > MAX_UNITS:
        raise ActionRefused(f"a message has at most {MAX_UNITS} characters")
    return words
