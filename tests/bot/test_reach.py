"""Chats that keep the bot out: nothing is sent there until the chat itself says otherwise."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from telegram import ChatMember, ChatMemberBanned, ChatMemberLeft, ChatMemberMember, User
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.i18n import texts
from bot.state.conversations import Place
from bot.state.database import Database
from bot.transport.unreachable_chats import RETRY_AFTER_S, UnreachableChats
from tests.bot.conftest import FORUM, GROUP, PRIVATE, RunningBot, StartBot
from tests.botapi.server import BOT, BotApiServer, Fault

MUTED = Fault(400, "Bad Request: not enough rights to send text messages to the chat")
CLOSED = Fault(400, "Bad Request: TOPIC_CLOSED")


class Now:
    s = 0.0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "bot.sqlite3")
    yield database
    database.close()


def sends(server: BotApiServer, chat_id: int) -> list[str]:
    """What the bot has tried to send there, "typing" included."""
    calls = (call for call in server.calls if call.method.startswith("send"))
    return [call.method for call in calls if call.params["chat_id"] == chat_id]


async def test_a_group_that_muted_the_bot_is_not_written_to_before_it_lets_it_speak(
    server: BotApiServer, start_bot: StartBot
):
    bot = await start_bot()
    await server.becomes(GROUP, "muted")
    for _ in range(3):
        await server.say(GROUP, "/ask how many trucks?")
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE)
    await bot.ended()
    bot = await start_bot()
    await server.say(GROUP, "/ask how many trucks?")
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE, 2)
    assert (sends(server, GROUP), len(bot.answerer.asked)) == ([], 1)
    await server.becomes(GROUP, "member", before="muted")
    await server.say(GROUP, "/ask how many trucks?")
    assert (await server.bot_says(GROUP))[0]["text"].startswith("five [1]")


async def test_after_one_refusal_nothing_is_tried_and_one_line_is_logged(
    server: BotApiServer, bot: RunningBot, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    server.shut[GROUP] = MUTED
    for _ in range(5):
        await server.say(GROUP, "/ask how many trucks?")
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE)
    shut: list[str] = []
    for _ in range(100):  # the group's question may be answered after the private one
        shut = [
            record.getMessage()
            for record in caplog.records
            if record.name == "bot.transport.unreachable_chats"
        ]
        if shut:
            break
        await asyncio.sleep(0.05)
    assert len(sends(server, GROUP)) <= 2  # "typing" and the answer of the first question at most
    assert len(bot.answerer.asked) <= 2
    assert 1 <= len(shut) <= 2
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_where_the_bot_is_muted_it_still_forgets_and_whispers(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "/ask how many trucks?")
    await server.bot_says(GROUP)
    await server.becomes(GROUP, "muted")
    await server.say(GROUP, "/forget")
    await server.say(GROUP, "/whisper how many buses?")
    await server.bot_says(PRIVATE, 2)
    await server.say(PRIVATE, "/forget")
    *_, forgot = await server.bot_says(PRIVATE, 3)
    assert forgot["text"].split(";")[0] == texts.FORGOT.format(answers=1, votes=0).split(";")[0]
    assert len(server.bot_messages(GROUP)) == 1


async def test_who_has_blocked_the_bot_and_writes_again_is_answered(server: BotApiServer, bot: RunningBot):
    await server.becomes(PRIVATE, "kicked")
    await server.becomes(PRIVATE, "member", before="kicked")
    await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    await server.becomes(PRIVATE, "kicked")  # and the update about coming back is lost
    await server.say(PRIVATE, "how many buses?")
    assert (await server.bot_says(PRIVATE, 2))[1]["text"].startswith("22 minibuses")


async def test_who_blocks_the_bot_while_it_thinks_is_not_written_to(server: BotApiServer, bot: RunningBot):
    bot.answerer.open.clear()
    await server.say(GROUP, "/whisper slow trucks")
    await server.until(lambda: bot.answerer.asked)
    await server.becomes(PRIVATE, "kicked")
    server.add_chat(43, "private")
    await server.say(43, "/help")
    await server.bot_says(43)
    bot.answerer.open.set()
    (waiting,) = await server.bot_says(GROUP)
    assert waiting["text"].startswith("Ada, I can't write to you in private")
    assert sends(server, PRIVATE) == ["sendChatAction"]


async def test_that_the_bot_has_left_is_no_sign_of_life(server: BotApiServer, bot: RunningBot):
    await server.becomes(GROUP, "kicked")
    await server.say(GROUP, left_chat_member=BOT)
    await server.say(GROUP, "/help")
    (helped,) = await server.bot_says(GROUP)
    assert helped["text"] == texts.HELP  # who hears a command is back in
    await server.becomes(GROUP, "kicked")
    await server.say(GROUP, left_chat_member=BOT)
    await server.press(helped, "s:-:0")  # writes, without a message from the chat
    await server.until(lambda: not server.unanswered)
    assert server.called("editMessageText") == []


async def test_a_closed_topic_shuts_nothing_but_itself_until_a_message_comes_from_it(
    server: BotApiServer, bot: RunningBot
):
    server.faults["sendMessage"].append(CLOSED)
    await server.say(FORUM, "/ask how many trucks?", message_thread_id=7)
    await server.say(FORUM, message_thread_id=7, forum_topic_closed={})
    await server.say(FORUM, "/ask how many buses?", message_thread_id=8)
    (other,) = await server.bot_says(FORUM)
    assert (other["message_thread_id"], len(server.called("sendMessage"))) == (8, 2)
    await server.say(FORUM, "/ask how many trucks?", message_thread_id=7)
    assert (await server.bot_says(FORUM, 2))[1]["message_thread_id"] == 7


@pytest.mark.parametrize(
    "error",
    [
        BadRequest("message is not modified"),
        BadRequest("message to be replied not found"),
        NetworkError("timed out"),
        RetryAfter(3),
        ChatMigrated(FORUM),
    ],
)
async def test_what_is_not_about_writing_shuts_no_chat(database: Database, error: TelegramError):
    unreachable = UnreachableChats(database)
    await unreachable.record_refusal(Place(GROUP), error)
    assert unreachable.is_reachable(Place(GROUP))


async def test_where_the_bot_hears_but_may_not_write_it_tries_again_now_and_then(database: Database):
    now = Now()
    unreachable = UnreachableChats(database, lambda: now.s)
    for error, tries_at_once in ((BadRequest("CHAT_WRITE_FORBIDDEN"), False), (Forbidden("kicked"), True)):
        await unreachable.record_refusal(Place(GROUP, 7), error)
        assert not unreachable.is_reachable(Place(GROUP))
        await unreachable.record_message(Place(GROUP, 7))
        assert unreachable.is_reachable(Place(GROUP)) is tries_at_once
        now.s += RETRY_AFTER_S
        await unreachable.record_message(Place(GROUP, 7))
        assert unreachable.is_reachable(Place(GROUP))


@pytest.mark.parametrize(
    ("member", "is_open"),
    [
        (ChatMemberMember(User(1, "Citebot", True)), True),
        (ChatMemberLeft(User(1, "Citebot", True)), False),
        (ChatMemberBanned(User(1, "Citebot", True), None), False),
    ],
)
async def test_shut_chats_are_known_after_a_restart(database: Database, member: ChatMember, is_open: bool):
    await UnreachableChats(database).record_membership(GROUP, member)
    assert UnreachableChats(database).is_reachable(Place(GROUP, 7)) is is_open
    assert UnreachableChats(database).is_reachable(Place(PRIVATE))
