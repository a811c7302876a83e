"""Retries of requests that Telegram may not have carried out.

- Not sent, a 5xx, or the connection closed without a response: retried. Telegram has probably not done it; if
  it has, a message is sent twice (docs/decisions/0019-a-copy-is-better-than-no-answer.md).
- Timeout: Telegram has probably done it. A message is sent once more at most; idempotent methods are retried.
- Other methods are not retried: "typing" is soon out of date, and polling has its own loop (polling.py).
- 429: bot/transport/rate_limiter.py waits for `retry_after` and sends again.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.request import HTTPXRequest, RequestData

logger = logging.getLogger(__name__)

NOT_IDEMPOTENT = frozenset({"sendMessage"})  # when it is done twice
IDEMPOTENT = frozenset(
    {
        "editMessageText",
        "editMessageReplyMarkup",
        "deleteMessage",
        "answerCallbackQuery",
        "answerInlineQuery",
        "answerGuestQuery",  # sends a message, but a query takes one answer
        "setMyCommands",
    }
)
PAUSES_S = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)  # an outage of a minute loses no answer


class RetryingRequest(HTTPXRequest):
    """An HTTPXRequest that retries, `pauses_s` apart."""

    def __init__(self, pauses_s: tuple[float, ...] = PAUSES_S) -> None:
        super().__init__(read_timeout=10.0, pool_timeout=5.0)
        self._pauses_s = pauses_s

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *timeouts: Any,
        **named: Any,
    ) -> tuple[int, bytes]:
        """Status and body of the first conclusive attempt, or else of the last."""
        endpoint = url.rpartition("/")[2]
        pauses_s = self._pauses_s if endpoint in NOT_IDEMPOTENT | IDEMPOTENT else ()
        for pause_s in pauses_s:
            try:
                status, body = await super().do_request(url, method, request_data, *timeouts, **named)
            except NetworkError as error:
                is_late = isinstance(error.__cause__, httpx.ReadTimeout)
            else:
                if status < 500:
                    return status, body
                is_late = status == HTTPStatus.GATEWAY_TIMEOUT
            logger.info("%s could not be sent yet: trying again in %s s", endpoint, pause_s)
            await asyncio.sleep(pause_s)
            if is_late and endpoint in NOT_IDEMPOTENT:
                break
        return await super().do_request(url, method, request_data, *timeouts, **named)
