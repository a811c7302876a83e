"""Answers in a language model's words: drafts while it writes, and a note when its tokens are used up."""

from collections.abc import Iterable, Sequence
from html import escape

from telegram import Bot, Message

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.telegram_html import clean
from bot.state.conversations import Place
from bot.transport.delivery import place_of, send, send_draft
from bot.workers import AnswerWriter
from retrieval.types import Answer, Statement


async def word(writer: AnswerWriter, answer: Answer, message: Message, bot: Bot) -> Answer:
    """The answer as the writer words it; in a private chat its checked sentences are shown as they come."""
    if message.chat.type != message.chat.PRIVATE:
        return await writer.word(answer, None)

    async def show(statements: Sequence[Statement]) -> None:
        html = escape(clean(" ".join(one.text for one in statements)), quote=False)
        await send_draft(bot, place_of(message), message.message_id, html)

    return await writer.word(answer, show)


async def tell_budget_spent(bot: Bot, admin_ids: Iterable[int], tokens: int) -> None:
    """Tell the admins that answers are quotes alone for the rest of the day."""
    for admin_id in admin_ids:
        await send(bot, Place(admin_id, None), tr(texts.BUDGET_SPENT).format(tokens=f"{tokens:,}"))
