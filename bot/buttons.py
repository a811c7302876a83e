"""Button presses: each is answered at once, then its message changes. Callback data is never trusted."""

import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message, Update

from bot import keyboards, texts
from bot.admins import Admins
from bot.answered import Answered, by_button, by_id, by_message, mark_removed, message_ids
from bot.answering import Desk
from bot.brief import render
from bot.commands import Context
from bot.conversations import Place, Role
from bot.delivery import answer_press, delete, edit, edit_inline, place_of
from bot.feedback import VOICES, Tally, Voice, give, tally
from bot.folding import collapse, show_collapsed, unfold
from bot.keyboards import Action, Pressed, pressed
from bot.language import tr
from bot.links import answer_link, can_share
from bot.memory import Memory, pseudonym
from bot.offers import render_shared, sent_answer_id
from bot.passage_view import place_of_quote, render_context, render_passage
from bot.render import (
    OTHERS_PER_PAGE,
    SOURCES_PER_PAGE,
    other_passages,
    pages,
    render_others,
    render_sources,
)
from bot.settings import Length, settings_of
from bot.suggesting import Suggesting, suggestions, with_suggestions
from bot.whispering import Whispers, can_post

Act = Callable[[], Awaitable[None]]
AskFor = Callable[[Place, int, str, str, Context], Awaitable[None]]
"""Asks a question, in a place, for a person with this id, that follows the answer with this id."""

