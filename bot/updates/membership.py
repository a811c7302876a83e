"""The bot's membership of chats: it introduces itself once in a group, and records where it cannot write."""

import sqlite3
from datetime import UTC, datetime

from telegram import Message, Update
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import tr
from bot.state.conversations import Place
from bot.state.database import Database, pseudonym
from bot.state.group_collections import note_membership
from bot.transport.delivery import place_of, send
from bot.transport.unreachable_chats import UnreachableChats, is_member, may_write

Context = ContextTypes.DEFAULT_TYPE


class MembershipTracker:
    """Tracks where the bot is a member. `allowed_chats`: empty means everyone."""

    def __init__(
        self, database: Database, unreachable: UnreachableChats, allowed_chats: frozenset[int]
    ) -> None:
        self._database = database
        self._unreachable = unreachable
        self._allowed_chats = allowed_chats

    async def on_update(self, update: Update, context: Context) -> None:
        """A message shows that the bot is in its chat."""
        message = update.message
        if message is None or message.forum_topic_closed or _is_bot_leaving(message, context.bot.id):
            return
        await self._unreachable.record_message(place_of(message))

    async def on_my_chat_member(self, update: Update, context: Context) -> None:
        """The bot was added, removed, blocked, muted or promoted."""
        change = update.my_chat_member
        if change is None:
            return
        chat, before, now = change.chat, change.old_chat_member, change.new_chat_member
        await self._unreachable.record_membership(chat.id, now)
        left_at = None if is_member(now) else datetime.now(UTC)
        await self._database.run(note_membership, chat.id, left_at)
        is_allowed = not self._allowed_chats or chat.id in self._allowed_chats
        has_come = not is_member(before) and is_member(now) and may_write(now)
        if not has_come or not is_allowed or chat.type not in (chat.GROUP, chat.SUPERGROUP):
            return
        if await self._database.run(_claim_introduction, chat.id):
            await send(context.bot, Place(chat.id), tr(texts.INTRODUCTION))


def move_introductions(db: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: the bot has introduced itself there."""
    chats = pseudonym(db, new_id), pseudonym(db, old_id)
    db.execute("UPDATE OR REPLACE introduced SET chat = ? WHERE chat = ?", chats)


def _claim_introduction(db: sqlite3.Connection, chat_id: int) -> bool:
    """Record the introduction; False when the bot has introduced itself in this chat before."""
    row = (pseudonym(db, chat_id),)
    return db.execute("INSERT OR IGNORE INTO introduced VALUES (?)", row).rowcount > 0


def _is_bot_leaving(message: Message, bot_id: int) -> bool:
    return message.left_chat_member is not None and message.left_chat_member.id == bot_id
