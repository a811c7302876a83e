"""Long polling that survives outages and stops at once.

python-telegram-bot's `run_polling` may sleep 30 s before it notices a signal, and logs a traceback that
contains the token when the token is wrong; hence this loop.

An update is confirmed when it has been accepted: with an inbox (bot/transport/inbox.py) it survives the end
of the process from then on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.errors import TokenRejected

logger = logging.getLogger(__name__)

T = TypeVar("T")

POLL_TIMEOUT_S = 25  # Telegram answers an empty long poll after this long
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0

REJECTED = (
    "Telegram does not accept the bot's token: check TELEGRAM_BOT_TOKEN (@BotFather shows it under "
    "/mybots, API Token) and, if set, TELEGRAM_BASE_URL"
)
CONFLICT = (
    "another program is fetching this bot's updates: stop it, or use another token; trying again until then"
)


class OutageRetry:
    """Repeats a call to Telegram until it succeeds, with one log record for each outage."""

    def __init__(self, first_pause_s: float = FIRST_PAUSE_S) -> None:
        self._first_pause_s = first_pause_s
        self._pause_s = first_pause_s
        self._trouble: str | None = None

    async def retry_until_success(self, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The call's result. Raises TokenRejected."""
        while True:
            try:
                result = await call()
            except InvalidToken:
                raise TokenRejected(REJECTED) from None
            except RetryAfter as error:
                logger.warning("Telegram asks to wait: %s", error)
                await asyncio.sleep(_retry_after_s(error))
            except TelegramError as error:
                self._log(error)
                await asyncio.sleep(self._pause_s)
                self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
            else:
                if self._trouble is not None:
                    logger.info("Telegram can be reached again")
                self._trouble, self._pause_s = None, self._first_pause_s
                return result

    def _log(self, error: TelegramError) -> None:
        is_conflict = isinstance(error, Conflict)
        line = CONFLICT if is_conflict else f"Telegram cannot be reached ({error}): trying again until it can"
        if line != self._trouble:
            logger.log(logging.ERROR if is_conflict else logging.WARNING, "%s", line)
        self._trouble = line


async def poll(
    bot: Bot,
    accept: Callable[[Update], Awaitable[None]],
    allowed_updates: Sequence[str],
    retry: OutageRetry,
    timeout_s: int = POLL_TIMEOUT_S,
) -> None:
    """Have every update accepted, in order, until cancelled.

    Raises TokenRejected when the token stops being valid.
    """
    offset: int | None = None

    async def fetch() -> tuple[Update, ...]:
        return await bot.get_updates(offset=offset, timeout=timeout_s, allowed_updates=allowed_updates)

    while True:
        for update in await retry.retry_until_success(fetch):
            await accept(update)
            offset = update.update_id + 1  # confirms it with the next call


def _retry_after_s(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after if isinstance(after, int) else after.total_seconds())
