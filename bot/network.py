"""Requests that are repeated only where repeating cannot say a thing twice.

- Never left this machine (no connection): repeated.
- Left, and no answer or a 5xx came back: Telegram may have done it. Repeated for methods that do
  the same when done twice; `sendMessage` is not one of them and is never sent again.
- Other methods are not repeated here: "typing" is soon out of date, and the first calls and the
  polling have a loop of their own (bot/polling.py) that says in the log that Telegram is away.
- 429: not done; `PatientLimiter` waits for `retry_after` and sends again.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.ext import AIORateLimiter
from telegram.request import BaseRequest, HTTPXRequest, RequestData

logger = logging.getLogger(__name__)

REPEATABLE = frozenset(
    {"editMessageText", "editMessageReplyMarkup", "deleteMessage", "answerCallbackQuery", "setMyCommands"}
)
PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # an outage of a minute loses no answer
MAX_RETRIES_AFTER_429 = 5

_Json = bool | dict[str, Any] | list[dict[str, Any]]


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
                if not repeatable and not (endpoint == "sendMessage" and never_sent(error)):
                    raise
            else:
                if status < 500 or not repeatable:
                    return status, body
            logger.info("%s could not be sent yet: trying again in %s s", endpoint, pause_s)
            await asyncio.sleep(pause_s)
        return await super().do_request(url, method, request_data, *timeouts)


class PatientLimiter(AIORateLimiter):
    """Keeps to Telegram's limits and obeys `retry_after`; "typing" takes nothing from the budget.

    Telegram allows 20 messages a minute in a group: counting the typing action would halve that.
    """

    def __init__(self) -> None:
        super().__init__(max_retries=MAX_RETRIES_AFTER_429)

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Json]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> _Json:
        """The result of the request, made when its turn has come."""
        if endpoint == "sendChatAction":
            return await callback(*args, **kwargs)
        return await super().process_request(callback, args, kwargs, endpoint, data, rate_limit_args)
