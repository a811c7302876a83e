"""Admin commands: add and remove articles, list them, statistics.

In the private chats of TELEGRAM_ADMIN_IDS they are about the articles that everybody has; for a group's
admins, in the group, about those of the group.
"""

from datetime import UTC, datetime
from typing import Any

from telegram import CallbackQuery, Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, MessageHandler, filters

from bot.admin import statistics
from bot.admin import views as views
from bot.admin.group_articles import GroupArticles
from bot.admin.import_command import ArticleImports
from bot.admin.sources import SourceHandlers, SourceScope
from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.telegram_html import to_html
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.group_collections import collection_to_fill, give_up_collections, own_collections
from bot.transport.delivery import answer_callback, edit, place_of, reply, send
from bot.updates.intents import sender_id
from bot.updates.question_limits import QuestionLimits
from bot.workers import run_in_daemon_thread, sort_newest_first
from index.errors import IndexingError
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC_ONLY, Embedder, Source

COMMANDS = frozenset(name for name, _ in texts.OPERATOR_COMMANDS)
GROUP_COMMANDS = frozenset(name for name, _ in texts.GROUP_ARTICLE_COMMANDS)


class AdminHandlers:
    """Handles the commands of the users with these ids, and of the admins of groups where `groups` lets them.

    `/source` is known where `sources` is given. The caller closes `store` and `database`.
    """

    def __init__(
        self,
        ids: frozenset[int],
        store: EmbeddedStore,
        embedder: Embedder,
        database: Database,
        sources: SourceHandlers | None = None,
        groups: GroupArticles | None = None,
    ) -> None:
        self.ids = ids
        self._store = store
        self._database = database
        self._adding = ArticleImports(store, embedder, database, groups)
        self._limits = QuestionLimits()  # for those who are no admins
        self.sources = sources
        self.groups = groups

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """The handlers to add before all others; none where there can be no admins."""
        if not self.ids and self.groups is None:
            return []
        return [
            CallbackQueryHandler(self.on_press, pattern=f"^{views.PREFIX}"),
            MessageHandler(
                filters.UpdateType.MESSAGE & _AdminCommandFilter(self.ids, self.groups), self.on_command
            ),
        ]

    async def on_command(self, update: Update, context: Context) -> None:
        """Handle an admin's command."""
        message = update.message
        command = None if message is None else _parse_command(message)
        if message is None or command is None:
            return
        name, argument = command
        place = place_of(message)
        if place.chat_id < 0 and not await self._is_group_admin(message, context):
            return
        try:
            match name:
                case "add":
                    await self._adding.begin(message, context)
                case "remove":
                    await self._confirm_removal(message, argument.strip(), context)
                case "articles":
                    html, keyboard = views.render_articles(await self._sources(place), 0)
                    await send(context.bot, place, html, keyboard=keyboard)
                case "source" if self.sources is not None:
                    await self.sources.on_command(
                        message, argument, await self._scope(place, argument), context
                    )
                case "stats":
                    await self._send_stats(message, context)
        except IndexingError as error:
            await reply(context.bot, message, views.index_error_text(error))

    async def on_press(self, update: Update, context: Context) -> None:
        """Handle a button of an admin's message."""
        query = update.callback_query
        if query is None:
            return
        press, message = views.parse_callback_data(query.data), query.message
        if press is None or not isinstance(message, Message) or not await self._may_press(query, message):
            await answer_callback(query, tr(texts.TOAST_UNKNOWN))
            return
        await answer_callback(query, None)
        action, about = press
        place = place_of(message)
        try:
            html, keyboard = (
                views.render_articles(await self._sources(place), int(about))
                if action == views.LIST
                else (to_html(await self._carry_out(action, about, place)), None)
            )
        except IndexingError as error:
            html, keyboard = to_html(views.index_error_text(error)), None
        await edit(context.bot, message.chat.id, message.message_id, html, keyboard)

    async def _is_group_admin(self, message: Message, context: Context) -> bool:
        """Whether a group's admin wrote the message; others are told that it takes one."""
        if self.groups and await self.groups.admins.decide(message):
            return True
        if self._limits.ask(sender_id(message), message.chat.id) is None:
            await reply(context.bot, message, tr(texts.ARTICLES_FOR_ADMINS))
        return False

    async def _may_press(self, query: CallbackQuery, message: Message) -> bool:
        user_id, chat = query.from_user.id, message.chat
        if chat.type == chat.PRIVATE:
            return user_id in self.ids
        if self.groups is None or not self.groups.are_allowed(chat):
            return False
        return await self.groups.admins.include(query.get_bot(), chat.id, user_id)

    async def _confirm_removal(self, message: Message, asked: str, context: Context) -> None:
        if not asked:
            await reply(context.bot, message, tr(texts.REMOVE_WHAT))
            return
        place = place_of(message)
        if asked == views.EVERYTHING and place.chat_id < 0:
            html, keyboard = views.render_removal_of_all()
            await send(context.bot, place, html, keyboard=keyboard)
            return
        sources = await self._sources(place)
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 6 else 0
        meant = [one for one in sources if one.article_id == asked]
        if 1 <= number <= len(sources):
            meant = [sources[number - 1]]
        if not meant:
            await reply(context.bot, message, tr(texts.REMOVE_UNKNOWN).format(asked=views.shorten(asked)))
            return
        html, keyboard = views.render_removal(meant[0])
        await send(context.bot, place, html, keyboard=keyboard)

    async def _carry_out(self, action: str, about: str, place: Place) -> str:
        """Remove or keep the article; the line that says so."""
        if about == views.ALL_ID:
            return await self._remove_all(action, place)
        meant = [one for one in await self._sources(place) if views.short_id(one.article_id) == about]
        if not meant:
            return tr(texts.REMOVE_GONE)
        if action == views.LEAVE:
            return tr(texts.REMOVE_KEPT).format(article=views.describe(meant[0]))
        is_gone = await run_in_daemon_thread(lambda: self._store.remove_article(meant[0].article_id))
        return tr(texts.REMOVE_DONE if is_gone else texts.REMOVE_GONE).format(
            article=views.describe(meant[0])
        )

    async def _remove_all(self, action: str, place: Place) -> str:
        if action == views.LEAVE or self.groups is None:
            return tr(texts.REMOVE_ALL_KEPT)
        own = await self._database.run(own_collections, place)
        await self._database.run(give_up_collections, own)
        self.groups.erase_given_up()
        return tr(texts.REMOVE_ALL_DONE)

    async def _sources(self, place: Place) -> list[Source]:
        """What the commands in this place are about."""
        own = await self._collections(place)
        sources = await run_in_daemon_thread(self._store.sources)
        return sort_newest_first(source for source in sources if source.collection in own)

    async def _collections(self, place: Place) -> frozenset[str]:
        if place.chat_id > 0:
            return PUBLIC_ONLY.collections
        return await self._database.run(own_collections, place)

    async def _scope(self, place: Place, argument: str) -> SourceScope:
        own = await self._collections(place)
        if place.chat_id > 0 or self.groups is None:
            return SourceScope(own)
        fill = await self._database.run(collection_to_fill, place) if "://" in argument else ""
        return SourceScope(own, fill, self.groups.limits)

    async def _send_stats(self, message: Message, context: Context) -> None:
        today = datetime.now(UTC).date()
        index = await run_in_daemon_thread(self._store.stats)
        asked_today, asked, ratings = await self._database.run(
            lambda db: (
                statistics.count_questions(db, today),
                statistics.count_questions(db),
                statistics.count_ratings(db),
            )
        )
        await reply(
            context.bot,
            message,
            views.stats_text(index, asked_today, asked, ratings, statistics.memory_mib()),
        )


class _AdminCommandFilter(filters.MessageFilter):
    """Commands of admins in private chats, and of anybody in groups; forwarded messages do not count."""

    def __init__(self, ids: frozenset[int], groups: GroupArticles | None) -> None:
        super().__init__()
        self._ids = ids
        self._groups = groups

    def filter(self, message: Message) -> bool:
        command = _parse_command(message)
        if command is None or message.forward_origin is not None or message.via_bot is not None:
            return False
        if message.chat.type != message.chat.PRIVATE:
            return command[0] in GROUP_COMMANDS and bool(
                self._groups and self._groups.are_allowed(message.chat)
            )
        return message.from_user is not None and message.from_user.id in self._ids


def _parse_command(message: Message) -> tuple[str, str] | None:
    """The command at the beginning of the message or caption, and its argument."""
    text, entities = message.text or message.caption, message.entities or message.caption_entities
    first = entities[0] if entities else None
    if text is None or first is None or first.type != first.BOT_COMMAND or first.offset != 0:
        return None
    name, _, to = text[1 : first.length].lower().partition("@")
    if name not in COMMANDS or to not in ("", message.get_bot().username.lower()):
        return None
    return name, text[first.length :]
