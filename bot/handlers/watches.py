"""`/watch` and `/watches`: who watches a question is told when new articles change its answer."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from telegram import Bot, Message
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import current_language, tr, use_language
from bot.rendering.telegram_html import to_html
from bot.state.answers import QuestionContext, StoredAnswer, answer_by_id, new_id, save_answer
from bot.state.conversations import Place, Role, latest_answer_id, link_message
from bot.state.database import Database
from bot.state.group_collections import conversation_in, searched_in
from bot.state.preferences import load_settings
from bot.state.watches import (
    Watch,
    add_watch,
    has_watches,
    note_checked,
    note_told,
    remove_watch,
    watches_in,
    watches_to_check,
)
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import place_of, reply, send, show_typing
from bot.updates.intents import sender_id
from bot.workers import WorkerPool
from index.errors import IndexingError
from index.types import SearchFilter
from retrieval.questions.kinds import kind_of
from retrieval.types import Answer, Conversation
from retrieval.values import Relation, relation

Context = ContextTypes.DEFAULT_TYPE
logger = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0  # for changes of the index
PAUSE = timedelta(hours=1)  # between two messages about one question
MAX_WATCHES = 20  # in a chat
GIVEN_BEFORE = -1  # an answer's generation: it is compared with what is stored now at the next look
SHOWN_BEFORE = 3  # texts of the earlier answer that are named


class Watches:
    """Handles the commands, and asks watched questions again. `now` for tests."""

    def __init__(
        self,
        workers: WorkerPool,
        database: Database,
        allowed_chats: frozenset[int],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._workers = workers
        self._database = database
        self._allowed_chats = allowed_chats
        self._now = now

    async def watch(self, message: Message, question: str, above: str | None, context: Context) -> None:
        """Watch the question, or that of the answer `above` which the message replies to."""
        place = place_of(message)
        generation = await self._workers.generation()
        if question:
            answered = None
            follows = above or await self._database.run(latest_answer_id, place)
            before, where = await self._database.run(conversation_in, place, follows)
            async with show_typing(context.bot, place):
                answer = await self._workers.answer(question, before, where)
        else:
            answered = await self._answered(above)
            if answered is None:
                await reply(context.bot, message, tr(texts.WATCH_WHAT))
                return
            if not await self._is_answered_alike(answered, place):
                await reply(context.bot, message, tr(texts.WATCH_IN_ITS_GROUP))
                return
            answer, generation = answered.answer, GIVEN_BEFORE
        if not await self._add(place, sender_id(message), answer, generation):
            await reply(context.bot, message, tr(texts.WATCH_TOO_MANY).format(limit=MAX_WATCHES))
            return
        await reply(context.bot, message, tr(texts.WATCHING).format(question=answer.standalone))
        if answered is None:
            await self._show(context.bot, place, answer, where, sender_id(message))

    async def watch_answered(self, place: Place, person_id: int, answered: StoredAnswer) -> str:
        """Watch the question of an answer whose button was pressed; the toast that says so."""
        if not await self._is_answered_alike(answered, place):
            return tr(texts.WATCH_IN_ITS_GROUP)
        if await self._add(place, person_id, answered.answer, GIVEN_BEFORE):
            return tr(texts.TOAST_WATCHING)
        return tr(texts.WATCH_TOO_MANY).format(limit=MAX_WATCHES)

    async def _add(self, place: Place, person_id: int, answer: Answer, generation: int) -> bool:
        return await self._database.run(
            add_watch,
            place,
            person_id,
            answer.standalone,
            current_language(),
            _said(answer),
            generation,
            self._now() - PAUSE,
            MAX_WATCHES,
        )

    async def list(self, message: Message, argument: str, context: Context) -> None:
        """`/watches` lists those of the chat, `/watches stop 2` ends one."""
        chat_id = message.chat.id
        watches = await self._database.run(watches_in, chat_id)
        action, _, number = argument.strip().partition(" ")
        position = int(number) if number.strip().isascii() and number.strip().isdigit() else 0
        if action == "stop" and 1 <= position <= len(watches):
            ended = watches[position - 1]
            await self._database.run(remove_watch, chat_id, ended.id)
            await reply(context.bot, message, tr(texts.WATCH_ENDED).format(question=ended.question))
            return
        lines = [f"{i}. {watch.question}" for i, watch in enumerate(watches, 1)]
        shown = [*lines, "", tr(texts.WATCHES_HELP)] if lines else [tr(texts.NO_WATCHES)]
        await reply(context.bot, message, "\n".join(shown))

    async def keep_watching(self, bot: Bot) -> None:
        """Ask watched questions again when the index has changed, until cancelled."""
        while True:
            try:
                if await self._database.run(has_watches):
                    generation = await self._workers.generation()
                    told_before = self._now() - PAUSE
                    for watch in await self._database.run(watches_to_check, generation, told_before):
                        await self._check(watch, generation, bot)
            except IndexingError as error:
                logger.warning("watched questions were not asked: %s", error)
            except Exception:
                logger.exception("watched questions were not asked")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _check(self, watch: Watch, generation: int, bot: Bot) -> None:
        if self._allowed_chats and watch.place.chat_id not in self._allowed_chats:
            return
        where = await self._database.run(searched_in, watch.place)
        answer = await self._workers.answer_in_background(watch.question, Conversation(), where)
        if not is_changed(watch.question, watch.said, _said(answer)):
            await self._database.run(note_checked, watch, generation)
            return
        with use_language(watch.language):
            before = "; ".join(watch.said[:SHOWN_BEFORE]) or tr(texts.WATCH_NOTHING_BEFORE)
            line = tr(texts.WATCH_CHANGED).format(question=watch.question, before=before)
            if await send(bot, watch.place, to_html(line)) is None:
                return  # the chat cannot be written to; another time
            await self._show(bot, watch.place, answer, where, watch.place.chat_id, aside=True)
        await self._database.run(note_told, watch, _said(answer), generation, self._now())

    async def _show(
        self,
        bot: Bot,
        place: Place,
        answer: Answer,
        where: SearchFilter,
        asker_id: int,
        *,
        aside: bool = False,
    ) -> None:
        """Send the answer; given `aside`, the talk under way does not go on from it."""
        answer_id, at = new_id(), self._now()
        length = (await self._database.run(load_settings, place.chat_id)).length
        sent = await show_answer(bot, place, answer_id, answer, length)

        def remember(db: sqlite3.Connection) -> None:
            save_answer(db, answer_id, answer, QuestionContext(place, asker_id, where), at, aside=aside)
            for message_id in sent:
                link_message(db, place.chat_id, message_id, answer_id, Role.ANSWER)

        await self._database.run(remember)

    async def _answered(self, above: str | None) -> StoredAnswer | None:
        found = await self._database.run(answer_by_id, above) if above else None
        return None if found is None or found.removed else found

    async def _is_answered_alike(self, answered: StoredAnswer, place: Place) -> bool:
        """Whether questions in this place are answered from all articles that this one was answered from."""
        return answered.collections <= (await self._database.run(searched_in, place)).collections


def is_changed(question: str, before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether something is said now that was not, or no longer: other words for the same are no change."""
    kind = kind_of(question)

    def is_among(text: str, others: Sequence[str]) -> bool:
        return any(text == other or relation(text, other, kind) is Relation.SAME for other in others)

    return not all(is_among(text, before) for text in now) or (bool(before) and not now)


def _said(answer: Answer) -> tuple[str, ...]:
    return tuple(statement.text for statement in answer.statements)
