"""Many chats at once, each in order, every update once."""

from telegram import Chat, Message, Update, User

from bot.state.lru import LruCache
from bot.transport.update_queue import PerChatUpdateProcessor
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.botapi.server import BotApiServer


def asked(bot: RunningBot) -> list[str]:
    return [question for question, _ in bot.answerer.asked]


async def test_a_slow_answer_holds_up_its_own_chat_only(server: BotApiServer, bot: RunningBot):
    bot.answerer.open.clear()
    await server.say(PRIVATE, "slow buses")
    await server.say(PRIVATE, "how many trucks?")
    await server.say(GROUP, "/ask how many trucks?")
    await server.bot_says(GROUP)
    assert asked(bot) == ["slow buses", "how many trucks?"]
    assert server.bot_messages(PRIVATE) == []
    bot.answerer.open.set()
    said = await server.bot_says(PRIVATE, 2)
    assert [message["text"].split(" [")[0] for message in said] == ["22 minibuses", "five"]


async def test_answers_come_in_the_order_of_the_questions(server: BotApiServer, bot: RunningBot):
    questions = [f"{number} {'trucks' if number % 2 else 'buses'}" for number in range(6)]
    for question in questions:
        await server.say(PRIVATE, question)
    said = await server.bot_says(PRIVATE, 6)
    assert asked(bot) == questions
    assert [message["text"].split(" [")[0] for message in said] == ["22 minibuses", "five"] * 3


async def test_an_update_that_comes_again_is_handled_once(server: BotApiServer, bot: RunningBot):
    message = server.message(PRIVATE, "how many trucks?")
    update = await server.push({"message": message})
    await server.bot_says(PRIVATE)
    await server.push(update)
    await server.push(update)
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE, 2)
    assert asked(bot) == ["how many trucks?", "how many buses?"]


async def test_a_question_that_was_fetched_when_the_bot_ended_is_answered_by_the_next_one_and_once(
    server: BotApiServer, start_bot: StartBot
):
    first = await start_bot()
    first.answerer.open.clear()
    await server.say(PRIVATE, "slow buses")
    await server.until(lambda: any(call.params.get("offset") for call in server.called("getUpdates")))
    await first.ended()
    first.answerer.open.set()
    assert server.bot_messages(PRIVATE) == []
    await start_bot()
    await server.bot_says(PRIVATE)
    await server.say(PRIVATE, "how many trucks?")
    said = await server.bot_says(PRIVATE, 2)
    assert [message["text"].split(" [")[0] for message in said] == ["22 minibuses", "five"]


async def test_turns_are_forgotten_when_a_chat_falls_silent():
    processor = PerChatUpdateProcessor()

    async def handled() -> None:
        return None

    chat, user = Chat(1, "private"), User(1, "Ada", False)
    for number in range(3):
        message = Message(number, None, chat, from_user=user)  # type: ignore[arg-type]
        await processor.process_update(Update(number, message=message), handled())
    assert (processor._turns, processor._waiting) == ({}, {})


def test_what_is_used_stays_and_what_is_unused_goes():
    recent: LruCache[str, int] = LruCache(2)
    recent.put("a", 1)
    recent.put("b", 2)
    recent.get("a")
    recent.put("c", 3)
    assert [recent.get(key) for key in "abc"] == [1, None, 3]
