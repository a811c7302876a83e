"""Answers that are collapsed to one line where they were given, and shown again."""

import sqlite3
from datetime import UTC, datetime

from telegram import Bot

from bot.rendering import keyboards
from bot.rendering.short_answer import render_collapsed
from bot.state.answers import Answered, mark_collapsed, message_ids, show_in
from bot.state.conversations import Place
from bot.state.database import Memory
from bot.state.feedback import Tally, tally
from bot.state.preferences import settings_of
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import delete, edit


async def collapse(bot: Bot, memory: Memory, answered: Answered, chat_id: int, message_id: int) -> None:
    """Make the answer one line, in this message; others that show a part of it go."""

    def fold(notes: sqlite3.Connection) -> tuple[int, ...]:
        mark_collapsed(notes, answered.id, datetime.now(UTC))
        shown_in = message_ids(notes, answered.id, chat_id)
        show_in(notes, answered.id, chat_id, [message_id])
        return shown_in

    shown_in = await memory.run(fold)
    await show_collapsed(bot, answered, chat_id, message_id)
    for other in shown_in:
        if other != message_id:
            await delete(bot, chat_id, other)


async def show_collapsed(bot: Bot, answered: Answered, chat_id: int, message_id: int) -> None:
    """The answer as one line, with the button that shows it again."""
    keyboard = keyboards.under_collapsed(answered.id)
    await edit(bot, chat_id, message_id, render_collapsed(answered.answer), keyboard)


async def unfold(bot: Bot, memory: Memory, answered: Answered, place: Place, message_id: int) -> None:
    """Show the answer again, from this message on."""

    def prepare(notes: sqlite3.Connection) -> Tally:
        mark_collapsed(notes, answered.id, None)
        return tally(notes, answered.id)

    voices = await memory.run(prepare)
    length = (await memory.run(lambda notes: settings_of(notes, place.chat_id))).length
    earlier = (message_id,)
    sent = await show_answer(
        bot, place, answered.id, answered.answer, length, earlier_ids=earlier, voices=voices
    )
    await memory.run(lambda notes: show_in(notes, answered.id, place.chat_id, sent))
