"""The real program with a webhook, killed at the worst moments; and articles added beside it."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from itertools import count
from pathlib import Path
from signal import SIGKILL, SIGTERM

import httpx
import pytest

from bot.i18n import texts
from bot.transport.webhook import SECRET_HEADER, derived_secret
from tests.bot.conftest import PRIVATE
from tests.bot.test_process import Program, StartProgram, index_dir, start
from tests.bot.test_webhook import free_port
from tests.botapi.server import TOKEN, BotApiServer, Fault

__all__ = ["index_dir", "start"]  # fixtures

URL = "https://bot.example.org/telegram"
CHATS = range(60, 65)
FIRST_IDS = count(700_000_000, 1_000)  # of updates: the tests share what the bot remembers


@pytest.fixture
def settings(server: BotApiServer) -> dict[str, str]:
    """A webhook whose reverse proxy is the test server's courier."""
    server._update_id = next(FIRST_IDS)  # an id that came in the test before would count as come again
    port = free_port()
    server.proxy = f"http://127.0.0.1:{port}"
    for chat_id in CHATS:
        server.add_chat(chat_id, "private")
    return {"TELEGRAM_WEBHOOK_URL": URL, "TELEGRAM_WEBHOOK_LISTEN": f"127.0.0.1:{port}"}


async def healthy(server: BotApiServer, program: Program) -> None:
    """Wait until updates are handled."""
    await program.logged("answering as @Citebot_Test_Bot")
    async with asyncio.timeout(20), httpx.AsyncClient() as client:
        while (await client.get(f"{server.proxy}/healthz")).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def answered(server: BotApiServer, messages: int) -> None:
    """Wait until the bot has sent so many messages; the real answerer may have to share its core."""
    async with asyncio.timeout(60):
        while len(server.sent) < messages:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def waiting(index_dir: Path) -> int:
    """How many updates the program has accepted and not handled."""
    database = sqlite3.connect(index_dir.parent / f"{index_dir.name}-bot.sqlite3")
    try:
        (updates,) = database.execute("SELECT count(*) FROM inbox WHERE body IS NOT NULL").fetchone()
        return int(updates)
    finally:
        database.close()


async def test_what_was_accepted_before_a_kill_is_answered_after_it_and_once(
    server: BotApiServer, start: StartProgram, settings: dict[str, str], index_dir: Path
):
    program = await start(**settings)
    await healthy(server, program)
    server.always["sendMessage"] = Fault(delay_s=60)  # answers never leave
    for chat_id in CHATS:
        await server.say(chat_id, "how many trucks were destroyed?")
        await server.say(chat_id, "who attacked the Gao convoy?")
    await server.until(lambda: not server._pending)
    assert (await program.told(SIGKILL))[0] == -SIGKILL
    assert waiting(index_dir) == 2 * len(CHATS)
    assert server.sent == []

    del server.always["sendMessage"]
    again = await start(**settings)
    await healthy(server, again)
    await answered(server, 2 * len(CHATS))
    for chat_id in CHATS:
        first, second = server.bot_messages(chat_id)
        assert "five trucks" in first["text"]
        assert "militants" in second["text"] or "jihadists" in second["text"]
    async with asyncio.timeout(10):
        while waiting(index_dir):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    assert (await again.told(SIGKILL))[0] == -SIGKILL  # nothing is left that could be answered twice
    for update in list(server.pushed):
        await server.push(update)
    third = await start(**settings)
    await healthy(server, third)
    await server.say(PRIVATE, "/help")
    await server.bot_says(PRIVATE)
    await server.until(lambda: not server._pending)
    assert [message["text"] for message in server.sent[2 * len(CHATS) :]] == [texts.HELP]
    code, seconds = await third.told(SIGTERM)
    assert (code, seconds < 5) == (0, True)
    assert server.webhook is not None
    secret = derived_secret(TOKEN, URL)
    for log in (program.log, again.log, third.log):
        assert secret not in log.read_text("utf-8")
        assert "Traceback" not in log.read_text("utf-8")


async def test_updates_that_come_at_once_are_all_answered(
    server: BotApiServer, start: StartProgram, settings: dict[str, str]
):
    program = await start(**settings)
    await healthy(server, program)
    updates = []
    for chat_id in CHATS:
        server._update_id += 1
        updates.append(
            {
                "update_id": server._update_id,
                "message": server.message(chat_id, "who attacked the Gao convoy?"),
            }
        )
    headers = {SECRET_HEADER: derived_secret(TOKEN, URL)}
    async with httpx.AsyncClient() as client:
        posts = [
            client.post(f"{server.proxy}/telegram", content=json.dumps(update), headers=headers)
            for update in updates * 3
        ]
        responses = await asyncio.gather(*posts)
    assert {response.status_code for response in responses} == {200}
    await answered(server, len(CHATS))
    await server.say(PRIVATE, "/help")
    await server.bot_says(PRIVATE)
    assert len(server.sent) == len(CHATS) + 1
    await program.told(SIGTERM)  # which lets the last update be noted as handled


async def test_a_bot_without_articles_gets_its_first_from_an_admin(
    server: BotApiServer, start: StartProgram, tmp_path: Path
):
    program = await start(INDEX_DIR=str(tmp_path / "new"), TELEGRAM_ADMIN_IDS=str(PRIVATE))
    await program.logged("answering as @Citebot_Test_Bot")
    article = b"A lighthouse for Velmora\n\nIda Brandt opened the lighthouse of Velmora on Friday.\n"
    await server.send_document(PRIVATE, "lighthouse.txt", article, "/add")
    await server.bot_says(PRIVATE)
    await server.until(lambda: server.bot_messages(PRIVATE)[0]["text"].startswith("Added: “"))
    await server.say(PRIVATE, "who opened the lighthouse of Velmora?")
    assert (await server.bot_says(PRIVATE, 2))[1]["text"].startswith("Ida Brandt [1]")
    assert (await program.told(SIGTERM))[0] == 0


async def test_articles_that_another_process_adds_are_answered_from_at_once(
    server: BotApiServer, start: StartProgram, index_dir: Path, tmp_path: Path
):
    program = await start()
    await program.logged("answering as @Citebot_Test_Bot")
    await server.say(PRIVATE, "who opened the lighthouse of Velmora?")
    assert texts.NOT_FOUND in (await server.bot_says(PRIVATE))[0]["text"]
    article = tmp_path / "lighthouse.txt"
    article.write_text("A lighthouse for Velmora\n\nIda Brandt opened the lighthouse of Velmora on Friday.\n")
    command = [sys.executable, "-m", "citebot", "index", "add", str(article), "--index-dir", str(index_dir)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, cwd=tmp_path)
    await server.say(PRIVATE, "who opened the lighthouse of Velmora?")
    assert (await server.bot_says(PRIVATE, 2))[1]["text"].startswith("Ida Brandt [1]")
