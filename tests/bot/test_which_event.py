"""A question that fits several events is asked back about in private, over real articles and models."""

import re

import pytest

from tests.bot.conftest import PRIVATE, StartOver
from tests.bot.running import Running
from tests.bot.seeds import SEEDS
from tests.bot.transcripts import FOLDER, PEOPLE, Player
from tests.botapi.server import BotApiServer

TWO_EVENTS = FOLDER / "two-events"


async def test_the_conversation_goes_as_it_is_written(server: BotApiServer, start_over: StartOver):
    server.names |= {user_id: name for name, user_id in PEOPLE.items()}
    for user_id in PEOPLE.values():
        server.add_chat(user_id, "private")
    bot = await start_over(TWO_EVENTS / "articles")

    async def never() -> Running:
        raise AssertionError("it is not restarted")

    await Player(server, bot, never).play((TWO_EVENTS / "which-event.txt").read_text("utf-8"))


@pytest.mark.parametrize("before", ["", "who attacked the Gao convoy?"])
async def test_what_the_articles_dispute_about_one_event_is_shown(
    server: BotApiServer, start_over: StartOver, before: str
):
    await start_over(SEEDS)
    questions = [question for question in (before, "how many people were killed?") if question]
    for question in questions:
        await server.say(PRIVATE, question)
    answer = (await server.bot_says(PRIVATE, len(questions)))[-1]["text"]
    assert answer.startswith("The articles disagree:")
    assert re.search("• (?:over|more than) 50 ", answer)
