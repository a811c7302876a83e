"""Messages: a question is answered; when it is edited, the answer is edited too."""

import sqlite3
from datetime import UTC, datetime
from html import escape

from telegram import Message, Update

from bot.handlers.commands import CommandHandlers, Context
from bot.handlers.digests import Digests
from bot.handlers.suggestions import SuggestionOffers, save_suggestions, send_clarification
from bot.handlers.voice import listen
from bot.handlers.watches import Watches
from bot.handlers.whisper import Whispers, move_whispers, parse_whisper_id
from bot.handlers.wording import word
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.inline_results import sent_answer_id
from bot.state.answers import (
    QuestionContext,
    answer_by_message,
    link_question_and_answer,
    message_ids,
    new_id,
    save_answer,
)
from bot.state.conversations import (
    Place,
    Role,
    answer_id_above,
    latest_answer_id,
    link_message,
    move_conversations,
    with_selection,
)
from bot.state.database import Database
from bot.state.digests import move_digests
from bot.state.group_collections import conversation_in, move_collections
from bot.state.preferences import Length, Listening, load_settings, move_settings
from bot.state.watches import move_watches
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import place_of, reply, reply_target, send, show_typing
from bot.transport.unreachable_chats import UnreachableChats
from bot.updates.intents import (
    Ask,
    Command,
    Intent,
    Listen,
    Say,
    Whisper,
    parse_intent,
    selected_text,
    sender_id,
)
from bot.updates.membership import move_introductions
from bot.updates.question_limits import QuestionLimits
from bot.updates.queue_notice import queue_notice
from bot.workers import Transcriber, WorkerPool
from index.types import SearchFilter
from retrieval.types import Answer


