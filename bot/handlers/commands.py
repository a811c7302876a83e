"""Commands other than /ask and /whisper."""

import sqlite3

from telegram import Message
from telegram.ext import ContextTypes

from bot.handlers.changed_quotes import changes_since
from bot.handlers.group_answers import GroupAnswers
from bot.handlers.settings import SettingsHandlers
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering import keyboards
from bot.rendering.answer import render_sources
from bot.rendering.dates import format_day
from bot.rendering.deep_links import is_answer_link, parse_answer_id
from bot.rendering.telegram_html import to_html
from bot.state.answers import answer_by_id
from bot.state.conversations import Role, clear_latest_answer, link_message, set_latest_answer
from bot.state.database import Database
from bot.state.erasure import erase_person
from bot.state.group_collections import searched_in
from bot.state.preferences import Length
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import place_of, reply, reply_target, send
from bot.updates.intents import Command, sender_id
from bot.workers import WorkerPool

Context = ContextTypes.DEFAULT_TYPE


class CommandHandlers:
    """Handles commands, in chats where the bot may answer."""

    def __init__(self, workers: WorkerPool, database: Database) -> None:
        self._workers = workers
        self._database = database
        self._settings = SettingsHandlers(database, can_word=workers.writer is not None)
        self._groups = GroupAnswers(database)

    async def handle(self, message: Message, command: Command, context: Context) -> None:
        """Carry out the command."""
        in_private = message.chat.type == message.chat.PRIVATE
        match command.name:
            case "start" if in_private and is_answer_link(command.argument):
                await self._open(message, parse_answer_id(command.argument), context)
            case "start":
                await reply(context.bot, message, tr(texts.START if in_private else texts.START_IN_GROUP))
            case "help":
                await reply(context.bot, message, tr(texts.HELP))
            case "new":
                await self._database.run(clear_latest_answer, place_of(message))
                await reply(context.bot, message, tr(texts.NEW))
            case "settings":
                await self._settings.show(message, context)
            case "forget":
                await self._forget(message, context)
            case "sources":
                await self._list_sources(message, context)

    async def _open(self, message: Message, answer_id: str, context: Context) -> None:
        """Show the stored answer again, in full; the conversation continues from it."""
        answered = await self._database.run(answer_by_id, answer_id)
        if answered is None or answered.removed:
            line = texts.LINK_UNKNOWN if answered is None else texts.LINK_REMOVED
            await reply(context.bot, message, tr(line))
            return
        place, answer = place_of(message), answered.answer
        if not await self._groups.may_see(context.bot, answered, place.chat_id):
            await reply(context.bot, message, tr(texts.FOR_ITS_GROUP))
            return
        asked = tr(texts.OPENED).format(day=format_day(answered.at), question=answer.question)
        title = to_html(asked)
        await send(context.bot, place, title)
        changes = await changes_since(self._workers, answered)
        sent = await show_answer(
            context.bot, place, answer_id, answer, Length.FULL, is_copy=True, changes=changes
        )

        def remember(db: sqlite3.Connection) -> None:
            for message_id in sent:
                link_message(db, place.chat_id, message_id, answer_id, Role.COPY)
            set_latest_answer(db, place, answer_id)

        await self._database.run(remember)

    async def _forget(self, message: Message, context: Context) -> None:
        gone = await self._database.run(erase_person, sender_id(message))
        await self._database.checkpoint_wal()
        said = tr(texts.FORGOT).format(answers=gone.answers, votes=gone.votes)
        had_something = gone.answers or gone.votes or gone.settings or gone.watches or gone.digests
        await reply(context.bot, message, said if had_something else tr(texts.NOTHING_TO_FORGET))

    async def _list_sources(self, message: Message, context: Context) -> None:
        where = await self._database.run(searched_in, place_of(message))
        sources = await self._workers.sources(where)
        await send(
            context.bot,
            place_of(message),
            render_sources(sources, 0),
            reply_to=reply_target(message),
            keyboard=keyboards.sources_keyboard(len(sources), 0),
        )
