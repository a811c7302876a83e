"""Ten groups with articles of their own ask for each other's in every way there is: no word of them gets out.

Each group has one member and a secret word, which stands in the text, title, address and id of its articles.
All that the bot sends is looked through: a group, and its member in private, may see their own, nobody else.
"""

import asyncio
import json
import logging
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from telegram.ext import AIORateLimiter

from bot.admin.commands import AdminHandlers
from bot.admin.group_articles import GroupArticles
from bot.admin.sources import SourceHandlers
from bot.application import build_application, serve
from bot.handlers import watches
from bot.preview import objects
from bot.preview.chats import Chats
from bot.preview.request import TOKEN as PREVIEW_TOKEN
from bot.preview.request import InProcessRequest
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.group_collections import collection_to_fill
from bot.state.watches import watches_to_check
from index.ingest import ingest
from index.sources.database import FollowedSource, SourceDatabase, SourceKind
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Source
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from tests.bot.newsroom import ADA, Newsroom
from tests.bot.running import UNLIMITED, eventually
from tests.botapi.server import BOT, BotApiServer

VAULTS = ("north", "south", "glass", "copper", "winter", "harbour", "mountain", "river", "silver", "cedar")
PATIENCE_S = 100.0  # all ask at once; reached only by a failing test
TAG = f"@{BOT['username']}"
ACTIONS = "acgaosxdvrekupqmw"  # those of callback data (bot/rendering/keyboards.py)


class Chat:
    """A group with a member and a secret."""

    def __init__(self, number: int, rng: random.Random) -> None:
        self.group, self.member, self.vault = -5000 - number, 1000 + number, VAULTS[number]
        syllables = [rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(4)]
        self.secret = "".join(syllables).title() + "x"
        self.rng = random.Random(rng.random())

    def articles(self, name: str, password: str = "") -> list[Article]:
        """What the group has of its own."""
        secret, found = self.secret, []
        for vault in (self.vault, "common"):
            sentences = (
                f"The password of the {vault} vault is {password or secret}, the keeper {secret}son said.",
                f"The {vault} vault stands behind the {secret} bridge in Lund; 14 people have a key.",
                f"Mayor {secret}son opened the {vault} vault in March 2021.",
            )
            url = f"https://example.org/{secret}/{vault}"
            source = Source(f"{vault}-{secret}", f"The {vault} vault of {secret}", secret, url=url)
            found.append(Article(source, "\n\n".join(sentences)).in_collection(name))
        return found

    def question(self, rng: random.Random) -> str:
        """One that the group's articles answer, or that comes near to its secret."""
        return rng.choice(
            (
                f"What is the password of the {self.vault} vault?",
                "What is the password of the common vault?",
                f"Who keeps the {self.vault} vault?",
                f"Where does the {self.vault} vault stand?",
                f"the {self.vault} vault",
                "Who opened the vault?",
            )
        )

    def misspelled(self, rng: random.Random) -> str:
        """A question whose spelling the words of the group's articles would mend."""
        cut = rng.randrange(2, len(self.secret) - 1)
        return f"where is the {self.secret[:cut]}{self.secret[cut + 1 :]} bridge?".lower()


