"""An answer in its messages: new ones, or those of the answer before an edit."""

from telegram import Bot, InlineKeyboardMarkup

from bot.conversations import Place
from bot.delivery import delete, edit, send
from bot.render import render_answer
from retrieval.types import Answer


async def show_answer(
    bot: Bot,
    place: Place,
    answer: Answer,
    keyboard: InlineKeyboardMarkup,
    *,
    earlier_ids: tuple[int, ...] = (),
    reply_to: int | None = None,
) -> tuple[int, ...]:
    """The ids of the messages that show the answer: first those of an earlier one, then new ones.

    The buttons stand under the last. None when the chat cannot be written to.
    """
    parts = render_answer(answer)
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
