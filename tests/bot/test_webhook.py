"""Updates brought by Telegram: accepted on disk, handled once and in order, and nobody else's taken."""

import asyncio
import json
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.application import ALLOWED_UPDATES
from bot.errors import CannotListen, WebhookRefused
from bot.i18n import texts
from bot.state.database import Database
from bot.transport import inbox
from bot.transport.webhook import MAX_BODY_BYTES, SECRET_HEADER, Webhook, derived_secret
from index.errors import StoreDamaged
from index.types import SearchFilter, StoreCount
from tests.bot.conftest import FORUM, GROUP, PRIVATE, StartBot
from tests.bot.running import RunningBot, all_ended
from tests.bot.seeds import SeedShelf
from tests.botapi.server import TOKEN, BotApiServer, Fault

SECRET = "a-secret_0123456789"
URL = "https://bot.example.org/telegram"


class Shelf(SeedShelf):
    """Tells how much there is, unless it is broken."""

    broken = False

    def count(self, where: SearchFilter | None = None) -> StoreCount:
        if self.broken:
            raise StoreDamaged("the index cannot be read: restore it from a backup")
        return StoreCount(len(self.articles), 0)


async def until(happened: Callable[[], Any]) -> None:
    """Wait for what nobody announces."""
    async with asyncio.timeout(10):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def free_port() -> int:
    """One below those that connections are given, so that it is still free when a bot starts again."""
    while True:
        port = random.randrange(20_000, 32_000)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Listening(RunningBot):
    """A bot that awaits updates."""

    shelf: Shelf

    def __init__(self, server: BotApiServer, database: Database, url: str) -> None:
        webhook = Webhook(url, SECRET, "127.0.0.1", free_port())
        self.address = server.proxy = f"http://127.0.0.1:{webhook.port}"
        super().__init__(server, database, Shelf(), webhook=webhook)

    async def post(self, body: bytes | str, secret: str | None = SECRET, path: str = "/telegram") -> int:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        async with httpx.AsyncClient() as client:
            return (await client.post(self.address + path, content=body, headers=headers)).status_code

    async def health(self) -> tuple[int, str]:
        async with httpx.AsyncClient() as client:
            response = await client.get(f"{self.address}/healthz")
        return response.status_code, response.json()["status"]

    async def healthy(self) -> None:
        for _ in range(1000):
            try:
                if (await self.health())[0] == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.01)
        raise AssertionError(f"not healthy: {self.task}")


Listen = Callable[..., Awaitable[Listening]]


@pytest.fixture
async def listen(server: BotApiServer, tmp_path: Path) -> AsyncIterator[Listen]:
    """Starts bots with a webhook, one after the other with the same memory."""
    bots: list[Listening] = []

    async def start(*, wait: bool = True, url: str = URL) -> Listening:
        bots.append(Listening(server, Database(tmp_path / "index-bot.sqlite3"), url))
        if wait:
            await bots[-1].healthy()
        return bots[-1]

    yield start
    await all_ended(bots)


def question(server: BotApiServer, text: str, chat_id: int = PRIVATE) -> dict[str, Any]:
    """An update that nobody delivers."""
    server._update_id += 1
    return {"update_id": server._update_id, "message": server.message(chat_id, text)}


def left(bot: Listening) -> list[str]:
    return bot.database.transact(inbox.pending_updates)


async def test_updates_that_telegram_brings_are_answered(server: BotApiServer, listen: Listen):
    bot = await listen()
    await server.say(PRIVATE, "how many trucks?")
    (answer,) = await server.bot_says(PRIVATE)
    assert answer["text"].startswith("five [1]")
    (call,) = server.called("setWebhook")
    assert call.params["url"] == URL
    assert call.params["secret_token"] == SECRET
    assert call.params["allowed_updates"] == list(ALLOWED_UPDATES)
    assert server.called("getUpdates") == server.called("deleteWebhook") == []
    await bot.ended()
    assert server.webhook is not None  # a restart goes on


