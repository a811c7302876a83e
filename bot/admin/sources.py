"""`/source`: what the index follows, and the task that reads it again while the bot runs."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import Bot, Message

from bot.admin import views
from bot.admin.group_articles import GroupLimits
from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import explain, tr
from bot.rendering.telegram_html import to_html
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.group_collections import is_of_group, place_of_collection
from bot.transport.delivery import reply, send
from bot.workers import run_in_daemon_thread
from index.errors import IndexingError, SourceError
from index.sources.database import UNKNOWN, FollowedSource, SourceDatabase, SourceKind
from index.sources.following import follow
from index.sources.outcome import Refreshed
from index.sources.refresh import Refresher
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC, Embedder

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0  # for sources that are due
LISTED = 30  # sources in a message


@dataclass(frozen=True, slots=True)
class SourceScope:
    """Whose sources a command is about: those of these collections. What is followed goes to `fill`."""

    collections: frozenset[str]
    fill: str = PUBLIC
    limits: GroupLimits | None = None  # of a group


class SourceHandlers:
    """Follows sources for admins and keeps them up to date. The caller closes the databases and `store`.

    `bot_database` tells which groups have sources of their own. `refresher` for tests.
    """

    def __init__(
        self,
        ids: frozenset[int],
        database: SourceDatabase,
        store: EmbeddedStore,
        embedder: Embedder,
        *,
        ocr_languages: str = "",
        bot_database: Database | None = None,
        refresher: Refresher | None = None,
    ) -> None:
        self._ids = ids
        self._database = database
        self._store = store
        self._bot_database = bot_database
        self._running = True
        self._refresher = refresher or Refresher(
            database, store, embedder, ocr_languages=ocr_languages, going_on=lambda: self._running
        )
        self._wake = asyncio.Event()

    async def on_command(self, message: Message, argument: str, scope: SourceScope, context: Context) -> None:
        """`/source`, `/source ADDRESS`, `/source pause 3`, `resume 3`, `remove 3`, `refresh`."""
        action, _, which = argument.strip().partition(" ")
        try:
            if not action:
                said = await run_in_daemon_thread(lambda: self._listed(scope))
            elif "://" in argument:
                said = await self._follow(argument.strip(), scope)
            elif action == "refresh":
                self._wake_all(scope)
                said = tr(texts.SOURCE_REFRESHING)
            elif action in _SAID and which.strip().isascii() and which.strip().isdigit():
                said = await run_in_daemon_thread(lambda: self._change(action, int(which), scope))
                self._wake.set()
            else:
                said = tr(texts.SOURCE_HELP)
        except IndexingError as error:
            said = explain(error.reason)
        await reply(context.bot, message, said)

    async def keep_up_to_date(self, bot: Bot) -> None:
        """Refresh each source when its time has come, until cancelled; tell admins of one that is paused."""
        try:
            while True:
                for source in await self._due():
                    await self._refresh(source, bot)
                try:
                    async with asyncio.timeout(LOOK_EVERY_S):
                        await self._wake.wait()
                        self._wake.clear()
                except TimeoutError:
                    continue
        finally:
            self._running = False

    async def _due(self) -> list[FollowedSource]:
        try:
            return await run_in_daemon_thread(self._refresher.due)
        except IndexingError as error:
            logger.warning("the sources cannot be read: %s", error)
            return []

    async def _refresh(self, source: FollowedSource, bot: Bot) -> None:
        try:
            [done] = await run_in_daemon_thread(lambda: self._refresher.refresh([source]))
        except IndexingError as error:  # another process writes or refreshes: next time
            logger.warning("source %d was not read: %s", source.id, error)
            return
        except Exception:
            logger.exception("reading source %d broke off", source.id)
            return
        await run_in_daemon_thread(self._store.flush)
        logger.info(
            "source %d: %d added, %d replaced, %d removed, %d failed%s",
            source.id,
            len(done.added),
            len(done.replaced),
            len(done.removed),
            len(done.failed),
            f"; {done.error}" if done.error and not is_of_group(source.collection) else "",
        )
        if done.just_paused:
            await self._tell_admins(done, bot)

    async def _tell_admins(self, done: Refreshed, bot: Bot) -> None:
        """Tell the bot's admins; of a group's source, the group."""
        places = [Place(admin) for admin in sorted(self._ids)]
        if is_of_group(done.source.collection):
            found = await self._place_of(done.source.collection)
            places = [found] if found else []
        for place in places:
            said = tr(texts.SOURCE_PAUSED_NOTICE).format(
                source=_named(done.source),
                failures=done.source.failures,
                reason=done.error,
                id=done.source.id,
            )
            await send(bot, place, to_html(said))

    async def _place_of(self, collection: str) -> Place | None:
        if self._bot_database is None:
            return None
        return await self._bot_database.run(place_of_collection, collection)

    async def _follow(self, address: str, scope: SourceScope) -> str:
        asked = FollowedSource(address, SourceKind.PAGE, collection=scope.fill)
        left, limits = None, scope.limits
        if limits:
            left = limits.sources - len(self._sources(scope))
            asked = replace(asked, keep_articles=limits.articles_of_source)
            if left <= 0:
                return tr(texts.SOURCE_FULL).format(limit=limits.sources)
        added = await run_in_daemon_thread(lambda: follow(asked, self._database))
        if limits and await self._place_of(scope.fill) is None:
            left = 0  # its articles were all taken out meanwhile
        for source in added[left:] if limits else []:  # a list of feeds
            self._database.remove(source.id)
        added = added[:left]
        self._wake.set()
        return tr(texts.SOURCE_FOLLOWED).format(sources=", ".join(map(_named, added)))

    def _sources(self, scope: SourceScope) -> list[FollowedSource]:
        return [one for one in self._database.sources() if one.collection in scope.collections]

    def _wake_all(self, scope: SourceScope) -> None:
        now = datetime.now(UTC)
        for source in self._sources(scope):
            if not source.paused:
                self._database.update(source.id, lambda one: replace(one, next_at=now))
        self._wake.set()

    def _change(self, action: str, source_id: int, scope: SourceScope) -> str:
        if source_id not in {one.id for one in self._sources(scope)}:
            raise SourceError(UNKNOWN, id=source_id)
        if action == "remove":
            source = self._database.source(source_id)
            self._database.remove(source_id)
        else:
            source = self._database.update(source_id, _CHANGES[action])
        return tr(_SAID[action]).format(source=_named(source))

    def _listed(self, scope: SourceScope) -> str:
        sources, counts = self._sources(scope), self._database.article_counts()
        lines = [_line(source, counts.get(source.id, 0)) for source in sources[:LISTED]]
        more = [tr(texts.SOURCE_MORE).format(count=len(sources) - LISTED)] if len(sources) > LISTED else []
        return "\n".join([*(lines or [tr(texts.SOURCE_NONE)]), *more, "", tr(texts.SOURCE_HELP)])


def _paused(source: FollowedSource) -> FollowedSource:
    return replace(source, paused="by an admin")


def _resumed(source: FollowedSource) -> FollowedSource:
    return replace(source, paused="", failures=0, next_at=None)


_CHANGES: dict[str, Callable[[FollowedSource], FollowedSource]] = {
    "pause": _paused,
    "resume": _resumed,
}
_SAID = {
    "pause": texts.SOURCE_PAUSED,
    "resume": texts.SOURCE_RESUMED,
    "remove": texts.SOURCE_REMOVED,
}


def _line(source: FollowedSource, articles: int) -> str:
    line = tr(texts.SOURCE_LINE).format(id=source.id, source=_named(source), articles=articles)
    if source.paused:
        return f"{line} · {tr(texts.SOURCE_IS_PAUSED)}"
    return f"{line} · {explain(source.error)}" if source.error else line


def _named(source: FollowedSource) -> str:
    return views.shorten(source.title or source.address)
