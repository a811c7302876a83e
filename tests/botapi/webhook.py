"""Delivering updates to a webhook as Telegram does: those of a chat one after the other, until accepted."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

AGAIN_AFTER_S = 0.05  # Telegram waits a second and more
CHAT_FIELDS = ("message", "edited_message", "callback_query", "my_chat_member")


class Courier:
    """Brings updates to a path at `proxy`, which stands for the https server before the bot."""

    def __init__(self, path: str, secret: str | None, max_connections: int, proxy: str) -> None:
        self._address = proxy + path
        self._headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        self._room = asyncio.Semaphore(max_connections)
        self._queues: dict[object, deque[dict[str, Any]]] = defaultdict(deque)
        self._tasks: dict[object, asyncio.Task[None]] = {}
        self.last_error: str | None = None
        self.delivered: list[tuple[int, int | None]] = []  # update_id and status, None without an answer

    def take(self, update: dict[str, Any], accepted: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        """Bring the update, after those of its chat that came before."""
        queue = _chat_of(update)
        self._queues[queue].append(update)
        if queue not in self._tasks or self._tasks[queue].done():
            self._tasks[queue] = asyncio.create_task(self._bring(queue, accepted))

    def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    async def _bring(self, queue: object, accepted: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(10)) as session:
            while waiting := self._queues[queue]:
                update = waiting[0]
                async with self._room:
                    status = await self._post(session, update)
                self.delivered.append((update["update_id"], status))
                if status is not None and 200 <= status < 300:
                    waiting.popleft()
                    await accepted(update)
                else:
                    self.last_error = (
                        f"Wrong response from the webhook: {status}" if status else "Connection refused"
                    )
                    await asyncio.sleep(AGAIN_AFTER_S)

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> int | None:
        try:
            async with session.post(self._address, json=update, headers=self._headers) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None


def path_of(url: str) -> str:
    """The path of a webhook's address; raises ValueError with what Telegram says to a bad one."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in (80, 88, 443, 8443):
        raise ValueError("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    return parts.path or "/"


def _chat_of(update: dict[str, Any]) -> object:
    for field in CHAT_FIELDS:
        if field in update:
            inner = update[field].get("message", update[field])
            return inner.get("chat", {}).get("id", update["update_id"])
    return update["update_id"]
