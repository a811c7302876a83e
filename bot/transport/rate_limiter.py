"""Telegram's limits, kept to: no request leaves before its turn, and a 429 is waited out.

Telegram allows about one message a second in a chat, with short bursts; 20 a minute in a group, where
edits count too; 30 requests a second altogether. A 429 asks to wait: its chat waits, and no other.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.state.conversations import Place
from bot.state.lru import Recent
from bot.transport.unreachable_chats import Reach, Unreachable

CHAT_MESSAGES, CHAT_PERIOD_S = 5, 5.0  # one a second; a long answer in several messages comes at once
GROUP_MESSAGES, GROUP_PERIOD_S = 20, 60.0
ALL_REQUESTS, ALL_PERIOD_S = 30, 1.0
MAX_RETRIES_AFTER_429 = 5
AFTER_429_S = 0.1  # Telegram names whole seconds
MAX_CHATS = 10_000  # whose last messages are remembered

_Json = bool | dict[str, Any] | list[dict[str, Any]]
_Sleep = Callable[[float], Coroutine[Any, Any, None]]


class Window:
    """Turns, so that no stretch of `period_s` has more than `count` of them."""

    def __init__(self, count: int, period_s: float) -> None:
        self._period_s = period_s
        self._taken: deque[float] = deque(maxlen=count)

    def free_at(self, now: float) -> float:
        """The time of the next free turn; turns come in the order in which they were taken."""
        at = max(now, self._taken[-1]) if self._taken else now
        return max(at, self._taken[0] + self._period_s) if len(self._taken) == self._taken.maxlen else at

    def take(self, at: float) -> None:
        """Take a turn, at a time when it is free."""
        self._taken.append(at)


def next_turn(windows: Sequence[Window], now: float) -> float:
    """The time of the next turn that is free in all windows; it is taken."""
    at = max((window.free_at(now) for window in windows), default=now)
    for window in windows:
        window.take(at)
    return at


class PatientLimiter(BaseRateLimiter[int]):
    """Lets each request go when its turn has come, and none to a chat that cannot be written to.

    "Typing" takes no turn: in a group it would halve the messages. It is left out while its chat waits.
    Writing to a shut chat raises Unreachable (bot/transport/unreachable_chats.py). `clock` and `sleep`: in
    seconds.
    """

    def __init__(
        self, reach: Reach, clock: Callable[[], float] = time.monotonic, sleep: _Sleep = asyncio.sleep
    ) -> None:
        self._reach = reach
        self._clock = clock
        self._sleep = sleep
        self._all = Window(ALL_REQUESTS, ALL_PERIOD_S)
        self._chats: Recent[int, Window] = Recent(MAX_CHATS)
        self._groups: Recent[int, Window] = Recent(MAX_CHATS)
        self._waiting: dict[int | str, float] = {}  # chat, or method without a chat -> until when

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to release."""

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
        chat_id = data.get("chat_id")
        place = Place(chat_id, data.get("message_thread_id")) if isinstance(chat_id, int) else None
        key = endpoint if place is None else place.chat_id
        retries = 0
        while True:
            if endpoint == "sendChatAction" and self._waits(key):
                return True
            await self._turn(endpoint, place, key)
            try:
                return await self._carry_out(callback, args, kwargs, endpoint, place)
            except RetryAfter as error:
                self._wait(key, error)
                if retries == MAX_RETRIES_AFTER_429 or endpoint == "sendChatAction":
                    raise
                retries += 1

    async def _carry_out(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Json]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        place: Place | None,
    ) -> _Json:
        if place is None or not endpoint.startswith(("send", "edit")):
            return await callback(*args, **kwargs)
        if not self._reach.is_open(place):
            raise Unreachable(f"chat {place.chat_id} cannot be written to at present")
        try:
            return await callback(*args, **kwargs)
        except TelegramError as error:
            if endpoint.startswith("send"):
                await self._reach.refused(place, error)
            raise

    async def _turn(self, endpoint: str, place: Place | None, key: int | str) -> None:
        """Returns when a request may leave."""
        if place is not None and endpoint != "sendChatAction" and self._reach.is_open(place):
            windows = []
            if endpoint.startswith("send"):
                windows.append(_window(self._chats, place.chat_id, CHAT_MESSAGES, CHAT_PERIOD_S))
            if place.chat_id < 0 and endpoint.startswith(("send", "edit")):
                windows.append(_window(self._groups, place.chat_id, GROUP_MESSAGES, GROUP_PERIOD_S))
            await self._until(next_turn(windows, self._clock()))
        while self._waits(key):
            await self._until(self._waiting[key])
        if place is not None and endpoint != "sendChatAction":
            await self._until(next_turn([self._all], self._clock()))

    async def _until(self, at: float) -> None:
        if (pause_s := at - self._clock()) > 0:
            await self._sleep(pause_s)

    def _waits(self, key: int | str) -> bool:
        return self._waiting.get(key, 0.0) > self._clock()

    def _wait(self, key: int | str, error: RetryAfter) -> None:
        now, after = self._clock(), error.retry_after
        self._waiting = {one: until for one, until in self._waiting.items() if until > now}
        self._waiting[key] = now + AFTER_429_S + (after if isinstance(after, int) else after.total_seconds())


def _window(windows: Recent[int, Window], chat_id: int, count: int, period_s: float) -> Window:
    window = windows.get(chat_id)
    if window is None:
        window = Window(count, period_s)
        windows.put(chat_id, window)
    return window
