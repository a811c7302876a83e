"""Inline mode: who begins a message with the bot's name, in any chat, is offered cited answers to send there.

People type, and each keystroke is a query: only a user's newest is worked on, once they pause. An answer
that was offered is kept, whether it is sent or not: only @BotFather's inline feedback would tell, and the
buttons and the link under a sent answer have to work without it. Unused ones go with age like all others.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from telegram import InlineQuery, InlineQueryResultArticle, InlineQueryResultsButton, Update
from telegram.error import TelegramError

from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering import keyboards
from bot.rendering.deep_links import START, answer_link, is_link, linked_id
from bot.rendering.inline_results import answer_offer, passage_offers
from bot.rendering.telegram_html import cleaned
from bot.state.answers import Asked, by_id, keep, new_id
from bot.state.conversations import Place
from bot.state.database import Memory
from bot.state.lru import Recent
from bot.transport.delivery import harmless
from bot.updates.greetings import courtesy
from bot.updates.question_limits import Limits
from bot.workers import Desk
from retrieval.suggestions import is_vague
from retrieval.types import Answer, Conversation, Outcome

PAUSE_S = 0.3  # after the last keystroke; people who type make shorter ones
CACHE_S = 300  # Telegram's default, and how long an answer is not looked for again
MAX_CACHED = 200
MAX_QUESTIONS = 30  # a user's in a minute: more than in chats, for what was half typed counts too


@dataclass(slots=True)
class _Found:
    """What was found for a question, and for each user who asked it the id of the kept answer."""

    answer: Answer
    at: float
    ids: dict[int, str] = field(default_factory=dict)


class _Newest(NamedTuple):
    """The newest query of a user, while it is worked on."""

    update_id: int
    reply: asyncio.Task[None]


class Inline:
    """Offers answers. `allowed_chats`: empty means everyone; else only users whose private chat is named.

    `clock` in seconds.
    """

    def __init__(
        self,
        desk: Desk,
        memory: Memory,
        allowed_chats: frozenset[int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._memory = memory
        self._allowed_chats = allowed_chats
        self._clock = clock
        self._limits = Limits(MAX_QUESTIONS)
        self._newest: dict[int, _Newest] = {}  # by user
        self._found: Recent[str, _Found] = Recent(MAX_CACHED)  # by question

    async def on_query(self, update: Update, context: Context) -> None:
        """Somebody types. What they had typed before is dropped, wherever work on it is."""
        query = update.inline_query
        if query is None:
            return
        user_id, before = query.from_user.id, self._newest.get(query.from_user.id)
        if before is not None and before.update_id > update.update_id:
            return  # a webhook's updates may overtake each other
        if before is not None:
            before.reply.cancel()
        task = asyncio.create_task(self._reply(query, context))
        newest = self._newest[user_id] = _Newest(update.update_id, task)
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()
            if self._newest.get(user_id) is newest:
                del self._newest[user_id]
        if not task.cancelled():
            task.result()

    async def _reply(self, query: InlineQuery, context: Context) -> None:
        user_id, words = query.from_user.id, " ".join(cleaned(query.query).split())
        if self._allowed_chats and user_id not in self._allowed_chats:
            await _say(query, tr(texts.NOT_ALLOWED))
        elif is_link(words):
            await self._share(query, linked_id(words), context)
        elif not any(char.isalnum() for char in words) or courtesy(words):
            await _say(query, tr(texts.INLINE_HINT))
        else:
            await self._answer(query, words, context)

    async def _answer(self, query: InlineQuery, question: str, context: Context) -> None:
        user_id, found = query.from_user.id, self._found.get(question)
        if found is None or self._clock() - found.at > CACHE_S:
            await asyncio.sleep(PAUSE_S)
            if (refused := self._limits.ask(user_id, user_id)) is not None:
                await _say(query, refused.line or tr(texts.INLINE_WAIT))
                return
            answer = await self._desk.answer(question, Conversation(), at_once=True)
            found = _Found(answer, self._clock())
            self._found.put(question, found)
        if found.answer.outcome is Outcome.NOT_FOUND:
            await _say(query, tr(texts.INLINE_NOT_FOUND), cache_s=CACHE_S)
            return
        if is_vague(question):
            button = InlineQueryResultsButton(tr(texts.INLINE_VAGUE), start_parameter=START)
            await _offer(query, passage_offers(found.answer), button, CACHE_S)
            return
        answer_id = await self._kept(found, user_id)
        offers = [_ready(answer_id, found.answer, context), *passage_offers(found.answer)]
        await _offer(query, offers, cache_s=CACHE_S)

    async def _kept(self, found: _Found, user_id: int) -> str:
        """The id of the answer as it is kept for the user, whose /forget may have been in between."""
        known = found.ids.get(user_id)
        if known is not None and await self._memory.run(lambda notes: by_id(notes, known)) is not None:
            return known
        answer_id, asked, at = new_id(), Asked(Place(user_id), user_id), datetime.now(UTC)
        await self._memory.run(lambda notes: keep(notes, answer_id, found.answer, asked, at, aside=True))
        found.ids[user_id] = answer_id
        return answer_id

    async def _share(self, query: InlineQuery, answer_id: str, context: Context) -> None:
        """The frozen answer, for whoever knows its id: as its link opens it."""
        answered = await self._memory.run(lambda notes: by_id(notes, answer_id))
        if answered is None or answered.removed:
            await _say(query, tr(texts.INLINE_UNKNOWN if answered is None else texts.REMOVED))
            return
        await _offer(query, [_ready(answer_id, answered.answer, context)])


def _ready(answer_id: str, answer: Answer, context: Context) -> InlineQueryResultArticle:
    address = answer_link(context.bot.username, answer_id)
    keyboard = keyboards.under_answer(answer_id, answer, address, is_copy=True, can_share=True)
    return answer_offer(answer_id, answer, keyboard)


async def _say(query: InlineQuery, line: str, cache_s: int = 0) -> None:
    """Nothing to send, and a line above it that leads to the private chat."""
    await _offer(query, [], InlineQueryResultsButton(line, start_parameter=START), cache_s)


async def _offer(
    query: InlineQuery,
    offers: Sequence[InlineQueryResultArticle],
    button: InlineQueryResultsButton | None = None,
    cache_s: int = 0,
) -> None:
    """Personal: Telegram may show nobody else what was found for one user, who perhaps alone is allowed."""
    try:
        await query.answer(offers, cache_time=cache_s, is_personal=True, button=button)
    except TelegramError as error:  # too late: the user has typed on
        if not harmless(error):
            raise
