"""Guest mode: somebody tags the bot in a chat it is not in, and it answers there once.

Nothing is known of that chat, whose id may be another chat's too: all that is kept goes by the query's id.
@BotFather's restriction on who may use the bot does not cover guests, so callers are checked here.
"""

import asyncio
from datetime import UTC, datetime

from telegram import Bot, InlineQueryResultArticle, InputTextMessageContent, Message, Update
from telegram.error import TelegramError

from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering import keyboards
from bot.rendering.deep_links import answer_link, can_share
from bot.rendering.inline_results import answer_offer, line_offer
from bot.state.answers import Asked, keep, new_id
from bot.state.conversations import Place
from bot.state.database import Memory
from bot.state.lru import Recent
from bot.transport.delivery import edit_inline, harmless
from bot.updates.intents import Ask, guest_intent, writer_id
from bot.updates.question_limits import Limits
from bot.workers import Desk
from retrieval.types import Conversation

PATIENCE_S = 2.0  # then it says that it is looking: Telegram lets a guest query expire, and does not say when
MAX_REMEMBERED = 10_000


class Guests:
    """Answers those who tag the bot elsewhere. `allowed_chats`: empty means everyone; else it names them."""

    def __init__(self, desk: Desk, memory: Memory, allowed_chats: frozenset[int]) -> None:
        self._desk = desk
        self._memory = memory
        self._allowed_chats = allowed_chats
        self._limits = Limits()
        self._answered: Recent[str, None] = Recent(MAX_REMEMBERED)  # ids of queries

    async def on_message(self, update: Update, context: Context) -> None:
        """A message that tags the bot; it may come twice."""
        message = update.guest_message
        if message is None or message.guest_query_id is None or message.guest_query_id in self._answered:
            return
        self._answered.put(message.guest_query_id, None)
        caller_id, wanted = writer_id(message), guest_intent(message, context.bot.bot)
        if wanted is None or (self._allowed_chats and caller_id not in self._allowed_chats):
            return
        if not isinstance(wanted, Ask):
            await _reply(message, line_offer(wanted.text))
        elif (refused := self._limits.ask(caller_id, caller_id)) is None:
            await self._answer(message, wanted.question, context.bot)
        elif refused.line is not None:
            await _reply(message, line_offer(refused.line))

    async def _answer(self, message: Message, question: str, bot: Bot) -> None:
        finding = asyncio.create_task(self._find(question, writer_id(message), bot))
        try:
            await asyncio.wait({finding}, timeout=PATIENCE_S)
            sent = None
            if not finding.done():
                sent = await _reply(message, line_offer(tr(texts.GUEST_LOOKING)))
                if sent is None:
                    return
            try:
                offer = await finding
            except Exception:
                await _show(bot, message, sent, line_offer(tr(texts.GUEST_FAILED)))
                raise
            await _show(bot, message, sent, offer)
        finally:
            finding.cancel()

    async def _find(self, question: str, caller_id: int, bot: Bot) -> InlineQueryResultArticle:
        answer = await self._desk.answer(question, Conversation(), at_once=True)
        answer_id, asked, at = new_id(), Asked(Place(caller_id), caller_id), datetime.now(UTC)
        await self._memory.run(lambda notes: keep(notes, answer_id, answer, asked, at, aside=True))
        keyboard = keyboards.under_answer(
            answer_id,
            answer,
            answer_link(bot.username, answer_id),
            is_copy=True,
            can_share=can_share(bot.bot),
        )
        return answer_offer(answer_id, answer, keyboard)


async def _show(bot: Bot, message: Message, sent: str | None, offer: InlineQueryResultArticle) -> None:
    """Answer the query, or change what it was answered with."""
    content = offer.input_message_content
    if sent is not None and isinstance(content, InputTextMessageContent):
        await edit_inline(bot, sent, content.message_text, offer.reply_markup)
    elif sent is None:
        await _reply(message, offer)


async def _reply(message: Message, offer: InlineQueryResultArticle) -> str | None:
    """The inline id of the one message that answers the query; None when it has expired."""
    try:
        return (await message.answer_guest_query(offer)).inline_message_id
    except TelegramError as error:
        if not harmless(error):
            raise
        return None
