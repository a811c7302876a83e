"""Handles updates of different chats concurrently, those of one chat in order, and each once."""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.state.lru import LruCache

MAX_CONCURRENT = 1024  # updates in hand; those waiting for their chat's turn count too
MAX_REMEMBERED = 10_000  # Telegram keeps undelivered updates for a day; redelivery comes at once


class PerChatUpdateProcessor(BaseUpdateProcessor):
    """Handles a chat's messages in order, and no update twice.

    Callback queries do not wait for their chat: they have to be answered at once and concern answers that
    exist. Nor do guest messages, whose chat id may collide with another's. The ids of handled updates are
    kept in memory.
    """

    def __init__(self) -> None:
        super().__init__(MAX_CONCURRENT)
        self._handled: LruCache[int, None] = LruCache(MAX_REMEMBERED)
        self._in_hand: set[asyncio.Task[Any]] = set()
        self._turns: dict[int, asyncio.Lock] = {}
        self._waiting: dict[int, int] = {}

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Cancel the updates that are being handled."""
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handle the update after the earlier ones of its chat."""
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
