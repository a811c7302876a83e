"""What people choose: how it is kept, and what it changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.i18n import texts
from bot.state.database import Database
from bot.state.preferences import (
    Length,
    QuietHours,
    Settings,
    default_settings,
    delete_settings,
    language_for,
    load_settings,
    move_settings,
    save_settings,
)
from tests.bot.conftest import FORUM, GROUP, RunningBot
from tests.botapi.server import BotApiServer

ADA, EVE = 42, 44
CHOSEN = Settings("fr", Length.FULL, False, QuietHours(True, 23, 6, 330))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "bot.sqlite3")
    yield database
    database.close()


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-01T{clock}").replace(tzinfo=UTC)


def test_answers_are_short_in_a_group_and_whole_in_private_until_somebody_chooses(database: Database):
    assert database.transact(load_settings, GROUP) == default_settings(GROUP)
    assert default_settings(GROUP) == Settings(None, Length.SHORT, True, QuietHours())
    assert default_settings(ADA).length is Length.FULL


def test_what_was_chosen_is_kept_over_a_restart_and_for_that_chat_alone(database: Database):
    database.transact(save_settings, GROUP, CHOSEN)
    database.close()
    again = Database(database.path)
    assert again.transact(load_settings, GROUP) == CHOSEN
    assert again.transact(load_settings, ADA) == default_settings(ADA)
    again.close()


def test_settings_go_with_a_group_that_becomes_a_supergroup(database: Database):
    database.transact(save_settings, GROUP, CHOSEN)
    database.transact(move_settings, GROUP, -1000500)
    assert database.transact(load_settings, -1000500) == CHOSEN
    assert database.transact(load_settings, GROUP) == default_settings(GROUP)


def test_dropped_settings_are_as_at_the_start(database: Database):
    database.transact(save_settings, ADA, CHOSEN)
    assert database.transact(delete_settings, ADA)
    assert database.transact(load_settings, ADA) == default_settings(ADA)
    assert not database.transact(delete_settings, ADA)


@pytest.mark.parametrize(
    ("quiet", "clock", "is_quiet"),
    [
        (QuietHours(True, 22, 7), "21:59", False),
        (QuietHours(True, 22, 7), "22:00", True),
        (QuietHours(True, 22, 7), "06:59", True),
        (QuietHours(True, 22, 7), "07:00", False),
        (QuietHours(True, 12, 14), "13:59", True),
        (QuietHours(True, 12, 14), "14:00", False),
        (QuietHours(True, 12, 14), "11:59", False),
        (QuietHours(True, 22, 7, offset=330), "16:30", True),
        (QuietHours(True, 22, 7, offset=330), "16:29", False),
        (QuietHours(True, 22, 7, offset=-300), "02:59", False),
        (QuietHours(True, 22, 7, offset=-300), "03:00", True),
        (QuietHours(True, 9, 9), "03:00", True),
        (QuietHours(False, 22, 7), "23:00", False),
        (QuietHours(False, 12, 14), "13:00", False),
    ],
)
def test_quiet_hours_go_by_the_groups_own_clock_and_over_midnight(
    quiet: QuietHours, clock: str, is_quiet: bool
):
    assert quiet.include(at(clock)) is is_quiet


@pytest.mark.parametrize(("begin", "end", "offset"), [(24, 7, 0), (22, -1, 0), (22, 7, 1440)])
def test_there_are_no_hours_but_those_of_a_clock(begin: int, end: int, offset: int):
    with pytest.raises(ValueError, match="no such hours"):
        QuietHours(True, begin, end, offset)


@pytest.mark.parametrize(
    ("own", "of_the_group", "code", "language"),
    [
        ("en", "fr", "fr", "en"),
        (None, "fr", "en", "fr"),
        (None, None, "fr", "fr"),
        (None, None, "fr-CA", "fr"),
        (None, None, "de", "en"),
        (None, None, None, "en"),
        ("xx", None, "fr", "en"),  # its catalogue was there once
    ],
)
def test_a_persons_choice_comes_before_the_groups_and_that_before_their_telegrams(
    database: Database, own: str | None, of_the_group: str | None, code: str | None, language: str
):
    database.transact(save_settings, ADA, replace(default_settings(ADA), language=own))
    database.transact(save_settings, GROUP, replace(default_settings(GROUP), language=of_the_group))
    assert database.transact(language_for, ADA, code, GROUP) == language


async def panel(server: BotApiServer, chat_id: int, user_id: int = ADA) -> dict[str, Any]:
    """The settings that the bot shows somebody."""
    before = len(server.bot_messages(chat_id))
    await server.say(chat_id, "/settings", **{"from": server.person(user_id)})
    return (await server.bot_says(chat_id, before + 1))[-1]


async def choose_by(
    server: BotApiServer, message: dict[str, Any], *choices: str, user_id: int = ADA
) -> str | None:
    """Presses these buttons, given by their data, one after the other; the last toast."""
    for choice in choices:
        before = len(server.toasts)
        await server.press(message, f"set:{choice}", user_id=user_id)
        await server.until(lambda before=before: len(server.toasts) > before)
    return server.toasts[-1]


def kept(bot: RunningBot, chat_id: int) -> Settings:
    return bot.database.transact(load_settings, chat_id)


async def test_in_private_everyone_chooses_language_and_length(server: BotApiServer, bot: RunningBot):
    message = await panel(server, ADA)
    assert message["text"] == "Your settings\n\nLanguage: that of your Telegram\nAnswers: in full"
    assert labels(message) == [["Automatic ✓"], ["English", "Français"], ["Short", "In full ✓"], ["Close"]]
    assert await choose_by(server, message, "language:fr", "length:short") is None
    await server.until(lambda: "en bref" in server.bot_messages(ADA)[0]["text"])
    assert kept(bot, ADA) == Settings("fr", Length.SHORT, True, QuietHours())


async def test_the_settings_of_a_group_are_for_its_admins(server: BotApiServer, bot: RunningBot):
    assert (await panel(server, GROUP))["text"] == texts.SETTINGS_FOR_ADMINS
    server.admins.add((GROUP, EVE))
    message = await panel(server, GROUP, EVE)
    assert message["text"].split("\n") == [
        "Settings of this group",
        "",
        "When I answer: to commands, to mentions, and to replies to my answers",
        "Language: that of whoever writes to me",
        "Answers: short, with the rest one tap away",
        "Quiet hours: none",
    ]
    assert await choose_by(server, message, "replies:no") == texts.TOAST_SETTINGS_FOR_ADMINS
    assert await choose_by(server, message, "close:now") == texts.TOAST_SETTINGS_FOR_ADMINS
    assert kept(bot, GROUP) == default_settings(GROUP)
    assert await choose_by(server, message, "replies:no", "language:en", "quiet:on", user_id=EVE) is None
    assert kept(bot, GROUP) == Settings("en", Length.SHORT, False, QuietHours(True))


async def test_an_admin_who_writes_as_the_group_is_one(server: BotApiServer, bot: RunningBot):
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    await server.say(GROUP, "/settings", **{"from": anonymous}, sender_chat=server.chats[GROUP])
    (message,) = await server.bot_says(GROUP)
    assert message["text"].startswith("Settings of this group")


async def test_a_channel_that_writes_in_the_group_is_no_admin_of_it(server: BotApiServer, bot: RunningBot):
    channel = {"id": -1009, "type": "channel", "title": "News"}
    its_bot = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
    await server.say(GROUP, "/settings", **{"from": its_bot}, sender_chat=channel)
    (message,) = await server.bot_says(GROUP)
    assert message["text"] == texts.SETTINGS_FOR_ADMINS


async def test_quiet_hours_are_chosen_by_the_clock_on_the_wall(server: BotApiServer, bot: RunningBot):
    server.admins.add((GROUP, ADA))
    message = await panel(server, GROUP)
    await choose_by(server, message, "page:quiet", "quiet:on", "begin:23", "end:6", "page:half")
    await server.until(lambda: server.bot_messages(GROUP)[0]["text"].endswith(texts.WHICH_CLOCK))
    clocks = [label for row in labels(server.bot_messages(GROUP)[0]) for label in row]
    assert len(set(clocks)) == 24 + 2
    await choose_by(server, message, "offset:330")
    await server.until(lambda: "UTC+5:30" in server.bot_messages(GROUP)[0]["text"])
    shown = server.bot_messages(GROUP)[0]
    assert "From 23:00 to 6:00 I answer only commands" in shown["text"]
    assert labels(shown)[:3] == [["Off", "On ✓"], ["−", "from 23:00", "+"], ["−", "to 6:00", "+"]]
    assert kept(bot, GROUP).quiet == QuietHours(True, 23, 6, 330)


async def test_settings_are_closed_by_who_may_choose_them(server: BotApiServer, bot: RunningBot):
    await choose_by(server, await panel(server, ADA), "close:now")
    await server.until(lambda: not server.bot_messages(ADA))


@pytest.mark.parametrize(
    "choice",
    [
        "language:xx",
        "language:../../fr",
        "length:long",
        "begin:24",
        "begin:-1",
        "end:x",
        "offset:99999",
        "page:none",
        "close:never",
        "dance:now",
        "replies:maybe",
        "",
        "language:fr:fr",
    ],
)
async def test_forged_choices_change_nothing(server: BotApiServer, bot: RunningBot, choice: str):
    server.admins.add((GROUP, ADA))
    message = await panel(server, GROUP)
    assert await choose_by(server, message, choice) == texts.TOAST_UNKNOWN
    assert kept(bot, GROUP) == default_settings(GROUP)
    assert server.bot_messages(GROUP) == [message]


@pytest.mark.parametrize("choice", ["replies:no", "quiet:on", "begin:3", "offset:60", "page:quiet"])
async def test_what_is_for_groups_cannot_be_chosen_in_private(
    server: BotApiServer, bot: RunningBot, choice: str
):
    assert await choose_by(server, await panel(server, ADA), choice) == texts.TOAST_UNKNOWN
    assert kept(bot, ADA) == default_settings(ADA)


async def heard(server: BotApiServer, bot: RunningBot) -> list[str]:
    """Which of a command, a mention and a reply the bot takes for a question in the group."""
    await server.say(GROUP, "/ask how many trucks?")
    answer = (await server.bot_says(GROUP))[-1]
    await server.say(GROUP, "@Citebot_Test_Bot how many mentions?")
    await server.say(GROUP, "and the replies?", reply_to_message=answer)
    await server.say(GROUP, "/ask how many commands?")
    await server.until(lambda: bot.answerer.asked and bot.answerer.asked[-1][0] == "how many commands?")
    return [question for question, _ in bot.answerer.asked][1:]


@pytest.mark.parametrize(
    ("settings", "questions"),
    [
        (default_settings(GROUP), ["how many mentions?", "and the replies?", "how many commands?"]),
        (
            replace(default_settings(GROUP), answers_replies=False),
            ["how many mentions?", "how many commands?"],
        ),
        (replace(default_settings(GROUP), quiet=QuietHours(True, 0, 0)), ["how many commands?"]),
        (
            replace(default_settings(GROUP), quiet=QuietHours(False, 0, 0)),
            ["how many mentions?", "and the replies?", "how many commands?"],
        ),
    ],
)
async def test_a_group_decides_what_the_bot_listens_to(
    server: BotApiServer, bot: RunningBot, settings: Settings, questions: list[str]
):
    bot.database.transact(save_settings, GROUP, settings)
    assert await heard(server, bot) == questions


async def test_forget_forgets_the_settings_of_who_asks_and_not_those_of_the_group(
    server: BotApiServer, bot: RunningBot
):
    bot.database.transact(save_settings, ADA, CHOSEN)
    bot.database.transact(save_settings, GROUP, CHOSEN)
    await server.say(GROUP, "/forget")
    await server.bot_says(GROUP)
    assert (kept(bot, ADA), kept(bot, GROUP)) == (default_settings(ADA), CHOSEN)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    await server.say(GROUP, "/forget", **{"from": anonymous}, sender_chat=server.chats[GROUP])
    await server.bot_says(GROUP, 2)
    assert kept(bot, GROUP) == CHOSEN


async def test_a_supergroup_keeps_the_settings_of_its_group(server: BotApiServer, bot: RunningBot):
    bot.database.transact(save_settings, GROUP, CHOSEN)
    await server.say(GROUP, migrate_to_chat_id=FORUM)
    await server.say(GROUP, "/help")
    await server.bot_says(GROUP)
    assert kept(bot, FORUM) == CHOSEN


def labels(message: dict[str, Any]) -> list[list[str]]:
    return [[button["text"] for button in row] for row in message["reply_markup"]["inline_keyboard"]]


async def test_in_private_an_answer_is_as_long_as_its_reader_wants_and_a_link_opens_all_of_it(
    server: BotApiServer, bot: RunningBot
):
    bot.database.transact(save_settings, ADA, replace(default_settings(ADA), length=Length.SHORT))
    await server.say(ADA, "tell me everything")
    (short,) = await server.bot_says(ADA)
    await server.say(ADA, f"/start {parameter_under(short)}")
    await server.until(lambda: len(parameters_shown(server, ADA)) == 2)
    copies = server.bot_messages(ADA)[2:]  # below the line that tells when it was asked
    assert len(short["text"]) < 4096 < sum(len(copy["text"]) for copy in copies)
    await server.press(copies[-1], data_under(copies[-1], texts.BUTTON_CONTEXT))
    await server.until(lambda: texts.BUTTON_BACK in str(server.bot_messages(ADA)[-1]))
    await server.press(copies[-1], data_under(server.bot_messages(ADA)[-1], texts.BUTTON_BACK))
    await server.until(lambda: server.bot_messages(ADA)[-1] == copies[-1])


def parameters_shown(server: BotApiServer, chat_id: int) -> list[str]:
    """Of the links that stand behind More… under the bot's messages."""
    return [parameter_under(one) for one in server.bot_messages(chat_id) if "reply_markup" in one]


def parameter_under(message: dict[str, Any]) -> str:
    return "a_" + data_under(message, texts.BUTTON_MORE).split(":")[1]


def data_under(message: dict[str, Any], label: str) -> str:
    rows = message["reply_markup"]["inline_keyboard"]
    return next(button["callback_data"] for row in rows for button in row if button["text"] == label)
