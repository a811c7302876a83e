"""Button presses: each is answered at once, then its message changes. Callback data is never trusted."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from telegram import CallbackQuery, Chat, Update
from telegram.error import TelegramError

from bot import keyboards, texts
from bot.admins import Admins
from bot.answered import Answered, by_button, mark_removed, message_ids
from bot.answering import Desk
from bot.commands import Context
from bot.conversations import Role
from bot.delivery import delete, edit, harmless
from bot.feedback import VOICES, Tally, Voice, give, tally
from bot.keyboards import Action, Pressed, pressed
from bot.language import tr
from bot.links import answer_link, can_share
from bot.memory import Memory, pseudonym
from bot.render import (
    OTHERS_PER_PAGE,
    SOURCES_PER_PAGE,
    other_passages,
    pages,
    render_answer,
    render_context,
    render_others,
    render_sources,
)

Act = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer in one of the messages that show it."""

    answered: Answered
    chat_id: int
    message_id: int


class Buttons:
    """What the buttons under answers and lists do. `allowed_chats`: empty means everyone."""

    def __init__(self, desk: Desk, memory: Memory, allowed_chats: frozenset[int]) -> None:
        self._desk = desk
        self._memory = memory
        self._admins = Admins()
        self._allowed_chats = allowed_chats

    async def on_press(self, update: Update, context: Context) -> None:
        """Somebody pressed a button."""
        query = update.callback_query
        if query is None:
            return
        toast, act = await self._decide(query, context)
        await _answer(query, toast)
        if act is not None:
            await act()

    async def _decide(self, query: CallbackQuery, context: Context) -> tuple[str | None, Act | None]:
        """What to say at once, and what to do then. Who is thanked for a voice can rely on its being kept."""
        press, message = pressed(query.data), query.message
        if press is None or message is None:
            return tr(texts.TOAST_UNKNOWN), None
        if self._allowed_chats and message.chat.id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED), None
        if press.action is Action.CLOSE:
            return None, lambda: self._close(context, message.chat.id, message.message_id)
        if press.action is Action.SOURCES:
            return None, lambda: self._sources(context, message.chat.id, message.message_id, press.number)
        answered = await self._memory.run(
            lambda notes: by_button(notes, message.chat.id, message.message_id, press.answer_id)
        )
        if answered is None:
            return tr(texts.TOAST_EXPIRED), None
        if answered.removed:
            return tr(texts.TOAST_WAS_REMOVED), None
        if not _exists(press, answered):
            return tr(texts.TOAST_UNKNOWN), None
        shown = _Shown(answered, message.chat.id, message.message_id)
        if press.action in (Action.REMOVE, Action.ERASE):
            return await self._decide_removal(press, shown, query.from_user.id, message.chat, context)
        voted = press.action is Action.VOICE
        toast = await self._vote(answered, query.from_user.id, press.number) if voted else None
        return toast, lambda: self._show(context, shown, press)

    async def _decide_removal(
        self, press: Pressed, shown: _Shown, user_id: int, chat: Chat, context: Context
    ) -> tuple[str | None, Act | None]:
        """Removing is for who asked and for the admins of the group where the answer was given.

        Who asked in the name of a channel is not known by the press: Telegram tells only the person.
        """
        answered = shown.answered
        is_asker = answered.asker == await self._memory.run(lambda notes: pseudonym(notes, user_id))
        if not is_asker and not await self._admins.include(context.bot, chat.id, user_id):
            return tr(texts.TOAST_NOT_YOURS), None
        if press.action is Action.REMOVE:
            return None, lambda: self._show(context, shown, press)

        def remove(notes: sqlite3.Connection) -> tuple[int, ...]:
            mark_removed(notes, answered.id, datetime.now(UTC))
            return tuple({*message_ids(notes, answered.id, chat.id), shown.message_id})

        removed_ids = await self._memory.run(remove)
        return tr(texts.TOAST_REMOVED), lambda: self._take_away(context, chat.id, removed_ids)

    async def _vote(self, answered: Answered, user_id: int, number: int) -> str:
        voice, at = VOICES[number], datetime.now(UTC)
        kept = await self._memory.run(lambda notes: give(notes, answered.id, user_id, voice, at))
        toast = tr(texts.TOAST_KEPT if kept else texts.TOAST_TAKEN_BACK)
        return toast.format(voice=tr(keyboards.VOICE_LABELS[voice]))

    async def _show(self, context: Context, shown: _Shown, press: Pressed) -> None:
        answer, answer_id = shown.answered.answer, shown.answered.id
        match press.action:
            case Action.CONTEXT:
                citation = answer.citations[press.number]
                article = await self._desk.article(citation.source.article_id)
                html = render_context(citation, article)
                keyboard = keyboards.under_context(answer_id, answer, press.number)
            case Action.OTHERS:
                html = render_others(other_passages(answer), press.number)
                keyboard = keyboards.under_others(answer_id, answer, press.number)
            case Action.REMOVE:
                html = render_answer(answer)[-1]
                keyboard = keyboards.under_answer_to_remove(answer_id)
            case _:
                await self._show_answer(context, shown, press)
                return
        await edit(context.bot, shown.chat_id, shown.message_id, html, keyboard)

    async def _show_answer(self, context: Context, shown: _Shown, press: Pressed) -> None:
        """The answer with its voices, once more if there are others by then: edits overtake each other."""
        answer, answer_id = shown.answered.answer, shown.answered.id
        is_copy, share = shown.answered.role is Role.COPY, can_share(context.bot.bot)
        address = answer_link(context.bot.username, answer_id)
        against = press.action is Action.VOICE and VOICES[press.number] is not Voice.UP
        asks_why = press.action is Action.DOWN or against
        html = render_answer(answer)[-1]
        said: Tally | None = None
        while (voices := await self._memory.run(lambda notes: tally(notes, answer_id))) != said:
            keyboard = (
                keyboards.under_answer_asking_why(answer_id, answer, voices)
                if asks_why
                else keyboards.under_answer(
                    answer_id, answer, address, voices, is_copy=is_copy, can_share=share
                )
            )
            await edit(context.bot, shown.chat_id, shown.message_id, html, keyboard)
            said = voices

    async def _take_away(self, context: Context, chat_id: int, removed_ids: tuple[int, ...]) -> None:
        for message_id in removed_ids:
            if not await delete(context.bot, chat_id, message_id):  # older than 48 hours: its words go
                await edit(context.bot, chat_id, message_id, tr(texts.REMOVED), None)

    async def _sources(self, context: Context, chat_id: int, message_id: int, page: int) -> None:
        sources = await self._desk.sources()
        page %= pages(len(sources), SOURCES_PER_PAGE)  # articles may have gone since
        keyboard = keyboards.under_sources(len(sources), page)
        await edit(context.bot, chat_id, message_id, render_sources(sources, page), keyboard)

    async def _close(self, context: Context, chat_id: int, message_id: int) -> None:
        if not await delete(context.bot, chat_id, message_id):  # older than 48 hours: only its buttons go
            try:
                await context.bot.edit_message_reply_markup(chat_id, message_id)
            except TelegramError as error:
                if not harmless(error):
                    raise


def _exists(press: Pressed, answered: Answered) -> bool:
    """Whether there is such a citation or page of this answer."""
    match press.action:
        case Action.CONTEXT:
            return press.number < len(answered.answer.citations)
        case Action.OTHERS:
            others = other_passages(answered.answer)
            return bool(others) and press.number < pages(len(others), OTHERS_PER_PAGE)
        case Action.VOICE:
            return press.number < len(VOICES)
        case Action.REMOVE | Action.ERASE:
            return answered.role is Role.ANSWER
        case _:
            return True


async def _answer(query: CallbackQuery, toast: str | None) -> None:
    try:
        await query.answer(toast)
    except TelegramError as error:  # too late for the spinner; what was pressed still happens
        if not harmless(error):
            raise