async def test_chats_are_answered_at_the_same_time_and_each_in_order(server: BotApiServer, listen: Listen):
    bot = await listen()
    bot.answerer.open.clear()
    await server.say(PRIVATE, "slow: how many trucks?")
    for number in range(3):
        await server.say(PRIVATE, f"how many buses were in convoy {number}?")
    for number in range(3):
        await server.say(GROUP, f"/ask how many trucks in {number}?")
    await server.bot_says(GROUP, 3)
    assert [text for text, _ in bot.answerer.asked if "buses" in text] == []
    bot.answerer.open.set()
    await until(lambda: not left(bot))
    asked = [text for text, _ in bot.answerer.asked]
    assert [text for text in asked if "buses" in text] == [
        f"how many buses were in convoy {number}?" for number in range(3)
    ]
    assert [text for text in asked if "trucks in" in text] == [
        f"how many trucks in {number}?" for number in range(3)
    ]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", SECRET[:-1], "sécret"])
async def test_a_wrong_secret_is_forbidden(server: BotApiServer, listen: Listen, secret: str | None):
    bot = await listen()
    headers = {} if secret is None else {SECRET_HEADER: secret.encode()}
    body = json.dumps(question(server, "how many trucks?"))
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{bot.address}/telegram", content=body, headers=headers)
    assert (response.status_code, response.content) == (403, b"")
    assert bot.answerer.asked == []
    assert await bot.post(b"x" * (MAX_BODY_BYTES + 1), secret="wrong") == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b"{}",
        b'{"update_id": "1"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 1e30}',
        b'{"update_id": 9223372036854775808}',
    ],
)
async def test_what_is_no_update_is_refused(
    server: BotApiServer, listen: Listen, body: bytes, caplog: pytest.LogCaptureFixture
):
    bot = await listen()
    assert await bot.post(body) == 400
    assert left(bot) == []
    assert [record.levelname for record in caplog.records if record.exc_info] == []


async def test_an_update_that_cannot_be_read_is_left_out_and_does_not_come_again(
    server: BotApiServer, listen: Listen, caplog: pytest.LogCaptureFixture
):
    bot = await listen()
    assert await bot.post(b'{"update_id": 5, "message": {"text": "private words"}}') == 200
    assert await bot.post(b'{"update_id": 6, "message": 7}') == 200
    assert await bot.post(b'{"update_id": 7, "of a kind to come": {}}') == 200
    await until(lambda: not left(bot))
    assert "update 5 cannot be read" in caplog.text
    assert "private words" not in caplog.text


async def test_a_body_that_is_too_long_is_not_read(server: BotApiServer, listen: Listen):
    bot = await listen()
    assert await bot.post(b"x" * (MAX_BODY_BYTES + 1)) == 413

    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            yield b"x" * 100_000
            sent += 100_000

    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.TransportError):  # the bot hangs up
            await client.post(f"{bot.address}/telegram", content=endless(), headers={SECRET_HEADER: SECRET})
    assert sent < 50 * MAX_BODY_BYTES  # some of it lay in the buffers between
    assert left(bot) == []


async def test_other_paths_and_methods_are_not_there(listen: Listen):
    bot = await listen()
    assert await bot.post(b"{}", path="/") == 404
    assert await bot.post(b"{}", path="/healthz") == 405
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{bot.address}/telegram")).status_code == 405


async def test_what_comes_again_within_a_day_is_answered_once(server: BotApiServer, listen: Listen):
    bot = await listen()
    update = json.dumps(question(server, "how many trucks?"))
    assert [await bot.post(update) for _ in range(3)] == [200, 200, 200]
    await server.bot_says(PRIVATE)
    await bot.ended()
    again = await listen()
    assert await again.post(update) == 200
    await server.say(PRIVATE, "/help")
    await server.bot_says(PRIVATE, 2)
    assert [message["text"] for message in server.bot_messages(PRIVATE)[1:]] == [texts.HELP]


