"""The message of /sources: paging through the articles, and closing it."""

from telegram import MaybeInaccessibleMessage, Message

from bot.handlers.commands import Context
from bot.rendering import keyboards
from bot.rendering.answer import SOURCES_PER_PAGE, page_count, render_sources
from bot.rendering.keyboards import Action, CallbackData
from bot.state.answers import answer_by_message
from bot.state.database import Database
from bot.transport.delivery import delete, edit
from bot.workers import WorkerPool


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

    async def turn(self, context: Context, chat_id: int, message_id: int, page: int) -> None:
        """Show this page of the list."""
        sources = await self._workers.sources()
        page %= page_count(len(sources), SOURCES_PER_PAGE)  # articles may have gone since
        keyboard = keyboards.sources_keyboard(len(sources), page)
        await edit(context.bot, chat_id, message_id, render_sources(sources, page), keyboard)

    async def close(self, context: Context, chat_id: int, message_id: int) -> None:
        """Delete the message, or its buttons where Telegram no longer deletes it."""
        if not await delete(context.bot, chat_id, message_id):  # older than 48 hours: only its buttons go
            # The words once more: PTB 22.8 adds its default parse mode to edits of a keyboard alone.
            await edit(
                context.bot, chat_id, message_id, render_sources(await self._workers.sources(), 0), None
            )
