"""Whatever is forged: buttons, links and commands of others do nothing, tell nothing, and break nothing."""

import itertools
import logging
import random
from typing import Any

import pytest
from telegram.ext import AIORateLimiter

from bot.i18n import texts
from bot.rendering.keyboards import Action
from bot.state.preferences import default_settings, load_settings
from tests.bot.conftest import FORUM, GROUP, PRIVATE, RunningBot
from tests.bot.test_buttons import buttons
from tests.botapi.server import BotApiServer

Message = dict[str, Any]

STRANGER, ADMIN, UNREACHABLE = 66, 67, 68
STRANGE = (
    "x" * 16,
    "x" * 32,
    "x" * 64,
    "é",
    "\x00",
    "\ud800",
    "<b>",
    "' OR 1=1 --",
    "../..",
    "{0}",
    "%s",
    "a_a_",
)
NUMBERS = ("", ":0", ":1", ":7", ":9999", ":99999", ":-1", ":0:0", ":0:9999", ":0:0:0", ":١", ":x")
SETTINGS = ("language:fr", "length:full", "replies:no", "quiet:on", "begin:0", "close:now", "page:quiet")
NO_SETTINGS = (
    "begin:99999999",
    "begin:-1",
    "end:1e9",
    "offset:--1",
    "page:-",
    "language:xx",
    "quiet:",
    "x:y",
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.application.TelegramRateLimiter", lambda _: AIORateLimiter(0, 0, 0, 0))
    monkeypatch.setattr("bot.handlers.inline.DEBOUNCE_S", 0.0)


@pytest.fixture
async def answered(server: BotApiServer, bot: RunningBot) -> dict[int, Message]:
    """An answer in Ada's private chat, a dispute, one in the group and one in the forum, by chat."""
    server.add_chat(STRANGER, "private")
    await server.say(PRIVATE, "how many were killed?")
    await server.say(GROUP, "/ask how many trucks?")
    await server.say(FORUM, "/ask how many buses?", message_thread_id=7)
    return {chat_id: (await server.bot_says(chat_id))[0] for chat_id in (PRIVATE, GROUP, FORUM)}


def id_of(message: Message) -> str:
    return next(iter(buttons(message).values())).split(":")[1]


def fine(caplog: pytest.LogCaptureFixture) -> bool:
    """Nothing went wrong, and nobody was told that it did."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_forged_buttons_take_nothing_away_and_show_nothing_from_elsewhere(
    server: BotApiServer, answered: dict[int, Message], caplog: pytest.LogCaptureFixture
):
    ids = [id_of(message) for message in answered.values()]
    strange = ("", "-", "x" * 16, "x" * 40, "../..", "'--", "\x00", "é", "\ud800", f"a_{ids[0]}")
    letters = (*(action.value for action in Action), "A", "z", "", "op:list", "op:out", "set:length")
    forged = [f"{a}:{i}{n}" for a, i, n in itertools.product(letters, (*ids, *strange), NUMBERS)]
    chance = random.Random(0)
    for number, data in enumerate(chance.sample(forged, 500)):
        message = answered[chance.choice((GROUP, FORUM))]
        await server.press(message, data, user_id=STRANGER, inaccessible=chance.random() < 0.2)
        if number % 20 == 0:
            await server.until(lambda: not server.unanswered)
    for action in Action:  # under its own message each
        await server.press(answered[GROUP], f"{action}:{id_of(answered[GROUP])}:0", user_id=STRANGER)
    await server.until(lambda: not server.unanswered)
    for message in (answered[GROUP], answered[FORUM]):
        await server.press(message, f"{Action.ANSWER}:{id_of(message)}")
        key = message["chat"]["id"], message["message_id"]
        await server.until(lambda key=key, said=message["text"]: server.messages[key]["text"] == said)
    await server.until(lambda: not server.unanswered)
    said = [call.params["text"] for call in server.calls if call.method == "editMessageText"]
    assert said
    assert not [text for text in said if texts.DISPUTED in text], "the private answer in a group"
    assert not [sent for sent in server.sent if sent["chat"]["id"] == STRANGER]
    assert fine(caplog), caplog.text


async def test_forged_settings_change_nothing(
    server: BotApiServer, bot: RunningBot, answered: dict[int, Message], caplog: pytest.LogCaptureFixture
):
    server.admins.add((GROUP, ADMIN))
    forged = [(STRANGER, choice) for choice in SETTINGS + NO_SETTINGS]
    forged += [(ADMIN, choice) for choice in NO_SETTINGS]
    for user_id, choice in forged:
        await server.press(answered[GROUP], f"set:{choice}", user_id=user_id)
        await server.press(answered[GROUP], f"set:{choice}", user_id=user_id, inaccessible=True)
        await server.press_inline("AQAAAK1", f"set:{choice}", user_id)
    await server.until(lambda: not server.unanswered)
    for chat_id in (GROUP, STRANGER, ADMIN):
        assert bot.database.transact(lambda db, c=chat_id: load_settings(db, c)) == default_settings(chat_id)
    assert server.messages[GROUP, answered[GROUP]["message_id"]] == answered[GROUP]
    assert set(server.toasts) <= {texts.TOAST_SETTINGS_FOR_ADMINS, texts.TOAST_UNKNOWN}
    assert fine(caplog), caplog.text


async def test_forged_links_get_one_kind_line_and_open_no_whisper(
    server: BotApiServer, bot: RunningBot, answered: dict[int, Message], caplog: pytest.LogCaptureFixture
):
    await server.say(GROUP, "/whisper how many trucks?", **{"from": server.person(UNREACHABLE)})
    shown = await server.bot_says(GROUP, 2)
    whisper = shown[-1]["reply_markup"]["inline_keyboard"][0][0]["url"].partition("start=")[2]
    whispered = whisper.removeprefix("w_")
    parameters = ["a_", "w_", "a_-", f"a_{whispered}", whisper, f"w_{id_of(answered[PRIVATE])}"]
    parameters += [f"{prefix}{end}" for prefix in ("a_", "w_", "", "ask") for end in STRANGE]
    for parameter in parameters:
        before = len(server.bot_messages(STRANGER))
        await server.say(STRANGER, f"/start {parameter}")
        await server.say(STRANGER, "/new")
        said = (await server.bot_says(STRANGER, before + 2))[before:]
        assert [one["text"] for one in said][1:] == [texts.NEW]
        assert said[0]["text"] in (texts.START, texts.LINK_UNKNOWN, texts.WHISPER_NOT_YOURS)
    for words in (f"a_{whispered}", whisper, *(f"a_{end}" for end in STRANGE)):
        offer = await server.offered(await server.ask_inline(words[:256], STRANGER))
        assert offer.results == []
        assert offer.button is not None
    assert fine(caplog), caplog.text