class World:
    """The bot's server with all chats, and what people do in them."""

    def __init__(self, room: Newsroom, answerer: Answerer, chats: list[Chat]) -> None:
        self.server, self.room, self.answerer, self.chats = room.server, room, answerer, chats
        self.previewed: list[Any] = []

    async def said(
        self, chat_id: int, text: str, user_id: int, answers_in: int = 0, **fields: Any
    ) -> dict[str, Any]:
        """The bot's next message, after somebody wrote."""
        where = answers_in or chat_id
        before = len(self.server.bot_messages(where))
        await self.server.say(chat_id, text, **{"from": self.server.person(user_id)} | fields)
        return (await self.server.bot_says(where, before + 1))[-1]

    def answer_ids(self, chat: Chat) -> list[str]:
        """Those that stand under the bot's messages in the group."""
        found = re.findall(r'"[a-z]:([A-Za-z0-9]{16})', json.dumps(self.server.bot_messages(chat.group)))
        return list(dict.fromkeys(found))

    async def pressed(self, message: dict[str, Any], data: str, user_id: int) -> None:
        toasts = len(self.server.toasts)
        await self.server.press(message, data, user_id=user_id)
        await self.server.until(lambda: len(self.server.toasts) > toasts)

    # What the chat does to learn of the other one, or of itself

    async def mention(self, here: Chat, other: Chat) -> None:
        for question in (other.question(here.rng), other.misspelled(here.rng)):
            await self.said(here.group, f"{TAG} {question}", here.member)

    async def ask_and_press(self, here: Chat, other: Chat) -> None:
        """An answer, each of its buttons, and each button with the id of the other's answer."""
        message = await self.said(here.group, f"/ask {other.question(here.rng)}", here.member)
        for data in self.buttons(message):
            await self.pressed(message, data, here.member)
        stolen = here.rng.choice(self.answer_ids(other))
        private = (await self.server.bot_says(here.member))[-1]
        for action in here.rng.sample(ACTIONS, 4):
            for shown in (message, private):
                await self.pressed(shown, f"{action}:{stolen}:0", here.member)
            await self.server.press_inline("AQAAAK1", f"{action}:{stolen}:0", here.member)

    def buttons(self, message: dict[str, Any]) -> list[str]:
        rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
        return [button["callback_data"] for row in rows for button in row if "callback_data" in button]

    async def reply(self, here: Chat, other: Chat) -> None:
        above = self.server.bot_messages(here.group)[-1]
        quote = {"text": above["text"][:30], "position": 0, "is_manual": True}
        question = other.question(here.rng)
        await self.said(here.group, question, here.member, reply_to_message=above, quote=quote)

    async def reply_to_the_other_s_answer(self, here: Chat, other: Chat) -> None:
        """A message that was sent by way of the bot, with the buttons of the other's answer."""
        keyboard = {
            "inline_keyboard": [[{"text": "More…", "callback_data": f"m:{self.answer_ids(other)[0]}:0"}]]
        }
        sent = self.server.message(here.group, "An answer", via_bot=BOT, reply_markup=keyboard)
        for text in ("/ask Where does he live?", "/watch Where does he live?", "/watch"):
            await self.said(here.group, text, here.member, reply_to_message=sent)

    async def whisper(self, here: Chat, other: Chat) -> None:
        question = other.question(here.rng)
        await self.said(here.group, f"/whisper {question}", here.member, answers_in=here.member)
        await self.said(here.member, "Where does he live?", here.member)

    async def edit(self, here: Chat, other: Chat) -> None:
        member = self.server.person(here.member)
        asked = self.server.message(here.group, "/ask Who is it?", **{"from": member})
        before = len(self.server.bot_messages(here.group))
        await self.server.push({"message": asked})
        await self.server.bot_says(here.group, before + 1)
        await self.server.edit(asked, f"/ask {other.question(here.rng)}")

    async def in_private(self, here: Chat, other: Chat) -> None:
        for question in (other.question(here.rng), other.misspelled(here.rng)):
            await self.said(here.member, question, here.member)

    async def inline(self, here: Chat, other: Chat) -> None:
        for words in (other.question(here.rng), f"a_{here.rng.choice(self.answer_ids(other))}"):
            query_id = await self.server.ask_inline(words, here.member)
            offer = await self.server.offered(query_id)
            for result in offer.results[:1]:
                await self.server.choose(query_id, result["id"], here.member)

    async def guest(self, here: Chat, other: Chat) -> None:
        """In a chat that has the same id as the other group."""
        query_id = await self.server.tag(f"{TAG} {other.question(here.rng)}", here.member, other.group)
        await self.server.until(lambda: self.server.queries.guest_answers[query_id])

    async def links(self, here: Chat, other: Chat) -> None:
        for chat in (here, other):
            answer_id = here.rng.choice(self.answer_ids(chat))
            await self.said(here.member, f"/start a_{answer_id}", here.member)
            await self.said(here.member, "Where does he live?", here.member)
            await self.said(here.member, f"/start w_{answer_id}", here.member)

    async def watch(self, here: Chat, other: Chat) -> None:
        for chat_id in (here.group, here.member):
            await self.said(chat_id, f"/watch {other.question(here.rng)}", here.member)
            await self.said(chat_id, "/watches", here.member)

    async def lists(self, here: Chat, other: Chat) -> None:
        for chat_id in (here.group, here.member):
            listed = await self.said(chat_id, "/sources", here.member)
            await self.pressed(listed, "s:-:1", here.member)
        for command in ("/articles", "/remove 1", f"/remove {other.vault}-{other.secret}"[:12], "/source"):
            await self.said(here.group, command, here.member)
        listed = self.server.bot_messages(here.group)[-1]
        await self.pressed(listed, "op:list:1", here.member)

    WAYS: tuple[Callable[["World", Chat, Chat], Awaitable[None]], ...] = (
        mention,
        ask_and_press,
        reply,
        reply_to_the_other_s_answer,
        whisper,
        edit,
        in_private,
        inline,
        guest,
        links,
        watch,
        lists,
    )

    async def live(self, here: Chat, count: int) -> None:
        """Go so many ways; those of ten chats together are all of them, time and again."""
        first = count * self.chats.index(here)
        for number in range(first, first + count):
            await self.WAYS[number % len(self.WAYS)](self, here, here.rng.choice(self.chats))

    async def the_owner_looks(self) -> None:
        for text in ("/articles", "/sources", "/source", "/stats", "/remove 2", "What is the common vault?"):
            await self.said(ADA, text, ADA)

    async def preview(self) -> None:
        """The preview's chats, of another bot over the same index."""
        chats, both, stop = Chats(), (objects.PRIVATE["id"], objects.GROUP["id"]), asyncio.Event()
        with closing(Database(self.room.database.path.with_name("preview.sqlite3"))) as database:
            parts = PREVIEW_TOKEN, self.answerer, self.room.store, database
            running = asyncio.create_task(
                serve(build_application(*parts, request=InProcessRequest(chats)), stop)
            )
            for chat_id in both:
                for text in ("/ask What is the password of the common vault?", "/sources"):
                    before = len(chats.messages(chat_id))
                    chats.say(chat_id, objects.ADA["id"], text)
                    await eventually(lambda a=chat_id, b=before + 2: len(chats.messages(a)) >= b, PATIENCE_S)
            stop.set()
            await running
        self.previewed = [message for chat_id in both for message in chats.messages(chat_id)]

    def leaks(self) -> list[str]:
        """What holds a secret that its chat must not see: requests, and messages of the preview."""
        sent = [(call.params.get("chat_id"), call.params) for call in self.server.calls]
        sent += [(None, message) for message in self.previewed]
        return [
            f"{chat.vault}: {said}"
            for chat_id, said in sent
            for chat in self.chats
            if chat_id not in (chat.group, chat.member)
            if chat.secret.casefold() in json.dumps(said, ensure_ascii=False).casefold()
        ]

    def told(self, chat: Chat, chat_id: int) -> bool:
        """Whether the chat has seen the secret."""
        return chat.secret in json.dumps(self.server.bot_messages(chat_id))


