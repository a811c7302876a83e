"""Telegram's limits are kept to, whatever is asked for at once, and a 429 is waited out."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import RetryAfter

from bot.state.database import Database
from bot.transport.rate_limiter import (
    ALL_REQUESTS,
    CHAT_MESSAGES,
    GROUP_MESSAGES,
    MAX_RETRIES_AFTER_429,
    SlidingWindow,
    TelegramRateLimiter,
    reserve_slot,
)
from bot.transport.unreachable_chats import UnreachableChats

CHAT, GROUP = 42, -500


@pytest.fixture(scope="module", autouse=True)
def pacing() -> None:
    """As Telegram allows."""


class Clock:
    """Time that passes only while everybody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    async def sleep(self, pause_s: float) -> None:
        awake = asyncio.Event()
        self._sleepers.append((self.now + pause_s, awake))
        await awake.wait()

    async def run(self, *tasks: "asyncio.Task[None]") -> None:
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self._sleepers:
                self._sleepers.sort(key=lambda sleeper: sleeper[0])
                self.now, awake = self._sleepers.pop(0)
                awake.set()
        await asyncio.gather(*tasks)


class Telegram:
    """Notes when each request arrives; refuses with a 429 as often as it is told."""

    def __init__(self, limiter: TelegramRateLimiter, clock: Clock) -> None:
        self.limiter = limiter
        self.clock = clock
        self.arrived: dict[int, list[float]] = defaultdict(list)
        self.refusals: dict[int, list[int]] = defaultdict(list)

    async def request(self, endpoint: str, chat_id: int) -> None:
        async def arrive() -> bool:
            self.arrived[chat_id].append(self.clock.now)
            if self.refusals[chat_id]:
                raise RetryAfter(self.refusals[chat_id].pop(0))
            return True

        await self.limiter.process_request(arrive, (), {}, endpoint, {"chat_id": chat_id}, None)

    async def requests(self, *wanted: tuple[str, int]) -> None:
        await self.clock.run(*(asyncio.create_task(self.request(*one)) for one in wanted))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "bot.sqlite3")
    yield database
    database.close()


@pytest.fixture
def telegram(database: Database) -> Telegram:
    clock = Clock()
    return Telegram(TelegramRateLimiter(UnreachableChats(database), lambda: clock.now, clock.sleep), clock)


def most_within(period_s: float, times: list[float]) -> int:
    """The most requests that arrived within any stretch of so many seconds."""
    return max(sum(start <= at < start + period_s for at in times) for start in times)


@given(
    st.integers(1, 5),
    st.floats(0.1, 60),
    st.lists(st.floats(0, 30), max_size=60).map(sorted),
)
def test_no_stretch_has_more_turns_than_it_may(count: int, period_s: float, asked: list[float]):
    window = SlidingWindow(count, period_s)
    turns = [reserve_slot([window], now) for now in asked]
    assert turns == sorted(turns)
    assert all(turn >= now for turn, now in zip(turns, asked, strict=True))
    apart = [later - earlier for earlier, later in zip(turns, turns[count:], strict=False)]
    assert all(gap_s >= period_s * 0.999 for gap_s in apart)


async def test_a_chat_gets_one_message_a_second_and_a_few_at_once(telegram: Telegram):
    await telegram.requests(*[("sendMessage", CHAT)] * 12)
    assert telegram.arrived[CHAT][: CHAT_MESSAGES + 1] == [0.0] * CHAT_MESSAGES + [5.0]
    assert most_within(4.9, telegram.arrived[CHAT]) <= CHAT_MESSAGES


async def test_a_group_gets_twenty_messages_and_edits_a_minute(telegram: Telegram):
    await telegram.requests(*[("sendMessage", GROUP), ("editMessageText", GROUP)] * 30)
    assert len(telegram.arrived[GROUP]) == 60
    assert most_within(59.9, telegram.arrived[GROUP]) <= GROUP_MESSAGES


async def test_all_chats_together_get_thirty_requests_a_second(telegram: Telegram):
    await telegram.requests(*[("sendMessage", chat_id) for chat_id in range(1, 101)])
    arrived = [at for times in telegram.arrived.values() for at in times]
    assert (most_within(0.99, arrived), max(arrived)) == (ALL_REQUESTS, 3.0)


async def test_a_busy_group_keeps_nobody_else_waiting(telegram: Telegram):
    await telegram.requests(*[("sendMessage", GROUP)] * 40, ("sendMessage", CHAT))
    assert telegram.arrived[CHAT] == [0.0]


async def test_typing_takes_nothing_from_a_groups_budget_of_messages(telegram: Telegram):
    await telegram.requests(*[("sendChatAction", GROUP)] * 40, ("sendMessage", GROUP))
    assert telegram.arrived[GROUP] == [0.0] * 41


async def test_a_429_holds_its_chat_for_as_long_as_it_says_and_no_other(telegram: Telegram):
    telegram.refusals[CHAT] = [7]
    await telegram.requests(("sendMessage", CHAT), ("sendMessage", GROUP))
    assert telegram.arrived == {CHAT: [0.0, pytest.approx(7.1)], GROUP: [0.0]}


async def test_while_a_chat_waits_after_a_429_nothing_else_is_sent_there(telegram: Telegram):
    telegram.refusals[CHAT] = [7]
    first = asyncio.create_task(telegram.request("sendMessage", CHAT))
    for _ in range(20):
        await asyncio.sleep(0)
    others = [asyncio.create_task(telegram.request(e, CHAT)) for e in ("editMessageText", "sendChatAction")]
    await telegram.clock.run(first, *others)
    assert telegram.arrived[CHAT] == [0.0, pytest.approx(7.1), pytest.approx(7.1)]  # typing was left out


async def test_who_is_refused_again_and_again_gives_up(telegram: Telegram):
    telegram.refusals[CHAT] = [1] * 100
    with pytest.raises(RetryAfter):
        await telegram.requests(("sendMessage", CHAT))
    assert len(telegram.arrived[CHAT]) == MAX_RETRIES_AFTER_429 + 1
