"""A group's admins give it articles of its own, which nobody else sees."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.admin import group_articles
from bot.admin import sources as sources_module
from bot.admin.commands import AdminHandlers
from bot.admin.group_articles import KEPT, GroupArticles, GroupLimits
from bot.admin.sources import SourceHandlers
from bot.i18n import texts
from bot.state.conversations import Place, latest_answer_id
from bot.state.database import Database
from bot.state.group_collections import collection_to_fill, own_collections
from bot.state.preferences import Topics, load_settings, save_settings
from index.ingest import ingest
from index.sources.database import FollowedSource, SourceDatabase
from index.sources.following import follow
from index.sources.outcome import PAUSED_AFTER
from index.sources.refresh import Refresher
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Source
from tests.bot.conftest import FORUM, GROUP, OpenNewsroom
from tests.bot.newsroom import ADA, BOB, Newsroom
from tests.bot.running import eventually
from tests.bot.test_buttons import buttons, pressable
from tests.botapi.server import BotApiServer
from tests.index.sources.site import NewsSite, Story

EVE = 44  # in no group
PLENTY = GroupLimits()
HARBOUR = (
    b"The harbour fee\n\nThe harbour of Lund charges 340 crowns a day for a boat, the office said on Monday."
)
FEE = "What does the harbour of Lund charge?"
BRIDGE = Article(
    Source("bridge", "The bridge"), "The bridge of Arlen was built in 1911 by the city, the mayor said."
)
BUILT = "When was the bridge of Arlen built?"


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[SourceDatabase]:
    with closing(SourceDatabase.in_index(tmp_path / "index")) as followed:
        yield followed


@dataclass
class Room:
    """The bot, a server with two groups that Bob administers, and what people do there."""

    server: BotApiServer
    bot: Newsroom
    followed: SourceDatabase
    embedder: Embedder
    clock: Clock

    async def said(self, chat_id: int, text: str, user_id: int = BOB, **fields: Any) -> dict[str, Any]:
        """The bot's next message in the chat, as it stands when nothing is under way any more."""
        server, before = self.server, len(self.server.bot_messages(chat_id))
        fields = {"from": server.person(user_id)} | fields
        if "file" in fields:
            name, content = fields.pop("file")
            await server.send_document(chat_id, name, content, text, **fields)
        else:
            await server.say(chat_id, text, **fields)
        message_id = (await server.bot_says(chat_id, before + 1))[-1]["message_id"]
        await server.until(lambda: not server.messages[chat_id, message_id]["text"].endswith("…"))
        return server.messages[chat_id, message_id]

    async def added(self, chat_id: int = GROUP, content: bytes = HARBOUR, **fields: Any) -> str:
        said = await self.said(chat_id, "/add", **{"file": ("fee.txt", content), **fields})
        return str(said["text"])

    def given(self, chat_id: int, content: bytes = HARBOUR, thread_id: int | None = None) -> None:
        """Add an article to the place as `added` does, without the process that reads documents."""
        name = self.bot.database.transact(collection_to_fill, Place(chat_id, thread_id))
        title, _, _ = content.decode().partition("\n")
        article = Article(Source(f"sent-{title}", title), content.decode()).in_collection(name)
        assert not ingest([article], self.bot.store, self.embedder).failed

    async def asked(self, chat_id: int, question: str = FEE, user_id: int = BOB, **fields: Any) -> str:
        return str((await self.said(chat_id, f"/ask {question}", user_id, **fields))["text"])

    async def pressed(self, message: dict[str, Any], data: str, user_id: int = BOB) -> str | None:
        toasts = len(self.server.toasts)
        await self.server.press(message, data, user_id=user_id)
        await self.server.until(lambda: len(self.server.toasts) > toasts)
        return self.server.toasts[-1]

    def chose(self, chat_id: int, **changes: Any) -> None:
        database = self.bot.database
        settings = replace(database.transact(load_settings, chat_id), **changes)
        database.transact(save_settings, chat_id, settings)


OpenRoom = Callable[..., Awaitable[Room]]


