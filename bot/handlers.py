"""Messages: a question gets its answer, an edited question an edited answer."""

from dataclasses import replace

from telegram import Message, Update
from telegram.ext import ContextTypes

from bot import keyboards, texts
from bot.addressing import Ask, Command, Say, intent
from bot.answered import Answered, AnsweredQuestions
from bot.answering import Desk
from bot.conversations import Conversations, Place
from bot.delivery import delete, edit, place_of, reply_target, say, send, typing
from bot.render import render_answer, render_sources
from retrieval.types import Answer

Context = ContextTypes.DEFAULT_TYPE


class Handlers:
    """What the bot does with messages. `allowed_chats`: empty means everyone."""

    def __init__(
        self,
        desk: Desk,
        conversations: Conversations,
        answered: AnsweredQuestions,
        allowed_chats: frozenset[int],
    ) -> None:
        self._desk = desk
        self._conversations = conversations
        self._answered = answered
        self._allowed_chats = allowed_chats

    async def on_message(self, update: Update, context: Context) -> None:
        """A new message."""
        message = update.message
        if message is None:
            return
        if message.migrate_to_chat_id is not None:
            self._conversations.move(message.chat.id, message.migrate_to_chat_id)
            return
        wanted = intent(message, context.bot.bot)
        if wanted is None:
            return
        if self._allowed_chats and message.chat.id not in self._allowed_chats:
            if message.chat.type == message.chat.PRIVATE:
                await say(context.bot, message, texts.NOT_ALLOWED)
            return
        match wanted:
            case Ask(question):
                await self._answer(message, question, context)
            case Command(name):
                await self._command(message, name, context)
            case Say(text):
                await say(context.bot, message, text)

    async def on_edited_message(self, update: Update, context: Context) -> None:
        """An edited message: matters when it was answered and still asks something."""
        message = update.edited_message
        if message is None:
            return
        earlier = self._answered.to_question(message.chat.id, message.message_id)
        wanted = intent(message, context.bot.bot)
        if earlier is None or not isinstance(wanted, Ask) or wanted.question == earlier.answer.question:
            return
        async with typing(context.bot, earlier.place):
            answer = await self._desk.answer(wanted.question, earlier.before)
        self._conversations.amend(earlier.place, earlier.before, earlier.answer, answer)
        answer_id = self._answered.new_id()  # a voice about the earlier answer is none about this one
        sent = await self._show(context, earlier.place, answer_id, answer, earlier.message_ids)
        if sent:
            self._answered.put(replace(earlier, id=answer_id, message_ids=sent, answer=answer))

    async def _answer(self, message: Message, question: str, context: Context) -> None:
        place = place_of(message)
        before = self._conversations.at(place)
        async with typing(context.bot, place):
            answer = await self._desk.answer(question, before)
        self._conversations.add(place, answer)
        answer_id = self._answered.new_id()
        sent = await self._show(context, place, answer_id, answer, reply_to=reply_target(message))
        if sent:
            asked = message.message_id
            self._answered.put(Answered(answer_id, place, asked, sent, before, answer))

    async def _show(
        self,
        context: Context,
        place: Place,
        answer_id: str,
        answer: Answer,
        earlier_ids: tuple[int, ...] = (),
        reply_to: int | None = None,
    ) -> tuple[int, ...]:
        """The ids of the messages that show the answer: first those of an earlier one, then new ones."""
        parts = render_answer(answer)
        ids: list[int] = []
        for position, html in enumerate(parts):
            is_last = position == len(parts) - 1
            keyboard = keyboards.under_answer(answer_id, answer) if is_last else None
            if position < len(earlier_ids):
                await edit(context.bot, place.chat_id, earlier_ids[position], html, keyboard)
                ids.append(earlier_ids[position])
                continue
            target = reply_to if position == 0 else None
            sent = await send(context.bot, place, html, reply_to=target, keyboard=keyboard)
            if sent is None:
                break
            ids.append(sent.message_id)
        for superfluous in earlier_ids[len(parts) :]:
            await delete(context.bot, place.chat_id, superfluous)
        return tuple(ids)

    async def _command(self, message: Message, name: str, context: Context) -> None:
        match name:
            case "start" if message.chat.type == message.chat.PRIVATE:
                await say(context.bot, message, texts.START)
            case "start":
                await say(context.bot, message, texts.START_IN_GROUP)
            case "help":
                await say(context.bot, message, texts.HELP)
            case "sources":
                sources = await self._desk.sources()
                await send(
                    context.bot,
                    place_of(message),
                    render_sources(sources, 0),
                    reply_to=reply_target(message),
                    keyboard=keyboards.under_sources(len(sources), 0),
                )
