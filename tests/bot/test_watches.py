"""Who watches a question is told once when articles change its answer, and not of copies."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.handlers import watches as module
from bot.handlers.watches import MAX_WATCHES, PAUSE, is_changed
from bot.i18n import texts
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.erasure import erase_person
from bot.state.watches import add_watch, move_watches, watches_in, watches_to_check
from index.ingest import ingest
from index.types import Article, Embedder, Source
from tests.bot.conftest import GROUP, OpenNewsroom
from tests.bot.newsroom import ADA, BOB, Newsroom
from tests.bot.running import eventually
from tests.bot.test_buttons import pressable
from tests.botapi.server import BotApiServer

TOLL = "The collapse of the Kelo bridge killed {} people, the governor of Arlen said on Monday."
QUESTION = "How many people did the Kelo bridge collapse kill?"


def report(name: str, toll: str) -> Article:
    return Article(Source(name, f"Kelo bridge: {name}", publisher=f"{name}.example"), TOLL.format(toll))


@pytest.fixture
async def newsroom(open_newsroom: OpenNewsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.05)
    return await open_newsroom(report("first", "twelve"))


async def pressed(server: BotApiServer, message: dict[str, Any], data: str) -> str | None:
    """The toast for a press of this button."""
    before = len(server.toasts)
    await server.press(message, data, user_id=BOB)
    await server.until(lambda: len(server.toasts) > before)
    return server.toasts[-1]


def changes(server: BotApiServer, chat_id: int) -> list[str]:
    return [one["text"] for one in server.bot_messages(chat_id) if "has changed" in one["text"]]


async def test_a_correction_is_told_once_with_what_was_said_before_and_a_copy_is_not(
    server: BotApiServer, newsroom: Newsroom, embedder: Embedder
) -> None:
    await server.say(BOB, f"/watch {QUESTION}")
    messages = await server.bot_says(BOB, 2)
    assert messages[0]["text"].startswith("I watch this from now on: “How many people")
    assert "twelve" in messages[1]["text"]

    ingest([report("copy", "twelve")], newsroom.store, embedder)
    ingest([report("copy", "12")], newsroom.store, embedder)
    await eventually(lambda: checked(newsroom) == newsroom.store.health().generation)
    assert changes(server, BOB) == []

    ingest([report("first", "seventeen"), report("copy", "seventeen")], newsroom.store, embedder)
    await eventually(lambda: len(changes(server, BOB)) == 1)
    assert "Before: twelve" in changes(server, BOB)[0]
    await eventually(lambda: "seventeen" in server.bot_messages(BOB)[-1]["text"])

    ingest([report("first", "nineteen"), report("copy", "nineteen")], newsroom.store, embedder)
    await server.say(BOB, "/watches")
    await eventually(lambda: "1. How many people" in server.bot_messages(BOB)[-1]["text"])
    await server.say(BOB, "/watches stop 1")
    await eventually(lambda: "I no longer watch" in server.bot_messages(BOB)[-1]["text"])
    assert len(changes(server, BOB)) == 1, "within an hour of the last message"


async def test_an_answer_in_a_group_is_watched_by_replying_to_it(
    server: BotApiServer, newsroom: Newsroom, embedder: Embedder
) -> None:
    await server.say(GROUP, f"/ask {QUESTION}", user_id=BOB)
    answer = (await server.bot_says(GROUP, 1))[0]
    await server.say(GROUP, "/watch", user_id=BOB, reply_to_message=answer)
    assert (await server.bot_says(GROUP, 2))[1]["text"].startswith("I watch this")
    ingest([report("first", "seventeen")], newsroom.store, embedder)
    await eventually(lambda: len(changes(server, GROUP)) == 1)


@pytest.mark.parametrize("chat_id", [BOB, GROUP])
async def test_a_button_under_an_answer_watches_its_question_within_the_same_limits(
    server: BotApiServer, newsroom: Newsroom, chat_id: int
) -> None:
    await server.say(chat_id, f"/ask {QUESTION}", user_id=BOB)
    answer = (await server.bot_says(chat_id, 1))[0]
    watch = pressable(answer)[texts.BUTTON_WATCH]

    assert await pressed(server, answer, watch) == texts.TOAST_WATCHING
    assert await pressed(server, answer, watch) == texts.TOAST_WATCHING
    [watched] = newsroom.database.transact(watches_in, chat_id)
    assert (watched.question, watched.said) == (QUESTION, ("twelve people",))

    newsroom.database.transact(lambda db: db.execute("UPDATE watch SET question = 'another?'"))
    for number in range(1, MAX_WATCHES):
        told = datetime(2026, 3, 1, tzinfo=UTC)
        newsroom.database.transact(
            add_watch, Place(chat_id), BOB, f"{number}?", "en", [], -1, told, MAX_WATCHES
        )
    assert await pressed(server, answer, watch) == texts.WATCH_TOO_MANY.format(limit=MAX_WATCHES)


async def test_watch_without_a_question_says_how(newsroom: Newsroom) -> None:
    assert (await newsroom.told("/watch", ADA)).startswith("Write a question after /watch")
    assert (await newsroom.told("/watches", ADA)).startswith("Nothing is watched here")


@pytest.mark.parametrize(
    ("before", "now", "changed"),
    [
        (["twelve"], ["12 people"], False),
        (["12"], ["at least 12"], False),
        (["12"], ["17"], True),
        (["12"], ["17", "12"], True),
        (["17", "12"], ["17"], False),  # a dispute that has ended in a value told before
        (["12"], [], True),
        ([], ["12"], True),
        ([], [], False),
    ],
)
def test_other_words_for_the_same_are_no_change(before: list[str], now: list[str], changed: bool) -> None:
    assert is_changed("How many people were killed?", before, now) == changed


def test_watches_are_limited_forgotten_and_move_with_their_group(tmp_path: Path) -> None:
    database = Database(tmp_path / "bot.sqlite3")
    now = datetime(2026, 3, 1, tzinfo=UTC)

    def watch(question: str, chat_id: int = BOB) -> bool:
        place, told = Place(chat_id), now - PAUSE
        return database.transact(add_watch, place, BOB, question, "en", ["12"], 3, told, limit=2)

    assert [watch("a?"), watch("b?"), watch("b?"), watch("c?")] == [True, True, True, False]
    assert watch("a?", GROUP)
    assert len(database.transact(watches_to_check, 4, now - PAUSE)) == 3
    assert database.transact(watches_to_check, 3, now - PAUSE) == []
    assert database.transact(watches_to_check, 4, now - PAUSE - timedelta(seconds=1)) == []
    database.transact(move_watches, GROUP, -100777)
    assert [one.place.chat_id for one in database.transact(watches_in, -100777)] == [-100777]
    assert database.transact(erase_person, BOB).watches == 3
    assert database.transact(watches_in, BOB) == []
    database.close()


def checked(newsroom: Newsroom) -> int:
    """The state of the index in which the only watch was asked last."""
    [(generation,)] = newsroom.database.transact(
        lambda db: db.execute("SELECT generation FROM watch").fetchall()
    )
    return int(generation)