INLINE_ACTIONS = frozenset(
    {Action.ANSWER, Action.CONTEXT, Action.PASSAGE, Action.OTHERS, Action.DOWN, Action.VOICE}
)
"""What there is to press under a message that was sent by way of the bot."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """An answer in one of the messages that show it, those sent by way of the bot included."""

    answered: Answered
    chat_id: int = 0
    message_id: int = 0
    inline_message_id: str | None = None  # instead of chat and message: the bot need not be in that chat


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
        self._desk = desk
        self._memory = memory
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
        if press.action in (Action.CLOSE, Action.SOURCES) and not await self._is_list(message):
            return tr(texts.TOAST_UNKNOWN), None
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
        shown = _Shown(answered, message.chat.id, message.message_id)
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
        return toast, lambda: self._show(context, shown, press)

    async def _is_list(self, message: MaybeInaccessibleMessage) -> bool:
        """Whether it lists articles: a forged press must take no answer away."""
        if isinstance(message, Message) and message.is_accessible:
            rows = () if message.reply_markup is None else message.reply_markup.inline_keyboard
            return any(button.callback_data == Pressed(Action.CLOSE).data for row in rows for button in row)
        known = await self._memory.run(lambda notes: by_message(notes, message.chat.id, message.message_id))
        return known is None

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
        shown = _Shown(answered, inline_message_id=inline_message_id)
        voted = press.action is Action.VOICE
        toast = await self._vote(answered, query.from_user.id, press.number) if voted else None
        return toast, lambda: self._show(context, shown, press)

    async def _decide_suggested(
        self, press: Pressed, answered: Answered, user_id: int, place: Place, context: Context
    ) -> tuple[str | None, Act | None]:
        offered = await self._memory.run(lambda notes: suggestions(notes, answered.id))
        if press.number >= len(offered):
            return tr(texts.TOAST_UNKNOWN), None
        question = offered[press.number]
        return None, lambda: self._ask(place, user_id, question, answered.id, context)

    async def _decide_removal(
        self, press: Pressed, shown: _Shown, user_id: int, chat: Chat, context: Context
    ) -> tuple[str | None, Act | None]:
        """Removing is for who asked and for the admins of the group where the answer was given.

        Who asked in the name of a channel is not known by the press: Telegram tells only the person.
        """
        answered = shown.answered
        if not await self._may_decide(answered, user_id, chat.id, context):
            return tr(texts.TOAST_NOT_YOURS), None
        if press.action is Action.REMOVE:
            return None, lambda: self._show(context, shown, press)

        def remove(notes: sqlite3.Connection) -> tuple[int, ...]:
            mark_removed(notes, answered.id, datetime.now(UTC))
            return tuple({*message_ids(notes, answered.id, chat.id), shown.message_id})

        removed_ids = await self._memory.run(remove)
        return tr(texts.TOAST_REMOVED), lambda: self._take_away(context, chat.id, removed_ids)

    async def _decide_folding(
        self, press: Pressed, shown: _Shown, user_id: int, place: Place, context: Context
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

    async def _post(self, context: Context, shown: _Shown, post: Act) -> None:
        await post()
        await self._show_answer(context, shown, Pressed(Action.ANSWER))

    async def _vote(self, answered: Answered, user_id: int, number: int) -> str:
        voice, at = VOICES[number], datetime.now(UTC)
        kept = await self._memory.run(lambda notes: give(notes, answered.id, user_id, voice, at))
        toast = tr(texts.TOAST_KEPT if kept else texts.TOAST_TAKEN_BACK)
        return toast.format(voice=tr(keyboards.VOICE_LABELS[voice]))

    async def _show(self, context: Context, shown: _Shown, press: Pressed) -> None:
        answer, answer_id = shown.answered.answer, shown.answered.id
        if shown.answered.collapsed and shown.answered.role is Role.ANSWER:
            await show_collapsed(context.bot, shown.answered, shown.chat_id, shown.message_id)
            return
        match press.action:
            case Action.CONTEXT | Action.PASSAGE:
                html, keyboard = await self._passage(shown.answered, press)
            case Action.OTHERS:
                html = render_others(other_passages(answer), press.number)
                keyboard = keyboards.under_others(answer_id, answer, press.number)
            case Action.REMOVE:
                html = render(answer, await self._length(shown))[-1]
                keyboard = keyboards.under_answer_to_remove(answer_id)
            case _:
                await self._show_answer(context, shown, press)
                return
        await _change(context, shown, html, keyboard)

    async def _passage(self, answered: Answered, press: Pressed) -> tuple[str, InlineKeyboardMarkup]:
        """A passage of a cited article; the one with the quote when there is no longer such a passage."""
        answer, answer_id = answered.answer, answered.id
        citation = answer.citations[press.number]
        article, passages = await self._desk.opened(citation.source.article_id)
        quoted = place_of_quote(citation, passages)
        is_there = press.action is Action.PASSAGE and press.passage < len(passages)
        number = press.passage if is_there else quoted
        if number is None or number == quoted:
            html = render_context(citation, article, passages)
        else:
            html = render_passage(passages, number)
        return html, keyboards.under_context(answer_id, answer, press.number, number, len(passages))

    async def _show_answer(self, context: Context, shown: _Shown, press: Pressed) -> None:
        """The answer with its voices, once more if there are others by then: edits overtake each other."""
        answer, answer_id = shown.answered.answer, shown.answered.id
        is_copy, share = shown.answered.role is Role.COPY, can_share(context.bot.bot)
        address = answer_link(context.bot.username, answer_id)
        against = press.action is Action.VOICE and VOICES[press.number] is not Voice.UP
        asks_why = press.action is Action.DOWN or against
        is_inline, in_group = shown.inline_message_id is not None, shown.chat_id < 0
        html = render_shared(answer) if is_inline else render(answer, await self._length(shown))[-1]
        is_postable = await self._memory.run(lambda notes: can_post(notes, answer_id))
        said: Tally | None = None
        while (voices := await self._memory.run(lambda notes: tally(notes, answer_id))) != said:
            keyboard = (
                keyboards.under_answer_asking_why(answer_id, answer, voices, in_group=in_group)
                if asks_why
                else keyboards.under_answer(
                    answer_id,
                    answer,
                    address,
                    voices,
                    is_copy=is_copy,
                    can_share=share,
                    in_group=in_group,
                    can_post=is_postable and not is_copy,
                )
            )
            if not (asks_why or is_inline or in_group or is_copy):
                offered = await self._memory.run(lambda notes: suggestions(notes, answer_id))
                keyboard = with_suggestions(keyboard, answer_id, offered)
            await _change(context, shown, html, keyboard)
            said = voices

    async def _length(self, shown: _Shown) -> Length:
        if shown.answered.role is Role.COPY:
            return Length.FULL
        return (await self._memory.run(lambda notes: settings_of(notes, shown.chat_id))).length

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
            # The words once more: PTB 22.8 adds its default parse mode to edits of a keyboard alone.
            await edit(context.bot, chat_id, message_id, render_sources(await self._desk.sources(), 0), None)


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


async def _change(context: Context, shown: _Shown, html: str, keyboard: InlineKeyboardMarkup) -> None:
    if shown.inline_message_id is None:
        await edit(context.bot, shown.chat_id, shown.message_id, html, keyboard)
    else:
        await edit_inline(context.bot, shown.inline_message_id, html, keyboard)
