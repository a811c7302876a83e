"""A Bot API server, and the real Application talking to it over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.application import build_application, serve
from bot.limits import Limits
from bot.memory import Memory
from tests.bot.seeds import SeedAnswerer, SeedShelf
from tests.botapi.server import TOKEN, BotApiServer

PRIVATE, GROUP, FORUM = 42, -500, -1000500
NEVER_S = 3_600.0  # what a bot does on its own account would disturb what a test counts
UNLIMITED = Limits(10**6, 10**6)  # tests ask faster than people do


@pytest.fixture
async def server() -> AsyncIterator[BotApiServer]:
    """A server with a private chat, a group and a forum; the bot must have asked for nothing invalid."""
    server = BotApiServer()
    server.add_chat(PRIVATE, "private")
    server.add_chat(GROUP, "group")
    server.add_chat(FORUM, "supergroup", topics=(7, 8))
    await server.start()
    yield server
    await server.stop()
    assert server.violations == []
    assert server.unanswered == set()


@dataclass
class RunningBot:
    answerer: SeedAnswerer
    shelf: SeedShelf
    memory: Memory
    stop: asyncio.Event
    task: asyncio.Task[None]


StartBot = Callable[..., Awaitable[RunningBot]]


@pytest.fixture
async def start_bot(server: BotApiServer, tmp_path: Path) -> AsyncIterator[StartBot]:
    """Starts bots on the server, one after another with the same memory; all are stopped afterwards."""
    running: list[RunningBot] = []

    async def start(
        allowed_chats: frozenset[int] = frozenset(),
        retry_pauses_s: tuple[float, ...] = (0.01, 0.01),
        limits: Limits = UNLIMITED,
        suggest_after_s: float = NEVER_S,
    ) -> RunningBot:
        shelf = SeedShelf()
        answerer = SeedAnswerer(shelf)
        memory = Memory(tmp_path / "index-bot.sqlite3")  # where that of an index in tmp_path/index lies
        application = build_application(
            TOKEN,
            answerer,
            shelf,
            memory,
            base_url=server.base_url,
            base_file_url=server.file_url,
            allowed_chats=allowed_chats,
            retry_pauses_s=retry_pauses_s,
            limits=limits,
            suggest_after_s=suggest_after_s,
        )
        stop = asyncio.Event()
        task = asyncio.create_task(serve(application, stop, first_pause_s=0.01, poll_timeout_s=5))
        running.append(RunningBot(answerer, shelf, memory, stop, task))
        return running[-1]

    yield start
    for bot in running:
        bot.answerer.open.set()
        bot.stop.set()
        await asyncio.gather(bot.task, return_exceptions=True)
        bot.memory.close()


@pytest.fixture
async def bot(start_bot: StartBot) -> RunningBot:
    """A bot that answers everyone from the seeds."""
    return await start_bot()
