"""Where the bot is: it says hello once in a group, and remembers where it cannot write."""

import sqlite3

from telegram import Message, Update
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import tr
from bot.state.conversations import Place
from bot.state.database import Memory, pseudonym
from bot.transport.delivery import place_of, send
from bot.transport.unreachable_chats import Reach, is_in, may_write

Context = ContextTypes.DEFAULT_TYPE


class Presence:
    """Notices when the bot comes and goes. `allowed_chats`: empty means everyone."""

    def __init__(self, memory: Memory, reach: Reach, allowed_chats: frozenset[int]) -> None:
        self._memory = memory
        self._reach = reach
        self._allowed_chats = allowed_chats

    async def on_update(self, update: Update, context: Context) -> None:
        """Any update, before it is handled: a message tells that the bot is in its chat."""
        message = update.message
        if message is not None and not _says_that_it_left(message, context.bot.id):
            reopened = message.forum_topic_reopened is not None
            await self._reach.heard(place_of(message), reopened=reopened)

    async def on_my_chat_member(self, update: Update, context: Context) -> None:
        """The bot was added, removed, blocked, muted, promoted or the like."""
        change = update.my_chat_member
        if change is None:
            return
        chat, before, now = change.chat, change.old_chat_member, change.new_chat_member
        await self._reach.became(chat.id, now)
        is_allowed = not self._allowed_chats or chat.id in self._allowed_chats
        has_come = not is_in(before) and is_in(now) and may_write(now)
        if not has_come or not is_allowed or chat.type not in (chat.GROUP, chat.SUPERGROUP):
            return
        if await self._memory.run(lambda notes: _introduces_itself(notes, chat.id)):
            await send(context.bot, Place(chat.id), tr(texts.INTRODUCTION))


def move_presence(notes: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: the bot is known there."""
    chats = pseudonym(notes, new_id), pseudonym(notes, old_id)
    notes.execute("UPDATE OR REPLACE introduced SET chat = ? WHERE chat = ?", chats)


def _introduces_itself(notes: sqlite3.Connection, chat_id: int) -> bool:
    """Whether it has not done so yet in this chat; from now on it has."""
    row = (pseudonym(notes, chat_id),)
    return notes.execute("INSERT OR IGNORE INTO introduced VALUES (?)", row).rowcount > 0


def _says_that_it_left(message: Message, bot_id: int) -> bool:
    return message.left_chat_member is not None and message.left_chat_member.id == bot_id
