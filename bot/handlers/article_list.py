"""The list of articles in its message: its pages, and its end."""

from telegram import MaybeInaccessibleMessage, Message

from bot.handlers.commands import Context
from bot.rendering import keyboards
from bot.rendering.answer import SOURCES_PER_PAGE, pages, render_sources
from bot.rendering.keyboards import Action, Pressed
from bot.state.answers import by_message
from bot.state.database import Memory
from bot.transport.delivery import delete, edit
from bot.workers import Desk


class Listing:
    """What the buttons under a list of articles do."""

    def __init__(self, desk: Desk, memory: Memory) -> None:
        self._desk = desk
        self._memory = memory

    async def is_list(self, message: MaybeInaccessibleMessage) -> bool:
        """Whether it lists articles: a forged press must take no answer away."""
        if isinstance(message, Message) and message.is_accessible:
            rows = () if message.reply_markup is None else message.reply_markup.inline_keyboard
            return any(button.callback_data == Pressed(Action.CLOSE).data for row in rows for button in row)
        known = await self._memory.run(lambda notes: by_message(notes, message.chat.id, message.message_id))
        return known is None

    async def turn(self, context: Context, chat_id: int, message_id: int, page: int) -> None:
        """Show this page of it."""
        sources = await self._desk.sources()
        page %= pages(len(sources), SOURCES_PER_PAGE)  # articles may have gone since
        keyboard = keyboards.under_sources(len(sources), page)
        await edit(context.bot, chat_id, message_id, render_sources(sources, page), keyboard)

    async def close(self, context: Context, chat_id: int, message_id: int) -> None:
        """Take the message away."""
        if not await delete(context.bot, chat_id, message_id):  # older than 48 hours: only its buttons go
            # The words once more: PTB 22.8 adds its default parse mode to edits of a keyboard alone.
            await edit(context.bot, chat_id, message_id, render_sources(await self._desk.sources(), 0), None)
