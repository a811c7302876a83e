"""A request class for python-telegram-bot that calls the preview's Bot API in the process.

Unsupported methods and parameters are refused, logged and shown on the page.
"""

import inspect
import json
import logging
from collections.abc import Awaitable
from typing import Any

from telegram.request import BaseRequest, RequestData

from bot.preview.botapi import BotApi
from bot.preview.chats import Chats
from bot.preview.checks import Refused, Unsupported

logger = logging.getLogger(__name__)

TOKEN = "1:preview"  # noqa: S105  # nobody's
INVISIBLE_PARAMETERS = frozenset(
    {"link_preview_options", "disable_notification", "protect_content", "cache_time"}
)
"""Parameters without a visible effect in the preview."""


class InProcessRequest(BaseRequest):
    """Passes the bot's requests to `BotApi`."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._api = BotApi(chats)

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_timeouts: Any,
        **_: Any,
    ) -> tuple[int, bytes]:
        """Status and body, as Telegram's servers would send them."""
        name = url.rpartition("/")[2]
        try:
            if request_data is not None and request_data.contains_files:
                raise Unsupported(f"the preview cannot show files ({name})")
            given = {} if request_data is None else json.loads(json.dumps(request_data.parameters))
            result = await self._call(name, given)
        except Refused as refusal:
            if isinstance(refusal, Unsupported):
                logger.error("%s", refusal)
                self._chats.show("problem", str(refusal))
            said = {"ok": False, "error_code": refusal.status, "description": str(refusal)}
            return refusal.status, json.dumps(said).encode()
        return 200, json.dumps({"ok": True, "result": result}).encode()

    async def _call(self, name: str, given: dict[str, Any]) -> object:
        method = None if name.startswith("_") else getattr(self._api, name, None)
        if method is None:
            raise Unsupported(f"the preview does not know the method {name}")
        given = {
            parameter: value for parameter, value in given.items() if parameter not in INVISIBLE_PARAMETERS
        }
        try:
            bound = inspect.signature(method).bind(**given)
        except TypeError as error:
            raise Unsupported(f"the preview cannot do this {name}: {error}") from None
        result = method(*bound.args, **bound.kwargs)
        return await result if isinstance(result, Awaitable) else result
