"""Admin commands: add and remove articles, list them, statistics.

They work in the private chats of TELEGRAM_ADMIN_IDS; everywhere else these commands are unknown.
"""

from datetime import UTC, datetime
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, MessageHandler, filters

from bot.admin import statistics
from bot.admin import views as views
from bot.admin.import_command import ArticleImports
from bot.admin.sources import SourceHandlers
from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.telegram_html import to_html
from bot.state.database import Database
from bot.transport.delivery import answer_callback, edit, place_of, reply, send
from bot.workers import run_in_daemon_thread, sort_newest_first
from index.errors import IndexingError
from index.store.embedded import EmbeddedStore
from index.types import Embedder, Source

COMMANDS = frozenset(name for name, _ in texts.OPERATOR_COMMANDS)


class AdminHandlers:
    """Handles the commands of the users with these ids; `/source` where `sources` does.

    The caller closes `store` and `database`.
    """

    def __init__(
        self,
        ids: frozenset[int],
        store: EmbeddedStore,
        embedder: Embedder,
        database: Database,
        sources: SourceHandlers | None = None,
    ) -> None:
        self.ids = ids
        self._store = store
        self._database = database
        self._adding = ArticleImports(store, embedder)
        self.sources = sources

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """The handlers to add before all others; none without admins."""
        if not self.ids:
            return []
        return [
            CallbackQueryHandler(self.on_press, pattern=f"^{views.PREFIX}"),
            MessageHandler(filters.UpdateType.MESSAGE & _AdminCommandFilter(self.ids), self.on_command),
        ]

    async def on_command(self, update: Update, context: Context) -> None:
        """Handle an admin's command."""
        message = update.message
        command = None if message is None else _parse_command(message)
        if message is None or command is None:
            return
        name, argument = command
        try:
            match name:
                case "add":
                    await self._adding.begin(message, context)
                case "remove":
                    await self._confirm_removal(message, argument.strip(), context)
                case "articles":
                    html, keyboard = views.render_articles(await self._sources(), 0)
                    await send(context.bot, place_of(message), html, keyboard=keyboard)
                case "source" if self.sources is not None:
                    await self.sources.on_command(message, argument, context)
                case "stats":
                    await self._send_stats(message, context)
        except IndexingError as error:
            await reply(context.bot, message, views.index_error_text(error))

    async def on_press(self, update: Update, context: Context) -> None:
        """Handle a button of an admin's message."""
        query = update.callback_query
        if query is None:
            return
        press = views.parse_callback_data(query.data)
        is_theirs = query.from_user.id in self.ids and query.message is not None
        if press is None or not is_theirs or query.message is None or query.message.chat.type != "private":
            await answer_callback(query, tr(texts.TOAST_UNKNOWN))
            return
        await answer_callback(query, None)
        action, about = press
        try:
            html, keyboard = (
                views.render_articles(await self._sources(), int(about))
                if action == views.LIST
                else (to_html(await self._carry_out(action, about)), None)
            )
        except IndexingError as error:
            html, keyboard = to_html(views.index_error_text(error)), None
        await edit(context.bot, query.message.chat.id, query.message.message_id, html, keyboard)

    async def _confirm_removal(self, message: Message, asked: str, context: Context) -> None:
        if not asked:
            await reply(context.bot, message, tr(texts.REMOVE_WHAT))
            return
        sources = await self._sources()
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 6 else 0
        meant = [one for one in sources if one.article_id == asked]
        if 1 <= number <= len(sources):
            meant = [sources[number - 1]]
        if not meant:
            await reply(context.bot, message, tr(texts.REMOVE_UNKNOWN).format(asked=views.shorten(asked)))
            return
        html, keyboard = views.render_removal(meant[0])
        await send(context.bot, place_of(message), html, keyboard=keyboard)

    async def _carry_out(self, action: str, about: str) -> str:
        """Remove or keep the article; the line that says so."""
        meant = [one for one in await self._sources() if views.short_id(one.article_id) == about]
        if not meant:
            return tr(texts.REMOVE_GONE)
        if action == views.LEAVE:
            return tr(texts.REMOVE_KEPT).format(article=views.describe(meant[0]))
        is_gone = await run_in_daemon_thread(lambda: self._store.remove_article(meant[0].article_id))
        return tr(texts.REMOVE_DONE if is_gone else texts.REMOVE_GONE).format(
            article=views.describe(meant[0])
        )

    async def _sources(self) -> list[Source]:
        return sort_newest_first(await run_in_daemon_thread(self._store.sources))

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
    """Admin commands in private chats; forwarded messages do not count."""

    def __init__(self, ids: frozenset[int]) -> None:
        super().__init__()
        self._ids = ids

    def filter(self, message: Message) -> bool:
        is_own = message.forward_origin is None and message.via_bot is None
        is_theirs = is_own and message.from_user is not None and message.from_user.id in self._ids
        return is_theirs and message.chat.type == message.chat.PRIVATE and _parse_command(message) is not None


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
