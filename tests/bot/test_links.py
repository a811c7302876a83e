"""Permanent links: they open the frozen answer, in private, and tell nothing else."""

import re
from typing import Any

import pytest

from bot.i18n import texts
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.seeds import TRUCKS
from tests.bot.test_buttons import buttons, pressable
from tests.botapi.entities import slices
from tests.botapi.server import BotApiServer

READER = 43  # somebody who was given a link


@pytest.fixture
def reader(server: BotApiServer) -> int:
    server.add_chat(READER, "private")
    return READER


def parameter(message: dict[str, Any]) -> str:
    """That of the link to the answer in the message."""
    return "a_" + buttons(message)[texts.BUTTON_MORE].split(":")[1]


async def opened(server: BotApiServer, link: str, count: int = 2) -> list[dict[str, Any]]:
    await server.say(READER, f"/start {link}")
    return await server.bot_says(READER, count)


async def test_a_link_opens_the_answer_as_it_was_with_all_its_evidence(
    server: BotApiServer, bot: RunningBot, reader: int
):
    await server.say(PRIVATE, "how many trucks?")
    (answer,) = await server.bot_says(PRIVATE)
    title, copy = await opened(server, parameter(answer))
    assert re.fullmatch(r"Asked on \d+ \w+ \d{4}: “how many trucks\?”", title["text"])
    assert (copy["text"], copy["entities"]) == (answer["text"], answer["entities"])
    assert len(bot.answerer.asked) == 1

    await server.press(copy, buttons(copy)[texts.BUTTON_CONTEXT], user_id=reader)
    await server.until(lambda: server.bot_messages(reader)[1]["text"] != copy["text"])
    context = server.bot_messages(reader)[1]
    assert slices(context["text"], context["entities"], "bold") == [TRUCKS]
    await server.press(copy, buttons(context)[texts.BUTTON_BACK], user_id=reader)
    await server.until(lambda: server.bot_messages(reader)[1] == copy)
    await server.press(copy, pressable(copy)[texts.BUTTON_UP], user_id=reader)
    await server.until(lambda: "👍 ✓" in buttons(server.bot_messages(reader)[1]))


async def test_a_question_with_markup_is_opened_as_it_was_asked(
    server: BotApiServer, bot: RunningBot, reader: int
):
    await server.say(PRIVATE, "how many <b>trucks</b> & {buses}?")
    (answer,) = await server.bot_says(PRIVATE)
    title, _ = await opened(server, parameter(answer))
    assert (title["text"].partition(": ")[2], title["entities"]) == (
        "“how many <b>trucks</b> & {buses}?”",
        [],
    )


async def test_a_copy_can_be_removed_only_where_the_answer_was_given(
    server: BotApiServer, bot: RunningBot, reader: int
):
    await server.say(PRIVATE, "how many trucks?")
    (answer,) = await server.bot_says(PRIVATE)
    _, copy = await opened(server, parameter(answer))
    await server.press(copy, buttons(copy)[texts.BUTTON_MORE], user_id=reader)
    await server.until(lambda: texts.BUTTON_UP in buttons(server.bot_messages(reader)[-1]))
    assert texts.BUTTON_REMOVE not in buttons(server.bot_messages(reader)[-1])
    for letter in "re":
        await server.press(
            copy, pressable(answer)[texts.BUTTON_REMOVE].replace("r", letter, 1), user_id=reader
        )
    await server.until(lambda: len(server.toasts) == 3)
    assert (server.toasts[1:], server.bot_messages(PRIVATE)) == ([texts.TOAST_UNKNOWN] * 2, [answer])


async def test_a_question_about_an_opened_answer_does_not_hear_what_was_asked_before_it_elsewhere(
    server: BotApiServer, bot: RunningBot, reader: int
):
    await server.say(PRIVATE, "how many were killed?")
    await server.say(PRIVATE, "how many trucks?")
    _, answer = await server.bot_says(PRIVATE, 2)
    _, copy = await opened(server, parameter(answer))
    await server.say(reader, "and how many buses?")
    await server.bot_says(reader, 3)
    await server.say(reader, "and how many buses?", reply_to_message=copy)
    await server.bot_says(reader, 4)
    assert [[turn.question for turn in before.turns] for _, before in bot.answerer.asked[2:]] == [
        ["how many trucks?"],
        ["how many trucks?"],
    ]


@pytest.mark.parametrize("link", ["a_", "a_AAAAAAAAAAAAAAAA", "a_../../etc", "a_<b>", "a_😀", "a_-"])
async def test_a_forged_link_gets_one_kind_sentence(
    server: BotApiServer, bot: RunningBot, reader: int, link: str
):
    (message,) = await opened(server, link, 1)
    assert message["text"] == texts.LINK_UNKNOWN


async def test_in_a_group_a_link_opens_nothing(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "how many trucks?")
    (answer,) = await server.bot_says(PRIVATE)
    await server.say(GROUP, f"/start {parameter(answer)}")
    (message,) = await server.bot_says(GROUP)
    assert message["text"] == texts.START_IN_GROUP


async def test_a_restricted_bot_opens_links_only_in_its_own_chats(
    server: BotApiServer, start_bot: StartBot, reader: int
):
    await start_bot(allowed_chats=frozenset({PRIVATE, GROUP}))
    await server.say(GROUP, "/ask how many trucks?")
    (answer,) = await server.bot_says(GROUP)
    (refused,) = await opened(server, parameter(answer), 1)
    await server.say(PRIVATE, f"/start {parameter(answer)}")
    _, copy = await server.bot_says(PRIVATE, 2)
    assert (refused["text"], copy["text"].split(" [")[0]) == (texts.NOT_ALLOWED, "five")
