"""A message that shows an answer turns to what was pressed: a passage, the others, the answer itself."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup

from bot.handlers.collapsing import show_collapsed
from bot.handlers.commands import Context
from bot.handlers.suggestions import suggestions, with_suggestions
from bot.handlers.whisper import can_post
from bot.rendering import keyboards
from bot.rendering.answer import other_passages, render_others
from bot.rendering.deep_links import answer_link, can_share
from bot.rendering.inline_results import render_shared
from bot.rendering.keyboards import Action, Pressed
from bot.rendering.passage import place_of_quote, render_context, render_passage
from bot.rendering.short_answer import render
from bot.state.answers import Answered
from bot.state.conversations import Role
from bot.state.database import Memory
from bot.state.feedback import VOICES, Tally, Voice, tally
from bot.state.preferences import Length, settings_of
from bot.transport.delivery import edit, edit_inline
from bot.workers import Desk


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer in one of the messages that show it, those sent by way of the bot included."""

    answered: Answered
    chat_id: int = 0
    message_id: int = 0
    inline_message_id: str | None = None  # instead of chat and message: the bot need not be in that chat


class Turning:
    """Puts another view of an answer in the message that shows it."""

    def __init__(self, desk: Desk, memory: Memory) -> None:
        self._desk = desk
        self._memory = memory

    async def turn(self, context: Context, shown: Shown, press: Pressed) -> None:
        """Show what the press asks for; one that is collapsed stays so."""
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
                await self.show_answer(context, shown, press)
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

    async def show_answer(self, context: Context, shown: Shown, press: Pressed) -> None:
        """The answer with its voices, once more if there are others by then: edits overtake each other."""
        answer, answer_id = shown.answered.answer, shown.answered.id
        is_copy, share = shown.answered.role is Role.COPY, can_share(context.bot.bot)
        address = answer_link(context.bot.username, answer_id)
        against = press.action is Action.VOICE and VOICES[press.number] is not Voice.UP
        asks_why = press.action is Action.DOWN or against
        unfolded = press.action is Action.MORE or (press.action is Action.VOICE and shown.chat_id >= 0)
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
                    unfolded=unfolded,
                )
            )
            if not (asks_why or is_inline or in_group or is_copy):
                offered = await self._memory.run(lambda notes: suggestions(notes, answer_id))
                keyboard = with_suggestions(keyboard, answer_id, offered)
            await _change(context, shown, html, keyboard)
            said = voices

    async def _length(self, shown: Shown) -> Length:
        if shown.answered.role is Role.COPY:
            return Length.FULL
        return (await self._memory.run(lambda notes: settings_of(notes, shown.chat_id))).length


async def _change(context: Context, shown: Shown, html: str, keyboard: InlineKeyboardMarkup) -> None:
    if shown.inline_message_id is None:
        await edit(context.bot, shown.chat_id, shown.message_id, html, keyboard)
    else:
        await edit_inline(context.bot, shown.inline_message_id, html, keyboard)
