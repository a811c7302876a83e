"""What the bot does with commands, /ask apart."""

import sqlite3

from telegram import Message
from telegram.ext import ContextTypes

from bot.handlers.settings import Choosing
from bot.i18n import texts
from bot.i18n.language import on_day, tr
from bot.rendering import keyboards
from bot.rendering.answer import render_sources
from bot.rendering.deep_links import is_link, linked_id
from bot.rendering.telegram_html import messages, paragraph
from bot.state.answers import by_id
from bot.state.conversations import Role, begin_anew, go_on, link
from bot.state.database import Memory
from bot.state.erasure import forget
from bot.state.preferences import Length
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import place_of, reply_target, say, send
from bot.updates.intents import Command, writer_id
from bot.workers import Desk

Context = ContextTypes.DEFAULT_TYPE


class Commands:
    """Obeys commands, in chats where the bot may answer."""

    def __init__(self, desk: Desk, memory: Memory) -> None:
        self._desk = desk
        self._memory = memory
        self._choosing = Choosing(memory)

    async def obey(self, message: Message, command: Command, context: Context) -> None:
        """Do what the command says."""
        in_private = message.chat.type == message.chat.PRIVATE
        match command.name:
            case "start" if in_private and is_link(command.argument):
                await self._open(message, linked_id(command.argument), context)
            case "start":
                await say(context.bot, message, tr(texts.START if in_private else texts.START_IN_GROUP))
            case "help":
                await say(context.bot, message, tr(texts.HELP))
            case "new":
                await self._memory.run(lambda notes: begin_anew(notes, place_of(message)))
                await say(context.bot, message, tr(texts.NEW))
            case "settings":
                await self._choosing.show(message, context)
            case "forget":
                await self._forget(message, context)
            case "sources":
                await self._list_sources(message, context)

    async def _open(self, message: Message, answer_id: str, context: Context) -> None:
        """Show the frozen answer again, in full; the conversation goes on from it."""
        answered = await self._memory.run(lambda notes: by_id(notes, answer_id))
        if answered is None or answered.removed:
            line = texts.LINK_UNKNOWN if answered is None else texts.LINK_REMOVED
            await say(context.bot, message, tr(line))
            return
        place, answer = place_of(message), answered.answer
        asked = tr(texts.OPENED).format(day=on_day(answered.at), question=answer.question)
        (title,) = messages([paragraph(asked)])
        await send(context.bot, place, title)
        sent = await show_answer(context.bot, place, answer_id, answer, Length.FULL, is_copy=True)

        def remember(notes: sqlite3.Connection) -> None:
            for message_id in sent:
                link(notes, place.chat_id, message_id, answer_id, Role.COPY)
            go_on(notes, place, answer_id)

        await self._memory.run(remember)

    async def _forget(self, message: Message, context: Context) -> None:
        gone = await self._memory.run(lambda notes: forget(notes, writer_id(message)))
        await self._memory.scrub()
        said = tr(texts.FORGOT).format(answers=gone.answers, votes=gone.votes)
        had_something = gone.answers or gone.votes or gone.settings
        await say(context.bot, message, said if had_something else tr(texts.NOTHING_TO_FORGET))

    async def _list_sources(self, message: Message, context: Context) -> None:
        sources = await self._desk.sources()
        await send(
            context.bot,
            place_of(message),
            render_sources(sources, 0),
            reply_to=reply_target(message),
            keyboard=keyboards.under_sources(len(sources), 0),
        )
