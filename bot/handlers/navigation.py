"""Navigation within the message of an answer: a passage, other passages, the answer itself."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup

from bot.handlers.changed_quotes import changes_since
from bot.handlers.collapsing import show_collapsed
from bot.handlers.commands import Context
from bot.handlers.suggestions import add_suggestions, load_suggestions
from bot.handlers.whisper import can_post
from bot.rendering import keyboards
from bot.rendering.answer import other_passages, render_other_passages
from bot.rendering.deep_links import answer_link, can_share
from bot.rendering.inline_results import render_shared
from bot.rendering.keyboards import Action, CallbackData
from bot.rendering.passage import passage_of_quote, render_context, render_passage
from bot.rendering.short_answer import render
from bot.state.answers import StoredAnswer
from bot.state.conversations import Role
from bot.state.database import Database
from bot.state.feedback import RATINGS, Rating, Tally, count_votes
from bot.state.preferences import Length, load_settings
from bot.transport.delivery import edit, edit_inline
from bot.workers import WorkerPool


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer in one of the messages that show it, inline messages included."""

    answered: StoredAnswer
    chat_id: int = 0
    message_id: int = 0
    inline_message_id: str | None = None  # instead of chat and message: the bot need not be in that chat


class Navigation:
    """Edits the message of an answer to another view of it."""

    def __init__(self, workers: WorkerPool, database: Database) -> None:
        self._workers = workers
        self._database = database

    async def turn(self, context: Context, shown: ShownAnswer, press: CallbackData) -> None:
        """Show the view that the callback asks for; a collapsed answer stays collapsed."""
        answer, answer_id = shown.answered.answer, shown.answered.id
        if shown.answered.collapsed and shown.answered.role is Role.ANSWER:
            await show_collapsed(context.bot, shown.answered, shown.chat_id, shown.message_id)
            return
        match press.action:
            case Action.CONTEXT | Action.PASSAGE:
                html, keyboard = await self._passage(shown.answered, press)
            case Action.OTHERS:
                html = render_other_passages(other_passages(answer), press.number)
                keyboard = keyboards.other_passages_keyboard(answer_id, answer, press.number)
            case Action.REMOVE:
                html = render(answer, await self._length(shown))[-1]
                keyboard = keyboards.removal_keyboard(answer_id)
            case _:
                await self.show_answer(context, shown, press)
                return
        await _edit_shown(context, shown, html, keyboard)

    async def _passage(self, answered: StoredAnswer, press: CallbackData) -> tuple[str, InlineKeyboardMarkup]:
        """A passage of a cited article; the quoted one where the asked one no longer exists."""
        answer, answer_id = answered.answer, answered.id
        citation = answer.citations[press.number]
        article_id, where = citation.source.article_id, answered.where
        article, passages = await self._workers.article_with_passages(article_id, where)
        quoted = passage_of_quote(citation, passages)
        is_there = press.action is Action.PASSAGE and press.passage < len(passages)
        number = press.passage if is_there else quoted
        if number is None or number == quoted:
            revisions = await self._workers.revisions(article_id, where)
            html = render_context(citation, article, passages, revisions)
        else:
            html = render_passage(passages, number)
        return html, keyboards.passage_keyboard(answer_id, answer, press.number, number, len(passages))

    async def show_answer(self, context: Context, shown: ShownAnswer, press: CallbackData) -> None:
        """Show the answer with its votes; again if they changed meanwhile: edits may overtake each other."""
        answer, answer_id = shown.answered.answer, shown.answered.id
        is_copy = shown.answered.role is Role.COPY
        share = can_share(context.bot.bot) and not shown.answered.collections
        address = answer_link(context.bot.username, answer_id)
        is_inline, in_group = shown.inline_message_id is not None, shown.chat_id < 0
        against = press.action is Action.RATE and RATINGS[press.number] is not Rating.UP
        asks_why = press.action is Action.DOWN or (against and in_group)
        unfolded = press.action is Action.MORE or (press.action is Action.RATE and not in_group)
        changes = await changes_since(self._workers, shown.answered)
        if is_inline:
            html = render_shared(answer, changes)
        else:
            html = render(answer, await self._length(shown), changes)[-1]
        is_postable = await self._database.run(can_post, answer_id)
        said: Tally | None = None
        while (ratings := await self._database.run(count_votes, answer_id)) != said:
            keyboard = (
                keyboards.reasons_keyboard(answer_id, answer, ratings, in_group=in_group)
                if asks_why
                else keyboards.answer_keyboard(
                    answer_id,
                    answer,
                    address,
                    ratings,
                    is_copy=is_copy,
                    can_share=share,
                    in_group=in_group,
                    can_post=is_postable and not is_copy,
                    can_watch=not is_inline,
                    unfolded=unfolded,
                )
            )
            if not (asks_why or is_inline or in_group or is_copy):
                offered = await self._database.run(load_suggestions, answer_id)
                keyboard = add_suggestions(keyboard, answer_id, offered)
            await _edit_shown(context, shown, html, keyboard)
            said = ratings

    async def _length(self, shown: ShownAnswer) -> Length:
        if shown.answered.role is Role.COPY:
            return Length.FULL
        return (await self._database.run(load_settings, shown.chat_id)).length


async def _edit_shown(
    context: Context, shown: ShownAnswer, html: str, keyboard: InlineKeyboardMarkup
) -> None:
    if shown.inline_message_id is None:
        await edit(context.bot, shown.chat_id, shown.message_id, html, keyboard)
    else:
        await edit_inline(context.bot, shown.inline_message_id, html, keyboard)
