"""The message of /sources: paging through the articles, and closing it."""

from collections.abc import Sequence

from telegram import MaybeInaccessibleMessage, Message

from bot.handlers.commands import Context
from bot.rendering import keyboards
from bot.rendering.answer import SOURCES_PER_PAGE, page_count, render_sources
from bot.rendering.keyboards import Action, CallbackData
from bot.state.answers import answer_by_message
from bot.state.database import Database
from bot.state.group_collections import searched_in
from bot.transport.delivery import delete, edit, place_of
from bot.workers import WorkerPool
from index.types import PUBLIC_ONLY, Source


class ArticleList:
    """Handles the buttons under a list of articles."""

    def __init__(self, workers: WorkerPool, database: Database) -> None:
        self._workers = workers
        self._database = database

    async def is_list(self, message: MaybeInaccessibleMessage) -> bool:
        """Whether the message lists articles: a forged callback must not delete an answer."""
        if isinstance(message, Message) and message.is_accessible:
            rows = () if message.reply_markup is None else message.reply_markup.inline_keyboard
            return any(
                button.callback_data == CallbackData(Action.CLOSE).data for row in rows for button in row
            )
        known = await self._database.run(answer_by_message, message.chat.id, message.message_id)
        return known is None

    async def turn(self, context: Context, message: MaybeInaccessibleMessage, page: int) -> None:
        """Show this page of the list."""
        sources = await self._sources(message)
        page %= page_count(len(sources), SOURCES_PER_PAGE)  # articles may have gone since
        keyboard = keyboards.sources_keyboard(len(sources), page)
        await edit(context.bot, message.chat.id, message.message_id, render_sources(sources, page), keyboard)

    async def close(self, context: Context, message: MaybeInaccessibleMessage) -> None:
        """Delete the message, or its buttons where Telegram no longer deletes it."""
        chat_id, message_id = message.chat.id, message.message_id
        if not await delete(context.bot, chat_id, message_id):  # older than 48 hours: only its buttons go
            # The words once more: PTB 22.8 adds its default parse mode to edits of a keyboard alone.
            await edit(
                context.bot, chat_id, message_id, render_sources(await self._sources(message), 0), None
            )

    async def _sources(self, message: MaybeInaccessibleMessage) -> Sequence[Source]:
        """What is listed in its place; of an old message the topic is not known."""
        if not isinstance(message, Message):
            return await self._workers.sources(PUBLIC_ONLY)
        return await self._workers.sources(await self._database.run(searched_in, place_of(message)))
