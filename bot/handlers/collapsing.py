"""Collapsing an answer to one line, and expanding it again."""

import sqlite3
from datetime import UTC, datetime

from telegram import Bot

from bot.handlers.changed_quotes import changes_since
from bot.rendering import keyboards
from bot.rendering.short_answer import render_collapsed
from bot.state.answers import StoredAnswer, link_answer_messages, mark_collapsed, message_ids
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.feedback import Tally, count_votes
from bot.state.preferences import load_settings
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import delete, edit
from bot.workers import WorkerPool


async def collapse(
    bot: Bot, database: Database, answered: StoredAnswer, chat_id: int, message_id: int
) -> None:
    """Collapse the answer to one line in this message; its other messages are deleted."""

    def fold(db: sqlite3.Connection) -> tuple[int, ...]:
        mark_collapsed(db, answered.id, datetime.now(UTC))
        shown_in = message_ids(db, answered.id, chat_id)
        link_answer_messages(db, answered.id, chat_id, [message_id])
        return shown_in

    shown_in = await database.run(fold)
    await show_collapsed(bot, answered, chat_id, message_id)
    for other in shown_in:
        if other != message_id:
            await delete(bot, chat_id, other)


async def show_collapsed(bot: Bot, answered: StoredAnswer, chat_id: int, message_id: int) -> None:
    """Edit the message to the collapsed answer, with the button that expands it."""
    keyboard = keyboards.collapsed_keyboard(answered.id)
    await edit(bot, chat_id, message_id, render_collapsed(answered.answer), keyboard)


async def expand(
    bot: Bot, workers: WorkerPool, database: Database, answered: StoredAnswer, place: Place, message_id: int
) -> None:
    """Show the answer again, beginning in this message."""

    def prepare(db: sqlite3.Connection) -> Tally:
        mark_collapsed(db, answered.id, None)
        return count_votes(db, answered.id)

    ratings = await database.run(prepare)
    length = (await database.run(load_settings, place.chat_id)).length
    sent = await show_answer(
        bot,
        place,
        answered.id,
        answered.answer,
        length,
        earlier_ids=(message_id,),
        ratings=ratings,
        changes=await changes_since(workers, answered),
    )
    await database.run(link_answer_messages, answered.id, place.chat_id, sent)