class MessageHandlers:
    """Handles messages. `allowed_chats`: empty means everyone."""

    def __init__(
        self,
        workers: WorkerPool,
        database: Database,
        allowed_chats: frozenset[int],
        unreachable: UnreachableChats,
        limits: QuestionLimits,
        offers: SuggestionOffers,
        watches: Watches,
        digests: Digests,
        transcriber: Transcriber | None = None,
    ) -> None:
        self._transcriber = transcriber
        self._watches = watches
        self._digests = digests
        self._workers = workers
        self._database = database
        self._unreachable = unreachable
        self._limits = limits
        self._offers = offers
        self._whispers = Whispers(workers, database, allowed_chats)
        self._commands = CommandHandlers(workers, database)
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
            await self._database.run(_move_chat, old_id, new_chat_id)
            return
        in_private = message.chat.type == message.chat.PRIVATE
        is_allowed = not self._allowed_chats or message.chat.id in self._allowed_chats
        above = await self._answer_above(message) if is_allowed else None
        listening = await self._listening(message)
        wanted = parse_intent(message, context.bot.bot, in_thread=above is not None, listening=listening)
        if not is_allowed:
            if wanted is not None and in_private:
                await reply(context.bot, message, tr(texts.NOT_ALLOWED))
            return
        if wanted is None or not await self._may_answer(message, wanted, context):
            await self._link_below(above, message)
            return
        if isinstance(wanted, Listen):
            wanted = await listen(self._transcriber, message, context.bot)
        if isinstance(wanted, Ask):
            await self._answer(message, wanted.question, above, context)
            return
        await self._link_below(above, message)
        match wanted:
            case Whisper(question):
                await self._whispers.whisper(message, question, above, context)
            case Command("start", argument) if in_private and (whisper_id := parse_whisper_id(argument)):
                await self._whispers.open(message, whisper_id, context)
            case Command("watch", question):
                await self._watches.watch(message, question, above, context)
            case Command("watches", argument):
                await self._watches.list(message, argument, context)
            case Command("digest", argument):
                await self._digests.on_command(message, argument, context)
            case Command():
                await self._commands.handle(message, wanted, context)
            case Say(text):
                await self._link_below(above, await reply(context.bot, message, text))

    async def on_edited_message(self, update: Update, context: Context) -> None:
        """Edit the answer, if the message was answered and still asks something."""
        message = update.edited_message
        if message is None:
            return
        place, asked_in = place_of(message), message.message_id
        earlier = await self._database.run(answer_by_message, place.chat_id, asked_in)
        if earlier is None or earlier.role is not Role.QUESTION or earlier.removed:
            return
        in_thread = await self._answer_above(message) is not None
        wanted = parse_intent(message, context.bot.bot, in_thread, await self._listening(message))
        if not isinstance(wanted, Ask) or wanted.question == earlier.answer.question:
            return
        if not await self._may_answer(message, wanted, context):
            return
        answer, where = await self._find(message, wanted.question, earlier.follows, context)
        asked = QuestionContext(place, sender_id(message), where, earlier.follows)
        old_id, answer_id = earlier.id, new_id()  # a voice about the earlier answer is none about this one
        at = datetime.now(UTC)

        def replace(db: sqlite3.Connection) -> tuple[int, ...]:
            shown_in = message_ids(db, old_id, place.chat_id)
            save_answer(db, answer_id, answer, asked, at, instead_of=old_id)
            link_question_and_answer(db, answer_id, place.chat_id, asked_in, shown_in)
            return shown_in

        earlier_ids = await self._database.run(replace)
        length = (await self._database.run(load_settings, place.chat_id)).length
        sent = await show_answer(context.bot, place, answer_id, answer, length, earlier_ids=earlier_ids)
        await self._database.run(link_question_and_answer, answer_id, place.chat_id, asked_in, sent)
        if sent and message.chat.type == message.chat.PRIVATE:
            self._offers.begin(context.application, place.chat_id, answer_id, answer, sent[-1])

    async def ask_suggested(
        self, place: Place, asker_id: int, question: str, follows: str, context: Context
    ) -> None:
        """Answer a suggested question that somebody pressed, as if they had written it."""
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
        """Answer the message; `asker_id` is given when the bot wrote the message for somebody."""
        place, asked_in = place_of(message), message.message_id
        in_private = message.chat.type == message.chat.PRIVATE
        self._offers.cancel_offer(place.chat_id)
        follows = above or await self._database.run(latest_answer_id, place)
        async with queue_notice(context.bot, self._workers, message):
            answer, where = await self._find(message, question, follows, context)
            meant = await self._offers.meant(question, answer, place, follows) if in_private else []
        asked = QuestionContext(place, asker_id or sender_id(message), where, follows)
        answer_id, at = new_id(), datetime.now(UTC)

        def remember(db: sqlite3.Connection) -> Length:
            save_answer(db, answer_id, answer, asked, at)
            save_suggestions(db, answer_id, meant)
            return load_settings(db, place.chat_id).length

        length = await self._database.run(remember)
        target = message.message_id if asker_id is not None else reply_target(message)
        if meant:
            sent = await send_clarification(context.bot, place, answer_id, question, meant)
        else:
            sent = await show_answer(context.bot, place, answer_id, answer, length, reply_to=target)
        if sent:
            await self._database.run(link_question_and_answer, answer_id, place.chat_id, asked_in, sent)
        if sent and in_private and not meant:
            self._offers.begin(context.application, place.chat_id, answer_id, answer, sent[-1])

    async def _find(
        self, message: Message, question: str, follows: str | None, context: Context
    ) -> tuple[Answer, SearchFilter]:
        """The answer to the question in the conversation that it continues, and what was searched."""
        place, picked = place_of(message), selected_text(message)
        before, where = await self._database.run(conversation_in, place, follows)
        if picked is not None and picked != question:
            before = with_selection(before, picked)
        async with show_typing(context.bot, place):
            answer, writer = await self._workers.answer(question, before, where), self._workers.writer
            if writer and (await self._database.run(load_settings, place.chat_id)).is_worded:
                answer = await word(writer, answer, message, context.bot)
            return answer, where

    async def _may_answer(self, message: Message, wanted: Intent, context: Context) -> bool:
        """Whether the chat is reachable and the question limits allow it; in groups every intent counts."""
        if not self._unreachable.is_reachable(place_of(message)) and not isinstance(
            wanted, Command | Whisper
        ):
            return False  # a command does more than answer, and a whisper is answered elsewhere
        asks = isinstance(wanted, Ask | Listen) or (isinstance(wanted, Command) and wanted.name == "watch")
        if message.chat.type == message.chat.PRIVATE and not asks:
            return True
        refused = self._limits.ask(sender_id(message), message.chat.id)
        if refused is not None and refused.line is not None:
            await reply(context.bot, message, refused.line)
        return refused is None

    async def _listening(self, message: Message) -> Listening:
        """What the bot listens to in the message's chat, by its settings and quiet hours."""
        settings = await self._database.run(load_settings, message.chat.id)
        return settings.listening(datetime.now(UTC))

    async def _answer_above(self, message: Message) -> str | None:
        """The id of the answer that the message replies to, directly or through other replies."""
        replied = message.reply_to_message
        if replied is None:
            return None
        ids = [replied.message_id]
        if message.message_thread_id is not None:
            ids.append(message.message_thread_id)  # the thread's first message; the bot hears not all of it
        known = await self._database.run(answer_id_above, message.chat.id, *ids)
        return known or sent_answer_id(replied)

    async def _link_below(self, above: str | None, message: Message | None) -> None:
        if above is not None and message is not None:
            await self._database.run(link_message, message.chat.id, message.message_id, above)


def _move_chat(db: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup."""
    for move_some in (
        move_conversations,
        move_settings,
        move_introductions,
        move_whispers,
        move_watches,
        move_collections,
        move_digests,
    ):
        move_some(db, old_id, new_id)
