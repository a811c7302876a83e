"""Questions offered on buttons: what to ask next under an answer, what was meant by a vague question.

Only in private chats. Each was asked before it is offered (retrieval/suggestions.py). Next questions are
tried after the answer has been sent, while nobody waits for one, and the buttons are added to it then.
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
from bot.rendering.keyboards import Action, Pressed
from bot.rendering.short_answer import render
from bot.state.conversations import Place, conversation
from bot.state.database import Memory
from bot.state.feedback import Tally, tally
from bot.state.lru import Recent
from bot.state.preferences import Length, settings_of
from bot.transport.delivery import BotApplication, edit, send
from bot.workers import Desk, beside
from index.types import Article
from retrieval.events import events, names_no_event
from retrieval.suggestions import (
    LEAST_MEANT,
    Shortlist,
    article_ids,
    is_vague,
    meanings,
    next_questions,
)
from retrieval.types import Answer

logger = logging.getLogger(__name__)

PAUSE_S = 0.5  # who goes on at once needs no suggestions
MAX_REMEMBERED = 1_000  # answers whose buttons were pressed


def keep_suggestions(notes: sqlite3.Connection, answer_id: str, questions: Sequence[str]) -> None:
    """Remember what is offered under the answer; nothing happens when that is gone."""
    for number, question in enumerate(questions):
        notes.execute(
            "INSERT INTO suggestion (answer, number, question) SELECT id, ?, ? FROM answer WHERE id = ?"
            " ON CONFLICT DO UPDATE SET question = excluded.question",
            (number, question, answer_id),
        )


def suggestions(notes: sqlite3.Connection, answer_id: str) -> list[str]:
    """What is offered under the answer."""
    rows = notes.execute("SELECT question FROM suggestion WHERE answer = ? ORDER BY number", (answer_id,))
    return [question for (question,) in rows]


def with_suggestions(
    keyboard: InlineKeyboardMarkup, answer_id: str, questions: Sequence[str]
) -> InlineKeyboardMarkup:
    """The keyboard with a row for each question below its own rows."""
    rows = [
        [InlineKeyboardButton(text, callback_data=Pressed(Action.SUGGESTED, answer_id, number).data)]
        for number, text in enumerate(questions)
    ]
    return InlineKeyboardMarkup([*keyboard.inline_keyboard, *rows])


async def ask_back(
    bot: Bot, place: Place, answer_id: str, question: str, meant: Sequence[str]
) -> tuple[int, ...]:
    """The id of the message that asks which question was meant; none when the chat cannot be written to."""
    line = tr(texts.DID_YOU_MEAN).format(question=question)
    keyboard = with_suggestions(InlineKeyboardMarkup([]), answer_id, meant)
    sent = await send(bot, place, escape(line, quote=False), keyboard=keyboard)
    return () if sent is None else (sent.message_id,)


class Suggesting:
    """Finds what to offer. `pause_s`: how long after an answer."""

    def __init__(self, desk: Desk, memory: Memory, pause_s: float = PAUSE_S) -> None:
        self._desk = desk
        self._memory = memory
        self._pause_s = pause_s
        self._under_way: dict[int, asyncio.Task[None]] = {}  # chat -> what is tried for it
        self._pressed: Recent[str, None] = Recent(MAX_REMEMBERED)

    def begin(
        self, application: BotApplication, chat_id: int, answer_id: str, answer: Answer, message_id: int
    ) -> None:
        """Offer next questions under the message before long, instead of any still tried for this chat."""
        self.leave_off(chat_id)
        if not answer.citations:
            return
        work = self._offer(application, chat_id, answer_id, answer, message_id)
        task = self._under_way[chat_id] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._done(chat_id, done))

    def leave_off(self, chat_id: int) -> None:
        """Somebody goes on in this chat: what would be offered under the last answer comes too late."""
        if task := self._under_way.pop(chat_id, None):
            task.cancel()

    def hands_off(self, answer_id: str) -> None:
        """A button of this answer was pressed: its message may show anything now."""
        self._pressed.put(answer_id, None)

    def close(self) -> None:
        """Offer nothing more."""
        for chat_id in list(self._under_way):
            self.leave_off(chat_id)

    async def meant(self, question: str, answer: Answer, place: Place, follows: str | None) -> list[str]:
        """What somebody may have meant; empty unless the question is vague and could mean several things."""
        before = await self._memory.run(lambda notes: conversation(notes, place.chat_id, follows))
        if is_vague(question):
            articles = await self._articles(article_ids(answer))
            shortlist = await beside(lambda: meanings(answer, before, articles))
        elif names_no_event(question, answer):
            articles = await self._articles(answer.retrieved)
            shortlist = await beside(lambda: events(answer, articles))
        else:
            return []
        after = before.after(answer)
        for proposal in shortlist.to_try():
            shortlist.weigh(proposal, await self._desk.answer(proposal.question, after))
        return shortlist.questions if len(shortlist.questions) >= LEAST_MEANT else []

    async def _offer(
        self, application: BotApplication, chat_id: int, answer_id: str, answer: Answer, message_id: int
    ) -> None:
        await asyncio.sleep(self._pause_s)
        questions = await self._next(chat_id, answer_id, answer)
        if not questions:
            return

        def keep(notes: sqlite3.Connection) -> tuple[list[str], Tally, Length]:
            keep_suggestions(notes, answer_id, questions)
            kept = suggestions(notes, answer_id)  # none when the answer was forgotten meanwhile
            return kept, tally(notes, answer_id), settings_of(notes, chat_id).length

        kept, voices, length = await self._memory.run(keep)
        bot: Bot = application.bot
        if not kept or answer_id in self._pressed or not application.running:
            return
        html = render(answer, length)[-1]
        link, share = answer_link(bot.username, answer_id), can_share(application.bot)
        keyboard = keyboards.under_answer(answer_id, answer, link, voices, can_share=share)
        # The words once more: PTB 22.8 adds its default parse mode to edits of a keyboard alone.
        await edit(bot, chat_id, message_id, html, with_suggestions(keyboard, answer_id, kept))

    async def _next(self, chat_id: int, answer_id: str, answer: Answer) -> list[str]:
        """Next questions, tried in the conversation that would go on from the answer."""
        after = await self._memory.run(lambda notes: conversation(notes, chat_id, answer_id))
        articles = await self._articles(article_ids(answer))
        shortlist: Shortlist = await self._desk.aside(lambda: next_questions(answer, after, articles))
        for proposal in shortlist.to_try():
            shortlist.weigh(proposal, await self._desk.answer_aside(proposal.question, after))
        return shortlist.questions

    async def _articles(self, ids: Sequence[str]) -> list[Article]:
        found = [await self._desk.article(article_id) for article_id in ids]
        return [article for article in found if article is not None]

    def _done(self, chat_id: int, task: asyncio.Task[None]) -> None:
        if self._under_way.get(chat_id) is task:
            del self._under_way[chat_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("nothing suggested in chat %s: %s", chat_id, error)  # the answer was delivered
