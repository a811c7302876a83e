"""Who asked and a group's admins can remove an answer; nobody else can."""

from typing import Any

import pytest
from telegram import Bot

from bot.i18n import texts
from bot.updates.group_admins import CACHED_S, GroupAdmins
from tests.bot.conftest import GROUP, PRIVATE, RunningBot
from tests.bot.test_buttons import buttons, pressable
from tests.botapi.server import TOKEN, BotApiServer, Fault

ADA, BOB, EVE = 42, 43, 44  # asks; is a stranger; is an admin


async def asked(server: BotApiServer, chat_id: int, question: str) -> dict[str, Any]:
    await server.say(chat_id, question)
    return (await server.bot_says(chat_id))[-1]


async def press(server: BotApiServer, message: dict[str, Any], letter: str, user_id: int) -> str | None:
    """The toast for the button "Remove" (r) or "Yes, remove it" (e), shown or forged."""
    data = pressable(message)[texts.BUTTON_REMOVE].replace("r:", f"{letter}:", 1)
    before = len(server.toasts)
    await server.press(message, data, user_id=user_id)
    await server.until(lambda: len(server.toasts) > before)
    return server.toasts[-1]


@pytest.mark.parametrize("letter", ["r", "e"])
async def test_a_stranger_cannot_remove_an_answer(server: BotApiServer, bot: RunningBot, letter: str):
    answer = await asked(server, GROUP, "/ask how many trucks?")
    assert await press(server, answer, letter, BOB) == texts.TOAST_NOT_YOURS
    assert server.bot_messages(GROUP) == [answer]


@pytest.mark.parametrize("user_id", [ADA, EVE])
async def test_the_asker_and_an_admin_are_asked_once_more_and_then_it_is_gone(
    server: BotApiServer, bot: RunningBot, user_id: int
):
    server.admins.add((GROUP, EVE))
    answer = await asked(server, GROUP, "/ask how many trucks?")
    assert await press(server, answer, "r", user_id) is None
    await server.until(lambda: texts.BUTTON_ERASE in buttons(server.bot_messages(GROUP)[0]))
    await server.press(answer, buttons(server.bot_messages(GROUP)[0])[texts.BUTTON_NEVER_MIND])
    await server.until(lambda: server.bot_messages(GROUP) == [answer])
    assert await press(server, answer, "e", user_id) == texts.TOAST_REMOVED
    await server.until(lambda: not server.bot_messages(GROUP))


async def test_every_message_of_a_long_answer_goes(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "tell me everything")
    await server.until(lambda: [m for m in server.bot_messages(PRIVATE) if "reply_markup" in m])
    *_, last = server.bot_messages(PRIVATE)
    await press(server, last, "e", ADA)
    await server.until(lambda: not server.bot_messages(PRIVATE))


async def test_an_answer_too_old_to_delete_loses_its_words(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, PRIVATE, "how many trucks?")
    server.always["deleteMessage"] = Fault(400, "Bad Request: message can't be deleted for everyone")
    await press(server, answer, "e", ADA)
    await server.until(lambda: server.bot_messages(PRIVATE)[0]["text"] == texts.REMOVED)
    assert buttons(server.bot_messages(PRIVATE)[0]) == {}
    assert await press(server, answer, "e", ADA) == texts.TOAST_WAS_REMOVED


async def test_the_question_of_a_removed_answer_can_be_edited_in_peace(server: BotApiServer, bot: RunningBot):
    question = await server.say(PRIVATE, "how many trucks?")
    (answer,) = await server.bot_says(PRIVATE)
    await press(server, answer, "e", ADA)
    await server.until(lambda: not server.bot_messages(PRIVATE))
    await server.edit(question, "how many buses?")
    await server.say(PRIVATE, "how many were killed?")
    await server.bot_says(PRIVATE)
    assert [question for question, _ in bot.answerer.asked] == ["how many trucks?", "how many were killed?"]
    assert bot.answerer.asked[-1][1].turns == ()  # what was removed is not talked about


async def test_when_telegram_does_not_say_who_is_an_admin_nobody_is(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, GROUP, "/ask how many trucks?")
    server.admins.add((GROUP, EVE))
    server.faults["getChatMember"].append(Fault(403, "Forbidden: bot is not a member of the chat"))
    assert await press(server, answer, "r", EVE) == texts.TOAST_NOT_YOURS
    assert await press(server, answer, "r", EVE) is None


async def test_telegram_is_asked_about_an_admin_once_a_minute(server: BotApiServer):
    now = 0.0
    admins = GroupAdmins(lambda: now)
    server.admins.add((GROUP, EVE))
    async with Bot(TOKEN, base_url=server.base_url) as telegram:
        assert await admins.include(telegram, GROUP, EVE)
        server.admins.clear()
        assert await admins.include(telegram, GROUP, EVE)
        now = CACHED_S
        assert not await admins.include(telegram, GROUP, EVE)
    assert len(server.called("getChatMember")) == 2
