"""`/whisper` in a group: the answer is for who asked, in private; they may post it to the group.

Where the bot cannot write to them yet, a link in the group leads them to it. The whole group sees that link:
it names the whisper, not the answer, and opens for who asked alone.
"""

import re
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, Message, User
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import on_day, tr
from bot.rendering.telegram_html import messages, paragraph
from bot.state.answers import Answered, Asked, by_id, keep, new_id, show
from bot.state.conversations import Place, Role, about, conversation, go_on, latest, link
from bot.state.database import Memory, pseudonym
from bot.state.preferences import settings_of
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import delete, place_of, say, send, typing
from bot.transport.unreachable_chats import is_in, may_write
from bot.updates.intents import selected
from bot.workers import Desk

Context = ContextTypes.DEFAULT_TYPE

_PREFIX = "w_"
_PARAMETER = re.compile(rf"{_PREFIX}([A-Za-z0-9]{{1,32}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Whisper:
    """A whispered answer, and the message in a group that asked for it."""

    answer_id: str
    group: Place | None  # None once it was posted
    message_id: int


class Whispers:
    """Whispers, opens what was whispered, and posts it. `allowed_chats`: empty means everyone."""

    def __init__(self, desk: Desk, memory: Memory, allowed_chats: frozenset[int]) -> None:
        self._desk = desk
        self._memory = memory
        self._allowed_chats = allowed_chats

    async def whisper(self, message: Message, question: str, above: str | None, context: Context) -> None:
        """Answer who wrote the message, in private; `above` is the answer that it replies to."""
        asker, place = message.from_user, place_of(message)
        if asker is None or message.sender_chat is not None:
            await say(context.bot, message, tr(texts.WHISPER_WHO))
            return
        if self._allowed_chats and asker.id not in self._allowed_chats:
            await say(context.bot, message, tr(texts.WHISPER_NOT_ALLOWED))
            return
        await delete(context.bot, place.chat_id, message.message_id)  # as far as an admin has let it
        follows = above or await self._memory.run(lambda notes: latest(notes, place))
        before = await self._memory.run(lambda notes: conversation(notes, place.chat_id, follows))
        if (picked := selected(message)) is not None and picked != question:
            before = about(before, picked)
        async with typing(context.bot, Place(asker.id)):
            answer = await self._desk.answer(question, before)
        asked, at = Asked(Place(asker.id), asker.id, follows), datetime.now(UTC)
        answer_id, whisper_id = new_id(), new_id()

        def remember(notes: sqlite3.Connection) -> Answered | None:
            keep(notes, answer_id, answer, asked, at)
            row = (whisper_id, answer_id, *place, message.message_id)
            notes.execute("INSERT INTO whisper VALUES (?, ?, ?, ?, ?)", row)
            return by_id(notes, answer_id)

        answered = await self._memory.run(remember)
        if answered is not None and not await self._show(asker.id, answered, True, context.bot):
            line = tr(texts.WHISPER_WAITING).format(name=asker.first_name)
            (html,) = messages([paragraph(line)])
            target, button = message.message_id, _button(context.bot.username, whisper_id)
            await send(context.bot, place, html, reply_to=target, keyboard=button)

    async def open(self, message: Message, whisper_id: str, context: Context) -> None:
        """Show who has followed the link what was whispered to them."""
        user_id = message.chat.id  # a private chat has its user's number

        def find(notes: sqlite3.Connection) -> tuple[Whisper | None, Answered | None, bytes]:
            whisper = _found(notes, "id", whisper_id)
            answered = None if whisper is None else by_id(notes, whisper.answer_id)
            return whisper, answered, pseudonym(notes, user_id)

        whisper, answered, reader = await self._memory.run(find)
        if whisper is None or answered is None:
            await say(context.bot, message, tr(texts.LINK_UNKNOWN))
        elif answered.asker != reader:
            await say(context.bot, message, tr(texts.WHISPER_NOT_YOURS))
        elif answered.removed:
            await say(context.bot, message, tr(texts.LINK_REMOVED))
        else:
            await self._show(user_id, answered, whisper.group is not None, context.bot)

    async def decide_posting(
        self, answered: Answered, user: User, context: Context
    ) -> tuple[str, Callable[[], Awaitable[None]] | None]:
        """What to say to who wants the answer posted to the group, and what to do then."""
        whisper = await self._memory.run(lambda notes: _found(notes, "answer", answered.id))
        presser = await self._memory.run(lambda notes: pseudonym(notes, user.id))
        if whisper is None or answered.asker != presser:
            return tr(texts.TOAST_UNKNOWN), None
        group = whisper.group
        if group is None:
            return tr(texts.TOAST_WAS_POSTED), None
        if self._allowed_chats and group.chat_id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED), None
        if not await _may_write_in(context.bot, group.chat_id, user.id):
            return tr(texts.TOAST_MAY_NOT_POST), None
        if not await self._memory.run(lambda notes: _claim(notes, whisper.answer_id)):
            return tr(texts.TOAST_WAS_POSTED), None
        return tr(texts.TOAST_POSTING), lambda: self._post(answered, group, whisper, user.id, context.bot)

    async def _post(self, answered: Answered, group: Place, whisper: Whisper, user_id: int, bot: Bot) -> None:
        """Give the answer in the group too, as one of its own: it can be removed there without the other."""
        answer, answer_id, target = answered.answer, new_id(), whisper.message_id
        length = (await self._memory.run(lambda notes: settings_of(notes, group.chat_id))).length
        sent = await show_answer(bot, group, answer_id, answer, length, reply_to=target)
        if not sent:
            await self._memory.run(lambda notes: _give_back(notes, whisper.answer_id, group))
            await send(bot, Place(user_id), tr(texts.NOT_POSTED))
            return

        def remember(notes: sqlite3.Connection) -> None:
            keep(notes, answer_id, answer, Asked(group, user_id, answered.follows), datetime.now(UTC))
            show(notes, answer_id, group.chat_id, target, sent)

        await self._memory.run(remember)

    async def _show(self, user_id: int, answered: Answered, can_post: bool, bot: Bot) -> bool:
        """Write the answer to who asked; False when they cannot be written to."""
        place, answer = Place(user_id), answered.answer
        asked = tr(texts.OPENED).format(day=on_day(answered.at), question=answer.question)
        (title,) = messages([paragraph(asked)])
        if await send(bot, place, title) is None:
            return False
        length = (await self._memory.run(lambda notes: settings_of(notes, user_id))).length
        sent = await show_answer(bot, place, answered.id, answer, length, can_post=can_post)

        def remember(notes: sqlite3.Connection) -> None:
            for message_id in sent:
                link(notes, user_id, message_id, answered.id, Role.ANSWER)
            go_on(notes, place, answered.id)

        await self._memory.run(remember)
        return True


