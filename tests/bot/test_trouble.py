"""Networks that fail, a Telegram that refuses, an answerer that breaks: the bot stays kind and stays up."""

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import pytest
from telegram.error import TimedOut

from bot.application import ALLOWED_UPDATES, build_application, serve
from bot.errors import TokenRejected
from bot.i18n import texts
from bot.state.database import Database
from bot.transport.polling import CONFLICT
from bot.transport.retry import RetryingRequest
from tests.bot.conftest import GROUP, NEVER_S, PRIVATE, RunningBot, StartBot
from tests.bot.seeds import SeedAnswerer, SeedShelf
from tests.bot.test_buttons import pressable
from tests.botapi.server import BOT, TOKEN, BotApiServer, Fault

STRANGER = 66


async def test_retry_after_is_obeyed_and_the_message_sent_then(server: BotApiServer, bot: RunningBot):
    server.faults["sendMessage"].append(Fault(429, "Too Many Requests: retry after 1", {"retry_after": 1}))
    await server.say(PRIVATE, "how many trucks?")
    (message,) = await server.bot_says(PRIVATE)
    refused, sent = server.called("sendMessage")
    assert message["text"].startswith("five")
    assert sent.at - refused.at >= 1


@pytest.mark.parametrize("fault", [Fault(500), Fault(502), Fault(503), Fault(504), Fault(drop=True)])
async def test_an_answer_that_telegram_has_not_taken_is_sent_again(
    server: BotApiServer, bot: RunningBot, fault: Fault
):
    server.faults["sendMessage"].append(fault)
    await server.say(PRIVATE, "how many trucks?")
    await server.say(PRIVATE, "how many buses?")
    said = [message["text"].split(" [")[0] for message in await server.bot_says(PRIVATE, 2)]
    assert (said, len(server.called("sendMessage"))) == (["five", "22 minibuses"], 3)


async def answer_and_copy(server: BotApiServer, fault: Fault) -> tuple[dict[str, Any], dict[str, Any]]:
    server.faults["sendMessage"].append(fault)
    await server.say(GROUP, "/ask how many trucks?")
    copy, answer = await server.bot_says(GROUP, 2)
    return answer, copy


@pytest.mark.parametrize("fault", [Fault(502, processed=True), Fault(drop=True, processed=True)])
async def test_an_answer_that_may_be_lost_comes_twice_and_either_can_be_replied_to(
    server: BotApiServer, bot: RunningBot, fault: Fault
):
    answer, copy = await answer_and_copy(server, fault)
    assert copy["text"] == answer["text"]
    await server.say(GROUP, "/ask how many buses?")
    await server.bot_says(GROUP, 3)
    for count, message in enumerate((answer, copy), 4):
        await server.say(GROUP, "and who drove?", reply_to_message=message)
        await server.bot_says(GROUP, count)
        assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == ["how many trucks?"]


async def test_the_copy_of_a_removed_answer_goes_when_it_is_pressed(server: BotApiServer, bot: RunningBot):
    answer, copy = await answer_and_copy(server, Fault(502, processed=True))
    await server.say(GROUP, "/ask how many buses?")  # answered when the receipt of the one before is kept
    *_, other = await server.bot_says(GROUP, 3)
    await server.say(GROUP, f"/help@{BOT['username']}")
    *_, help_message = await server.bot_says(GROUP, 4)
    remove = pressable(answer)[texts.BUTTON_REMOVE]
    await server.press(answer, remove.replace("r:", "e:"))
    await server.until(lambda: answer not in server.bot_messages(GROUP))
    for message in (help_message, copy):  # the first is forged
        await server.press(message, remove, user_id=STRANGER)
    await server.until(lambda: server.bot_messages(GROUP) == [other, help_message])
    assert server.toasts[-2:] == [texts.TOAST_WAS_REMOVED] * 2


async def test_who_may_have_got_no_answer_at_all_is_told_so(server: BotApiServer, bot: RunningBot):
    server.faults["sendMessage"] += [Fault(502)] * 3
    await server.say(PRIVATE, "how many trucks?")
    assert [message["text"] for message in await server.bot_says(PRIVATE)] == [texts.MAYBE_LOST]


