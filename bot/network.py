"""Requests that are repeated only where repeating cannot say a thing twice.

- Never left this machine (no connection): repeated.
- Left, and no answer or a 5xx came back: Telegram may have done it. Repeated for methods that do
  the same when done twice; `sendMessage` is not one of them and is never sent again, nor is
  `answerGuestQuery`, which sends a message.
- Other methods are not repeated here: "typing" is soon out of date, and the first calls and the
  polling have a loop of their own (bot/polling.py) that says in the log that Telegram is away.
- 429: not done; bot/pacing.py waits for `retry_after` and sends again.
"""

import asyncio
import logging
from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.request import BaseRequest, HTTPXRequest, RequestData

logger = logging.getLogger(__name__)

REPEATABLE = frozenset(
    {
        "editMessageText",
        "editMessageReplyMarkup",
        "deleteMessage",
        "answerCallbackQuery",
        "answerInlineQuery",
        "setMyCommands",
    }
)
SENT_ONCE = frozenset({"sendMessage", "answerGuestQuery"})  # repeated only when it never left
PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # an outage of a minute loses no answer


def never_sent(error: BaseException) -> bool:
    """Whether the request cannot have reached Telegram."""
    return isinstance(error.__cause__, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


class CarefulRequest(HTTPXRequest):
    """An HTTPXRequest that repeats what may safely be repeated, `pauses_s` apart."""

    def __init__(self, pauses_s: tuple[float, ...] = PAUSES_S) -> None:
        super().__init__(read_timeout=10.0, pool_timeout=5.0)
        self._pauses_s = pauses_s

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Status and body of the first attempt that settles the matter, or else of the last."""
        endpoint = url.rpartition("/")[2]
        repeatable = endpoint in REPEATABLE
        timeouts = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        for pause_s in self._pauses_s:
            try:
                status, body = await super().do_request(url, method, request_data, *timeouts)
            except NetworkError as error:
                if not repeatable and not (endpoint in SENT_ONCE and never_sent(error)):
                    raise
            else:
                if status < 500 or not repeatable:
                    return status, body
            logger.info("%s could not be sent yet: trying again in %s s", endpoint, pause_s)
            await asyncio.sleep(pause_s)
        return await super().do_request(url, method, request_data, *timeouts)
