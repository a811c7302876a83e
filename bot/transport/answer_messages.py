"""Sending an answer, or editing the messages of an earlier one."""

from collections.abc import Sequence

from telegram import Bot

from bot.rendering import keyboards
from bot.rendering.deep_links import answer_link, can_share
from bot.rendering.quote_changes import QuoteChange
from bot.rendering.short_answer import render
from bot.state.conversations import Place
from bot.state.feedback import NO_RATINGS, Tally
from bot.state.preferences import Length
from bot.transport.delivery import delete, edit, send
from retrieval.types import Answer


async def show_answer(
    bot: Bot,
    place: Place,
    answer_id: str,
    answer: Answer,
    length: Length,
    *,
    earlier_ids: tuple[int, ...] = (),
    reply_to: int | None = None,
    ratings: Tally = NO_RATINGS,
    is_copy: bool = False,
    can_post: bool = False,
    changes: Sequence[QuoteChange] = (),
) -> tuple[int, ...]:
    """Show the answer in the messages of an earlier one, then in new ones; the ids of all of them.

    `changes` of its quotes since it was given are told. The keyboard is that of the last message.
    Empty when the chat is unreachable.
    """
    keyboard = keyboards.answer_keyboard(
        answer_id,
        answer,
        answer_link(bot.username, answer_id),
        ratings,
        is_copy=is_copy,
        can_share=can_share(bot.bot),
        in_group=place.chat_id < 0,
        can_post=can_post,
    )
    parts = render(answer, length, changes)
    ids: list[int] = []
    for position, html in enumerate(parts):
        buttons = keyboard if position == len(parts) - 1 else None
        if position < len(earlier_ids):
            await edit(bot, place.chat_id, earlier_ids[position], html, buttons)
            ids.append(earlier_ids[position])
            continue
        target = reply_to if position == 0 else None
        sent = await send(bot, place, html, reply_to=target, keyboard=buttons)
        if sent is None:
            break
        ids.append(sent.message_id)
    for superfluous in earlier_ids[len(parts) :]:
        await delete(bot, place.chat_id, superfluous)
    return tuple(ids)
