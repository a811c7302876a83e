"""Callback queries: each is answered at once, then its message is edited. Callback data is never trusted."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from telegram import CallbackQuery, Chat, Message, Update

from bot.handlers.article_list import ArticleList
from bot.handlers.collapsing import collapse, expand
from bot.handlers.commands import Context
from bot.handlers.group_answers import GroupAnswers
from bot.handlers.navigation import Navigation, ShownAnswer
from bot.handlers.suggestions import SuggestionOffers, load_suggestions
from bot.handlers.watches import Watches
from bot.handlers.whisper import Whispers
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering import keyboards
from bot.rendering.answer import OTHERS_PER_PAGE, other_passages, page_count
from bot.rendering.inline_results import sent_answer_id
from bot.rendering.keyboards import Action, CallbackData, parse_callback_data
from bot.state.answers import StoredAnswer, answer_by_button, answer_by_id, mark_removed, message_ids
from bot.state.conversations import Place, Role
from bot.state.database import Database, pseudonym
from bot.state.feedback import RATINGS, toggle_vote
from bot.transport.delivery import answer_callback, delete, edit, place_of
from bot.updates.group_admins import GroupAdmins
from bot.workers import WorkerPool

Effect = Callable[[], Awaitable[None]]
AskQuestion = Callable[[Place, int, str, str, Context], Awaitable[None]]
"""Asks a question in a place, for the user with this id, as a follow-up to the answer with this id."""

INLINE_ACTIONS = frozenset(
    {Action.ANSWER, Action.MORE, Action.CONTEXT, Action.PASSAGE, Action.OTHERS, Action.DOWN, Action.RATE}
)
"""The actions under a message that was sent through inline or guest mode."""


class CallbackHandlers:
    """Handles the buttons under answers and lists. `allowed_chats`: empty means everyone."""

    def __init__(
        self,
        workers: WorkerPool,
        database: Database,
        allowed_chats: frozenset[int],
        offers: SuggestionOffers,
        ask: AskQuestion,
        watches: Watches,
    ) -> None:
        self._watches = watches
        self._offers = offers
        self._ask = ask
        self._workers = workers
        self._database = database
        self._article_list = ArticleList(workers, database)
        self._navigation = Navigation(workers, database)
        self._admins = GroupAdmins()
        self._groups = GroupAnswers(database)
        self._whispers = Whispers(workers, database, allowed_chats)
        self._allowed_chats = allowed_chats

    async def on_press(self, update: Update, context: Context) -> None:
        """Handle a callback query."""
        query = update.callback_query
        if query is None:
            return
        toast, act = await self._decide(query, context)
        await answer_callback(query, toast)
        if act is not None:
            await act()

    async def _decide(self, query: CallbackQuery, context: Context) -> tuple[str | None, Effect | None]:
        """The toast that answers the callback, and what to do afterwards. Votes are stored before it."""
        press, message = parse_callback_data(query.data), query.message
        if press is not None and query.inline_message_id is not None:
            return await self._decide_inline(press, query, query.inline_message_id, context)
        if press is None or message is None:
            return tr(texts.TOAST_UNKNOWN), None
        if self._allowed_chats and message.chat.id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED), None
        if press.action in (Action.CLOSE, Action.SOURCES) and not await self._article_list.is_list(message):
            return tr(texts.TOAST_UNKNOWN), None
        if press.action is Action.CLOSE:
            return None, lambda: self._article_list.close(context, message)
        if press.action is Action.SOURCES:
            return None, lambda: self._article_list.turn(context, message, press.number)
        answered = await self._database.run(
            answer_by_button, message.chat.id, message.message_id, press.answer_id
        )
        if answered is None:
            return tr(texts.TOAST_EXPIRED), None
        if answered.removed:
            is_left = isinstance(message, Message) and sent_answer_id(message) == answered.id
            if not is_left or answered.role is not Role.ANSWER:
                return tr(texts.TOAST_WAS_REMOVED), None
            left_id = message.message_id  # sent twice, and the bot knew only of the other one
            return tr(texts.TOAST_WAS_REMOVED), lambda: self._delete_or_blank(
                context, message.chat.id, (left_id,)
            )
        if not await self._groups.may_see(context.bot, answered, message.chat.id):
            return tr(texts.FOR_ITS_GROUP), None
        if not _target_exists(press, answered):
            return tr(texts.TOAST_UNKNOWN), None
        place = place_of(message) if isinstance(message, Message) else Place(message.chat.id)
        if press.action is Action.SUGGESTED:
            return await self._decide_suggested(press, answered, query.from_user.id, place, context)
        if press.action is Action.WATCH:
            return await self._watches.watch_answered(place, query.from_user.id, answered), None
        self._offers.suppress(answered.id)
        shown = ShownAnswer(answered, message.chat.id, message.message_id)
        if press.action in (Action.REMOVE, Action.ERASE):
            return await self._decide_removal(press, shown, query.from_user.id, message.chat, context)
        if press.action in (Action.COLLAPSE, Action.UNFOLD):
            return await self._decide_folding(press, shown, query.from_user.id, place, context)
        if press.action is Action.POST:
            said, post = await self._whispers.decide_posting(answered, query.from_user, context)
            return said, None if post is None else lambda: self._post(context, shown, post)
        voted = press.action is Action.RATE
        toast = await self._vote(answered, query.from_user.id, press.number) if voted else None
        return toast, lambda: self._navigation.turn(context, shown, press)

    async def _decide_inline(
        self, press: CallbackData, query: CallbackQuery, inline_message_id: str, context: Context
    ) -> tuple[str | None, Effect | None]:
        """For a message of inline or guest mode: its chat is unknown, so the user has to be allowed."""
        if self._allowed_chats and query.from_user.id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED), None
        answered = await self._database.run(answer_by_id, press.answer_id)
        if answered is None:
            return tr(texts.TOAST_EXPIRED), None
        if answered.removed:
            return tr(texts.TOAST_WAS_REMOVED), None
        answered = replace(answered, role=Role.COPY)
        if answered.collections or press.action not in INLINE_ACTIONS or not _target_exists(press, answered):
            return tr(texts.TOAST_UNKNOWN), None
        shown = ShownAnswer(answered, inline_message_id=inline_message_id)
        voted = press.action is Action.RATE
        toast = await self._vote(answered, query.from_user.id, press.number) if voted else None
        return toast, lambda: self._navigation.turn(context, shown, press)

    async def _decide_suggested(
        self, press: CallbackData, answered: StoredAnswer, user_id: int, place: Place, context: Context
    ) -> tuple[str | None, Effect | None]:
        offered = await self._database.run(load_suggestions, answered.id)
        if press.number >= len(offered):
            return tr(texts.TOAST_UNKNOWN), None
        question = offered[press.number]
        return None, lambda: self._ask(place, user_id, question, answered.id, context)

    async def _decide_removal(
        self, press: CallbackData, shown: ShownAnswer, user_id: int, chat: Chat, context: Context
    ) -> tuple[str | None, Effect | None]:
        """Only who asked and the group's admins may remove an answer.

        Somebody who asked in the name of a channel is not recognised: a callback names only the user.
        """
        answered = shown.answered
        if not await self._may_decide(answered, user_id, chat.id, context):
            return tr(texts.TOAST_NOT_YOURS), None
        if press.action is Action.REMOVE:
            return None, lambda: self._navigation.turn(context, shown, press)

        def remove(db: sqlite3.Connection) -> tuple[int, ...]:
            mark_removed(db, answered.id, datetime.now(UTC))
            return tuple({*message_ids(db, answered.id, chat.id), shown.message_id})

        removed_ids = await self._database.run(remove)
        return tr(texts.TOAST_REMOVED), lambda: self._delete_or_blank(context, chat.id, removed_ids)

    async def _decide_folding(
        self, press: CallbackData, shown: ShownAnswer, user_id: int, place: Place, context: Context
    ) -> tuple[str | None, Effect | None]:
        answered, message_id = shown.answered, shown.message_id
        if not await self._may_decide(answered, user_id, place.chat_id, context):
            return tr(texts.TOAST_NOT_YOURS_TO_FOLD), None
        if press.action is Action.COLLAPSE:
            return None, lambda: collapse(context.bot, self._database, answered, place.chat_id, message_id)
        return None, lambda: expand(context.bot, self._workers, self._database, answered, place, message_id)

    async def _may_decide(self, answered: StoredAnswer, user_id: int, chat_id: int, context: Context) -> bool:
        """Whether the user asked the question or is an admin of the chat."""
        is_asker = answered.asker == await self._database.run(pseudonym, user_id)
        return is_asker or await self._admins.include(context.bot, chat_id, user_id)

    async def _post(self, context: Context, shown: ShownAnswer, post: Effect) -> None:
        await post()
        await self._navigation.show_answer(context, shown, CallbackData(Action.ANSWER))

    async def _vote(self, answered: StoredAnswer, user_id: int, number: int) -> str:
        rating, at = RATINGS[number], datetime.now(UTC)
        kept = await self._database.run(toggle_vote, answered.id, user_id, rating, at)
        toast = tr(texts.TOAST_KEPT if kept else texts.TOAST_TAKEN_BACK)
        return toast.format(rating=tr(keyboards.RATING_LABELS[rating]))

    async def _delete_or_blank(self, context: Context, chat_id: int, removed_ids: tuple[int, ...]) -> None:
        for message_id in removed_ids:
            if not await delete(context.bot, chat_id, message_id):  # older than 48 hours: its words go
                await edit(context.bot, chat_id, message_id, tr(texts.REMOVED), None)


def _target_exists(press: CallbackData, answered: StoredAnswer) -> bool:
    """Whether the answer has what the callback data refers to."""
    match press.action:
        case Action.CONTEXT | Action.PASSAGE:
            return press.number < len(answered.answer.citations)
        case Action.OTHERS:
            others = other_passages(answered.answer)
            return bool(others) and press.number < page_count(len(others), OTHERS_PER_PAGE)
        case Action.RATE:
            return press.number < len(RATINGS)
        case Action.REMOVE | Action.ERASE | Action.COLLAPSE | Action.UNFOLD | Action.POST:
            return answered.role is Role.ANSWER
        case _:
            return True
