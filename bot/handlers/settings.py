"""/settings: one message, edited with each choice."""

import sqlite3
from datetime import UTC, datetime

from telegram import CallbackQuery, Chat, Message, Update
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import set_language, tr
from bot.rendering.settings_page import CLOSE, Choice, Page, apply_choice, keyboard, parse_choice, render
from bot.state.database import Database
from bot.state.preferences import Settings, language_for, load_settings, save_settings
from bot.transport.delivery import answer_callback, delete, edit, place_of, reply, reply_target, send
from bot.updates.group_admins import GroupAdmins

Context = ContextTypes.DEFAULT_TYPE


class SettingsHandlers:
    """Shows and changes settings. `allowed_chats`: empty means everyone.

    `can_word`: there is a language model.
    """

    def __init__(
        self, database: Database, allowed_chats: frozenset[int] = frozenset(), *, can_word: bool = False
    ) -> None:
        self._can_word = can_word
        self._database = database
        self._admins = GroupAdmins()
        self._allowed_chats = allowed_chats

    async def show(self, message: Message, context: Context) -> None:
        """Answer /settings."""
        chat = message.chat
        if not await self._admins.decide(message):
            await reply(context.bot, message, tr(texts.SETTINGS_FOR_ADMINS))
            return
        settings = await self._database.run(load_settings, chat.id)
        now, in_group = datetime.now(UTC), chat.type != chat.PRIVATE
        html = render(Page.MAIN, settings, now, in_group=in_group, can_word=self._can_word)
        buttons = keyboard(Page.MAIN, settings, now, in_group=in_group, can_word=self._can_word)
        target = reply_target(message)
        await send(context.bot, place_of(message), html, reply_to=target, keyboard=buttons)

    async def on_press(self, update: Update, context: Context) -> None:
        """Handle a button under the settings."""
        query = update.callback_query
        if query is None:
            return
        choice = parse_choice(query.data)
        toast = await self._decide(query, choice, context)
        await answer_callback(query, toast)
        if toast is not None or choice is None or query.message is None:
            return
        chat, message_id = query.message.chat, query.message.message_id
        if choice == CLOSE:
            await delete(context.bot, chat.id, message_id)
            return
        await self._refresh(chat, message_id, choice.page, context)

    async def _decide(self, query: CallbackQuery, choice: Choice | None, context: Context) -> str | None:
        """Store the choice; a toast where it cannot be made."""
        if choice is None or query.message is None:
            return tr(texts.TOAST_UNKNOWN)
        chat, user = query.message.chat, query.from_user
        if self._allowed_chats and chat.id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED)
        group_id = None if chat.type == chat.PRIVATE else chat.id
        if group_id is not None and not await self._admins.include(context.bot, group_id, user.id):
            return tr(texts.TOAST_SETTINGS_FOR_ADMINS)

        def keep(db: sqlite3.Connection) -> str:
            before = load_settings(db, chat.id)
            settings = apply_choice(choice, before, in_group=group_id is not None)
            if settings != before:
                save_settings(db, chat.id, settings)
            return language_for(db, user.id, user.language_code, group_id)

        try:
            set_language(await self._database.run(keep))  # it may just have been chosen
        except ValueError:
            return tr(texts.TOAST_UNKNOWN)
        return None

    async def _refresh(self, chat: Chat, message_id: int, page: Page, context: Context) -> None:
        """Show the page; again if the settings changed meanwhile: edits may overtake each other."""
        in_group = chat.type != chat.PRIVATE
        shown: Settings | None = None
        while (settings := await self._database.run(load_settings, chat.id)) != shown:
            now = datetime.now(UTC)
            html = render(page, settings, now, in_group=in_group, can_word=self._can_word)
            buttons = keyboard(page, settings, now, in_group=in_group, can_word=self._can_word)
            await edit(context.bot, chat.id, message_id, html, buttons)
            shown = settings
