"""Chats that the bot cannot write to; nothing is sent there until they are reachable again.

Unreachable is a chat that has blocked or removed the bot, one where the bot may not write, and a closed
topic. It becomes reachable with a `my_chat_member` update, or with a message from it: at once where the bot
had been removed and in a topic, after a pause where it was muted, because Telegram does not tell when a group
may write again.
"""

import logging
import time
from collections.abc import Callable
from enum import StrEnum

from telegram import ChatMember, ChatMemberRestricted
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.state.conversations import Place
from bot.state.database import Database, pseudonyms

logger = logging.getLogger(__name__)

RETRY_AFTER_S = 600.0  # before the bot tries again where it is muted


class UnreachableReason(StrEnum):
    """Why a chat is unreachable."""

    OUT = "out"  # blocked, removed, or never let in
    MUTED = "muted"  # in, but may not write
    CLOSED = "closed"  # one topic only


_OUT = (  # parts of Telegram's descriptions, lower case
    "chat not found",
    "peer_id_invalid",
    "user is deactivated",
    "user_is_blocked",
    "group chat was deactivated",
)
_MUTED = (
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_plain_forbidden",
)
_CLOSED = ("topic_closed", "topic_deleted", "message thread not found")


class ChatUnreachable(Forbidden):
    """Not sent: the chat is known to be unreachable."""


class UnreachableChats:
    """The unreachable chats, stored across restarts. `clock` in seconds."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._pseudonym = database.transact(pseudonyms)
        rows = database.transact(lambda db: db.execute("SELECT chat, thread, why FROM shut").fetchall())
        self._shut = {(chat, thread): (UnreachableReason(why), clock()) for chat, thread, why in rows}

    def is_reachable(self, place: Place) -> bool:
        """Whether the place is not known to be unreachable."""
        if not self._shut:
            return True
        chat = self._pseudonym(place.chat_id)
        return (chat, 0) not in self._shut and (chat, place.thread_id or 0) not in self._shut

    async def record_refusal(self, place: Place, error: TelegramError) -> None:
        """Telegram refused a message there; errors of other kinds change nothing."""
        why = _reason_of(error)
        if why is UnreachableReason.CLOSED and place.thread_id is None:
            return  # the general topic; the others may be open
        if why is not None:
            await self._close(place if why is UnreachableReason.CLOSED else Place(place.chat_id), why)
            logger.info(
                "nothing more is sent to %s until it can be written to again: %s", place.chat_id, error
            )

    async def record_message(self, place: Place) -> None:
        """A message came from there. In a closed topic only admins write, who may have opened it."""
        for one in dict.fromkeys((Place(place.chat_id), place)):
            why, since = self._shut.get(self._key(one), (None, 0.0)) if self._shut else (None, 0.0)
            if why in (UnreachableReason.OUT, UnreachableReason.CLOSED) or (
                why is not None and self._clock() - since >= RETRY_AFTER_S
            ):
                await self._open(one)

    async def record_membership(self, chat_id: int, member: ChatMember) -> None:
        """The bot's membership of the chat has changed."""
        if is_member(member) and may_write(member):
            await self._open(Place(chat_id))
        else:
            await self._close(
                Place(chat_id), UnreachableReason.MUTED if is_member(member) else UnreachableReason.OUT
            )

    async def _close(self, place: Place, why: UnreachableReason) -> None:
        key = self._key(place)
        self._shut[key] = why, self._clock()
        row = (*key, why.value)
        await self._database.run(lambda db: db.execute("INSERT OR REPLACE INTO shut VALUES (?, ?, ?)", row))

    async def _open(self, place: Place) -> None:
        key = self._key(place)
        if self._shut.pop(key, None) is not None:
            await self._database.run(
                lambda db: db.execute("DELETE FROM shut WHERE chat = ? AND thread = ?", key)
            )

    def _key(self, place: Place) -> tuple[bytes, int]:
        return self._pseudonym(place.chat_id), place.thread_id or 0


def is_member(member: ChatMember) -> bool:
    """Whether the user is in the chat."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


def may_write(member: ChatMember) -> bool:
    """Whether the member is not muted."""
    return not isinstance(member, ChatMemberRestricted) or member.can_send_messages


def _reason_of(error: TelegramError) -> UnreachableReason | None:
    said = error.message.lower()
    if isinstance(error, Forbidden) or (isinstance(error, BadRequest) and any(part in said for part in _OUT)):
        return UnreachableReason.OUT
    if not isinstance(error, BadRequest):
        return None
    if any(part in said for part in _CLOSED):
        return UnreachableReason.CLOSED
    return UnreachableReason.MUTED if any(part in said for part in _MUTED) else None