def test_an_update_is_remembered_for_a_day_and_no_longer(tmp_path: Path):
    database = Database(tmp_path / "memory.sqlite3")
    now = datetime(2026, 3, 1, tzinfo=UTC)

    def come(update_id: int, at: datetime) -> bool:
        return database.transact(lambda db: inbox.insert_update(db, update_id, f"{update_id}", at))

    assert come(1, now)
    assert come(2, now + timedelta(seconds=1))
    database.transact(lambda db: inbox.mark_handled(db, 1))
    assert not come(1, now + timedelta(hours=23))
    assert come(1, now + timedelta(hours=25))
    assert not come(2, now + timedelta(days=9))  # which was never handled
    assert database.transact(inbox.pending_updates) == ["2", "1"]
    database.close()


async def test_what_was_accepted_is_handled_at_the_next_start_in_order_and_once(
    server: BotApiServer, listen: Listen
):
    bot = await listen()
    bot.answerer.open.clear()
    updates = [question(server, f"slow {n}: how many trucks?") for n in range(3)]
    updates += [question(server, "/ask how many buses?", FORUM)]
    for update in updates:
        assert await bot.post(json.dumps(update)) == 200
    await server.bot_says(FORUM)
    await until(lambda: len(left(bot)) == 3)
    await bot.ended()
    assert server.bot_messages(PRIVATE) == []
    again = await listen()
    await server.bot_says(PRIVATE, 3)
    await until(lambda: not left(again))
    assert [text for text, _ in again.answerer.asked] == [f"slow {n}: how many trucks?" for n in range(3)]
    assert len(server.bot_messages(FORUM)) == 1


async def test_polling_again_deletes_the_webhook_and_handles_what_is_left(
    server: BotApiServer, listen: Listen, start_bot: StartBot
):
    bot = await listen()
    bot.answerer.open.clear()
    assert await bot.post(json.dumps(question(server, "slow: how many trucks?"))) == 200
    await bot.ended()
    await start_bot()
    await server.bot_says(PRIVATE)
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE, 2)
    assert server.webhook is None


async def test_before_the_bot_is_there_telegram_is_told_to_come_again(server: BotApiServer, listen: Listen):
    server.always["getMe"] = Fault(502)
    bot = await listen(wait=False)
    await server.until(lambda: server.called("getMe"))
    assert await bot.health() == (503, "starting")
    assert await bot.post(json.dumps(question(server, "how many trucks?"))) == 503
    del server.always["getMe"]
    await bot.healthy()
    assert await bot.health() == (200, "ok")


async def test_health_is_broken_when_the_index_is(server: BotApiServer, listen: Listen, tmp_path: Path):
    bot = await listen()
    bot.shelf.broken = True
    assert await bot.health() == (503, "broken")


async def test_what_cannot_be_kept_is_not_accepted(server: BotApiServer, listen: Listen):
    bot = await listen()
    bot.database._connection.execute("DROP TABLE inbox")
    assert await bot.post(json.dumps(question(server, "how many trucks?"))) == 503


async def test_a_webhook_that_telegram_refuses_stops_the_bot(server: BotApiServer, listen: Listen):
    server.faults["setWebhook"].append(Fault(400, "Bad Request: bad webhook: Failed to resolve host"))
    bot = await listen(wait=False)
    with pytest.raises(WebhookRefused, match="failed to resolve host"):
        await bot.task


async def test_a_port_that_is_taken_stops_the_bot(server: BotApiServer, start_bot: StartBot):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bot = await start_bot(webhook=Webhook(URL, SECRET, "127.0.0.1", taken.getsockname()[1]))
        with pytest.raises(CannotListen, match="choose another TELEGRAM_WEBHOOK_LISTEN"):
            await bot.task


def test_a_derived_secret_is_the_same_each_time_and_another_elsewhere():
    secret = derived_secret(TOKEN, URL)
    assert secret == derived_secret(TOKEN, URL)
    assert len(secret) == 64
    assert secret not in (derived_secret(TOKEN, URL + "2"), derived_secret("1:other", URL))
