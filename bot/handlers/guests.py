"""Guest mode: somebody tags the bot in a chat it is not in, and it answers there once.

The id of a guest chat may collide with another chat's, so all state is keyed on the guest query's id.
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
from bot.rendering.inline_results import answer_result, line_result
from bot.state.answers import QuestionContext, new_id, save_answer
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.lru import LruCache
from bot.transport.delivery import edit_inline, is_harmless
from bot.updates.intents import Ask, parse_guest_intent, sender_id
from bot.updates.question_limits import QuestionLimits
from bot.workers import WorkerPool
from index.types import PUBLIC_ONLY
from retrieval.types import Conversation

LOOKING_NOTICE_AFTER_S = (
    2.0  # then it says that it is looking: Telegram lets a guest query expire, and does not say when
)
MAX_REMEMBERED = 10_000


class GuestHandlers:
    """Handles guest messages. `allowed_chats`: empty means everyone, else the ids of the allowed users."""

    def __init__(self, workers: WorkerPool, database: Database, allowed_chats: frozenset[int]) -> None:
        self._workers = workers
        self._database = database
        self._allowed_chats = allowed_chats
        self._limits = QuestionLimits()
        self._answered: LruCache[str, None] = LruCache(MAX_REMEMBERED)  # ids of queries

    async def on_message(self, update: Update, context: Context) -> None:
        """Handle a guest message; Telegram may deliver it twice."""
        message = update.guest_message
        if message is None or message.guest_query_id is None or message.guest_query_id in self._answered:
            return
        self._answered.put(message.guest_query_id, None)
        caller_id, wanted = sender_id(message), parse_guest_intent(message, context.bot.bot)
        if wanted is None or (self._allowed_chats and caller_id not in self._allowed_chats):
            return
        if not isinstance(wanted, Ask):
            await _answer_query(message, line_result(wanted.text))
        elif (refused := self._limits.ask(caller_id, caller_id)) is None:
            await self._answer(message, wanted.question, context.bot)
        elif refused.line is not None:
            await _answer_query(message, line_result(refused.line))

    async def _answer(self, message: Message, question: str, bot: Bot) -> None:
        finding = asyncio.create_task(self._find(question, sender_id(message), bot))
        try:
            await asyncio.wait({finding}, timeout=LOOKING_NOTICE_AFTER_S)
            sent = None
            if not finding.done():
                sent = await _answer_query(message, line_result(tr(texts.GUEST_LOOKING)))
                if sent is None:
                    return
            try:
                offer = await finding
            except Exception:
                await _answer_or_edit(bot, message, sent, line_result(tr(texts.GUEST_FAILED)))
                raise
            await _answer_or_edit(bot, message, sent, offer)
        finally:
            finding.cancel()

    async def _find(self, question: str, caller_id: int, bot: Bot) -> InlineQueryResultArticle:
        answer = await self._workers.answer(question, Conversation(), PUBLIC_ONLY, at_once=True)
        asked = QuestionContext(Place(caller_id), caller_id, PUBLIC_ONLY)
        answer_id, at = new_id(), datetime.now(UTC)
        await self._database.run(save_answer, answer_id, answer, asked, at, aside=True)
        keyboard = keyboards.answer_keyboard(
            answer_id,
            answer,
            answer_link(bot.username, answer_id),
            is_copy=True,
            can_share=can_share(bot.bot),
        )
        return answer_result(answer_id, answer, keyboard)


async def _answer_or_edit(
    bot: Bot, message: Message, sent: str | None, offer: InlineQueryResultArticle
) -> None:
    """Answer the query, or edit the message that already answered it."""
    content = offer.input_message_content
    if sent is not None and isinstance(content, InputTextMessageContent):
        await edit_inline(bot, sent, content.message_text, offer.reply_markup)
    elif sent is None:
        await _answer_query(message, offer)


async def _answer_query(message: Message, offer: InlineQueryResultArticle) -> str | None:
    """Answer the query; the inline message id, or None when the query has expired."""
    try:
        return (await message.answer_guest_query(offer)).inline_message_id
    except TelegramError as error:
        if not is_harmless(error):
            raise
        return None
