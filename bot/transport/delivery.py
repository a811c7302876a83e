"""Sending, editing and deleting messages; refusals that are no errors of the bot are logged."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape
from typing import Any

from telegram import Bot, CallbackQuery, InlineKeyboardMarkup, Message, ReplyParameters
from telegram.constants import ChatAction, ChatType, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError
from telegram.ext import Application

from bot.rendering.telegram_html import clean
from bot.state.conversations import Place
from bot.transport.unreachable_chats import ChatUnreachable

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


def is_harmless(error: TelegramError) -> bool:
    """Whether the error is expected: the message is gone, the query too old, the chat unreachable."""
    if isinstance(error, Forbidden):
        return True
    return isinstance(error, BadRequest) and any(part in error.message.lower() for part in _HARMLESS)


async def answer_callback(query: CallbackQuery, toast: str | None) -> None:
    """Answer the callback query, with or without a toast; one that has expired is no error."""
    try:
        await query.answer(toast)
    except TelegramError as error:
        if not is_harmless(error):
            raise


def place_of(message: Message) -> Place:
    """The chat and forum topic of the message; other thread ids are no topics."""
    return Place(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def reply_target(message: Message) -> int | None:
    """The message to reply to: the question's in a group, none in private."""
    return None if message.chat.type == ChatType.PRIVATE else message.message_id


async def send(
    bot: Bot,
    place: Place,
    html: str,
    *,
    reply_to: int | None = None,
    keyboard: InlineKeyboardMarkup | None = None,
) -> Message | None:
    """Send a message; None when the chat is unreachable."""
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
        _log_or_raise(error, "message to chat %s not delivered: %s", place.chat_id)
        return None


async def reply(bot: Bot, message: Message, text: str) -> Message | None:
    """Reply to the message with plain text; None when the chat is unreachable."""
    html = escape(clean(text), quote=False)
    return await send(bot, place_of(message), html, reply_to=reply_target(message))


async def edit(
    bot: Bot, chat_id: int, message_id: int, html: str, keyboard: InlineKeyboardMarkup | None
) -> None:
    """Edit a message of the bot; nothing happens when it is gone or unchanged."""
    try:
        await bot.edit_message_text(html, chat_id=chat_id, message_id=message_id, reply_markup=keyboard)
    except TelegramError as error:
        _log_or_raise(error, "message in chat %s not edited: %s", chat_id)


async def edit_inline(
    bot: Bot, inline_message_id: str, html: str, keyboard: InlineKeyboardMarkup | None
) -> None:
    """Edit an inline message; nothing happens when it is gone or unchanged."""
    try:
        await bot.edit_message_text(html, inline_message_id=inline_message_id, reply_markup=keyboard)
    except TelegramError as error:
        _log_or_raise(error, "inline message %s not edited: %s", inline_message_id)


async def delete(bot: Bot, chat_id: int, message_id: int) -> bool:
    """Delete a message; False when Telegram does not allow it."""
    try:
        return await bot.delete_message(chat_id, message_id)
    except TelegramError as error:
        _log_or_raise(error, "message in chat %s not deleted: %s", chat_id)
        return False


async def send_draft(bot: Bot, place: Place, draft_id: int, html: str) -> None:
    """Show a preview of what is being written, for 30 seconds; its failures do not matter."""
    try:
        await bot.send_message_draft(place.chat_id, draft_id, html, place.thread_id, ParseMode.HTML)
    except TelegramError as error:
        logger.debug("no draft shown in chat %s: %s", place.chat_id, error)


@asynccontextmanager
async def show_typing(bot: Bot, place: Place) -> AsyncIterator[None]:
    """Show "typing" while the block runs; its failures do not affect the block."""
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


def _log_or_raise(error: TelegramError, what: str, where: int | str) -> None:
    if not is_harmless(error):
        raise error
    logger.log(logging.DEBUG if isinstance(error, ChatUnreachable) else logging.INFO, what, where, error)
