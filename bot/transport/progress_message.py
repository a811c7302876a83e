"""A message that shows the progress of a task."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from telegram import Bot
from telegram.error import TelegramError

from bot.rendering.telegram_html import to_html
from bot.state.conversations import Place
from bot.transport.delivery import edit, send

logger = logging.getLogger(__name__)

EVERY_S = 1.1  # Telegram asks for no more than one edit a second in a chat


class ProgressMessage:
    """A message that is edited at most once a second. Leaving the block shows the last text.

    `say` may be called at any rate, from the event loop; intermediate texts are skipped.
    """

    def __init__(self, bot: Bot, place: Place, text: str) -> None:
        self._bot = bot
        self._place = place
        self._text = self._shown = text
        self._changed = asyncio.Event()
        self._finished = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        sent = await send(self._bot, self._place, to_html(self._text))
        if sent is not None:
            self._task = asyncio.create_task(self._keep_showing(sent.message_id))
        return self

    def say(self, text: str) -> None:
        """Set the text of the message."""
        self._text = text
        self._changed.set()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finished = True
        self._changed.set()
        if self._task is not None:
            await self._task

    async def _keep_showing(self, message_id: int) -> None:
        while not self._finished or self._text != self._shown:
            await asyncio.sleep(EVERY_S)
            await self._changed.wait()
            self._changed.clear()
            if self._text != self._shown:
                self._shown = self._text
                try:
                    await edit(self._bot, self._place.chat_id, message_id, to_html(self._shown), None)
                except TelegramError as error:  # what it tells of goes on
                    logger.warning("how far it is could not be shown: %s", error)
