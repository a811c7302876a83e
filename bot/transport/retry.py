"""Requests that are repeated while it is not known that Telegram has carried them out.

- Never left this machine, a 5xx, or the connection closed without an answer: repeated. Telegram has most
  likely not done it; a message that it has kept all the same comes twice, the smaller harm
  (docs/decisions/0019-a-copy-is-better-than-no-answer.md).
- No answer in time: Telegram has most likely done it, slowly. A message is sent once more and not again;
  what does the same when done twice is repeated.
- Other methods are not repeated here: "typing" is soon out of date, and the first calls and the
  polling have a loop of their own (bot/transport/polling.py) that says in the log that Telegram is away.
- 429: not done; bot/transport/rate_limiter.py waits for `retry_after` and sends again.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import Any

import httpx
from telegram.error import NetworkError
from telegram.request import HTTPXRequest, RequestData

logger = logging.getLogger(__name__)

SAYS_IT_TWICE = frozenset({"sendMessage"})  # when it is done twice
SAME_WHEN_TWICE = frozenset(
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


class CarefulRequest(HTTPXRequest):
    """An HTTPXRequest that repeats what may be repeated, `pauses_s` apart."""

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
        """Status and body of the first attempt that settles the matter, or else of the last."""
        endpoint = url.rpartition("/")[2]
        pauses_s = self._pauses_s if endpoint in SAYS_IT_TWICE | SAME_WHEN_TWICE else ()
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
            if is_late and endpoint in SAYS_IT_TWICE:
                break
        return await super().do_request(url, method, request_data, *timeouts, **named)