@pytest.fixture
async def open_room(
    server: BotApiServer,
    followed: SourceDatabase,
    embedder: Embedder,
    open_newsroom: OpenNewsroom,
    monkeypatch: pytest.MonkeyPatch,
) -> OpenRoom:
    monkeypatch.setattr(sources_module, "FollowedSource", partial(FollowedSource, allow_private=True))
    monkeypatch.setattr(sources_module, "follow", partial(follow, pace_s=0))
    monkeypatch.setattr(sources_module, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(group_articles, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr("bot.updates.group_admins.CACHED_S", -1.0)

    async def start(limits: GroupLimits = PLENTY) -> Room:
        clock = Clock()

        def parts(store: EmbeddedStore, embedder: Embedder, database: Database) -> dict[str, Any]:
            refresher, ids = Refresher(followed, store, embedder, pace_s=0), frozenset({ADA})
            sources = SourceHandlers(
                ids, followed, store, embedder, bot_database=database, refresher=refresher
            )
            groups = GroupArticles(database, store, followed, limits, now=clock)
            return {
                "admins": AdminHandlers(ids, store, embedder, database, sources, groups),
                "sources": sources,
            }

        bot = await open_newsroom(BRIDGE, parts=parts)
        server.add_chat(EVE, "private")
        server.admins |= {(GROUP, BOB), (FORUM, BOB)}
        server.statuses |= {(GROUP, EVE): "left", (FORUM, EVE): "left"}
        return Room(server, bot, followed, embedder, clock)

    return start


@pytest.fixture
async def room(open_room: OpenRoom) -> Room:
    return await open_room()


async def test_what_a_group_s_admin_adds_answers_there_and_nowhere_else(room: Room):
    assert (await room.added()).startswith("Added: “The harbour fee”")
    assert (await room.asked(GROUP)).startswith("340 crowns")
    assert (await room.asked(GROUP, BUILT)).startswith("1911")
    for elsewhere in (FORUM, BOB, ADA):
        assert (await room.asked(elsewhere)).startswith(texts.NOT_FOUND)
    assert "The harbour fee" in (await room.said(GROUP, "/sources"))["text"]
    for chat_id, command in (
        (BOB, "/sources"),
        (FORUM, "/sources"),
        (FORUM, "/articles"),
        (ADA, "/articles"),
    ):
        assert "harbour" not in (await room.said(chat_id, command, ADA if chat_id == ADA else BOB))["text"]


async def test_only_its_admins_add_to_a_group_anonymous_ones_too(room: Room):
    server = room.server
    assert await room.added(**{"from": server.person(ADA)}) == texts.ARTICLES_FOR_ADMINS
    assert room.bot.ids() == ["bridge"]
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    as_group = {"from": anonymous, "sender_chat": server.chats[GROUP]}
    assert (await room.added(**as_group)).startswith("Added")


async def test_the_same_name_and_page_are_articles_of_their_own_in_each_group(room: Room):
    await room.added(GROUP)
    room.given(FORUM, HARBOUR.replace(b"340", b"520"))
    assert (await room.added(GROUP)).startswith("I have this already")
    assert (await room.asked(GROUP)).startswith("340")
    assert (await room.asked(FORUM)).startswith("520")
    line = b'{"id": "bridge", "text": "The bridge of Arlen was built in 1766 by the city, the mayor said."}\n'
    await room.added(GROUP, file=("other.jsonl", line))
    assert (await room.asked(FORUM, BUILT)).startswith("1911")


async def test_a_link_to_such_an_answer_opens_for_members_and_only_while_they_are(room: Room):
    server = room.server
    room.given(GROUP)
    answer = await room.said(GROUP, f"/ask {FEE}")
    answer_id = buttons(answer)[texts.BUTTON_MORE].split(":")[1]
    assert (await room.said(EVE, f"/start a_{answer_id}", EVE))["text"] == texts.FOR_ITS_GROUP
    await room.said(BOB, f"/start a_{answer_id}")
    (_, copy) = await server.bot_says(BOB, 2)
    assert "340 crowns" in copy["text"]
    assert texts.BUTTON_SHARE not in pressable(copy)
    assert await room.pressed(copy, f"w:{answer_id}:0") == texts.WATCH_IN_ITS_GROUP
    assert await room.pressed(copy, buttons(copy)[texts.BUTTON_CONTEXT]) is None
    offer = await server.offered(await server.ask_inline(f"a_{answer_id}", BOB))
    assert (offer.results, offer.button and offer.button["text"]) == ([], texts.FOR_ITS_GROUP)
    assert (await room.asked(BOB, "and for a day?")).startswith(
        texts.NOT_FOUND
    )  # the talk stays in the group
    server.admins.discard((GROUP, BOB))
    server.statuses[GROUP, BOB] = "left"
    assert await room.pressed(copy, buttons(copy)[texts.BUTTON_CONTEXT]) == texts.FOR_ITS_GROUP
    assert (await room.said(BOB, f"/start a_{answer_id}"))["text"] == texts.FOR_ITS_GROUP


async def test_topics_share_articles_or_have_their_own_as_the_group_chooses(room: Room):
    server = room.server
    topic = {n: {"message_thread_id": n} for n in (7, 8)}
    room.given(FORUM, thread_id=7)
    assert (await room.asked(FORUM, **topic[8])).startswith("340")
    await room.said(FORUM, "/remove all")
    (question,) = [one for one in server.bot_messages(FORUM) if texts.BUTTON_TAKE_OUT in buttons(one)]
    await room.pressed(question, buttons(question)[texts.BUTTON_TAKE_OUT])
    settings = await room.said(FORUM, "/settings")
    page = buttons(settings)[texts.BUTTON_ARTICLES]
    await room.pressed(settings, page)
    await room.pressed(settings, "set:topics:apart")
    await server.until(
        lambda: (
            f"{texts.BUTTON_TOPICS_APART} ✓" in buttons(room.server.messages[FORUM, settings["message_id"]])
        )
    )
    room.given(FORUM, thread_id=7)
    assert (await room.asked(FORUM, **topic[7])).startswith("340")
    assert (await room.asked(FORUM, **topic[8])).startswith(texts.NOT_FOUND)
    assert (await room.asked(FORUM)).startswith(texts.NOT_FOUND)
    assert "harbour" not in (await room.said(FORUM, "/sources", **topic[8]))["text"]
    room.chose(FORUM, topics=Topics.CONVERSATIONS)
    assert (await room.asked(FORUM, **topic[8])).startswith("340")


@pytest.mark.parametrize(("topics", "is_one"), [(Topics.SHARED, True), (Topics.CONVERSATIONS, False)])
async def test_topics_have_one_conversation_where_the_group_chooses_so(
    room: Room, topics: Topics, is_one: bool
):
    room.chose(FORUM, topics=topics)
    await room.asked(FORUM, BUILT, message_thread_id=7)
    latest = partial(room.bot.database.transact, latest_answer_id)
    await eventually(lambda: latest(Place(FORUM, 7)))
    assert latest(Place(FORUM, 8)) == (latest(Place(FORUM, 7)) if is_one else None)


async def test_a_group_may_choose_to_be_answered_from_its_own_articles_only(room: Room):
    room.given(GROUP)
    room.chose(GROUP, own_articles_only=True)
    assert (await room.asked(GROUP)).startswith("340")
    assert (await room.asked(GROUP, BUILT)).startswith(texts.NOT_FOUND)
    assert "bridge" not in (await room.said(GROUP, "/sources"))["text"]


async def test_the_articles_go_with_a_group_that_becomes_a_supergroup(room: Room):
    room.given(GROUP)
    server, new_id = room.server, -1000777
    server.add_chat(new_id, "supergroup")
    await server.becomes(GROUP, "left")  # which Telegram may tell first
    await server.say(GROUP, migrate_to_chat_id=new_id)
    await eventually(lambda: own(room, new_id))
    assert (await room.asked(new_id)).startswith("340")
    assert own(room, GROUP) == frozenset()


def own(room: Room, chat_id: int) -> frozenset[str]:
    return room.bot.database.transact(own_collections, Place(chat_id))


async def test_a_week_after_the_bot_was_removed_its_group_s_articles_are_erased(room: Room):
    room.given(GROUP)
    answer = await room.said(GROUP, f"/ask {FEE}")
    await room.server.becomes(GROUP, "left")
    room.clock.now = datetime.now(UTC) + KEPT - timedelta(hours=1)
    await room.asked(FORUM)
    assert len(room.bot.ids()) == 2
    await room.server.becomes(GROUP, "member", "left")
    introduced = texts.INTRODUCTION
    await room.server.until(lambda: room.server.bot_messages(GROUP)[-1]["text"] == introduced)
    room.clock.now += timedelta(days=30)
    assert (await room.asked(GROUP)).startswith("340")
    await room.server.becomes(GROUP, "kicked")
    await eventually(lambda: room.bot.ids() == ["bridge"])
    await eventually(lambda: collection_rows(room) == [])
    await room.server.becomes(GROUP, "member", "left")
    assert await room.pressed(answer, buttons(answer)[texts.BUTTON_MORE]) == texts.TOAST_EXPIRED


def collection_rows(room: Room) -> list[tuple[Any, ...]]:
    return room.bot.database.transact(
        lambda db: db.execute("SELECT chat, left_at FROM collection").fetchall()
    )


def left_at(room: Room) -> str | None:
    ((_, left),) = collection_rows(room)
    return None if left is None else str(left)


async def test_an_admin_takes_out_one_article_or_all_of_them(room: Room):
    room.given(GROUP)
    room.given(GROUP, b"Tea\n\nTea in the canteen costs 12 crowns, the cook said on Friday.")
    listed = (await room.said(GROUP, "/articles"))["text"]
    assert "The harbour fee" in listed
    assert "The bridge" not in listed
    sure = await room.said(GROUP, "/remove 1")
    out = buttons(sure)[texts.BUTTON_TAKE_OUT]
    assert await room.pressed(sure, out, ADA) == texts.TOAST_UNKNOWN
    await room.pressed(sure, out)
    await eventually(lambda: len(room.bot.ids()) == 2)
    all_of_them = await room.said(GROUP, "/remove all")
    await room.pressed(all_of_them, buttons(all_of_them)[texts.BUTTON_TAKE_OUT])
    await eventually(lambda: room.bot.ids() == ["bridge"])
    assert (await room.asked(GROUP)).startswith(texts.NOT_FOUND)
    assert room.bot.store.verify() == []


async def test_what_goes_beyond_the_limits_of_a_group_is_refused(open_room: OpenRoom):
    room = await open_room(GroupLimits(articles=2, passages=3, sources=1))
    await room.added()
    long = (
        b"The long report\n\n"
        + b"The committee met in the town hall and spoke about the harbour of Lund. " * 60
    )
    assert "no room" in await room.added(file=("long.txt", long))
    assert (await room.added(file=("tea.txt", b"Tea\n\nTea in the canteen costs 12 crowns."))).startswith(
        "Added"
    )
    assert "no room" in await room.added(file=("jam.txt", b"Jam\n\nJam in the canteen costs 30 crowns."))
    assert (await room.added(content=HARBOUR.replace(b"340", b"350"))).startswith("Brought up to date")


@pytest.fixture
def site() -> Iterator[NewsSite]:
    fee = "The harbour of Lund charges 340 crowns a day for a boat, the office said."
    site = NewsSite({"/fee": Story("The harbour fee", fee)})
    yield site
    site.close()


async def test_a_source_that_a_group_follows_is_for_the_group(room: Room, site: NewsSite):
    assert "I follow this now" in (await room.said(GROUP, f"/source {site.url}/feed.xml"))["text"]
    await eventually(lambda: len(room.bot.ids()) == 2)
    assert (await room.asked(GROUP)).startswith("340")
    assert (await room.asked(FORUM)).startswith(texts.NOT_FOUND)
    assert "News" in (await room.said(GROUP, "/source"))["text"]
    for chat_id, user_id in ((FORUM, BOB), (ADA, ADA)):
        assert "News" not in (await room.said(chat_id, "/source", user_id))["text"]
        assert "there is no source 1" in (await room.said(chat_id, "/source remove 1", user_id))["text"]
    assert (await room.said(GROUP, "/source", ADA))["text"] == texts.ARTICLES_FOR_ADMINS
    site.broken.add("/feed.xml")

    def notices(chat_id: int) -> list[str]:
        return [one["text"] for one in room.server.bot_messages(chat_id) if "I have paused" in one["text"]]

    await eventually(lambda: room.followed.sources()[0].checked_at)
    room.followed.update(1, lambda one: replace(one, failures=PAUSED_AFTER - 1))
    await room.said(GROUP, "/source refresh")
    await eventually(lambda: notices(GROUP))
    assert notices(ADA) == []
    all_of_them = await room.said(GROUP, "/remove all")
    await room.pressed(all_of_them, buttons(all_of_them)[texts.BUTTON_TAKE_OUT])
    await eventually(lambda: room.bot.ids() == ["bridge"] and room.followed.sources() == [])


async def test_what_a_person_has_forgotten_leaves_the_group_s_articles(room: Room):
    room.given(GROUP)
    await room.asked(GROUP)
    await room.said(BOB, "/forget")
    assert (await room.asked(GROUP)).startswith("340")
