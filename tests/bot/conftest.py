"""A Bot API server, and the real Application talking to it over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.state.database import Database
from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder, Loaded
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from tests.bot.newsroom import BOB, Newsroom
from tests.bot.running import NEVER_S as NEVER_S
from tests.bot.running import UNLIMITED as UNLIMITED
from tests.bot.running import Running, all_ended
from tests.bot.running import RunningBot as RunningBot
from tests.bot.seeds import SeedShelf
from tests.botapi.server import BotApiServer

PRIVATE, GROUP, FORUM = 42, -500, -1000500


@pytest.fixture(scope="module", autouse=True)
def pacing() -> Iterator[None]:
    """Messages follow each other in a chat faster than Telegram allows; test_pacing holds its limits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.transport.rate_limiter.CHAT_PERIOD_S", 0.1)
        patch.setattr("bot.transport.rate_limiter.GROUP_PERIOD_S", 1.0)
        yield


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


StartBot = Callable[..., Awaitable[RunningBot]]


@pytest.fixture
async def start_bot(server: BotApiServer, tmp_path: Path) -> AsyncIterator[StartBot]:
    """Starts bots on the server, one after another with the same memory; all are stopped afterwards."""
    running: list[RunningBot] = []

    async def start(**settings: Any) -> RunningBot:
        database = Database(tmp_path / "index-bot.sqlite3")  # where that of an index in tmp_path/index lies
        running.append(RunningBot(server, database, SeedShelf(), **settings))
        return running[-1]

    yield start
    await all_ended(running)


@pytest.fixture
async def bot(start_bot: StartBot) -> RunningBot:
    """A bot that answers everyone from the seeds."""
    return await start_bot()


StartOver = Callable[[Path], Awaitable[Running]]


@pytest.fixture
async def start_over(
    server: BotApiServer, tmp_path: Path, embedder: Embedder, reader: Reader
) -> AsyncIterator[StartOver]:
    """Starts a bot over the articles in a folder."""
    running: list[tuple[Running, EmbeddedStore]] = []

    async def start(articles: Path) -> Running:
        name, dimension = embedder.name, embedder.dimension
        store = EmbeddedStore.open(tmp_path / "index", embedder_name=name, dimension=dimension)
        assert not ingest(load(str(articles)), store, embedder).failed
        database = Database(tmp_path / "index-bot.sqlite3")
        running.append((Running(server, Answerer(store, embedder, reader), store, database), store))
        return running[-1][0]

    yield start
    for bot, store in running:
        await bot.ended()
        store.close()


Parts = Callable[[EmbeddedStore, Embedder, Database], dict[str, Any]]
"""Settings of build_application that need what the bot works with."""
OpenNewsroom = Callable[..., Awaitable[Newsroom]]


@pytest.fixture
async def open_newsroom(
    server: BotApiServer, tmp_path: Path, embedder: Embedder, reader: Reader
) -> AsyncIterator[OpenNewsroom]:
    """Starts a bot over an index of its own with these articles."""
    rooms: list[Newsroom] = []

    async def start(*articles: Loaded, parts: Parts = lambda *_: {}) -> Newsroom:
        server.add_chat(BOB, "private")
        name, dimension = embedder.name, embedder.dimension
        store = EmbeddedStore.open(tmp_path / "index", embedder_name=name, dimension=dimension)
        assert not ingest(articles, store, embedder).failed
        database = Database(tmp_path / "index-bot.sqlite3")
        answerer = Answerer(store, embedder, reader)
        rooms.append(Newsroom(server, store, database, answerer=answerer, **parts(store, embedder, database)))
        return rooms[-1]

    yield start
    for room in rooms:
        await room.ended()
