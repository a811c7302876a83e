"""The articles of groups: who may change them, how many there may be, and their end."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from telegram import Bot, Chat

from bot.state.database import Database
from bot.state.group_collections import collections_to_erase, note_erased
from bot.updates.group_admins import GroupAdmins
from bot.workers import run_in_daemon_thread
from index.errors import IndexingError
from index.sources.database import SourceDatabase
from index.sources.removal import remove_collection
from index.store.embedded import EmbeddedStore

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 600.0  # for groups that the bot left
KEPT = timedelta(days=7)  # after the bot was removed: that may have been a mistake


@dataclass(frozen=True, slots=True)
class GroupLimits:
    """How much a group may have of its own; 0 articles: groups have none."""

    articles: int = 1_000
    passages: int = 20_000  # of some 110 words
    sources: int = 10

    @property
    def articles_of_source(self) -> int:
        """How many of a source's articles are kept, the newest."""
        return max(1, self.articles // max(1, self.sources))


class GroupArticles:
    """Lets the admins of groups have articles of their own there, and erases what was given up.

    `allowed_chats`: empty means every group. Whoever adds articles holds `writing`. The caller closes
    `database`, `store` and `followed`. `now` for tests.
    """

    def __init__(
        self,
        database: Database,
        store: EmbeddedStore,
        followed: SourceDatabase,
        limits: GroupLimits = GroupLimits(),
        allowed_chats: frozenset[int] = frozenset(),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.limits = limits
        self.writing = asyncio.Lock()
        self._given_up = asyncio.Event()
        self._database = database
        self._store = store
        self._followed = followed
        self._allowed_chats = allowed_chats
        self.admins = GroupAdmins()
        self._now = now

    def are_allowed(self, chat: Chat) -> bool:
        """Whether the chat is a group that may have articles of its own."""
        is_group = chat.type in (Chat.GROUP, Chat.SUPERGROUP) and self.limits.articles > 0
        return is_group and (not self._allowed_chats or chat.id in self._allowed_chats)

    def erase_given_up(self) -> None:
        """Erase in the background what was given up."""
        self._given_up.set()

    async def keep_erasing(self, _: Bot) -> None:
        """Erase what is to be erased, now and whenever there is more, until cancelled."""
        while True:
            try:
                for name in await self._database.run(collections_to_erase, self._now() - KEPT):
                    async with self.writing:
                        await run_in_daemon_thread(partial(self._erase, name))
                    await self._database.run(note_erased, name)
            except IndexingError as error:  # another process writes: next time
                logger.warning("the articles of a group were not erased: %s", error)
            except Exception:
                logger.exception("the articles of a group were not erased")
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._given_up.wait()
                    self._given_up.clear()
            except TimeoutError:
                continue

    def _erase(self, name: str) -> None:
        removed = remove_collection(name, self._store, self._followed)
        self._store.flush()
        logger.info("%d articles of a group were erased", len(removed))
