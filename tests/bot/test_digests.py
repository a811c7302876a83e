"""A digest tells once a day what followed sources have brought since the last one."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.handlers import digests as module
from bot.i18n import texts
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.digests import Digest, digest_in, move_digests, next_time, save_digest
from bot.state.erasure import erase_person
from index.ingest import ingest
from index.sources.database import FollowedSource, Item, SourceDatabase, SourceKind
from index.types import Article, Embedder, Source
from tests.bot.conftest import GROUP, OpenNewsroom
from tests.bot.newsroom import ADA, BOB, Newsroom
from tests.bot.running import eventually
from tests.botapi.server import BotApiServer

DAY = datetime(2026, 3, 1, 12, tzinfo=UTC)
TOLL = "The collapse of the Kelo bridge killed twelve people, the governor of Arlen said on Monday."
RAIN = "Heavy rain closed the road between Arlen and Kelo for the whole of Tuesday, officials said."
QUESTION = "How many people did the Kelo bridge collapse kill?"


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[SourceDatabase]:
    with closing(SourceDatabase.in_index(tmp_path / "index")) as followed:
        followed.add(FollowedSource("https://arlen.example/feed", SourceKind.FEED))
        yield followed


@pytest.fixture
async def start(
    followed: SourceDatabase, open_newsroom: OpenNewsroom, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Awaitable[Newsroom]]:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.05)
    return lambda: open_newsroom(parts=lambda *_: {"followed": followed})


def brought(room: Newsroom, followed: SourceDatabase, embedder: Embedder, **articles: str) -> None:
    """The source has brought these articles, or brought them again."""
    for name, text in articles.items():
        article = Article(Source(name, f"Report {name}", publisher="Arlen News"), text)
        ingest([article], room.store, embedder)
        followed.store_items(1, [Item(name, None, "", DAY, name)])


def make_due(room: Newsroom) -> None:
    room.database.transact(lambda db: db.execute("UPDATE digest SET due = ?", (DAY.isoformat(),)))


def due(room: Newsroom) -> bool:
    """Whether a digest is due or being made."""
    return bool(
        room.database.transact(
            lambda db: db.execute("SELECT 1 FROM digest WHERE due <= ?", (DAY.isoformat(),)).fetchall()
        )
    )


def digests(server: BotApiServer) -> list[str]:
    return [one["text"] for one in server.bot_messages(BOB) if one["text"].startswith(texts.DIGEST)]


async def test_what_is_new_is_told_once_to_watches_first_and_survives_a_restart(
    server: BotApiServer,
    start: Callable[[], Awaitable[Newsroom]],
    followed: SourceDatabase,
    embedder: Embedder,
) -> None:
    room = await start()
    brought(room, followed, embedder, old="Snow fell on the hills above Arlen before anybody asked for news.")
    assert (await room.told("/digest 8:00 +2", BOB)).startswith("Every day at 08:00 UTC+02:00 I send")
    await room.told(f"/watch {QUESTION}", BOB)
    make_due(room)
    await eventually(lambda: not due(room))  # nothing is new: no message

    brought(room, followed, embedder, toll=TOLL, copy=TOLL, rain=RAIN)
    await room.told("/digest 9.30 UTC", BOB)  # another time loses nothing of what is new
    await room.ended()
    room = await start()
    make_due(room)
    await eventually(lambda: len(digests(server)) == 1)
    [text] = digests(server)
    asked, road = text.index(QUESTION), text.index(RAIN)
    assert asked < text.index(TOLL) < road
    assert text.count("Kelo bridge killed") == 1, "a copy is told once"
    assert "Snow" not in text

    brought(room, followed, embedder, rain=f"{RAIN} It has reopened.")
    make_due(room)
    await eventually(lambda: not due(room))
    brought(room, followed, embedder, sun="On Friday the sun shone on Arlen for the first time in a week.")
    make_due(room)
    await eventually(lambda: len(digests(server)) == 2)
    assert "the sun shone" in digests(server)[1]
    assert "Heavy rain" not in digests(server)[1], "an article that changed is not new"
    assert await room.told("/digest off", BOB) == texts.DIGEST_ENDED
    assert await room.told("/digest", BOB) == texts.NO_DIGEST


async def test_a_digest_of_many_articles_is_one_message_that_counts_the_others(
    server: BotApiServer,
    start: Callable[[], Awaitable[Newsroom]],
    followed: SourceDatabase,
    embedder: Embedder,
) -> None:
    room = await start()
    await room.told("/digest 23:59", BOB)
    letters = [chr(ord("a") + number) for number in range(20)]
    many = {
        one: f"{one} word {one} and {one} of {one} in {one} at {one}. " + f"{one * 9} " * 5 for one in letters
    }
    brought(room, followed, embedder, **many)
    make_due(room)
    await eventually(lambda: digests(server))
    assert digests(server)[0].endswith(texts.DIGEST_MORE.format(count=12))


async def test_in_a_group_its_admins_choose(
    server: BotApiServer, start: Callable[[], Awaitable[Newsroom]]
) -> None:
    room = await start()
    await server.say(GROUP, "/digest 8:00", **{"from": server.person(BOB)})
    assert (await server.bot_says(GROUP, 1))[0]["text"] == texts.DIGEST_FOR_ADMINS
    server.admins.add((GROUP, ADA))
    await server.say(GROUP, "/digest 8:00 UTC-3:30")
    assert "08:00 UTC-03:30" in (await server.bot_says(GROUP, 2))[1]["text"]
    assert room.database.transact(digest_in, Place(GROUP)) is not None


@pytest.mark.parametrize(
    ("minute", "offset", "expected"),
    [
        (12 * 60, 0, datetime(2026, 3, 2, 12, tzinfo=UTC)),
        (12 * 60 + 1, 0, datetime(2026, 3, 1, 12, 1, tzinfo=UTC)),
        (8 * 60, 120, datetime(2026, 3, 2, 6, tzinfo=UTC)),
        (23 * 60, -11 * 60, datetime(2026, 3, 2, 10, tzinfo=UTC)),
        (0, 14 * 60, datetime(2026, 3, 2, 10, tzinfo=UTC)),
    ],
)
def test_the_next_time_is_the_first_on_its_clock(minute: int, offset: int, expected: datetime) -> None:
    assert next_time(minute, offset, DAY) == expected


def test_a_digest_is_forgotten_with_who_chose_it_and_moves_with_its_group(tmp_path: Path) -> None:
    database = Database(tmp_path / "bot.sqlite3")
    for chat_id in (BOB, GROUP):
        database.transact(save_digest, Digest(Place(chat_id), "en", 480, 0, DAY, DAY), BOB)
    database.transact(move_digests, GROUP, -100777)
    moved = database.transact(digest_in, Place(-100777))
    assert moved == Digest(Place(-100777), "en", 480, 0, DAY, DAY)
    assert database.transact(erase_person, BOB).digests == 2
    assert database.transact(digest_in, Place(BOB)) is None
    database.close()