@pytest.mark.parametrize(("method", "attempts"), [("sendMessage", 2), ("editMessageText", 4), ("getMe", 1)])
async def test_a_message_is_sent_once_more_to_a_slow_telegram_and_an_edit_until_it_is_taken(
    server: BotApiServer, method: str, attempts: int
):
    server.always[method] = Fault(delay_s=NEVER_S)
    async with RetryingRequest(pauses_s=(0.01,) * 3) as request:
        with pytest.raises(TimedOut):
            await request.do_request(f"{server.base_url}{TOKEN}/{method}", "POST", read_timeout=0.05)
    assert len(server.called(method)) == attempts


async def test_an_edit_is_repeated_because_it_cannot_say_a_thing_twice(server: BotApiServer, bot: RunningBot):
    question = await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    server.faults["editMessageText"] += [Fault(502), Fault(drop=True)]
    await server.edit(question, "how many buses?")
    await server.until(lambda: server.bot_messages(PRIVATE)[0]["text"].startswith("22 minibuses"))
    assert len(server.called("editMessageText")) == 3


async def test_no_connection_means_nothing_was_sent_so_it_is_sent_later(
    server: BotApiServer, start_bot: StartBot, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    bot = await start_bot(retry_pauses_s=(0.05,) * 40)
    bot.answerer.open.clear()
    await server.say(PRIVATE, "a slow question about trucks")
    await server.until(lambda: bot.answerer.asked)
    await server.stop()
    bot.answerer.open.set()
    while "could not be sent yet" not in caplog.text:  # noqa: ASYNC110  # a log has no event
        await asyncio.sleep(0.01)
    await server.start()
    (message,) = await server.bot_says(PRIVATE)
    assert (message["text"].split(" [")[0], len(server.called("sendMessage"))) == ("five", 1)


async def test_typing_that_fails_or_hangs_does_not_delay_the_answer(server: BotApiServer, bot: RunningBot):
    server.faults["sendChatAction"] += [Fault(500), Fault(delay_s=1)]
    for count, question in enumerate(("how many trucks?", "how many buses?"), 1):
        await server.say(PRIVATE, question)
        await server.bot_says(PRIVATE, count)
    assert len(server.called("sendChatAction")) == 2


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (400, "Bad Request: not enough rights to send text messages to the chat"),
        (400, "Bad Request: TOPIC_CLOSED"),
        (400, "Bad Request: chat not found"),
    ],
)
async def test_a_chat_that_keeps_the_bot_out_is_left_in_peace(
    server: BotApiServer, bot: RunningBot, caplog: pytest.LogCaptureFixture, status: int, description: str
):
    server.faults["sendMessage"].append(Fault(status, description))
    await server.say(GROUP, "/ask how many trucks?")
    await server.until(lambda: server.called("sendMessage"))
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE)
    assert len(server.called("sendMessage")) == 2
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_group_that_became_a_supergroup_gets_its_answer_there(server: BotApiServer, bot: RunningBot):
    server.faults["sendMessage"].append(
        Fault(
            400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -1000500}
        )
    )
    await server.say(GROUP, "/ask how many trucks?")
    (message,) = await server.bot_says(-1000500)
    assert message["text"].startswith("five")


async def test_an_answerer_that_breaks_shows_one_kind_line_and_no_internals(
    server: BotApiServer, bot: RunningBot, caplog: pytest.LogCaptureFixture
):
    bot.answerer.error = RuntimeError("/secret/path is broken")
    await server.say(PRIVATE, "how many trucks?")
    (message,) = await server.bot_says(PRIVATE)
    (record,) = [record for record in caplog.records if record.name == "bot.handlers.error_handler"]
    error_id = record.getMessage().split()[1].rstrip(":")
    assert message["text"] == texts.FAILED.format(error_id=error_id)
    bot.answerer.error = None
    await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE, 2)


async def test_start_up_waits_for_a_telegram_that_is_not_there_yet(server: BotApiServer, start_bot: StartBot):
    await server.stop()
    await start_bot()
    await asyncio.sleep(0.05)
    server.faults["getMe"] += [Fault(502), Fault(drop=True), Fault(429, "", {"retry_after": 0})]
    server.faults["deleteWebhook"].append(Fault(500))
    server.faults["setMyCommands"] += [Fault(500)] * 3
    await server.start()
    await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)


