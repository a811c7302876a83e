"""Whatever people type: no error, no markup of theirs, and one kind answer each."""

import logging
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from telegram.ext import AIORateLimiter

from bot.i18n import texts
from tests.bot.conftest import FORUM, GROUP, PRIVATE, RunningBot
from tests.bot.fuzz import CLOSING, OPENING, Lookout, mixed, typed
from tests.bot.seeds import CONVOY
from tests.botapi.server import BOT, BotApiServer, Call

Message = dict[str, Any]

always_the_same = settings(
    derandomize=True,
    database=None,
    max_examples=20,
    phases=[Phase.generate],  # what fails is read as it is: one bot has heard all that came before
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # one bot hears it all
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither waits for Telegram's limits nor for people who type on."""
    monkeypatch.setattr("bot.application.TelegramRateLimiter", lambda _: AIORateLimiter(0, 0, 0, 0))
    monkeypatch.setattr("bot.handlers.inline.DEBOUNCE_S", 0.0)


@pytest.fixture
def lookout(server: BotApiServer) -> Lookout:
    assert CONVOY.url is not None
    return Lookout(server, (CONVOY.url,))


def fine(caplog: pytest.LogCaptureFixture) -> bool:
    """Nothing went wrong, and nobody was told that it did."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


@given(said=st.lists(typed.filter(lambda text: not text.startswith("/")), min_size=4, max_size=4))
@always_the_same
async def test_whatever_is_typed_gets_one_answer_where_it_was_asked(
    server: BotApiServer,
    bot: RunningBot,
    lookout: Lookout,
    caplog: pytest.LogCaptureFixture,
    said: list[str],
):
    before = len(server.sent)
    questions = []
    for text in said:
        questions.append(await server.say(PRIVATE, text))
        questions.append(await server.say(GROUP, f"/ask {text}"))
        questions.append(await server.say(FORUM, f"@{BOT['username']} {text}", message_thread_id=7))
    await all_handled(server, PRIVATE, GROUP, FORUM)
    answers = [one for one in server.sent[before:] if one["text"] != texts.HELP]
    in_private = [one for one in answers if one["chat"]["id"] == PRIVATE]
    assert len(in_private) == len(said), [one["text"] for one in in_private]
    places = [
        (one["chat"]["id"], one.get("message_thread_id"), one["message_id"])
        for one in questions
        if one["chat"]["id"] != PRIVATE
    ]
    assert sorted(map(replied_place, (one for one in answers if one not in in_private)), key=str) == sorted(
        places, key=str
    )
    assert lookout.look() >= len(questions)
    assert fine(caplog), caplog.text


@given(said=st.lists(typed, min_size=6, max_size=6), name=mixed)
@always_the_same
async def test_whatever_is_typed_elsewhere_gets_one_offer_or_one_answer(
    server: BotApiServer,
    bot: RunningBot,
    lookout: Lookout,
    caplog: pytest.LogCaptureFixture,
    said: list[str],
    name: str,
):
    users = range(last_user(server) + 1, last_user(server) + 1 + len(said))  # each may ask so much a minute
    server.names |= dict.fromkeys(users, f"{OPENING} {name} {CLOSING}")
    queries, tags = [], []
    for user_id, text in zip(users, said, strict=True):
        queries.append(await server.ask_inline(text[:256], user_id))
        tags.append(await server.tag(f"@{BOT['username']} {text}", user_id))
        await server.say(GROUP, f"/whisper {text}", **{"from": server.person(user_id)})
    offers = [await server.offered(query) for query in queries]
    await server.until(lambda: all(server.queries.guest_answers[tag] for tag in tags))
    await all_handled(server, GROUP)
    assert all(bool(offer.results) or offer.button is not None for offer in offers)
    assert [len(server.queries.guest_answers[tag]) for tag in tags] == [1] * len(tags)
    assert lookout.look() >= len(tags)
    assert fine(caplog), caplog.text


async def all_handled(server: BotApiServer, *chat_ids: int) -> None:
    """Wait until the bot has come to the end of what was said in these chats."""
    for chat_id in chat_ids:
        last = await server.say(chat_id, "/help")
        await server.until(
            lambda c=chat_id, after=last: any(
                one["text"] == texts.HELP and one["message_id"] > after["message_id"]
                for one in server.bot_messages(c)
            )
        )


def replied_place(message: Message) -> tuple[int, int | None, int]:
    return message["chat"]["id"], message.get("message_thread_id"), message["reply_to_message"]["message_id"]


def last_user(server: BotApiServer) -> int:
    return max(1000, *server.names)


@pytest.mark.parametrize(
    "html",
    [
        f"<b>{OPENING} trucks {CLOSING}</b>",
        f"{OPENING} <i>trucks</i> {CLOSING}",
        '<a href="https://evil.test">here</a>',
    ],
)
def test_the_lookout_sees_what_was_typed_become_markup(html: str):
    server = BotApiServer(
        calls=[Call("sendMessage", {"chat_id": 1, "text": html, "parse_mode": "HTML"}, 0.0)]
    )
    with pytest.raises(AssertionError):
        Lookout(server, ("https://time.news/",)).look()
