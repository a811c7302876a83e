"""Which chats the bot cannot write to: nothing is sent there until the chat itself says otherwise.

Shut is a chat that has blocked or removed the bot, one where the bot may not write, and a closed topic. What
opens it again: a `my_chat_member` update, a message from it (where the bot was out, that means it is back
in), or, where messages say nothing because the bot hears them although it may not write, a message after a
pause: nobody tells a bot when a whole group may write again.
"""

import logging
import time
from collections.abc import Callable
from enum import StrEnum

from telegram import ChatMember, ChatMemberRestricted
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.state.conversations import Place
from bot.state.database import Memory, pseudonyms

logger = logging.getLogger(__name__)

PAUSE_S = 600.0  # how long the bot keeps silent before it tries again where it hears but may not write


class Why(StrEnum):
    """Why a chat is shut."""

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


class Unreachable(Forbidden):
    """Not sent: the chat is known to be shut."""


class Reach:
    """Knows the shut chats, also after a restart. `clock` in seconds."""

    def __init__(self, memory: Memory, clock: Callable[[], float] = time.monotonic) -> None:
        self._memory = memory
        self._clock = clock
        self._pseudonym = memory.do(pseudonyms)
        rows = memory.do(lambda notes: notes.execute("SELECT chat, thread, why FROM shut").fetchall())
        self._shut = {(chat, thread): (Why(why), clock()) for chat, thread, why in rows}

    def is_open(self, place: Place) -> bool:
        """Whether the place can be written to, as far as is known."""
        if not self._shut:
            return True
        chat = self._pseudonym(place.chat_id)
        return (chat, 0) not in self._shut and (chat, place.thread_id or 0) not in self._shut

    async def refused(self, place: Place, error: TelegramError) -> None:
        """Telegram has refused a message there; an error that is not about writing there changes nothing."""
        why = _why(error)
        if why is Why.CLOSED and place.thread_id is None:
            return  # the general topic; the others may be open
        if why is not None:
            await self._close(place if why is Why.CLOSED else Place(place.chat_id), why)
            logger.info(
                "nothing more is sent to %s until it can be written to again: %s", place.chat_id, error
            )

    async def heard(self, place: Place, *, reopened: bool = False) -> None:
        """A message came from there; `reopened`: it says that the topic is open again."""
        for one in dict.fromkeys((Place(place.chat_id), place)):
            why, since = self._shut.get(self._key(one), (None, 0.0)) if self._shut else (None, 0.0)
            if why is Why.OUT or (why is not None and (reopened or self._clock() - since >= PAUSE_S)):
                await self._open(one)

    async def became(self, chat_id: int, member: ChatMember) -> None:
        """The bot is such a member of the chat now."""
        if is_in(member) and may_write(member):
            await self._open(Place(chat_id))
        else:
            await self._close(Place(chat_id), Why.MUTED if is_in(member) else Why.OUT)

    async def _close(self, place: Place, why: Why) -> None:
        key = self._key(place)
        self._shut[key] = why, self._clock()
        row = (*key, why.value)
        await self._memory.run(
            lambda notes: notes.execute("INSERT OR REPLACE INTO shut VALUES (?, ?, ?)", row)
        )

    async def _open(self, place: Place) -> None:
        key = self._key(place)
        if self._shut.pop(key, None) is not None:
            await self._memory.run(
                lambda notes: notes.execute("DELETE FROM shut WHERE chat = ? AND thread = ?", key)
            )

    def _key(self, place: Place) -> tuple[bytes, int]:
        return self._pseudonym(place.chat_id), place.thread_id or 0


def is_in(member: ChatMember) -> bool:
    """Whether somebody is in a chat."""
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


def may_write(member: ChatMember) -> bool:
    """Whether nobody has taken the right to write from this member."""
    return not isinstance(member, ChatMemberRestricted) or member.can_send_messages


def _why(error: TelegramError) -> Why | None:
    said = error.message.lower()
    if isinstance(error, Forbidden) or (isinstance(error, BadRequest) and any(part in said for part in _OUT)):
        return Why.OUT
    if not isinstance(error, BadRequest):
        return None
    if any(part in said for part in _CLOSED):
        return Why.CLOSED
    return Why.MUTED if any(part in said for part in _MUTED) else None