async def test_polling_outlives_errors_and_says_so_once(
    server: BotApiServer, bot: RunningBot, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    await server.until(lambda: server.called("getUpdates"))
    server.faults["getUpdates"] += [Fault(502, "Bad Gateway")] * 3 + [Fault(drop=True)]
    await server.say(PRIVATE, "how many trucks?")
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE, 2)
    await server.until(
        lambda: not server.faults["getUpdates"] and server.called("getUpdates")[-1].outcome == "ok"
    )
    await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE, 3)
    lines = [record.getMessage() for record in caplog.records if record.name == "bot.transport.polling"]
    assert [line.split(" (")[0] for line in lines].count(
        "Telegram cannot be reached"
    ) == 2  # 502, then dropped
    assert lines[-1] == "Telegram can be reached again"
    assert all(record.exc_info is None for record in caplog.records)


async def test_a_second_poller_is_named_in_one_line(
    server: BotApiServer, bot: RunningBot, caplog: pytest.LogCaptureFixture
):
    await server.until(lambda: server.called("getUpdates"))
    conflict = Fault(409, "Conflict: terminated by other getUpdates request")
    server.faults["getUpdates"] += [conflict] * 4
    await server.say(PRIVATE, "how many trucks?")
    await server.until(lambda: not server.faults["getUpdates"])
    await server.bot_says(PRIVATE)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.getMessage() for record in errors] == [CONFLICT]


@pytest.mark.parametrize("token", ["", "1:wrong-but-well-formed-token-of-some-length"])
async def test_a_wrong_token_stops_the_start_and_is_not_shown(
    server: BotApiServer, token: str, tmp_path: Path
):
    shelf, database = SeedShelf(), Database(tmp_path / "bot.sqlite3")

    async def start() -> None:
        application = build_application(token, SeedAnswerer(shelf), shelf, database, base_url=server.base_url)
        await serve(application, asyncio.Event())

    with pytest.raises(TokenRejected, match="check TELEGRAM_BOT_TOKEN") as rejected:
        await start()
    database.close()
    assert not token or token not in str(rejected.value)


async def test_a_token_revoked_while_running_stops_the_bot(server: BotApiServer, bot: RunningBot):
    server.always["getUpdates"] = Fault(401, "Unauthorized")
    await server.say(PRIVATE, "a word to end the long poll")
    with pytest.raises(TokenRejected):
        await asyncio.wait_for(bot.task, 10)


@pytest.mark.parametrize("when", ["idle", "outage", "answering", "rate limited"])
async def test_told_to_stop_the_bot_stops_within_seconds(server: BotApiServer, bot: RunningBot, when: str):
    await server.until(lambda: server.called("getUpdates"))
    match when:
        case "outage":
            await server.stop()
        case "answering":
            bot.answerer.open.clear()
            await server.say(PRIVATE, "slow trucks")
            await server.until(lambda: bot.answerer.asked)
        case "rate limited":
            server.faults["sendMessage"].append(Fault(429, "Too Many Requests", {"retry_after": 600}))
            await server.say(PRIVATE, "how many trucks?")
            await server.until(lambda: server.called("sendMessage"))
    started = time.monotonic()
    bot.stop.set()
    await bot.task
    assert time.monotonic() - started < 5
    bot.answerer.open.set()


async def test_an_answer_under_way_is_finished_before_stopping(server: BotApiServer, bot: RunningBot):
    bot.answerer.open.clear()
    await server.say(PRIVATE, "slow trucks")
    await server.until(lambda: bot.answerer.asked)
    bot.stop.set()
    bot.answerer.open.set()
    await bot.task
    assert len(server.bot_messages(PRIVATE)) == 1


async def test_only_the_updates_the_bot_reads_are_asked_for(server: BotApiServer, bot: RunningBot):
    await server.until(lambda: server.called("getUpdates"))
    poll = server.called("getUpdates")[0]
    assert poll.params["allowed_updates"] == [kind.value for kind in ALLOWED_UPDATES]
    assert TOKEN not in str(poll.params)
