"""The preview as it runs for a person: the real bot over the seeds, served on loopback from a thread."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.preview.botapi import BotApi
from bot.preview.chats import Chats
from bot.preview.running import address, listen, serve_preview
from bot.state.database import Database
from evaluation.browser import NoChromium, chromium
from index.store.embedded import EmbeddedStore
from retrieval.answerer import Answerer
from tests.conftest import SEEDS as SEEDS

THUMBS_UP = re.compile("^(👍|Helpful)")  # words where this machine has no font for emoji
EXAMPLE = "How many minibuses were in the convoy?"
PATIENCE_S = 30  # reached only by a failing test

T = TypeVar("T")

expect.set_options(timeout=PATIENCE_S * 1000)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "memory.sqlite3")
    yield database
    database.close()


@dataclass
class Preview:
    """A running preview; `chats` belongs to the loop of its thread."""

    address: str
    chats: Chats
    loop: asyncio.AbstractEventLoop

    def do(self, act: Callable[[], T]) -> T:
        """What `act` returns, called where the preview runs."""

        async def call() -> T:
            return act()

        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(PATIENCE_S)

    def bot_says(self, chat_id: int, html: str, **more: object) -> int:
        """The id of a message that the bot sends."""
        said = self.do(lambda: BotApi(self.chats).sendMessage(chat_id, html, "HTML", **more))
        return said["message_id"]


@pytest.fixture
def preview(answerer: Answerer, store: EmbeddedStore, database: Database) -> Iterator[Preview]:
    """A preview in which nothing has been said yet."""
    with served(answerer, store, database, Chats([EXAMPLE])) as preview:
        yield preview


@contextmanager
def served(answerer: Answerer, store: EmbeddedStore, database: Database, chats: Chats) -> Iterator[Preview]:
    """These chats on a free port."""
    ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        stop = asyncio.Event()
        ready.set_result((asyncio.get_running_loop(), stop))
        await serve_preview(listening, answerer, store, database, chats, stop)

    with closing(listen(0)) as listening:
        thread = threading.Thread(target=lambda: asyncio.run(run()))
        thread.start()
        loop, stop = ready.result(PATIENCE_S)
        try:
            yield Preview(address(listening), chats, loop)
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(PATIENCE_S)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        with chromium() as browser:
            yield browser
    except NoChromium as missing:
        pytest.skip(str(missing))


@pytest.fixture
def page(browser: Browser, preview: Preview) -> Iterator[Page]:
    """The page, freshly opened; nothing may fail in it, nor be kept from it by its own policy."""
    page = browser.new_page(viewport={"width": 1000, "height": 700}, locale="en-GB")
    page.set_default_timeout(PATIENCE_S * 1000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(preview.address)
    expect(page.locator(".welcome")).to_be_visible()
    yield page
    page.close()
    assert complaints == []
