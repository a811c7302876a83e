"""`/whisper` in a group: the answer goes to the asker's private chat; they may post it to the group.

Where the bot cannot write to them yet, it posts a link in the group. The link holds the id of the whisper,
not of the answer, and opens for the asker alone.
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

from bot.handlers.changed_quotes import changes_since
from bot.handlers.group_answers import GroupAnswers
from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.dates import format_day
from bot.rendering.telegram_html import to_html
from bot.state.answers import (
    QuestionContext,
    StoredAnswer,
    answer_by_id,
    link_question_and_answer,
    new_id,
    save_answer,
)
from bot.state.conversations import (
    Place,
    Role,
    latest_answer_id,
    link_message,
    set_latest_answer,
    with_selection,
)
from bot.state.database import Database, pseudonym
from bot.state.group_collections import conversation_in
from bot.state.preferences import load_settings
from bot.transport.answer_messages import show_answer
from bot.transport.delivery import delete, place_of, reply, send, show_typing
from bot.transport.unreachable_chats import is_member, may_write
from bot.updates.intents import selected_text
from bot.workers import WorkerPool

Context = ContextTypes.DEFAULT_TYPE

_PREFIX = "w_"
_PARAMETER = re.compile(rf"{_PREFIX}([A-Za-z0-9]{{1,32}})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Whisper:
    """A whispered answer, and the group message that asked for it."""

    answer_id: str
    group: Place | None  # None once it was posted
    message_id: int


class Whispers:
    """Handles /whisper: answers, opens and posts. `allowed_chats`: empty means everyone."""

    def __init__(self, workers: WorkerPool, database: Database, allowed_chats: frozenset[int]) -> None:
        self._workers = workers
        self._database = database
        self._allowed_chats = allowed_chats
        self._groups = GroupAnswers(database)

    async def whisper(self, message: Message, question: str, above: str | None, context: Context) -> None:
        """Answer the message in private; `above` is the id of the answer that it replies to."""
        asker, place = message.from_user, place_of(message)
        if asker is None or message.sender_chat is not None:
            await reply(context.bot, message, tr(texts.WHISPER_WHO))
            return
        if self._allowed_chats and asker.id not in self._allowed_chats:
            await reply(context.bot, message, tr(texts.WHISPER_NOT_ALLOWED))
            return
        await delete(context.bot, place.chat_id, message.message_id)  # as far as an admin has let it
        follows = above or await self._database.run(latest_answer_id, place)
        before, where = await self._database.run(conversation_in, place, follows)
        if (picked := selected_text(message)) is not None and picked != question:
            before = with_selection(before, picked)
        async with show_typing(context.bot, Place(asker.id)):
            answer = await self._workers.answer(question, before, where)
        asked, at = QuestionContext(Place(asker.id), asker.id, where, follows), datetime.now(UTC)
        answer_id, whisper_id = new_id(), new_id()

        def remember(db: sqlite3.Connection) -> StoredAnswer | None:
            save_answer(db, answer_id, answer, asked, at)
            row = (whisper_id, answer_id, *place, message.message_id)
            db.execute("INSERT INTO whisper VALUES (?, ?, ?, ?, ?)", row)
            return answer_by_id(db, answer_id)

        answered = await self._database.run(remember)
        if answered is not None and not await self._show(asker.id, answered, True, context.bot):
            line = tr(texts.WHISPER_WAITING).format(name=asker.first_name)
            html = to_html(line)
            target, button = message.message_id, _open_keyboard(context.bot.username, whisper_id)
            await send(context.bot, place, html, reply_to=target, keyboard=button)

    async def open(self, message: Message, whisper_id: str, context: Context) -> None:
        """Show a whisper to the asker, who followed its link."""
        user_id = message.chat.id  # a private chat has its user's number

        def find(db: sqlite3.Connection) -> tuple[Whisper | None, StoredAnswer | None, bytes]:
            whisper = _load_whisper(db, "id", whisper_id)
            answered = None if whisper is None else answer_by_id(db, whisper.answer_id)
            return whisper, answered, pseudonym(db, user_id)

        whisper, answered, reader = await self._database.run(find)
        if whisper is None or answered is None:
            await reply(context.bot, message, tr(texts.LINK_UNKNOWN))
        elif answered.asker != reader:
            await reply(context.bot, message, tr(texts.WHISPER_NOT_YOURS))
        elif answered.removed:
            await reply(context.bot, message, tr(texts.LINK_REMOVED))
        elif not await self._groups.may_see(context.bot, answered, user_id):
            await reply(context.bot, message, tr(texts.FOR_ITS_GROUP))
        else:
            await self._show(user_id, answered, whisper.group is not None, context.bot)

    async def decide_posting(
        self, answered: StoredAnswer, user: User, context: Context
    ) -> tuple[str, Callable[[], Awaitable[None]] | None]:
        """The toast for a press of "Post to the group", and what to do afterwards."""
        whisper = await self._database.run(_load_whisper, "answer", answered.id)
        presser = await self._database.run(pseudonym, user.id)
        if whisper is None or answered.asker != presser:
            return tr(texts.TOAST_UNKNOWN), None
        group = whisper.group
        if group is None:
            return tr(texts.TOAST_WAS_POSTED), None
        if self._allowed_chats and group.chat_id not in self._allowed_chats:
            return tr(texts.NOT_ALLOWED), None
        if not await _may_write_in(context.bot, group.chat_id, user.id):
            return tr(texts.TOAST_MAY_NOT_POST), None
        if not await self._database.run(_claim_posting, whisper.answer_id):
            return tr(texts.TOAST_WAS_POSTED), None
        return tr(texts.TOAST_POSTING), lambda: self._post(answered, group, whisper, user.id, context.bot)

    async def _post(
        self, answered: StoredAnswer, group: Place, whisper: Whisper, user_id: int, bot: Bot
    ) -> None:
        """Post the answer to the group under an id of its own, so that it can be removed there alone."""
        answer, answer_id, target = answered.answer, new_id(), whisper.message_id
        length = (await self._database.run(load_settings, group.chat_id)).length
        changes = await changes_since(self._workers, answered)
        sent = await show_answer(bot, group, answer_id, answer, length, reply_to=target, changes=changes)
        if not sent:
            await self._database.run(_release_posting, whisper.answer_id, group)
            await send(bot, Place(user_id), tr(texts.NOT_POSTED))
            return

        def remember(db: sqlite3.Connection) -> None:
            asked = QuestionContext(group, user_id, answered.where, answered.follows)
            save_answer(db, answer_id, answer, asked, datetime.now(UTC))
            link_question_and_answer(db, answer_id, group.chat_id, target, sent)

        await self._database.run(remember)

    async def _show(self, user_id: int, answered: StoredAnswer, can_post: bool, bot: Bot) -> bool:
        """Send the answer to the asker; False when they are unreachable."""
        place, answer = Place(user_id), answered.answer
        asked = tr(texts.OPENED).format(day=format_day(answered.at), question=answer.question)
        title = to_html(asked)
        if await send(bot, place, title) is None:
            return False
        length = (await self._database.run(load_settings, user_id)).length
        changes = await changes_since(self._workers, answered)
        sent = await show_answer(bot, place, answered.id, answer, length, can_post=can_post, changes=changes)

        def remember(db: sqlite3.Connection) -> None:
            for message_id in sent:
                link_message(db, user_id, message_id, answered.id, Role.ANSWER)
            set_latest_answer(db, place, answered.id)

        await self._database.run(remember)
        return True


def parse_whisper_id(parameter: str) -> str | None:
    """The id of the whisper in a parameter of /start; None for other parameters."""
    found = _PARAMETER.fullmatch(parameter.strip())
    return None if found is None else found[1]


def can_post(db: sqlite3.Connection, answer_id: str) -> bool:
    """Whether the answer was whispered and not posted to its group yet."""
    whisper = _load_whisper(db, "answer", answer_id)
    return whisper is not None and whisper.group is not None


def move_whispers(db: sqlite3.Connection, old_id: int, new_id: int) -> None:
    """A group became a supergroup: whispers are posted to the new chat, as no reply."""
    db.execute("UPDATE whisper SET chat = ?, thread = NULL WHERE chat = ?", (new_id, old_id))


def _load_whisper(db: sqlite3.Connection, column: str, value: str) -> Whisper | None:
    row = db.execute(
        f"SELECT answer, chat, thread, message FROM whisper WHERE {column} = ?",  # noqa: S608  # id or answer
        (value,),
    ).fetchone()
    if row is None:
        return None
    answer_id, chat, thread, message_id = row
    return Whisper(answer_id, None if chat is None else Place(chat, thread), message_id)


def _claim_posting(db: sqlite3.Connection, answer_id: str) -> bool:
    """Mark the whisper as posted; False when it was posted already."""
    statement = "UPDATE whisper SET chat = NULL WHERE answer = ? AND chat IS NOT NULL"
    return db.execute(statement, (answer_id,)).rowcount > 0


def _release_posting(db: sqlite3.Connection, answer_id: str, group: Place) -> None:
    db.execute("UPDATE whisper SET chat = ? WHERE answer = ?", (group.chat_id, answer_id))


def _open_keyboard(username: str, whisper_id: str) -> InlineKeyboardMarkup:
    url = f"https://t.me/{username}?start={_PREFIX}{whisper_id}"
    return InlineKeyboardMarkup([[InlineKeyboardButton(tr(texts.BUTTON_OPEN_WHISPER), url=url)]])


async def _may_write_in(bot: Bot, chat_id: int, user_id: int) -> bool:
    """Whether the user is in the group and may write there; False when Telegram does not say."""
    try:
        member = await bot.get_chat_member(chat_id, user_id)
        if member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR):
            return True
        permissions = (await bot.get_chat(chat_id)).permissions
    except TelegramError:
        return False
    is_locked = permissions is not None and permissions.can_send_messages is False
    return is_member(member) and may_write(member) and not is_locked
