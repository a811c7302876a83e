"""The golden conversations in tests/transcripts, over HTTP."""

import pytest

from bot.updates.question_limits import QuestionLimits
from tests.bot.conftest import GROUP, NEVER_S, UNLIMITED, RunningBot, StartBot
from tests.bot.transcripts import FOLDER, LIMITED, PEOPLE, SUGGESTING, Player
from tests.botapi.server import BotApiServer

TRANSCRIPTS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.txt"))}


@pytest.mark.parametrize("name", TRANSCRIPTS)
async def test_a_conversation_goes_as_it_is_written(server: BotApiServer, start_bot: StartBot, name: str):
    server.names |= {user_id: name for name, user_id in PEOPLE.items()}
    for user_id in PEOPLE.values():
        server.add_chat(user_id, "private")
    server.admins.add((GROUP, PEOPLE["Eve"]))
    suggest_after_s = 0.0 if SUGGESTING in TRANSCRIPTS[name] else NEVER_S
    limited = LIMITED.search(TRANSCRIPTS[name])
    limits = QuestionLimits(user_questions=int(limited[1])) if limited else UNLIMITED
    running = [await start_bot(suggest_after_s=suggest_after_s, limits=limits)]

    async def restart() -> RunningBot:
        await running[-1].ended()
        running.append(await start_bot(suggest_after_s=suggest_after_s, limits=limits))
        return running[-1]

    await Player(server, running[0], restart).play(TRANSCRIPTS[name])


@pytest.mark.parametrize(
    "conversation",
    [
        "another answer\n1 Ada: /ask how many trucks?\n2 Citebot to 1: six…",
        "no reply\n1 Ada: /ask how many trucks?\n2 Citebot: five…",
        "one answer more\n1 Ada: /ask how many trucks?",
        "another toast\n1 Ada: /ask how many trucks?\n2 Citebot to 1: five…\nBob presses Remove under 2\n"
        "  toast: Removed.",
    ],
)
async def test_a_conversation_that_goes_otherwise_fails(
    server: BotApiServer, start_bot: StartBot, conversation: str
):
    for user_id in PEOPLE.values():
        server.add_chat(user_id, "private")
    bot = await start_bot()
    with pytest.raises(AssertionError):
        await Player(server, bot, start_bot).play(conversation)
