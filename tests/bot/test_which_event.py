"""A question that fits several events is asked back about in private, over real articles and models."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.state.database import Database
from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from tests.bot.conftest import PRIVATE
from tests.bot.running import Running
from tests.bot.seeds import SEEDS
from tests.bot.transcripts import FOLDER, PEOPLE, Player
from tests.botapi.server import BotApiServer

TWO_EVENTS = FOLDER / "two-events"
START = Callable[[Path], Awaitable[Running]]


@pytest.fixture
async def start_over(
    server: BotApiServer, tmp_path: Path, embedder: Embedder, reader: Reader
) -> AsyncIterator[START]:
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


async def test_the_conversation_goes_as_it_is_written(server: BotApiServer, start_over: START):
    server.names |= {user_id: name for name, user_id in PEOPLE.items()}
    for user_id in PEOPLE.values():
        server.add_chat(user_id, "private")
    bot = await start_over(TWO_EVENTS / "articles")

    async def never() -> Running:
        raise AssertionError("it is not restarted")

    await Player(server, bot, never).play((TWO_EVENTS / "which-event.txt").read_text("utf-8"))


@pytest.mark.parametrize("before", ["", "who attacked the Gao convoy?"])
async def test_what_the_articles_dispute_about_one_event_is_shown(
    server: BotApiServer, start_over: START, before: str
):
    await start_over(SEEDS)
    questions = [question for question in (before, "how many people were killed?") if question]
    for question in questions:
        await server.say(PRIVATE, question)
    answer = (await server.bot_says(PRIVATE, len(questions)))[-1]["text"]
    assert answer.startswith("The articles disagree:")
    assert re.search("• (?:over|more than) 50 ", answer)
