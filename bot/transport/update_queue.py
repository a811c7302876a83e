"""Updates of different chats at the same time, of one chat one after the other, each only once."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.state.lru import Recent

MAX_CONCURRENT = 1024  # updates in hand; those waiting for their chat's turn count too
MAX_REMEMBERED = 10_000  # Telegram keeps undelivered updates for a day; redelivery comes at once


class InOrderPerChat(BaseUpdateProcessor):
    """Handles a chat's messages in the order in which they came, and no update twice.

    Button presses do not wait for their chat: Telegram wants each answered at once, and they touch only
    answers already given. Nor do guest messages, whose chat may have another chat's id. The ids of
    handled updates are kept in memory: an update that was handled, but not yet confirmed to Telegram
    when the process was killed, is handled again.
    """

    def __init__(self) -> None:
        super().__init__(MAX_CONCURRENT)
        self._handled: Recent[int, None] = Recent(MAX_REMEMBERED)
        self._in_hand: set[asyncio.Task[Any]] = set()
        self._turns: dict[int, asyncio.Lock] = {}
        self._waiting: dict[int, int] = {}

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Give up the updates still in hand."""
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle the update when its chat's turn has come."""
        if not isinstance(update, Update):
            await coroutine
            return
        if update.update_id in self._handled:
            if isinstance(coroutine, Coroutine):
                coroutine.close()
            return
        self._handled.put(update.update_id, None)
        if (task := asyncio.current_task()) is not None:
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        chat = update.effective_chat
        if chat is None or update.callback_query is not None or update.guest_message is not None:
            await coroutine
            return
        turn = self._turns.setdefault(chat.id, asyncio.Lock())
        self._waiting[chat.id] = self._waiting.get(chat.id, 0) + 1
        try:
            async with turn:  # asyncio's locks are fair: first come, first served
                await coroutine
        finally:
            self._waiting[chat.id] -= 1
            if self._waiting[chat.id] == 0:
                del self._waiting[chat.id], self._turns[chat.id]
