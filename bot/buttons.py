"""Button presses: each is answered at once, then its message changes. Callback data is never trusted."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from telegram import CallbackQuery, Update
from telegram.error import TelegramError

from bot import keyboards, texts
from bot.answered import Answered, AnsweredQuestions
from bot.answering import Desk
from bot.delivery import delete, edit, harmless
from bot.feedback import VOICES, Tally, Voice, frozen, give, tally
from bot.handlers import Context
from bot.keyboards import Action, Pressed, pressed
from bot.memory import Memory
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


class Buttons:
    """What the buttons under answers and lists do. `allowed_chats`: empty means everyone."""

    def __init__(
        self, desk: Desk, answered: AnsweredQuestions, memory: Memory, allowed_chats: frozenset[int]
    ) -> None:
        self._desk = desk
        self._answered = answered
        self._memory = memory
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

    async def _decide(
        self, query: CallbackQuery, context: Context
    ) -> tuple[str | None, Callable[[], Awaitable[None]] | None]:
        """What to say at once, and what to do then. Who is thanked for a voice can rely on its being kept."""
        press, message = pressed(query.data), query.message
        if press is None or message is None:
            return texts.TOAST_UNKNOWN, None
        if self._allowed_chats and message.chat.id not in self._allowed_chats:
            return texts.NOT_ALLOWED, None
        if press.action is Action.CLOSE:
            return None, lambda: self._close(context, message.chat.id, message.message_id)
        if press.action is Action.SOURCES:
            return None, lambda: self._sources(context, message.chat.id, message.message_id, press.number)
        answered = self._answered.by_id(press.answer_id, message.chat.id)
        if answered is None or message.message_id not in answered.message_ids:
            return texts.TOAST_EXPIRED, None
        if not _exists(press, answered):
            return texts.TOAST_UNKNOWN, None
        voted = press.action is Action.VOICE
        toast = await self._vote(answered, query.from_user.id, press.number) if voted else None
        return toast, lambda: self._show(context, answered, message.message_id, press)

    async def _vote(self, answered: Answered, user_id: int, number: int) -> str:
        voice, at, answer = VOICES[number], datetime.now(UTC), frozen(answered.answer)
        kept = await self._memory.run(lambda notes: give(notes, answered.id, answer, user_id, voice, at))
        toast = texts.TOAST_KEPT if kept else texts.TOAST_TAKEN_BACK
        return toast.format(voice=keyboards.VOICE_LABELS[voice])

    async def _show(self, context: Context, answered: Answered, message_id: int, press: Pressed) -> None:
        answer, answer_id = answered.answer, answered.id
        match press.action:
            case Action.CONTEXT:
                citation = answer.citations[press.number]
                article = await self._desk.article(citation.source.article_id)
                html = render_context(citation, article)
                keyboard = keyboards.under_context(answer_id, answer, press.number)
            case Action.OTHERS:
                html = render_others(other_passages(answer), press.number)
                keyboard = keyboards.under_others(answer_id, answer, press.number)
            case _:
                await self._show_answer(context, answered, message_id, press)
                return
        await edit(context.bot, answered.place.chat_id, message_id, html, keyboard)

    async def _show_answer(
        self, context: Context, answered: Answered, message_id: int, press: Pressed
    ) -> None:
        """The answer with its voices, once more if there are others by then: edits overtake each other."""
        against = press.action is Action.VOICE and VOICES[press.number] is not Voice.UP
        asks_why = press.action is Action.DOWN or against
        under = keyboards.under_answer_asking_why if asks_why else keyboards.under_answer
        html = render_answer(answered.answer)[-1]
        shown: Tally | None = None
        while (voices := await self._memory.run(lambda notes: tally(notes, answered.id))) != shown:
            keyboard = under(answered.id, answered.answer, voices)
            await edit(context.bot, answered.place.chat_id, message_id, html, keyboard)
            shown = voices

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
        case _:
            return True


async def _answer(query: CallbackQuery, toast: str | None) -> None:
    try:
        await query.answer(toast)
    except TelegramError as error:  # too late for the spinner; what was pressed still happens
        if not harmless(error):
            raise
