"""A rate limiter for the Bot API, with retries after 429.

Telegram allows about one message a second in a chat, with short bursts; 20 a minute in a group, edits
included; 30 requests a second altogether. A 429 pauses its chat, and no other.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import BaseRateLimiter

from bot.state.conversations import Place
from bot.state.lru import LruCache
from bot.transport.unreachable_chats import ChatUnreachable, UnreachableChats

CHAT_MESSAGES, CHAT_PERIOD_S = 5, 5.0  # one a second; a long answer in several messages comes at once
GROUP_MESSAGES, GROUP_PERIOD_S = 20, 60.0
ALL_REQUESTS, ALL_PERIOD_S = 30, 1.0
EPHEMERAL = ("sendChatAction", "sendMessageDraft")  # gone in seconds: sent at once, or not at all
MAX_RETRIES_AFTER_429 = 5
AFTER_429_S = 0.1  # Telegram names whole seconds
MAX_CHATS = 10_000  # whose last messages are remembered

_Json = bool | dict[str, Any] | list[dict[str, Any]]
_Sleep = Callable[[float], Coroutine[Any, Any, None]]


class SlidingWindow:
    """A sliding window: at most `count` requests in any `period_s` seconds."""

    def __init__(self, count: int, period_s: float) -> None:
        self._period_s = period_s
        self._taken: deque[float] = deque(maxlen=count)

    def next_free(self, now: float) -> float:
        """The time of the next free slot, not before the last one taken."""
        at = max(now, self._taken[-1]) if self._taken else now
        return max(at, self._taken[0] + self._period_s) if len(self._taken) == self._taken.maxlen else at

    def take(self, at: float) -> None:
        """Take a slot at a time when it is free."""
        self._taken.append(at)


def reserve_slot(windows: Sequence[SlidingWindow], now: float) -> float:
    """Take the next slot that is free in all windows; its time."""
    at = max((window.next_free(now) for window in windows), default=now)
    for window in windows:
        window.take(at)
    return at


class TelegramRateLimiter(BaseRateLimiter[int]):
    """Delays requests to stay within the limits, and raises ChatUnreachable for unreachable chats.

    "Typing" does not count: in a group it would halve the messages. It is skipped while its chat is paused.
    `clock` and `sleep`: in seconds.
    """

    def __init__(
        self,
        unreachable: UnreachableChats,
        clock: Callable[[], float] = time.monotonic,
        sleep: _Sleep = asyncio.sleep,
    ) -> None:
        self._unreachable = unreachable
        self._clock = clock
        self._sleep = sleep
        self._all = SlidingWindow(ALL_REQUESTS, ALL_PERIOD_S)
        self._chats: LruCache[int, SlidingWindow] = LruCache(MAX_CHATS)
        self._groups: LruCache[int, SlidingWindow] = LruCache(MAX_CHATS)
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
        """The result of the request, sent in its slot."""
        chat_id = data.get("chat_id")
        place = Place(chat_id, data.get("message_thread_id")) if isinstance(chat_id, int) else None
        key = endpoint if place is None else place.chat_id
        retries = 0
        while True:
            if endpoint in EPHEMERAL and self._is_paused(key):
                return True
            await self._wait_for_slot(endpoint, place, key)
            try:
                return await self._send(callback, args, kwargs, endpoint, place)
            except RetryAfter as error:
                self._pause(key, error)
                if retries == MAX_RETRIES_AFTER_429 or endpoint in EPHEMERAL:
                    raise
                retries += 1

    async def _send(
        self,
        callback: Callable[..., Coroutine[Any, Any, _Json]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        place: Place | None,
    ) -> _Json:
        if place is None or not endpoint.startswith(("send", "edit")):
            return await callback(*args, **kwargs)
        if not self._unreachable.is_reachable(place):
            raise ChatUnreachable(f"chat {place.chat_id} cannot be written to at present")
        try:
            return await callback(*args, **kwargs)
        except TelegramError as error:
            if endpoint.startswith("send"):
                await self._unreachable.record_refusal(place, error)
            raise

    async def _wait_for_slot(self, endpoint: str, place: Place | None, key: int | str) -> None:
        """Wait until the request may be sent."""
        if place is not None and endpoint not in EPHEMERAL and self._unreachable.is_reachable(place):
            windows = []
            if endpoint.startswith("send"):
                windows.append(self._chats.get_or_create(place.chat_id, _chat_window))
            if place.chat_id < 0 and endpoint.startswith(("send", "edit")):
                windows.append(self._groups.get_or_create(place.chat_id, _group_window))
            await self._sleep_until(reserve_slot(windows, self._clock()))
        while self._is_paused(key):
            await self._sleep_until(self._waiting[key])
        if place is not None and endpoint not in EPHEMERAL:
            await self._sleep_until(reserve_slot([self._all], self._clock()))

    async def _sleep_until(self, at: float) -> None:
        if (pause_s := at - self._clock()) > 0:
            await self._sleep(pause_s)

    def _is_paused(self, key: int | str) -> bool:
        return self._waiting.get(key, 0.0) > self._clock()

    def _pause(self, key: int | str, error: RetryAfter) -> None:
        now, after = self._clock(), error.retry_after
        self._waiting = {one: until for one, until in self._waiting.items() if until > now}
        self._waiting[key] = now + AFTER_429_S + (after if isinstance(after, int) else after.total_seconds())


def _chat_window() -> SlidingWindow:
    return SlidingWindow(CHAT_MESSAGES, CHAT_PERIOD_S)


def _group_window() -> SlidingWindow:
    return SlidingWindow(GROUP_MESSAGES, GROUP_PERIOD_S)
