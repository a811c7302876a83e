"""How much may be asked: plenty, and then one kind line that says when to go on."""

import pytest

from bot.i18n import texts
from bot.updates.question_limits import GROUP_QUESTIONS, USER_QUESTIONS, QuestionLimits, Refusal
from tests.bot.conftest import GROUP, PRIVATE, StartBot
from tests.botapi.server import BotApiServer


class Now:
    def __init__(self) -> None:
        self.s = 0.0


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def limits(now: Now) -> QuestionLimits:
    return QuestionLimits(clock=lambda: now.s)


def test_a_person_may_ask_eight_questions_at_once_and_then_one_every_few_seconds(
    limits: QuestionLimits, now: Now
):
    assert [limits.ask(42, 42) for _ in range(USER_QUESTIONS)] == [None] * USER_QUESTIONS
    assert limits.ask(42, 42) == Refusal(texts.TOO_MANY.format(seconds=8))
    now.s = 7.4
    assert limits.ask(42, 42) == Refusal(None)
    now.s = 7.5
    assert limits.ask(42, 42) is None


def test_the_line_is_said_once_a_minute_and_not_once_a_question(limits: QuestionLimits, now: Now):
    lines = []
    for tenth in range(1200):
        now.s = tenth / 10
        refused = limits.ask(42, 42)
        lines += [now.s] if refused is not None and refused.line else []
    assert len(lines) == 2
    assert lines[1] - lines[0] >= 60


def test_who_asks_too_much_in_one_chat_does_so_in_all_and_nobody_else_does(limits: QuestionLimits):
    for chat_id in [42, GROUP] * (USER_QUESTIONS // 2):
        assert limits.ask(42, chat_id) is None
    assert limits.ask(42, -501) is not None
    assert limits.ask(43, GROUP) is None


def test_a_group_of_many_has_a_limit_of_its_own(limits: QuestionLimits):
    asked = [limits.ask(user_id, GROUP) for user_id in range(1, GROUP_QUESTIONS + 2)]
    assert asked[:-1] == [None] * GROUP_QUESTIONS
    assert asked[-1] == Refusal(texts.TOO_MANY_HERE.format(seconds=3))
    assert limits.ask(GROUP_QUESTIONS + 1, GROUP_QUESTIONS + 1) is None  # it was not counted


async def test_too_many_questions_get_one_kind_line_between_them(server: BotApiServer, start_bot: StartBot):
    bot = await start_bot(limits=QuestionLimits(user_questions=2))
    for _ in range(5):
        await server.say(PRIVATE, "how many trucks?")
    await server.say(PRIVATE, "/help")
    said = [message["text"] for message in await server.bot_says(PRIVATE, 4)]
    assert [text.split(" [")[0] for text in said[:2]] == ["five", "five"]
    assert said[2:] == [texts.TOO_MANY.format(seconds=30), texts.HELP]
    assert len(bot.answerer.asked) == 2


async def test_in_a_group_commands_count_too_because_they_take_from_its_messages(
    server: BotApiServer, start_bot: StartBot
):
    await start_bot(limits=QuestionLimits(user_questions=2))
    for text in ("/help", "/ask how many trucks?", "/help", "/ask how many trucks?", "not for the bot"):
        await server.say(GROUP, text)
    await server.say(PRIVATE, "/help")
    await server.bot_says(PRIVATE)
    said = [message["text"].split("\n")[0] for message in await server.bot_says(GROUP, 3)]
    *answered, line = said
    assert answered == [texts.HELP.split("\n")[0], "five [1]"]
    assert line in [texts.TOO_MANY.format(seconds=left) for left in range(20, 31)]  # a busy machine is slower


async def test_an_edit_counts_as_a_question(server: BotApiServer, start_bot: StartBot):
    bot = await start_bot(limits=QuestionLimits(user_questions=2))
    question = await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    for text in ("how many buses?", "how many were killed?"):
        await server.edit(question, text)
    answer, line = (message["text"] for message in await server.bot_says(PRIVATE, 2))
    assert (answer.split(" [")[0], line) == ("22 minibuses", texts.TOO_MANY.format(seconds=30))
    assert len(bot.answerer.asked) == 2
