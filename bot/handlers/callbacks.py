"""Button presses: each is answered at once, then its message changes. Callback data is never trusted."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from telegram import CallbackQuery, Chat, Message, Update

from bot.handlers.article_list import Listing
from bot.handlers.collapsing import collapse, unfold
from bot.handlers.commands import Context
from bot.handlers.navigation import Shown, Turning
from bot.handlers.suggestions import Suggesting, suggestions
from bot.handlers.whisper import Whispers
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering import keyboards
from bot.rendering.answer import OTHERS_PER_PAGE, other_passages, pages
from bot.rendering.inline_results import sent_answer_id
from bot.rendering.keyboards import Action, Pressed, pressed
from bot.state.answers import Answered, by_button, by_id, mark_removed, message_ids
from bot.state.conversations import Place, Role
from bot.state.database import Memory, pseudonym
from bot.state.feedback import VOICES, give
from bot.transport.delivery import answer_press, delete, edit, place_of
from bot.updates.group_admins import Admins
from bot.workers import Desk

Act = Callable[[], Awaitable[None]]
AskFor = Callable[[Place, int, str, str, Context], Awaitable[None]]
"""Asks a question, in a place, for a person with this id, that follows the answer with this id."""

INLINE_ACTIONS = frozenset(
    {Action.ANSWER, Action.MORE, Action.CONTEXT, Action.PASSAGE, Action.OTHERS, Action.DOWN, Action.VOICE}
)
"""What there is to press under a message that was sent by way of the bot."""


class Buttons:
    """What the buttons under answers and lists do. `allowed_chats`: empty means everyone."""

    def __init__(
        self,
        desk: Desk,
        memory: Memory,
        allowed_chats: frozenset[int],
        suggesting: Suggesting,
        ask: AskFor,
    ) -> None:
        self._suggesting = suggesting
        self._ask = ask
        self._memory = memory
        self._listing = Listing(desk, memory)
        self._turning = Turning(desk, memory)
        self._admins = Admins()
        self._whispers = Whispers(desk, memory, allowed_chats)
        self._allowed_chats = allowed_chats

    async def on_press(self, update: Update, context: Context) -> None:
        """Somebody pressed a button."""
        query = update.callback_query
        if query is None:
            return
        toast, act = await self._decide(query, context)
        await answer_press(query, toast)
        if act is not None:
            await act()

    async def _decide(self, query: CallbackQuery, context: Context) -> tuple[str | None, Act | None]:
        """What to say at once, and what to do then. Who is thanked for a voice can rely on its being kept."""
        press, message = pressed(query.data), query.message
        if press is not None and query.inline_message_id is not None:
            return await self._decide_inline(press, query, query.inline_message_id, context)
        if press is None or message is None:
            return tr(texts.TOAST_UNKNOWN), None
        if self._allowed_chats and message.chat.id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED), None
        if press.action in (Action.CLOSE, Action.SOURCES) and not await self._listing.is_list(message):
            return tr(texts.TOAST_UNKNOWN), None
        if press.action is Action.CLOSE:
            return None, lambda: self._listing.close(context, message.chat.id, message.message_id)
        if press.action is Action.SOURCES:
            return None, lambda: self._listing.turn(
                context, message.chat.id, message.message_id, press.number
            )
        answered = await self._memory.run(
            lambda notes: by_button(notes, message.chat.id, message.message_id, press.answer_id)
        )
        if answered is None:
            return tr(texts.TOAST_EXPIRED), None
        if answered.removed:
            is_left = isinstance(message, Message) and sent_answer_id(message) == answered.id
            if not is_left or answered.role is not Role.ANSWER:
                return tr(texts.TOAST_WAS_REMOVED), None
            left_id = message.message_id  # sent twice, and the bot knew only of the other one
            return tr(texts.TOAST_WAS_REMOVED), lambda: self._take_away(context, message.chat.id, (left_id,))
        if not _exists(press, answered):
            return tr(texts.TOAST_UNKNOWN), None
        if press.action is Action.SUGGESTED:
            place = place_of(message) if isinstance(message, Message) else Place(message.chat.id)
            return await self._decide_suggested(press, answered, query.from_user.id, place, context)
        self._suggesting.hands_off(answered.id)
        shown = Shown(answered, message.chat.id, message.message_id)
        if press.action in (Action.REMOVE, Action.ERASE):
            return await self._decide_removal(press, shown, query.from_user.id, message.chat, context)
        if press.action in (Action.COLLAPSE, Action.UNFOLD):
            place = place_of(message) if isinstance(message, Message) else Place(message.chat.id)
            return await self._decide_folding(press, shown, query.from_user.id, place, context)
        if press.action is Action.POST:
            said, post = await self._whispers.decide_posting(answered, query.from_user, context)
            return said, None if post is None else lambda: self._post(context, shown, post)
        voted = press.action is Action.VOICE
        toast = await self._vote(answered, query.from_user.id, press.number) if voted else None
        return toast, lambda: self._turning.turn(context, shown, press)

    async def _decide_inline(
        self, press: Pressed, query: CallbackQuery, inline_message_id: str, context: Context
    ) -> tuple[str | None, Act | None]:
        """Under a message that was sent by way of the bot, in whatever chat: there the person counts."""
        if self._allowed_chats and query.from_user.id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED), None
        answered = await self._memory.run(lambda notes: by_id(notes, press.answer_id))
        if answered is None:
            return tr(texts.TOAST_EXPIRED), None
        if answered.removed:
            return tr(texts.TOAST_WAS_REMOVED), None
        answered = replace(answered, role=Role.COPY)
        if press.action not in INLINE_ACTIONS or not _exists(press, answered):
            return tr(texts.TOAST_UNKNOWN), None
        shown = Shown(answered, inline_message_id=inline_message_id)
        voted = press.action is Action.VOICE
        toast = await self._vote(answered, query.from_user.id, press.number) if voted else None
        return toast, lambda: self._turning.turn(context, shown, press)

    async def _decide_suggested(
        self, press: Pressed, answered: Answered, user_id: int, place: Place, context: Context
    ) -> tuple[str | None, Act | None]:
        offered = await self._memory.run(lambda notes: suggestions(notes, answered.id))
        if press.number >= len(offered):
            return tr(texts.TOAST_UNKNOWN), None
        question = offered[press.number]
        return None, lambda: self._ask(place, user_id, question, answered.id, context)

    async def _decide_removal(
        self, press: Pressed, shown: Shown, user_id: int, chat: Chat, context: Context
    ) -> tuple[str | None, Act | None]:
        """Removing is for who asked and for the admins of the group where the answer was given.

        Who asked in the name of a channel is not known by the press: Telegram tells only the person.
        """
        answered = shown.answered
        if not await self._may_decide(answered, user_id, chat.id, context):
            return tr(texts.TOAST_NOT_YOURS), None
        if press.action is Action.REMOVE:
            return None, lambda: self._turning.turn(context, shown, press)

        def remove(notes: sqlite3.Connection) -> tuple[int, ...]:
            mark_removed(notes, answered.id, datetime.now(UTC))
            return tuple({*message_ids(notes, answered.id, chat.id), shown.message_id})

        removed_ids = await self._memory.run(remove)
        return tr(texts.TOAST_REMOVED), lambda: self._take_away(context, chat.id, removed_ids)

    async def _decide_folding(
        self, press: Pressed, shown: Shown, user_id: int, place: Place, context: Context
    ) -> tuple[str | None, Act | None]:
        answered, message_id = shown.answered, shown.message_id
        if not await self._may_decide(answered, user_id, place.chat_id, context):
            return tr(texts.TOAST_NOT_YOURS_TO_FOLD), None
        if press.action is Action.COLLAPSE:
            return None, lambda: collapse(context.bot, self._memory, answered, place.chat_id, message_id)
        return None, lambda: unfold(context.bot, self._memory, answered, place, message_id)

    async def _may_decide(self, answered: Answered, user_id: int, chat_id: int, context: Context) -> bool:
        """Whether they have asked the question or are an admin where it was asked."""
        is_asker = answered.asker == await self._memory.run(lambda notes: pseudonym(notes, user_id))
        return is_asker or await self._admins.include(context.bot, chat_id, user_id)

    async def _post(self, context: Context, shown: Shown, post: Act) -> None:
        await post()
        await self._turning.show_answer(context, shown, Pressed(Action.ANSWER))

    async def _vote(self, answered: Answered, user_id: int, number: int) -> str:
        voice, at = VOICES[number], datetime.now(UTC)
        kept = await self._memory.run(lambda notes: give(notes, answered.id, user_id, voice, at))
        toast = tr(texts.TOAST_KEPT if kept else texts.TOAST_TAKEN_BACK)
        return toast.format(voice=tr(keyboards.VOICE_LABELS[voice]))

    async def _take_away(self, context: Context, chat_id: int, removed_ids: tuple[int, ...]) -> None:
        for message_id in removed_ids:
            if not await delete(context.bot, chat_id, message_id):  # older than 48 hours: its words go
                await edit(context.bot, chat_id, message_id, tr(texts.REMOVED), None)


def _exists(press: Pressed, answered: Answered) -> bool:
    """Whether there is such a citation or page of this answer."""
    match press.action:
        case Action.CONTEXT | Action.PASSAGE:
            return press.number < len(answered.answer.citations)
        case Action.OTHERS:
            others = other_passages(answered.answer)
            return bool(others) and press.number < pages(len(others), OTHERS_PER_PAGE)
        case Action.VOICE:
            return press.number < len(VOICES)
        case Action.REMOVE | Action.ERASE | Action.COLLAPSE | Action.UNFOLD | Action.POST:
            return answered.role is Role.ANSWER
        case _:
            return True
