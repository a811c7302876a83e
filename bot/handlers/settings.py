"""/settings: who may choose sees one message, which changes as they choose."""

import sqlite3
from datetime import UTC, datetime

from telegram import CallbackQuery, Chat, Message, Update
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import speak, tr
from bot.rendering.settings_page import CLOSE, Choice, Page, after, choice_of, keyboard, render
from bot.state.database import Memory
from bot.state.preferences import Settings, choose, language_for, settings_of
from bot.transport.delivery import answer_press, delete, edit, place_of, reply_target, say, send
from bot.updates.group_admins import Admins

Context = ContextTypes.DEFAULT_TYPE


class Choosing:
    """Shows settings and takes choices. `allowed_chats`: empty means everyone."""

    def __init__(self, memory: Memory, allowed_chats: frozenset[int] = frozenset()) -> None:
        self._memory = memory
        self._admins = Admins()
        self._allowed_chats = allowed_chats

    async def show(self, message: Message, context: Context) -> None:
        """Answer /settings."""
        chat = message.chat
        writes_as_group = message.sender_chat is not None and message.sender_chat.id == chat.id
        user_id = None if message.from_user is None else message.from_user.id
        if not writes_as_group and not await self._may_choose(chat, user_id, context):
            await say(context.bot, message, tr(texts.SETTINGS_FOR_ADMINS))
            return
        settings = await self._memory.run(lambda notes: settings_of(notes, chat.id))
        now, in_group = datetime.now(UTC), chat.type != chat.PRIVATE
        html = render(Page.MAIN, settings, now, in_group=in_group)
        buttons = keyboard(Page.MAIN, settings, now, in_group=in_group)
        target = reply_target(message)
        await send(context.bot, place_of(message), html, reply_to=target, keyboard=buttons)

    async def on_press(self, update: Update, context: Context) -> None:
        """Somebody pressed a button under settings."""
        query = update.callback_query
        if query is None:
            return
        choice = choice_of(query.data)
        toast = await self._decide(query, choice, context)
        await answer_press(query, toast)
        if toast is not None or choice is None or query.message is None:
            return
        chat, message_id = query.message.chat, query.message.message_id
        if choice == CLOSE:
            await delete(context.bot, chat.id, message_id)
            return
        await self._show_again(chat, message_id, choice.page, context)

    async def _decide(self, query: CallbackQuery, choice: Choice | None, context: Context) -> str | None:
        """Keep the choice; what to say instead where it cannot be made."""
        if choice is None or query.message is None:
            return tr(texts.TOAST_UNKNOWN)
        chat, user = query.message.chat, query.from_user
        if self._allowed_chats and chat.id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED)
        if not await self._may_choose(chat, user.id, context):
            return tr(texts.TOAST_SETTINGS_FOR_ADMINS)
        group_id = None if chat.type == chat.PRIVATE else chat.id

        def keep(notes: sqlite3.Connection) -> str:
            before = settings_of(notes, chat.id)
            settings = after(choice, before, in_group=group_id is not None)
            if settings != before:
                choose(notes, chat.id, settings)
            return language_for(notes, user.id, user.language_code, group_id)

        try:
            speak(await self._memory.run(keep))  # it may just have been chosen
        except ValueError:
            return tr(texts.TOAST_UNKNOWN)
        return None

    async def _show_again(self, chat: Chat, message_id: int, page: Page, context: Context) -> None:
        """The page with what is chosen now, once more if that is other by then: edits overtake each other."""
        in_group = chat.type != chat.PRIVATE
        shown: Settings | None = None
        while (settings := await self._memory.run(lambda notes: settings_of(notes, chat.id))) != shown:
            now = datetime.now(UTC)
            html = render(page, settings, now, in_group=in_group)
            buttons = keyboard(page, settings, now, in_group=in_group)
            await edit(context.bot, chat.id, message_id, html, buttons)
            shown = settings

    async def _may_choose(self, chat: Chat, user_id: int | None, context: Context) -> bool:
        """In private everyone for themselves, in a group its admins."""
        if chat.type == chat.PRIVATE:
            return True
        return user_id is not None and await self._admins.include(context.bot, chat.id, user_id)