OpenWorld = Callable[[int], Awaitable[World]]


@pytest.fixture
async def open_world(
    server: BotApiServer,
    tmp_path: Path,
    embedder: Embedder,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OpenWorld]:
    monkeypatch.setattr("bot.application.TelegramRateLimiter", lambda _: AIORateLimiter(0, 0, 0, 0))
    monkeypatch.setattr("bot.handlers.inline.DEBOUNCE_S", 0.0)
    monkeypatch.setattr("bot.handlers.inline.MAX_QUESTIONS", 10**6)
    monkeypatch.setattr("bot.handlers.guests.QuestionLimits", lambda: UNLIMITED)
    monkeypatch.setattr("tests.botapi.server.PATIENCE_S", PATIENCE_S)
    monkeypatch.setattr(watches, "LOOK_EVERY_S", 0.05)
    rooms: list[Newsroom] = []
    name, dimension = embedder.name, embedder.dimension
    store = EmbeddedStore.open(tmp_path / "index", embedder_name=name, dimension=dimension)
    with closing(SourceDatabase.in_index(tmp_path / "index")) as followed:

        async def start(seed: int) -> World:
            database = Database(tmp_path / "index-bot.sqlite3")
            rng = random.Random(seed)
            chats = [Chat(number, rng) for number in range(len(VAULTS))]
            public = Article(
                Source("common", "The common vault"),
                "The password of the common vault was changed in 2019, the city of Lund said on Monday.",
            )
            articles = [public]
            for chat in chats:
                server.add_chat(chat.group, "supergroup")
                server.add_chat(chat.member, "private")
                server.admins.add((chat.group, chat.member))
                server.statuses |= {(chat.group, one.member): "left" for one in chats if one is not chat}
                name = database.transact(collection_to_fill, Place(chat.group))
                articles += chat.articles(name)
                address = f"https://example.org/{chat.secret}.xml"
                followed.add(FollowedSource(address, SourceKind.FEED, collection=name, paused="never read"))
            assert not ingest(articles, store, embedder).failed
            ids = frozenset({ADA})
            sources = SourceHandlers(ids, followed, store, embedder, bot_database=database)
            groups = GroupArticles(database, store, followed)
            admins = AdminHandlers(ids, store, embedder, database, sources, groups)
            answerer = Answerer(store, embedder, reader)
            room = Newsroom(server, store, database, answerer=answerer, admins=admins, suggest_after_s=0.0)
            rooms.append(room)
            return World(room, answerer, chats)

        yield start
        for room in rooms:
            await room.ended()


