"""The people in TELEGRAM_ADMIN_IDS, in their private chats: they add and remove articles and see figures.

To everybody else, and in groups, these commands are unknown ones.
"""

from datetime import UTC, datetime
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, MessageHandler, filters

from bot.admin import statistics
from bot.admin import views as views
from bot.admin.import_command import Adding
from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import tr
from bot.state.database import Memory
from bot.transport.delivery import answer_press, edit, place_of, say, send
from bot.workers import beside, newest_first
from index.errors import IndexingError
from index.store.embedded import EmbeddedStore
from index.types import Embedder, Source

COMMANDS = frozenset(name for name, _ in texts.OPERATOR_COMMANDS)


class Operators:
    """Obeys those whose ids these are. The caller closes `store` and `memory`."""

    def __init__(self, ids: frozenset[int], store: EmbeddedStore, embedder: Embedder, memory: Memory) -> None:
        self.ids = ids
        self._store = store
        self._memory = memory
        self._adding = Adding(store, embedder)

    def handlers(self) -> list[BaseHandler[Any, Any, Any]]:
        """To be added before all others; none when there is nobody to obey."""
        if not self.ids:
            return []
        return [
            CallbackQueryHandler(self.on_press, pattern=f"^{views.PREFIX}"),
            MessageHandler(filters.UpdateType.MESSAGE & _Commanded(self.ids), self.on_command),
        ]

    async def on_command(self, update: Update, context: Context) -> None:
        """One of them commands something."""
        message = update.message
        command = None if message is None else _command(message)
        if message is None or command is None:
            return
        name, argument = command
        try:
            match name:
                case "add":
                    await self._adding.begin(message, context)
                case "remove":
                    await self._ask_whether_to_remove(message, argument.strip(), context)
                case "articles":
                    html, keyboard = views.articles_page(await self._sources(), 0)
                    await send(context.bot, place_of(message), html, keyboard=keyboard)
                case "stats":
                    await self._tell_stats(message, context)
        except IndexingError as error:
            await say(context.bot, message, views.trouble(error))

    async def on_press(self, update: Update, context: Context) -> None:
        """Somebody pressed a button that only they are shown."""
        query = update.callback_query
        if query is None:
            return
        press = views.pressed(query.data)
        is_theirs = query.from_user.id in self.ids and query.message is not None
        if press is None or not is_theirs or query.message is None or query.message.chat.type != "private":
            await answer_press(query, tr(texts.TOAST_UNKNOWN))
            return
        await answer_press(query, None)
        action, about = press
        try:
            html, keyboard = (
                views.articles_page(await self._sources(), int(about))
                if action == views.LIST
                else (views.plain(await self._decided(action, about)), None)
            )
        except IndexingError as error:
            html, keyboard = views.plain(views.trouble(error)), None
        await edit(context.bot, query.message.chat.id, query.message.message_id, html, keyboard)

    async def _ask_whether_to_remove(self, message: Message, asked: str, context: Context) -> None:
        if not asked:
            await say(context.bot, message, tr(texts.REMOVE_WHAT))
            return
        sources = await self._sources()
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 6 else 0
        meant = [one for one in sources if one.article_id == asked]
        if 1 <= number <= len(sources):
            meant = [sources[number - 1]]
        if not meant:
            await say(context.bot, message, tr(texts.REMOVE_UNKNOWN).format(asked=views.shortened(asked)))
            return
        html, keyboard = views.removal(meant[0])
        await send(context.bot, place_of(message), html, keyboard=keyboard)

    async def _decided(self, action: str, about: str) -> str:
        """What to say after the decision about an article, which is carried out."""
        meant = [one for one in await self._sources() if views.short_id(one.article_id) == about]
        if not meant:
            return tr(texts.REMOVE_GONE)
        if action == views.LEAVE:
            return tr(texts.REMOVE_KEPT).format(article=views.described(meant[0]))
        is_gone = await beside(lambda: self._store.remove_article(meant[0].article_id))
        return tr(texts.REMOVE_DONE if is_gone else texts.REMOVE_GONE).format(
            article=views.described(meant[0])
        )

    async def _sources(self) -> list[Source]:
        return newest_first(await beside(self._store.sources))

    async def _tell_stats(self, message: Message, context: Context) -> None:
        today = datetime.now(UTC).date()
        index = await beside(self._store.stats)
        asked_today, asked, voices = await self._memory.run(
            lambda notes: (
                statistics.questions(notes, today),
                statistics.questions(notes),
                statistics.voices(notes),
            )
        )
        await say(
            context.bot, message, views.stats(index, asked_today, asked, voices, statistics.memory_mib())
        )


class _Commanded(filters.MessageFilter):
    """One of these people's commands in their private chat; what they forward commands nothing."""

    def __init__(self, ids: frozenset[int]) -> None:
        super().__init__()
        self._ids = ids

    def filter(self, message: Message) -> bool:
        is_own = message.forward_origin is None and message.via_bot is None
        is_theirs = is_own and message.from_user is not None and message.from_user.id in self._ids
        return is_theirs and message.chat.type == message.chat.PRIVATE and _command(message) is not None


def _command(message: Message) -> tuple[str, str] | None:
    """The command that the message or the caption of its document begins with, and what stands behind it."""
    text, entities = message.text or message.caption, message.entities or message.caption_entities
    first = entities[0] if entities else None
    if text is None or first is None or first.type != first.BOT_COMMAND or first.offset != 0:
        return None
    name, _, to = text[1 : first.length].lower().partition("@")
    if name not in COMMANDS or to not in ("", message.get_bot().username.lower()):
        return None
    return name, text[first.length :]
