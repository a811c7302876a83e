"""Posts of channels become articles with their link, and follow their edits."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.admin.channels import ChannelPosts
from bot.state.database import Database
from index.sources.database import SourceDatabase, SourceKind
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from tests.bot.conftest import OpenNewsroom
from tests.bot.newsroom import ADA, BOB, Newsroom
from tests.bot.running import eventually
from tests.botapi.server import BotApiServer

CHANNEL = -1001234567890
FLOOD = "The river rose by 3 metres in Arlen on Monday, the mayor told reporters."


class Channel:
    """A channel of the tests' server, and the bot's place in it."""

    def __init__(self, server: BotApiServer, followed: SourceDatabase, room: Newsroom) -> None:
        self.server, self.followed, self.room = server, followed, room
        server.add_chat(CHANNEL, "channel")

    async def add_bot(self, by: int) -> None:
        user = {"id": 1, "is_bot": True, "first_name": "Citebot"}
        rights = dict.fromkeys(
            """can_be_edited can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members
            can_promote_members can_change_info can_invite_users is_anonymous can_post_stories
            can_edit_stories can_delete_stories""".split(),
            False,
        )
        change = {
            "chat": self.server.chats[CHANNEL],
            "from": self.server.person(by),
            "date": 1772449200,
            "old_chat_member": {"user": user, "status": "left"},
            "new_chat_member": {"user": user, "status": "administrator", **rights},
        }
        await self.server.push({"my_chat_member": change})

    async def post(self, text: str, number: int, kind: str = "channel_post", **fields: Any) -> None:
        chat = {**self.server.chats[CHANNEL], **fields.pop("chat", {})}
        message = {"message_id": number, "date": 1772449200, "chat": chat, "text": text, **fields}
        await self.server.push({kind: message})


@pytest.fixture
async def channel(
    server: BotApiServer, tmp_path: Path, open_newsroom: OpenNewsroom
) -> AsyncIterator[Channel]:
    with closing(SourceDatabase.in_index(tmp_path / "index")) as followed:

        def parts(store: EmbeddedStore, embedder: Embedder, _: Database) -> dict[str, Any]:
            return {"channels": ChannelPosts(frozenset({ADA}), followed, store, embedder)}

        room = await open_newsroom(parts=parts)
        yield Channel(server, followed, room)
        await room.ended()


async def test_a_post_answers_with_its_link_and_follows_its_edit(channel: Channel) -> None:
    await channel.add_bot(by=ADA)
    await eventually(lambda: bool(channel.followed.sources()))
    await channel.post(FLOOD, 7, chat={"username": "arlennews"})
    await channel.post("Good morning!", 8)
    await eventually(lambda: channel.room.ids() == ["telegram-1234567890-7"])
    [source] = channel.room.store.sources()
    assert (source.url, source.publisher) == ("https://t.me/arlennews/7", "The newsroom")
    assert "3 metres" in await channel.room.told("How much did the river rise in Arlen?", BOB)

    await channel.post(FLOOD.replace("3 metres", "5 metres"), 7, "edited_channel_post", edit_date=1772449900)

    def text() -> str:
        article = channel.room.store.article("telegram-1234567890-7")
        return article.text if article else ""

    await eventually(lambda: "5 metres" in text())
    [followed] = channel.followed.sources()
    assert (followed.kind, channel.followed.article_counts()) == (SourceKind.CHANNEL, {followed.id: 1})


async def test_a_channel_to_which_somebody_else_added_the_bot_is_not_read(channel: Channel) -> None:
    await channel.add_bot(by=BOB)
    await channel.post(FLOOD, 7)
    await channel.room.told("/help", BOB)
    assert channel.followed.sources() == []
    assert channel.room.ids() == []
