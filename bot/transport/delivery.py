"""Messages to Telegram, with what Telegram may refuse for reasons that are nobody's fault."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from typing import Any

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Message, ReplyParameters
from telegram.constants import ChatAction, ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError
from telegram.ext import Application

from bot.rendering.telegram_html import cleaned
from bot.state.conversations import Place
from bot.transport.unreachable_chats import Unreachable

BotApplication = Application[Any, Any, Any, Any, Any, Any]

logger = logging.getLogger(__name__)

_typing: set["asyncio.Task[None]"] = set()  # asyncio itself holds tasks only weakly

TYPING_EVERY_S = 4.0  # Telegram shows it for 5 seconds

_HARMLESS = (  # parts of Telegram's descriptions, lower case
    "message is not modified",
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message identifier is not specified",
    "message_id_invalid",
    "query is too old",
    "query id is invalid",
    "query_id_invalid",
    "message to be replied not found",
    "message to reply not found",
    "replied message not found",
    "message thread not found",
    "topic_closed",
    "topic_deleted",
    "chat not found",
    "not enough rights",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_plain_forbidden",
    "group chat was deactivated",
    "user is deactivated",
    "user_is_blocked",
    "peer_id_invalid",
)


def harmless(error: TelegramError) -> bool:
    """Whether the error only says that somebody was quicker, left, or keeps the bot out."""
    if isinstance(error, Forbidden):
        return True
    return isinstance(error, BadRequest) and any(part in error.message.lower() for part in _HARMLESS)


async def answer_press(query: CallbackQuery, toast: str | None) -> None:
    """End the button's spinner, with a toast if there is something to say; too late is no error."""
    try:
        await query.answer(toast)
    except TelegramError as error:
        if not harmless(error):
            raise


def place_of(message: Message) -> Place:
    """Where the message was written; a thread id names a topic only in a forum."""
    return Place(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def reply_target(message: Message) -> int | None:
    """In a group an answer replies to its question; in private there is no need."""
    return None if message.chat.type == ChatType.PRIVATE else message.message_id


async def send(
    bot: Bot,
    place: Place,
    html: str,
    *,
    reply_to: int | None = None,
    keyboard: InlineKeyboardMarkup | None = None,
) -> Message | None:
    """The message as sent; None when the chat cannot be written to."""
    reply = None if reply_to is None else ReplyParameters(reply_to, allow_sending_without_reply=True)
    try:
        try:
            return await bot.send_message(
                place.chat_id,
                html,
                message_thread_id=place.thread_id,
                reply_parameters=reply,
                reply_markup=keyboard,
            )
        except ChatMigrated as moved:  # message ids and topics of the old group mean nothing in the new
            return await bot.send_message(moved.new_chat_id, html, reply_markup=keyboard)
    except TelegramError as error:
        _forgive(error, "message to chat %s not delivered: %s", place.chat_id)
        return None


async def say(bot: Bot, message: Message, text: str) -> Message | None:
    """Answer the message with a line of plain text; None when the chat cannot be written to."""
    html = escape(cleaned(text), quote=False)
    return await send(bot, place_of(message), html, reply_to=reply_target(message))


async def edit(
    bot: Bot, chat_id: int, message_id: int, html: str, keyboard: InlineKeyboardMarkup | None
) -> None:
    """Change a message that the bot has sent; quietly not, when it is gone or already says so."""
    try:
        await bot.edit_message_text(html, chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
    except TelegramError as error:
        _forgive(error, "message in chat %s not edited: %s", chat_id)


async def edit_inline(
    bot: Bot, inline_message_id: str, html: str, keyboard: InlineKeyboardMarkup | None
) -> None:
    """Change a message that somebody has sent by way of the bot; quietly not, as `edit`."""
    try:
        await bot.edit_message_text(html, inline_message_id=inline_message_id, reply_markup=keyboard)
    except TelegramError as error:
        _forgive(error, "inline message %s not edited: %s", inline_message_id)


async def delete(bot: Bot, chat_id: int, message_id: int) -> bool:
    """Remove a message that the bot has sent; False when Telegram does not let it."""
    try:
        return await bot.delete_message(chat_id, message_id)
    except TelegramError as error:
        _forgive(error, "message in chat %s not deleted: %s", chat_id)
        return False


@asynccontextmanager
async def typing(bot: Bot, place: Place) -> AsyncIterator[None]:
    """Shows "typing" for as long as the block runs; whatever happens to that never delays the block."""
    finished = asyncio.Event()

    async def keep_typing() -> None:
        while not finished.is_set():
            try:
                await bot.send_chat_action(
                    place.chat_id, ChatAction.TYPING, message_thread_id=place.thread_id
                )
            except TelegramError as error:
                logger.debug("typing not shown in chat %s: %s", place.chat_id, error)
            try:
                await asyncio.wait_for(finished.wait(), TYPING_EVERY_S)
            except TimeoutError:
                continue

    task = asyncio.create_task(keep_typing())
    _typing.add(task)
    task.add_done_callback(_typing.discard)
    await asyncio.sleep(0)  # so that "typing" leaves before the answer does
    try:
        yield
    finally:
        finished.set()


def _forgive(error: TelegramError, what: str, where: int | str) -> None:
    if not harmless(error):
        raise error
    logger.log(logging.DEBUG if isinstance(error, Unreachable) else logging.INFO, what, where, error)
