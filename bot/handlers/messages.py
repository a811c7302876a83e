"""Messages: a question gets its answer, an edited question an edited answer."""

import sqlite3
from datetime import UTC, datetime
from html import escape

from telegram import Message, Update

from bot.handlers.commands import Commands, Context
from bot.handlers.suggestions import Suggesting, ask_back, keep_suggestions
from bot.handlers.whisper import Whispers, move_whispers, whispered_id
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.inline_results import sent_answer_id
from bot.state.answers import Asked, by_message, keep, message_ids, new_id, show
from bot.state.conversations import Place, Role, about, answer_above, conversation, latest, link, move
from bot.state.database import Memory
from bot.state.preferences import Length, Listening, move_settings, settings_of
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import place_of, reply_target, say, send, typing
from bot.transport.unreachable_chats import Reach
from bot.updates.intents import Ask, Command, Intent, Say, Whisper, intent, selected, writer_id
from bot.updates.membership import move_presence
from bot.updates.question_limits import Limits
from bot.updates.queue_notice import told_to_wait
from bot.workers import Desk
from retrieval.types import Answer


class Handlers:
    """What the bot does with messages. `allowed_chats`: empty means everyone."""

    def __init__(
        self,
        desk: Desk,
        memory: Memory,
        allowed_chats: frozenset[int],
        reach: Reach,
        limits: Limits,
        suggesting: Suggesting,
    ) -> None:
        self._desk = desk
        self._memory = memory
        self._reach = reach
        self._limits = limits
        self._suggesting = suggesting
        self._whispers = Whispers(desk, memory, allowed_chats)
        self._commands = Commands(desk, memory)
        self._allowed_chats = allowed_chats

    async def on_message(self, update: Update, context: Context) -> None:
        """A new message."""
        message = update.message
        if message is None:
            return
        old_id, new_chat_id = message.chat.id, message.migrate_to_chat_id
        if message.migrate_from_chat_id is not None:  # said in both groups; it may be heard in one only
            old_id, new_chat_id = message.migrate_from_chat_id, message.chat.id
        if new_chat_id is not None:
            await self._memory.run(lambda notes: _move_all(notes, old_id, new_chat_id))
            return
        in_private = message.chat.type == message.chat.PRIVATE
        is_allowed = not self._allowed_chats or message.chat.id in self._allowed_chats
        above = await self._answer_above(message) if is_allowed else None
        listening = await self._listening(message)
        wanted = intent(message, context.bot.bot, in_thread=above is not None, listening=listening)
        if not is_allowed:
            if wanted is not None and in_private:
                await say(context.bot, message, tr(texts.NOT_ALLOWED))
            return
        if wanted is None or not await self._has_room(message, wanted, context):
            await self._remember_below(above, message)
            return
        if isinstance(wanted, Ask):
            await self._answer(message, wanted.question, above, context)
            return
        await self._remember_below(above, message)
        match wanted:
            case Whisper(question):
                await self._whispers.whisper(message, question, above, context)
            case Command("start", argument) if in_private and (whisper_id := whispered_id(argument)):
                await self._whispers.open(message, whisper_id, context)
            case Command():
                await self._commands.obey(message, wanted, context)
            case Say(text):
                await self._remember_below(above, await say(context.bot, message, text))

    async def on_edited_message(self, update: Update, context: Context) -> None:
        """An edited message: matters when it was answered and still asks something."""
        message = update.edited_message
        if message is None:
            return
        place, asked_in = place_of(message), message.message_id
        earlier = await self._memory.run(lambda notes: by_message(notes, place.chat_id, asked_in))
        if earlier is None or earlier.role is not Role.QUESTION or earlier.removed:
            return
        in_thread = await self._answer_above(message) is not None
        wanted = intent(message, context.bot.bot, in_thread, await self._listening(message))
        if not isinstance(wanted, Ask) or wanted.question == earlier.answer.question:
            return
        if not await self._has_room(message, wanted, context):
            return
        answer = await self._find(message, wanted.question, earlier.follows, context)
        asked = Asked(place, writer_id(message), earlier.follows)
        old_id, answer_id = earlier.id, new_id()  # a voice about the earlier answer is none about this one
        at = datetime.now(UTC)

        def replace(notes: sqlite3.Connection) -> tuple[int, ...]:
            shown_in = message_ids(notes, old_id, place.chat_id)
            keep(notes, answer_id, answer, asked, at, instead_of=old_id)
            show(notes, answer_id, place.chat_id, asked_in, shown_in)
            return shown_in

        earlier_ids = await self._memory.run(replace)
        length = (await self._memory.run(lambda notes: settings_of(notes, place.chat_id))).length
        sent = await show_answer(context.bot, place, answer_id, answer, length, earlier_ids=earlier_ids)
        await self._memory.run(lambda notes: show(notes, answer_id, place.chat_id, asked_in, sent))
        if sent and message.chat.type == message.chat.PRIVATE:
            self._suggesting.begin(context.application, place.chat_id, answer_id, answer, sent[-1])

    async def ask_suggested(
        self, place: Place, asker_id: int, question: str, follows: str, context: Context
    ) -> None:
        """Somebody pressed a question that is offered under an answer: as if they had written it."""
        refused = self._limits.ask(asker_id, place.chat_id)
        line = tr(texts.YOU_ASKED).format(question=question) if refused is None else refused.line
        said = None if line is None else await send(context.bot, place, escape(line, quote=False))
        if refused is None and said is not None:
            await self._answer(said, question, follows, context, asker_id)

    async def _answer(
        self,
        message: Message,
        question: str,
        above: str | None,
        context: Context,
        asker_id: int | None = None,
    ) -> None:
        """Answer the message; `asker_id` tells who asks when it is the bot that wrote it for them."""
        place, asked_in = place_of(message), message.message_id
        in_private = message.chat.type == message.chat.PRIVATE
        self._suggesting.leave_off(place.chat_id)
        follows = above or await self._memory.run(lambda notes: latest(notes, place))
        async with told_to_wait(context.bot, self._desk, message):
            answer = await self._find(message, question, follows, context)
            meant = await self._suggesting.meant(question, answer, place, follows) if in_private else []
        asked = Asked(place, asker_id or writer_id(message), follows)
        answer_id, at = new_id(), datetime.now(UTC)

        def remember(notes: sqlite3.Connection) -> Length:
            keep(notes, answer_id, answer, asked, at)
            keep_suggestions(notes, answer_id, meant)
            return settings_of(notes, place.chat_id).length

        length = await self._memory.run(remember)
        target = message.message_id if asker_id is not None else reply_target(message)
        if meant:
            sent = await ask_back(context.bot, place, answer_id, question, meant)
        else:
            sent = await show_answer(context.bot, place, answer_id, answer, length, reply_to=target)
        if sent:
            await self._memory.run(lambda notes: show(notes, answer_id, place.chat_id, asked_in, sent))
        if sent and in_private and not meant:
            self._suggesting.begin(context.application, place.chat_id, answer_id, answer, sent[-1])

    async def _find(self, message: Message, question: str, follows: str | None, context: Context) -> Answer:
        """The answer to the question as it is meant after the answer that it follows."""
        chat_id, picked = message.chat.id, selected(message)
        before = await self._memory.run(lambda notes: conversation(notes, chat_id, follows))
        if picked is not None and picked != question:
            before = about(before, picked)
        async with typing(context.bot, place_of(message)):
            return await self._desk.answer(question, before)

    async def _has_room(self, message: Message, wanted: Intent, context: Context) -> bool:
        """Whether the bot can answer there and not too much was asked; in groups everything counts."""
        if not self._reach.is_open(place_of(message)) and not isinstance(wanted, Command | Whisper):
            return False  # a command does more than answer, and a whisper is answered elsewhere
        if message.chat.type == message.chat.PRIVATE and not isinstance(wanted, Ask):
            return True
        refused = self._limits.ask(writer_id(message), message.chat.id)
        if refused is not None and refused.line is not None:
            await say(context.bot, message, refused.line)
        return refused is None

    async def _listening(self, message: Message) -> Listening:
        """What the bot is to listen to where the message was written, at present."""
        settings = await self._memory.run(lambda notes: settings_of(notes, message.chat.id))
        return settings.listening(datetime.now(UTC))

    async def _answer_above(self, message: Message) -> str | None:
        """The id of the answer that the message replies to, directly or by way of others' replies."""
        replied = message.reply_to_message
        if replied is None:
            return None
        ids = [replied.message_id]
        if message.message_thread_id is not None:
            ids.append(message.message_thread_id)  # the thread's first message; the bot hears not all of it
        known = await self._memory.run(lambda notes: answer_above(notes, message.chat.id, *ids))
        return known or sent_answer_id(replied)

    async def _remember_below(self, above: str | None, message: Message | None) -> None:
        if above is not None and message is not None:
            await self._memory.run(lambda notes: link(notes, message.chat.id, message.message_id, above))


def _move_all(notes: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup."""
    for move_some in (move, move_settings, move_presence, move_whispers):
        move_some(notes, old_id, new_id)
