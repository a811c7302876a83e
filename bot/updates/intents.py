"""Parsing a message into an intent."""

import re
from dataclasses import dataclass

from telegram import Message, MessageEntity, User

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.telegram_html import clean
from bot.state.preferences import Listening
from bot.updates.greetings import courtesy_reply

MAX_QUESTION_CHARS = 1000  # longer texts are articles, not questions

COMMANDS = frozenset(
    {"start", "help", "ask", "sources", "new", "forget", "settings", "watch", "watches", "digest"}
)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to be answered."""

    question: str


@dataclass(frozen=True, slots=True)
class Whisper:
    """A question in a group, to be answered in private."""

    question: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command other than /ask, one of `COMMANDS`, with its argument."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Listen:
    """A voice message, which may be a question."""


@dataclass(frozen=True, slots=True)
class Say:
    """Addressed to the bot, but no question: it replies with this text."""

    text: str


Intent = Ask | Whisper | Command | Listen | Say | None  # None: not for the bot, which keeps silent


def parse_intent(
    message: Message, me: User, in_thread: bool = False, listening: Listening = Listening.TO_REPLIES
) -> Intent:
    """The intent of the message; `me` is the bot's user.

    `in_thread`: the message replies to something below one of the bot's answers. There only texts with a
    question mark are for the bot; others may be meant for whom they reply to.
    """
    if not _is_from_person(message):
        return None
    command = _command(message, me)
    if command is not None:
        return _command_intent(message, *command, me)
    if message.chat.type == message.chat.PRIVATE:
        if message.text is None and (message.voice or message.audio):
            return parse_question(message.caption or "") or Listen()
        if message.text is None:
            return Say(tr(texts.TEXT_ONLY)) if _has_content(message) else None
        return parse_question(message.text) or Say(tr(texts.NO_WORDS))
    if message.chat.type not in (message.chat.GROUP, message.chat.SUPERGROUP) or message.text is None:
        return None
    if listening < Listening.TO_MENTIONS:
        return None
    without_mention = _without_mention(message, me)
    if without_mention is not None:
        return (
            parse_question(without_mention)
            or parse_question(_replied_text(message))
            or Say(tr(texts.MENTION_WHAT))
        )
    if listening < Listening.TO_REPLIES:
        return None
    is_for_me = _replies_to(message, me) or (in_thread and _has_question_mark(message.text))
    return parse_question(message.text) if is_for_me else None


def parse_guest_intent(message: Message, me: User) -> Ask | Say | None:
    """The intent of a guest message, which tags the bot in a chat it is not in."""
    if not _is_from_person(message):
        return None
    without_mention = _without_mention(message, me)
    caption = re.sub(rf"@{me.username}\b", "", message.caption or "", flags=re.IGNORECASE)
    text = (message.text or caption) if without_mention is None else without_mention
    return parse_question(text) or parse_question(_replied_text(message)) or Say(tr(texts.MENTION_WHAT))


def sender_id(message: Message) -> int:
    """The id of the sender: a user, or the chat in whose name an anonymous admin wrote."""
    if message.sender_chat is not None:
        return message.sender_chat.id
    return message.chat.id if message.from_user is None else message.from_user.id


def selected_text(message: Message) -> str | None:
    """The text that its sender selected in the message it replies to."""
    quote = message.quote
    return clean(quote.text).strip() or None if quote is not None and quote.is_manual else None


def entity_text(entity: MessageEntity, text: str) -> str:
    """The text of the entity. `Message.parse_entity` fails at half a surrogate pair."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return encoded[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le", "replace")


def _command_intent(message: Message, name: str, to: str | None, argument: str, me: User) -> Intent:
    in_private = message.chat.type == message.chat.PRIVATE
    if to is not None and to.casefold() != (me.username or "").casefold():
        return None
    if name == "ask":
        return parse_question(argument) or parse_question(_replied_text(message)) or Say(tr(texts.ASK_WHAT))
    if name == "whisper" and in_private:
        return Say(tr(texts.WHISPER_IN_PRIVATE))
    if name == "whisper":
        asked = (
            parse_question(argument) or parse_question(_replied_text(message)) or Say(tr(texts.WHISPER_WHAT))
        )
        return Whisper(asked.question) if isinstance(asked, Ask) else asked
    if name in COMMANDS:
        return Command(name, argument.strip())
    return Say(tr(texts.UNKNOWN_COMMAND)) if in_private else None


def parse_question(text: str) -> Ask | Say | None:
    """What a text that is meant for the bot asks; None when there is none."""
    text = clean(text).strip()
    if not text:
        return None
    if not any(char.isalnum() for char in text):
        return Say(tr(texts.NO_WORDS))
    if kind_word := courtesy_reply(text):
        return Say(kind_word)
    if len(text) > MAX_QUESTION_CHARS:
        return Say(tr(texts.TOO_LONG).format(limit=MAX_QUESTION_CHARS))
    return Ask(text)


def _is_from_person(message: Message) -> bool:
    """Not another bot, a channel's post or an inline message.

    Anonymous group admins and people who write as a channel appear as bots with a `sender_chat`.
    """
    if message.via_bot is not None or message.is_automatic_forward:
        return False
    if message.sender_chat is None and (message.from_user is None or message.from_user.is_bot):
        return False
    return message.chat.type != message.chat.CHANNEL


def _command(message: Message, me: User) -> tuple[str, str | None, str] | None:
    """Name, addressee and argument of the command the message begins with."""
    first = message.entities[0] if message.text and message.entities else None
    if message.text is None or first is None or first.type != first.BOT_COMMAND or first.offset != 0:
        return None
    name, _, to = message.text[1 : first.length].partition("@")  # commands are ASCII: one unit a letter
    return name.lower(), to or None, message.text[first.length :]


def _without_mention(message: Message, me: User) -> str | None:
    """The text without mentions of the bot; None when it is not mentioned."""
    mentions = [entity for entity in message.entities if _mentions(message, entity, me)]
    if not mentions:
        return None
    encoded = (message.text or "").encode("utf-16-le", "surrogatepass")  # entities count UTF-16 units
    for entity in reversed(mentions):
        encoded = encoded[: 2 * entity.offset] + encoded[2 * (entity.offset + entity.length) :]
    text = re.sub(r"[ \t]{2,}", " ", encoded.decode("utf-16-le", "replace"))
    return text.strip().strip(",:;").strip()


def _mentions(message: Message, entity: MessageEntity, me: User) -> bool:
    if entity.type == entity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == me.id
    if entity.type != entity.MENTION or not me.username:
        return False
    return entity_text(entity, message.text or "").casefold() == f"@{me.username}".casefold()


def _replies_to(message: Message, me: User) -> bool:
    """A real reply to one of the bot's messages.

    In a forum every message of a topic "replies" to the service message that opened the topic.
    """
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.forum_topic_created is not None:
        return False
    return replied.from_user.id == me.id


def _replied_text(message: Message) -> str:
    """The text that the message replies to: the selected part, else all of it."""
    replied = message.reply_to_message
    whole = "" if replied is None else replied.text or replied.caption or ""
    return selected_text(message) or whole


def _has_question_mark(text: str) -> bool:
    return any(mark in text for mark in "?؟？")


def _has_content(message: Message) -> bool:
    """Whether it is no service message, such as "pinned a message"."""
    return message.effective_attachment is not None or message.caption is not None
