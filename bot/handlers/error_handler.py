"""The error handler: one log record, and one line to the chat."""

import logging
import secrets

import httpx
from telegram import InlineQueryResultsButton, Update
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.deep_links import START
from bot.transport.delivery import is_harmless, reply

logger = logging.getLogger(__name__)


async def on_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Log the error under a short id and tell the chat, where it can be told. Never raises."""
    error = context.error
    error_id = secrets.token_hex(4)
    update_id = update.update_id if isinstance(update, Update) else None
    line = _user_message(error, error_id)
    if isinstance(error, TelegramError) and (not isinstance(error, BadRequest) or is_harmless(error)):
        # An error of Telegram or the network: the traceback would add nothing.
        logger.warning("error %s: update %s: %s", error_id, update_id, error)
    else:
        logger.error("error %s: update %s was not handled", error_id, update_id, exc_info=error)
    if line is None or not isinstance(update, Update):
        return
    try:
        if update.callback_query is not None:
            await update.callback_query.answer(line)
        elif update.inline_query is not None:
            button = InlineQueryResultsButton(line, start_parameter=START)
            await update.inline_query.answer([], cache_time=0, is_personal=True, button=button)
        elif update.guest_message is not None:
            return  # told where it was answered (bot/handlers/guests.py); its chat's id may be another chat's
        elif update.effective_message is not None:
            await reply(context.bot, update.effective_message, line)
    except TelegramError as second:
        logger.warning("error %s: the chat could not be told: %s", error_id, second)


def _user_message(error: Exception | None, error_id: str) -> str | None:
    """The line for the chat; None where it cannot be reached or probably got its answer."""
    if isinstance(error, RetryAfter | InvalidToken):
        return None
    if isinstance(error, NetworkError) and not isinstance(error, BadRequest):
        # To the last of several attempts (bot/transport/retry.py). No response: there is no network, or the
        # message went out after all. A 5xx: most likely it did not.
        no_response = isinstance(error.__cause__, httpx.HTTPError)
        return None if no_response else tr(texts.MAYBE_LOST)
    if isinstance(error, TelegramError) and is_harmless(error):
        return None
    return tr(texts.FAILED).format(error_id=error_id)
