"""Questions offered on buttons, in private chats, without keeping anybody waiting."""

import asyncio
from typing import Any

import pytest

from bot.handlers.suggestions import load_suggestions
from bot.state.database import Database
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.botapi.server import BotApiServer

OFFERED = ["How many trucks were destroyed?", "Who destroyed the trucks?"]


@pytest.fixture
async def bot(start_bot: StartBot) -> RunningBot:
    """A bot that looks for next questions at once."""
    return await start_bot(suggest_after_s=0.0)


def rows(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]


def labels(server: BotApiServer, message: dict[str, Any]) -> list[str]:
    shown = server.messages[message["chat"]["id"], message["message_id"]]
    return [button["text"] for row in rows(shown) for button in row]


def data(server: BotApiServer, message: dict[str, Any], label: str) -> str:
    shown = server.messages[message["chat"]["id"], message["message_id"]]
    return next(str(b["callback_data"]) for row in rows(shown) for b in row if b["text"] == label)


def answer_id(server: BotApiServer, message: dict[str, Any]) -> str:
    return data(server, message, "In context").split(":")[1]


def kept(database: Database, answer: str) -> list[str]:
    return database.transact(load_suggestions, answer)


async def test_each_suggestion_is_a_row_of_its_own_below_the_other_buttons(
    server: BotApiServer, bot: RunningBot
):
    await server.say(PRIVATE, "how many buses?")
    (answer,) = await server.bot_says(PRIVATE)
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)
    shown = server.messages[PRIVATE, answer["message_id"]]
    assert [[button["text"] for button in row] for row in rows(shown)[-2:]] == [[text] for text in OFFERED]
    assert shown["text"] == answer["text"]
    assert kept(bot.database, answer_id(server, answer)) == OFFERED


async def test_a_waiting_question_goes_before_suggestions(server: BotApiServer, bot: RunningBot):
    bot.answerer.open.clear()
    await server.say(GROUP, "/ask slow trucks")
    await server.until(lambda: len(bot.answerer.asked) == 1)
    await server.say(PRIVATE, "how many buses?")
    (answer,) = await server.bot_says(PRIVATE)
    assert [question for question, _ in bot.answerer.asked] == ["slow trucks", "how many buses?"]
    bot.answerer.open.set()
    await server.bot_says(GROUP)
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)


async def test_suggestions_do_not_disturb_who_reads_the_context(server: BotApiServer, bot: RunningBot):
    bot.answerer.open.clear()
    await server.say(GROUP, "/ask slow trucks")
    await server.until(lambda: len(bot.answerer.asked) == 1)
    await server.say(PRIVATE, "how many buses?")
    (answer,) = await server.bot_says(PRIVATE)
    answer_now = answer_id(server, answer)
    await server.press(answer, data(server, answer, "In context"))
    await server.until(lambda: "Back to the answer" in labels(server, answer))
    bot.answerer.open.set()
    async with asyncio.timeout(10):
        while kept(bot.database, answer_now) != OFFERED:  # noqa: ASYNC110  # the memory tells nobody
            await asyncio.sleep(0.01)
    await server.press(answer, data(server, answer, "Back to the answer"))
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)
    assert [call.method for call in server.calls].count("editMessageText") == 2


async def test_who_goes_on_at_once_gets_suggestions_for_the_new_question_only(
    server: BotApiServer, bot: RunningBot
):
    bot.answerer.open.clear()
    await server.say(GROUP, "/ask slow trucks")
    await server.until(lambda: len(bot.answerer.asked) == 1)
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE)
    await server.say(PRIVATE, "and how many buses went to Gao?")
    first, second = await server.bot_says(PRIVATE, 2)
    bot.answerer.open.set()
    await server.until(lambda: labels(server, second)[-2:] == OFFERED)
    assert not set(OFFERED) & set(labels(server, first))


async def test_an_edited_question_gets_its_own_suggestions(server: BotApiServer, bot: RunningBot):
    question = await server.say(PRIVATE, "how many planes?")
    (answer,) = await server.bot_says(PRIVATE)
    await server.edit(question, "how many buses?")
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)


@pytest.mark.parametrize("number", [2, 9999])
async def test_a_forged_number_asks_nothing(server: BotApiServer, bot: RunningBot, number: int):
    await server.say(PRIVATE, "how many buses?")
    (answer,) = await server.bot_says(PRIVATE)
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)
    asked = len(bot.answerer.asked)
    await server.press(answer, f"q:{answer_id(server, answer)}:{number}")
    await server.until(lambda: server.toasts)
    assert server.toasts == ["I don't know this button. Please ask again."]
    assert len(bot.answerer.asked) == asked


async def test_what_is_pressed_follows_the_answer_it_stood_under(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "how many buses?")
    (answer,) = await server.bot_says(PRIVATE)
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)
    await server.press(answer, data(server, answer, OFFERED[0]))
    _, asked, _ = await server.bot_says(PRIVATE, 3)
    assert asked["text"] == "You asked: “How many trucks were destroyed?”"
    turns = [talk.turns for question, talk in bot.answerer.asked if question == OFFERED[0]][-1]
    assert [turn.question for turn in turns] == ["how many buses?"]


async def test_what_was_offered_is_forgotten_with_the_answer(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "how many buses?")
    (answer,) = await server.bot_says(PRIVATE)
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)
    forgotten = answer_id(server, answer)
    await server.say(PRIVATE, "/forget")
    await server.bot_says(PRIVATE, 2)
    assert kept(bot.database, forgotten) == []


async def test_in_a_group_nothing_is_offered(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "/ask how many buses?")
    await server.bot_says(GROUP)
    await server.say(PRIVATE, "how many buses?")
    (answer,) = await server.bot_says(PRIVATE)
    await server.until(lambda: labels(server, answer)[-2:] == OFFERED)
    (in_group,) = server.bot_messages(GROUP)
    assert not set(OFFERED) & set(labels(server, in_group))
