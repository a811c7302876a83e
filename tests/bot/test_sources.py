"""Admins follow feeds by /source; the bot reads them while it runs and tells of one that keeps failing."""

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.admin import sources as module
from bot.admin.commands import AdminHandlers
from bot.admin.sources import SourceHandlers
from bot.state.database import Database
from index.sources.database import FollowedSource, SourceDatabase
from index.sources.following import follow
from index.sources.outcome import PAUSED_AFTER
from index.sources.refresh import Refresher
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from tests.bot.conftest import OpenNewsroom
from tests.bot.newsroom import ADA, BOB, Newsroom
from tests.bot.running import eventually
from tests.botapi.server import BotApiServer
from tests.index.sources.site import NewsSite, Story


@pytest.fixture
def site() -> Iterator[NewsSite]:
    site = NewsSite(
        {"/flood": Story("Flood in Arlen", "The river rose by 3 metres on Monday, the mayor said.")}
    )
    yield site
    site.close()


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[SourceDatabase]:
    with closing(SourceDatabase.in_index(tmp_path / "index")) as followed:
        yield followed


@pytest.fixture
async def newsroom(
    followed: SourceDatabase, open_newsroom: OpenNewsroom, monkeypatch: pytest.MonkeyPatch
) -> Newsroom:
    monkeypatch.setattr(module, "FollowedSource", partial(FollowedSource, allow_private=True))
    monkeypatch.setattr(module, "follow", partial(follow, pace_s=0))
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.05)

    def parts(store: EmbeddedStore, embedder: Embedder, database: Database) -> dict[str, Any]:
        refresher, ids = Refresher(followed, store, embedder, pace_s=0), frozenset({ADA})
        sources = SourceHandlers(ids, followed, store, embedder, refresher=refresher)
        return {"admins": AdminHandlers(ids, store, embedder, database, sources), "sources": sources}

    return await open_newsroom(parts=parts)


async def test_a_feed_is_followed_and_its_articles_answer(
    server: BotApiServer, newsroom: Newsroom, site: NewsSite
) -> None:
    assert "I follow nothing yet." in await newsroom.told("/source")
    assert (await newsroom.told(f"/source {site.url}/feed.xml")).startswith("I follow this now: News.")
    await eventually(lambda: newsroom.ids() != [])
    assert "3 metres" in await newsroom.told("How much did the river rise in Arlen?", BOB)
    assert "1. News (articles: 1)" in await newsroom.told("/source")
    site.stories["/flood"] = Story("Flood in Arlen", "The river rose by 7 metres on Monday, they said.", 1)
    assert "reading" in await newsroom.told("/source refresh")
    await eventually(lambda: "7 metres" in article_text(newsroom))
    assert (await newsroom.told("/source pause 1")).startswith("Paused: News")
    assert "paused" in await newsroom.told("/source")
    assert (await newsroom.told("/source remove 1")).startswith("I no longer follow it")
    assert "there is no source 1" in await newsroom.told("/source resume 1")


async def test_an_address_inside_the_network_is_refused_and_others_know_no_such_command(
    newsroom: Newsroom, site: NewsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FollowedSource", FollowedSource)
    assert "private or reserved address" in await newsroom.told(f"/source {site.url}/feed.xml")
    assert site.requests.total() == 0
    assert "follow" not in await newsroom.told("/source", BOB)


async def test_admins_are_told_once_of_a_source_that_keeps_failing(
    server: BotApiServer, newsroom: Newsroom, followed: SourceDatabase, site: NewsSite
) -> None:
    await newsroom.told(f"/source {site.url}/feed.xml")
    await eventually(lambda: followed.sources()[0].checked_at is not None)
    site.broken.add("/feed.xml")

    def notices() -> list[str]:
        return [one["text"] for one in server.bot_messages(ADA) if "I have paused" in one["text"]]

    for failures in range(1, PAUSED_AFTER + 1):
        await newsroom.told("/source refresh")
        await eventually(lambda failures=failures: followed.sources()[0].failures == failures)
    await eventually(lambda: len(notices()) == 1)
    assert "/source resume 1" in notices()[0]
    assert len(newsroom.ids()) == 1


def article_text(newsroom: Newsroom) -> str:
    article = newsroom.store.article(newsroom.ids()[0])
    return article.text if article else ""
