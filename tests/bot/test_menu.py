"""The menu of commands and the bot's profile, as Telegram is told them."""

import logging
from collections.abc import AsyncIterator

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.admin.command_menu import MENU, Audience, menu, publish_profile
from bot.i18n import texts
from bot.i18n.language import tr, use_language
from bot.updates.intents import COMMANDS
from tests.bot.conftest import PRIVATE, StartBot
from tests.botapi.server import TOKEN, BotApiServer, Fault

SETTERS = ("setMyCommands", "setMyDescription", "setMyShortDescription")


@pytest.fixture
async def bot(server: BotApiServer) -> AsyncIterator[Bot]:
    async with Bot(TOKEN, base_url=server.base_url, request=HTTPXRequest()) as bot:
        yield bot


def names(server: BotApiServer, scope: str, code: str = "") -> list[str]:
    return [entry["command"] for entry in server.menus[scope, code]]


def said(server: BotApiServer) -> int:
    """How often Telegram was told something."""
    return sum(len(server.called(method)) for method in SETTERS)


async def test_everyone_sees_the_commands_that_are_for_them(server: BotApiServer, bot: Bot):
    await publish_profile(bot, [PRIVATE])
    private = ["ask", "sources", "watch", "watches", "digest", "new", "settings", "forget", "help"]
    assert names(server, "all_private_chats") == private
    group = ["ask", "whisper", "sources", "watch", "watches", "digest", "new", "forget", "help"]
    assert names(server, "all_group_chats") == group
    assert sorted(names(server, "all_chat_administrators")) == sorted(
        [*group, "settings", "add", "remove", "articles", "source"]
    )
    admins = [name for name, _ in texts.OPERATOR_COMMANDS]
    assert sorted(names(server, f"chat {PRIVATE}")) == sorted([*private, *admins])


async def test_commands_and_descriptions_are_set_in_every_language(server: BotApiServer, bot: Bot):
    await publish_profile(bot)
    for (scope, code), entries in server.menus.items():
        assert names(server, scope, "fr") == names(server, scope)
        with use_language(code or "en"):
            assert {entry["description"] for entry in entries} <= {tr(entry.text) for entry in MENU}
    assert server.menus["all_private_chats", ""][0]["description"] == texts.COMMAND_ASK
    assert server.menus["all_private_chats", "fr"][0]["description"] == "Poser une question sur mes articles"
    assert server.descriptions[""] == texts.DESCRIPTION
    assert server.descriptions["fr"].startswith("Posez-moi vos questions")
    assert server.short_descriptions[""] == texts.SHORT_DESCRIPTION
    assert server.short_descriptions["fr"].startswith("Des réponses")


async def test_what_telegram_knows_is_not_said_again(server: BotApiServer, bot: Bot):
    await publish_profile(bot, [PRIVATE])
    before = said(server)
    await publish_profile(bot, [PRIVATE])
    assert said(server) == before
    server.descriptions["fr"] = "somebody else's"
    await publish_profile(bot, [PRIVATE])
    assert said(server) == before + 1


async def test_an_admin_who_has_not_written_yet_keeps_nobody_from_their_menu(
    server: BotApiServer, bot: Bot, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.WARNING)
    await publish_profile(bot, [999, PRIVATE])
    assert (f"chat {PRIVATE}", "fr") in server.menus
    assert not any("999" in scope for scope, _ in server.menus)
    assert "chat_id" in caplog.text
    assert "999" in caplog.text


async def test_refusals_are_logged_and_nothing_more(
    server: BotApiServer, bot: Bot, caplog: pytest.LogCaptureFixture
):
    for method in (*SETTERS, "getMyCommands"):
        server.always[method] = Fault(403, "Forbidden: bot was deactivated")
    await publish_profile(bot, [PRIVATE])
    assert (server.menus, server.descriptions, server.short_descriptions) == ({}, {}, {})
    assert "could not be set" in caplog.text


async def test_the_bot_introduces_itself_when_it_starts_and_says_nothing_new_when_it_starts_again(
    server: BotApiServer, start_bot: StartBot
):
    first = await start_bot()
    await server.until(lambda: "fr" in server.short_descriptions)
    before = said(server)
    await first.ended()
    await start_bot()
    await server.until(lambda: len(server.called("getMyShortDescription")) == 4)
    assert said(server) == before == 3 * 2 + 2 * 2


def test_a_menu_offers_no_command_that_the_bot_does_not_know():
    known = COMMANDS | {"ask", "whisper"} | {name for name, _ in texts.OPERATOR_COMMANDS}
    assert {entry.name for entry in MENU} <= known
    for whose in Audience:
        shown = [name for name, _ in menu(whose)]
        assert len(shown) == len(set(shown))