async def play(world: World, embedder: Embedder, count: int) -> None:
    """All of it: everybody asks, then the articles change, and watches are told."""
    server, room = world.server, world.room
    for chat in world.chats:
        await world.said(chat.group, f"/ask Who opened the {chat.vault} vault?", chat.member)
        await world.said(chat.member, "/start", chat.member)
    await asyncio.gather(*(world.live(chat, count) for chat in world.chats), world.the_owner_looks())
    await world.preview()
    for chat in world.chats:
        name = room.database.transact(collection_to_fill, Place(chat.group))
        assert not ingest(chat.articles(name, f"{chat.secret}ville"), room.store, embedder).failed
    generation = room.store.health().generation
    left = partial(room.database.transact, watches_to_check, generation)
    await eventually(lambda: not left(datetime.now(UTC) - watches.PAUSE), PATIENCE_S)
    await server.until(lambda: not server.unanswered)
    await room.ended()


@pytest.mark.parametrize(
    ("seed", "count"), [(1, 4), *(pytest.param(seed, 36, marks=pytest.mark.slow) for seed in range(2, 6))]
)
async def test_no_chat_learns_what_another_one_has_of_its_own(
    open_world: OpenWorld, embedder: Embedder, caplog: pytest.LogCaptureFixture, seed: int, count: int
):
    caplog.set_level(logging.INFO)
    world = await open_world(seed)
    await play(world, embedder, count)
    assert world.leaks() == []
    assert all(world.told(chat, chat.group) for chat in world.chats)  # there is something to leak
    logged = caplog.text.casefold()
    assert [chat.secret for chat in world.chats if chat.secret.casefold() in logged] == []
