"""Inline mode: a message that begins with the bot's name is offered cited answers, in any chat.

Each keystroke is a query: only a user's latest one is answered, after a debounce. An offered answer is stored
whether it is sent or not: only @BotFather's inline feedback would tell, and the buttons and the link under a
sent answer have to work without it. Unused ones expire like all others.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from telegram import InlineQuery, InlineQueryResultArticle, InlineQueryResultsButton, Update
from telegram.error import TelegramError

from bot.handlers.changed_quotes import changes_since
from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering import keyboards
from bot.rendering.deep_links import START, answer_link, is_answer_link, parse_answer_id
from bot.rendering.inline_results import answer_result, passage_results
from bot.rendering.quote_changes import QuoteChange
from bot.rendering.telegram_html import clean
from bot.state.answers import QuestionContext, answer_by_id, new_id, save_answer
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.lru import LruCache
from bot.transport.delivery import is_harmless
from bot.updates.greetings import courtesy_reply
from bot.updates.question_limits import QuestionLimits
from bot.workers import WorkerPool
from index.types import PUBLIC_ONLY
from retrieval.suggestions.shortlist import is_vague
from retrieval.types import Answer, Conversation, Outcome

DEBOUNCE_S = 0.3  # after the last keystroke; people who type make shorter ones
CACHE_S = 300  # Telegram's default, and how long an answer is not looked for again
MAX_CACHED = 200
MAX_QUESTIONS = 30  # a user's in a minute: more than in chats, for what was half typed counts too


@dataclass(slots=True)
class _CachedAnswer:
    """The answer to a question, and for each user who asked it the id under which it is stored."""

    answer: Answer
    at: float
    generation: int  # of the index
    ids: dict[int, str] = field(default_factory=dict)


class _LatestQuery(NamedTuple):
    """The latest query of a user, while it is being answered."""

    update_id: int
    reply: asyncio.Task[None]


class InlineHandlers:
    """Handles inline queries. `allowed_chats`: empty means everyone, else the ids of the allowed users.

    `clock` in seconds.
    """

    def __init__(
        self,
        workers: WorkerPool,
        database: Database,
        allowed_chats: frozenset[int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._workers = workers
        self._database = database
        self._allowed_chats = allowed_chats
        self._clock = clock
        self._limits = QuestionLimits(MAX_QUESTIONS)
        self._newest: dict[int, _LatestQuery] = {}  # by user
        self._found: LruCache[str, _CachedAnswer] = LruCache(MAX_CACHED)  # by question

    async def on_query(self, update: Update, context: Context) -> None:
        """Answer the query; the user's earlier query is cancelled."""
        query = update.inline_query
        if query is None:
            return
        user_id, before = query.from_user.id, self._newest.get(query.from_user.id)
        if before is not None and before.update_id > update.update_id:
            return  # a webhook's updates may overtake each other
        if before is not None:
            before.reply.cancel()
        task = asyncio.create_task(self._reply(query, context))
        newest = self._newest[user_id] = _LatestQuery(update.update_id, task)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            if self._newest.get(user_id) is newest:
                del self._newest[user_id]
        if not task.cancelled():
            task.result()

    async def _reply(self, query: InlineQuery, context: Context) -> None:
        user_id, words = query.from_user.id, " ".join(clean(query.query).split())
        if self._allowed_chats and user_id not in self._allowed_chats:
            await _answer_with_line(query, tr(texts.NOT_ALLOWED))
        elif is_answer_link(words):
            await self._share(query, parse_answer_id(words), context)
        elif not any(char.isalnum() for char in words) or courtesy_reply(words):
            await _answer_with_line(query, tr(texts.INLINE_HINT))
        else:
            await self._answer(query, words, context)

    async def _answer(self, query: InlineQuery, question: str, context: Context) -> None:
        user_id, found = query.from_user.id, self._found.get(question)
        generation = await self._workers.generation()  # an article withdrawn since must not be shown
        if found is None or self._clock() - found.at > CACHE_S or found.generation != generation:
            await asyncio.sleep(DEBOUNCE_S)
            if (refused := self._limits.ask(user_id, user_id)) is not None:
                await _answer_with_line(query, refused.line or tr(texts.INLINE_WAIT))
                return
            answer = await self._workers.answer(question, Conversation(), PUBLIC_ONLY, at_once=True)
            found = _CachedAnswer(answer, self._clock(), generation)
            self._found.put(question, found)
        if found.answer.outcome is Outcome.NOT_FOUND:
            await _answer_with_line(query, tr(texts.INLINE_NOT_FOUND), cache_s=CACHE_S)
            return
        if is_vague(question):
            button = InlineQueryResultsButton(tr(texts.INLINE_VAGUE), start_parameter=START)
            await _answer_query(query, passage_results(found.answer), button, CACHE_S)
            return
        answer_id = await self._saved_id(found, user_id)
        offers = [_shareable_result(answer_id, found.answer, context), *passage_results(found.answer)]
        await _answer_query(query, offers, cache_s=CACHE_S)

    async def _saved_id(self, found: _CachedAnswer, user_id: int) -> str:
        """The id of the answer stored for the user; stored again if they used /forget meanwhile."""
        known = found.ids.get(user_id)
        if known is not None and await self._database.run(answer_by_id, known) is not None:
            return known
        answer_id, at = new_id(), datetime.now(UTC)
        asked = QuestionContext(Place(user_id), user_id, PUBLIC_ONLY)
        await self._database.run(save_answer, answer_id, found.answer, asked, at, aside=True)
        found.ids[user_id] = answer_id
        return answer_id

    async def _share(self, query: InlineQuery, answer_id: str, context: Context) -> None:
        """Offer the stored answer with this id, as its link would open it."""
        answered = await self._database.run(answer_by_id, answer_id)
        if answered is None or answered.removed:
            await _answer_with_line(query, tr(texts.INLINE_UNKNOWN if answered is None else texts.REMOVED))
            return
        if answered.collections:  # nobody knows in which chat it is going to be sent
            await _answer_with_line(query, tr(texts.FOR_ITS_GROUP))
            return
        changes = await changes_since(self._workers, answered)
        await _answer_query(query, [_shareable_result(answer_id, answered.answer, context, changes)])


def _shareable_result(
    answer_id: str, answer: Answer, context: Context, changes: Sequence[QuoteChange] = ()
) -> InlineQueryResultArticle:
    address = answer_link(context.bot.username, answer_id)
    keyboard = keyboards.answer_keyboard(answer_id, answer, address, is_copy=True, can_share=True)
    return answer_result(answer_id, answer, keyboard, changes)


async def _answer_with_line(query: InlineQuery, line: str, cache_s: int = 0) -> None:
    """No results, and a button with this line that opens the private chat."""
    await _answer_query(query, [], InlineQueryResultsButton(line, start_parameter=START), cache_s)


async def _answer_query(
    query: InlineQuery,
    offers: Sequence[InlineQueryResultArticle],
    button: InlineQueryResultsButton | None = None,
    cache_s: int = 0,
) -> None:
    """Answer the query. Personal: Telegram must not show it to users who are not allowed."""
    try:
        await query.answer(offers, cache_time=cache_s, is_personal=True, button=button)
    except TelegramError as error:  # too late: the user has typed on
        if not is_harmless(error):
            raise