def whispered_id(parameter: str) -> str | None:
    """The id of the whisper in the parameter of /start; None when it is no link to one."""
    found = _PARAMETER.fullmatch(parameter.strip())
    return None if found is None else found[1]


def can_post(notes: sqlite3.Connection, answer_id: str) -> bool:
    """Whether the answer was whispered and is not in its group yet."""
    whisper = _found(notes, "answer", answer_id)
    return whisper is not None and whisper.group is not None


def move_whispers(notes: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: what was whispered there is posted here, and replies to nothing."""
    notes.execute("UPDATE whisper SET chat = ?, thread = NULL WHERE chat = ?", (new_id, old_id))


def _found(notes: sqlite3.Connection, column: str, value: str) -> Whisper | None:
    row = notes.execute(
        f"SELECT answer, chat, thread, message FROM whisper WHERE {column} = ?",  # noqa: S608  # id or answer
        (value,),
    ).fetchone()
    if row is None:
        return None
    answer_id, chat, thread, message_id = row
    return Whisper(answer_id, None if chat is None else Place(chat, thread), message_id)


def _claim(notes: sqlite3.Connection, answer_id: str) -> bool:
    """Whether the answer is still to be posted; from now on it is not."""
    statement = "UPDATE whisper SET chat = NULL WHERE answer = ? AND chat IS NOT NULL"
    return notes.execute(statement, (answer_id,)).rowcount > 0


def _give_back(notes: sqlite3.Connection, answer_id: str, group: Place) -> None:
    notes.execute("UPDATE whisper SET chat = ? WHERE answer = ?", (group.chat_id, answer_id))


def _button(username: str, whisper_id: str) -> InlineKeyboardMarkup:
    url = f"https://t.me/{username}?start={_PREFIX}{whisper_id}"
    return InlineKeyboardMarkup([[InlineKeyboardButton(tr(texts.BUTTON_OPEN_WHISPER), url=url)]])


async def _may_write_in(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Whether the person is in the group and may write there; not when Telegram does not say."""
    try:
        member = await bot.get_chat_member(chat_id, user_id)
        if member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR):
            return True
        permissions = (await bot.get_chat(chat_id)).permissions
    except TelegramError:
        return False
    is_locked = permissions is not None and permissions.can_send_messages is False
    return is_in(member) and may_write(member) and not is_locked
