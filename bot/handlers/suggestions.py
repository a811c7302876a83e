"""Suggested questions on buttons, in private chats: follow-ups, and the meanings of a vague question.

Each was answered before it is offered (retrieval/suggestions/shortlist.py). Follow-ups are tried in the
background after the answer was sent; the buttons are added to its message then.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from html import escape

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering import keyboards
from bot.rendering.deep_links import answer_link, can_share
from bot.rendering.keyboards import Action, CallbackData
from bot.rendering.short_answer import render
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.feedback import Tally, count_votes
from bot.state.group_collections import conversation_in
from bot.state.lru import LruCache
from bot.state.preferences import Length, load_settings
from bot.transport.delivery import BotApplication, edit, send
from bot.workers import WorkerPool, run_in_daemon_thread
from index.types import Article, SearchFilter
from retrieval.suggestions.clarification import events, names_no_event
from retrieval.suggestions.shortlist import (
    LEAST_MEANT,
    Shortlist,
    article_ids,
    is_vague,
    meanings,
    next_questions,
)
from retrieval.types import Answer

logger = logging.getLogger(__name__)

PAUSE_S = 0.5  # who asks on at once needs no suggestions
MAX_REMEMBERED = 1_000  # answers whose buttons were pressed


def save_suggestions(db: sqlite3.Connection, answer_id: str, questions: Sequence[str]) -> None:
    """Store the suggestions of an answer; nothing happens when the answer is gone."""
    for number, question in enumerate(questions):
        db.execute(
            "INSERT INTO suggestion (answer, number, question) SELECT id, ?, ? FROM answer WHERE id = ?"
            " ON CONFLICT DO UPDATE SET question = excluded.question",
            (number, question, answer_id),
        )


def load_suggestions(db: sqlite3.Connection, answer_id: str) -> list[str]:
    """The suggestions stored for the answer."""
    rows = db.execute("SELECT question FROM suggestion WHERE answer = ? ORDER BY number", (answer_id,))
    return [question for (question,) in rows]


def add_suggestions(
    keyboard: InlineKeyboardMarkup, answer_id: str, questions: Sequence[str]
) -> InlineKeyboardMarkup:
    """The keyboard with a row for each question below its own rows."""
    rows = [
        [InlineKeyboardButton(text, callback_data=CallbackData(Action.SUGGESTED, answer_id, number).data)]
        for number, text in enumerate(questions)
    ]
    return InlineKeyboardMarkup([*keyboard.inline_keyboard, *rows])


async def send_clarification(
    bot: Bot, place: Place, answer_id: str, question: str, meant: Sequence[str]
) -> tuple[int, ...]:
    """Send the message that asks which question was meant; its id, or nothing if the chat is unreachable."""
    line = tr(texts.DID_YOU_MEAN).format(question=question)
    keyboard = add_suggestions(InlineKeyboardMarkup([]), answer_id, meant)
    sent = await send(bot, place, escape(line, quote=False), keyboard=keyboard)
    return () if sent is None else (sent.message_id,)


class SuggestionOffers:
    """Finds suggestions. `pause_s`: how long after an answer."""

    def __init__(self, workers: WorkerPool, database: Database, pause_s: float = PAUSE_S) -> None:
        self._workers = workers
        self._database = database
        self._pause_s = pause_s
        self._under_way: dict[int, asyncio.Task[None]] = {}  # chat -> what is tried for it
        self._pressed: LruCache[str, None] = LruCache(MAX_REMEMBERED)

    def begin(
        self, application: BotApplication, chat_id: int, answer_id: str, answer: Answer, message_id: int
    ) -> None:
        """Schedule follow-ups for the message, in place of any still being tried for this chat."""
        self.cancel_offer(chat_id)
        if not answer.citations:
            return
        work = self._offer(application, chat_id, answer_id, answer, message_id)
        task = self._under_way[chat_id] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._done(chat_id, done))

    def cancel_offer(self, chat_id: int) -> None:
        """Cancel what is being tried for this chat: somebody asked the next question."""
        if task := self._under_way.pop(chat_id, None):
            task.cancel()

    def suppress(self, answer_id: str) -> None:
        """Add no suggestions to this answer: a press of its buttons may have changed its view."""
        self._pressed.put(answer_id, None)

    def close(self) -> None:
        """Cancel everything."""
        for chat_id in list(self._under_way):
            self.cancel_offer(chat_id)

    async def meant(self, question: str, answer: Answer, place: Place, follows: str | None) -> list[str]:
        """Questions that a vague question may mean; empty unless there are several."""
        before, where = await self._database.run(conversation_in, place, follows)
        if is_vague(question):
            articles = await self._articles(article_ids(answer), where)
            shortlist = await run_in_daemon_thread(lambda: meanings(answer, before, articles))
        elif names_no_event(question, answer):
            articles = await self._articles(answer.retrieved, where)
            shortlist = await run_in_daemon_thread(lambda: events(answer, articles))
        else:
            return []
        after = before.after(answer)
        for proposal in shortlist.to_try():
            shortlist.weigh(proposal, await self._workers.answer(proposal.question, after, where))
        return shortlist.questions if len(shortlist.questions) >= LEAST_MEANT else []

    async def _offer(
        self, application: BotApplication, chat_id: int, answer_id: str, answer: Answer, message_id: int
    ) -> None:
        await asyncio.sleep(self._pause_s)
        questions = await self._next(chat_id, answer_id, answer)
        if not questions:
            return

        def keep(db: sqlite3.Connection) -> tuple[list[str], Tally, Length]:
            save_suggestions(db, answer_id, questions)
            kept = load_suggestions(db, answer_id)  # none when the answer was forgotten meanwhile
            return kept, count_votes(db, answer_id), load_settings(db, chat_id).length

        kept, ratings, length = await self._database.run(keep)
        bot: Bot = application.bot
        if not kept or answer_id in self._pressed or not application.running:
            return
        html = render(answer, length)[-1]
        link, share = answer_link(bot.username, answer_id), can_share(application.bot)
        keyboard = keyboards.answer_keyboard(answer_id, answer, link, ratings, can_share=share)
        # The words once more: PTB 22.8 adds its default parse mode to edits of a keyboard alone.
        await edit(bot, chat_id, message_id, html, add_suggestions(keyboard, answer_id, kept))

    async def _next(self, chat_id: int, answer_id: str, answer: Answer) -> list[str]:
        """Follow-ups that were answered in the conversation after this answer."""
        after, where = await self._database.run(conversation_in, Place(chat_id), answer_id)
        articles = await self._articles(article_ids(answer), where)
        shortlist: Shortlist = await self._workers.run_in_background(
            lambda: next_questions(answer, after, articles)
        )
        for proposal in shortlist.to_try():
            tried = await self._workers.answer_in_background(proposal.question, after, where)
            shortlist.weigh(proposal, tried)
        return shortlist.questions

    async def _articles(self, ids: Sequence[str], where: SearchFilter) -> list[Article]:
        return list((await self._workers.articles(ids, where)).values())

    def _done(self, chat_id: int, task: asyncio.Task[None]) -> None:
        if self._under_way.get(chat_id) is task:
            del self._under_way[chat_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("nothing suggested in chat %s: %s", chat_id, error)  # the answer was delivered
