"""Questions in French about articles in English, over real articles and models."""

import re

from retrieval.answerer import Answerer
from tests.bot.conftest import StartOver
from tests.bot.running import Running
from tests.bot.seeds import SEEDS
from tests.bot.transcripts import FOLDER, PEOPLE, Player
from tests.botapi.server import BotApiServer

CONVERSATION = FOLDER / "french" / "over-english-articles.txt"


async def test_the_bot_answers_in_french_and_quotes_in_english(
    server: BotApiServer, start_over: StartOver, answerer: Answerer
):
    conversation = CONVERSATION.read_text("utf-8")
    for question in re.findall(r"\d Ada: (.*)", conversation):
        answerer.answer(question)  # loading the models takes longer than the test would wait
    server.names |= {user_id: name for name, user_id in PEOPLE.items()}
    for user_id in PEOPLE.values():
        server.add_chat(user_id, "private")
    bot = await start_over(SEEDS)

    async def never() -> Running:
        raise AssertionError("it is not restarted")

    await Player(server, bot, never).play(conversation)
