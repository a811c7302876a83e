"""Who asked and a group's admins make an answer one line and show it again; nobody else does."""

from dataclasses import replace
from typing import Any

import pytest

from bot.i18n import texts
from bot.state.preferences import Length, default_settings, save_settings
from tests.bot.conftest import FORUM, GROUP, PRIVATE, RunningBot
from tests.bot.test_buttons import buttons, pressable
from tests.botapi.server import BotApiServer

ADA, BOB, EVE = 42, 43, 44
LINE = "Answer to “how many trucks?”: five [time.news]"


async def asked(server: BotApiServer, question: str = "how many trucks?") -> dict[str, Any]:
    await server.say(GROUP, f"/ask {question}")
    return (await server.bot_says(GROUP))[0]


async def press(server: BotApiServer, message: dict[str, Any], letter: str, user_id: int) -> str | None:
    """The toast for "Collapse" (k) or "Show" (u) under the answer, shown or forged."""
    rows = message["reply_markup"]["inline_keyboard"]
    data = next(one["callback_data"] for row in rows for one in row if "callback_data" in one)
    toasts = len(server.toasts)
    await server.press(message, f"{letter}{data[1:]}", user_id=user_id)
    await server.until(lambda: len(server.toasts) > toasts)
    return server.toasts[-1]


@pytest.mark.parametrize("user_id", [ADA, EVE])
async def test_the_asker_and_an_admin_fold_an_answer_and_unfold_it(
    server: BotApiServer, bot: RunningBot, user_id: int
):
    server.admins.add((GROUP, EVE))
    answer = await asked(server)
    assert await press(server, answer, "k", user_id) is None
    await server.until(lambda: server.bot_messages(GROUP)[0]["text"] == LINE)
    assert list(buttons(server.bot_messages(GROUP)[0])) == [texts.BUTTON_SHOW]
    assert await press(server, answer, "u", user_id) is None
    await server.until(lambda: server.bot_messages(GROUP) == [answer])


@pytest.mark.parametrize("letter", ["k", "u"])
async def test_a_stranger_can_do_neither(server: BotApiServer, bot: RunningBot, letter: str):
    answer = await asked(server)
    assert await press(server, answer, letter, BOB) == texts.TOAST_NOT_YOURS_TO_FOLD
    assert server.bot_messages(GROUP) == [answer]


async def test_a_button_that_a_slow_client_still_shows_does_not_unfold_it(
    server: BotApiServer, bot: RunningBot
):
    answer = await asked(server)
    await press(server, answer, "k", ADA)
    await server.until(lambda: server.bot_messages(GROUP)[0]["text"] == LINE)
    await server.press(answer, pressable(answer)[texts.BUTTON_UP], user_id=BOB)
    await server.press(answer, pressable(answer)[texts.BUTTON_DOWN], user_id=BOB)
    await server.until(lambda: len(server.called("editMessageText")) == 3)
    assert texts.TOAST_KEPT.format(rating=texts.BUTTON_UP) in server.toasts
    assert server.bot_messages(GROUP)[0]["text"] == LINE


async def test_a_folded_answer_opens_whole_by_its_link(server: BotApiServer, bot: RunningBot):
    answer = await asked(server)
    await press(server, answer, "k", ADA)
    more = answer["reply_markup"]["inline_keyboard"][0][0]
    await server.say(PRIVATE, f"/start {more['url'].partition('?start=')[2]}")
    _, opened = await server.bot_says(PRIVATE, 2)
    assert opened["text"].startswith("five [1]")
    await server.press(opened, pressable(opened)[texts.BUTTON_UP])
    await server.until(lambda: f"{texts.BUTTON_UP} ✓" in buttons(server.bot_messages(PRIVATE)[1]))
    assert server.bot_messages(PRIVATE)[1]["text"] == opened["text"]


async def test_an_edited_question_unfolds_its_answer(server: BotApiServer, bot: RunningBot):
    question = await server.say(GROUP, "/ask how many trucks?")
    (answer,) = await server.bot_says(GROUP)
    await press(server, answer, "k", ADA)
    await server.until(lambda: server.bot_messages(GROUP)[0]["text"] == LINE)
    await server.edit(question, "/ask how many buses?")
    await server.until(lambda: server.bot_messages(GROUP)[0]["text"].startswith("22 minibuses [1]"))


async def test_where_full_answers_were_chosen_every_message_is_folded_into_one_and_comes_back(
    server: BotApiServer, bot: RunningBot
):
    settings = replace(default_settings(GROUP), length=Length.FULL)
    await bot.database.run(save_settings, GROUP, settings)
    await server.say(GROUP, "/ask tell me everything")
    await server.until(lambda: [m for m in server.bot_messages(GROUP) if "reply_markup" in m])
    before = server.bot_messages(GROUP)
    assert len(before) > 1
    await press(server, before[-1], "k", ADA)
    await server.until(lambda: len(server.bot_messages(GROUP)) == 1)
    (folded,) = server.bot_messages(GROUP)
    assert folded["text"].startswith("Answer to “tell me everything”: ")
    await press(server, folded, "u", ADA)
    await server.until(lambda: len(server.bot_messages(GROUP)) == len(before) and not server.unanswered)
    assert [message["text"] for message in server.bot_messages(GROUP)] == [m["text"] for m in before]
    await press(server, server.bot_messages(GROUP)[-1], "e", ADA)
    await server.until(lambda: not server.bot_messages(GROUP))


async def test_in_a_topic_an_answer_comes_back_to_its_topic(server: BotApiServer, bot: RunningBot):
    settings = replace(default_settings(FORUM), length=Length.FULL)
    await bot.database.run(save_settings, FORUM, settings)
    await server.say(FORUM, "/ask tell me everything", message_thread_id=7)
    await server.until(lambda: [m for m in server.bot_messages(FORUM) if "reply_markup" in m])
    count = len(server.bot_messages(FORUM))
    await press(server, server.bot_messages(FORUM)[-1], "k", ADA)
    await server.until(lambda: len(server.bot_messages(FORUM)) == 1)
    await press(server, server.bot_messages(FORUM)[0], "u", ADA)
    await server.until(lambda: len(server.bot_messages(FORUM)) == count)
    assert {message["message_thread_id"] for message in server.bot_messages(FORUM)} == {7}
