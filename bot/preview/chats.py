"""The preview's two chats: what is said in them, what the bot hears of it, and who looks on."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.i18n.language import languages
from bot.preview.entities import found_entities, units
from bot.preview.mail import Mailbox
from bot.preview.messages import alone, buttons, inline_id, reaches_the_bot
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


class NotPossible(ValueError):
    """A person wants what their Telegram would not let them do; the message says what."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that whoever looks on should see; `body` can be written as JSON."""

    kind: str
    body: object


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the bot says to the press of a button: nothing, a passing line, or one to be dismissed."""

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
    mail: Mailbox = field(default_factory=Mailbox)
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
        """The chat, when there is one with this id."""
        return next((chat for chat in (PRIVATE, GROUP) if chat["id"] == chat_id), None)

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """The message, unless it is gone."""
        return self._messages.get(chat_id, {}).get(message_id)

    def messages(self, chat_id: int) -> list[Message]:
        """Everything said in the chat, the oldest first."""
        return list(self._messages.get(chat_id, {}).values())

    def put(self, message: Message) -> None:
        """Keep a new message, or a changed one in place of what it was."""
        self._messages[message["chat"]["id"]][message["message_id"]] = message
        self.show("message", message)

    def new_message(
        self, chat: Chat, sender: User, text: str, entities: list[Entity], reply_to: Message | None = None
    ) -> Message:
        """A message with an id of its own, not yet in the chat."""
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
            message["reply_to_message"] = alone(reply_to)
        return message

    # What people do

    def here(self, chat_id: int, person_id: int) -> tuple[Chat, User]:
        """The chat and the person in it. Raises NotPossible."""
        chat = self.chat(chat_id)
        person = next((person for person in MEMBERS.get(chat_id, ()) if person["id"] == person_id), None)
        if chat is None or person is None:
            raise NotPossible("there is no such chat, or this person is not in it")
        writer = person.copy()
        writer["language_code"] = self.languages[person_id]
        return chat, writer

    def switch_language(self, chat_id: int, person_id: int, language: str) -> None:
        """A person sets their Telegram to another language; menus are shown in Ada's. Raises NotPossible."""
        self.here(chat_id, person_id)
        if language not in languages():
            raise NotPossible("the preview does not have this language")
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
        """A person writes. Raises NotPossible."""
        chat, person = self.here(chat_id, person_id)
        replied = self._existing(chat_id, reply_to) if reply_to is not None else None
        words = _sendable(text)
        message = self.new_message(chat, person, words, found_entities(words), replied)
        if quote is not None:
            if replied is None or quote["text"] not in replied["text"]:
                raise NotPossible("the quoted words are not in the message that is replied to")
            message["quote"] = quote
        self.put(message)
        if reaches_the_bot(message):
            self.mail.deliver("message", message)
        return message

    def rewrite(self, chat_id: int, person_id: int, message_id: int, text: str) -> Message:
        """A person edits a message of their own. Raises NotPossible."""
        _, person = self.here(chat_id, person_id)
        message = self._existing(chat_id, message_id)
        if message["from"]["id"] != person["id"] or "via_bot" in message:
            raise NotPossible("only who has written a message can edit it")
        words = _sendable(text)
        changed = message.copy()
        changed.update({"text": words, "entities": found_entities(words), "edit_date": int(self.now())})
        self.put(changed)
        if reaches_the_bot(changed):
            self.mail.deliver("edited_message", changed)
        return changed

    async def press(self, chat_id: int, person_id: int, message_id: int, data: str) -> CallbackAnswer | None:
        """A person presses a button; None when the bot lets it spin. Raises NotPossible."""
        _, person = self.here(chat_id, person_id)
        message = self._existing(chat_id, message_id)
        if not any(button.get("callback_data") == data for button in buttons(message.get("reply_markup"))):
            raise NotPossible("there is no such button under the message any more")
        where = (
            {"message": message} if "via_bot" not in message else {"inline_message_id": inline_id(message)}
        )
        query = {"from": person, "chat_instance": str(chat_id), "data": data, **where}
        return await self.mail.ask("callback_query", query, CallbackAnswer)

    # What the bot does

    def delete(self, message: Message) -> None:
        """The message goes."""
        chat_id, message_id = message["chat"]["id"], message["message_id"]
        del self._messages[chat_id][message_id]
        self.show("deleted", {"chat": chat_id, "message": message_id})

    def commands(self, chat_id: int) -> list[Command]:
        """The chat's menu of commands."""
        return self.profile.commands(chat_id, self.languages[ADA["id"]])

    def show_profile(self) -> None:
        """What the bot says of itself has changed, or is to be seen in another language."""
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
        """Tell everyone who looks on."""
        for viewer in self._viewers:
            viewer.put_nowait(Event(kind, body))

    @contextmanager
    def viewed(self) -> Iterator[asyncio.Queue[Event | None]]:
        """What happens from now on; first everything there is, as "all", and None at the end."""
        viewer: asyncio.Queue[Event | None] = asyncio.Queue()
        viewer.put_nowait(Event("all", self._everything()))
        self._viewers.append(viewer)
        try:
            yield viewer
        finally:
            self._viewers.remove(viewer)

    def close(self) -> None:
        """Tell whoever looks on that it is over."""
        for viewer in self._viewers:
            viewer.put_nowait(None)

    def _everything(self) -> object:
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
            raise NotPossible("this message is gone")
        return message


def _sendable(text: str) -> str:
    """The text as Telegram sends it. Raises NotPossible."""
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise NotPossible("there is nothing to send")
    if units(words) > MAX_UNITS:
        raise NotPossible(f"a message has at most {MAX_UNITS} characters")
    return words
