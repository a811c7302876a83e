"""Admins and members of groups, cached."""

import logging
import time
from collections.abc import Callable

from telegram import Bot, ChatMember, Message
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.state.lru import LruCache
from bot.transport.unreachable_chats import is_member

logger = logging.getLogger(__name__)

CACHED_S = 60.0  # how long somebody dismissed still counts
MAX_CACHED = 10_000


class GroupAdmins:
    """Whether a user is an admin of a chat; Telegram is asked at most once a minute about each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: LruCache[tuple[int, int], tuple[float, bool]] = LruCache(MAX_CACHED)

    async def decide(self, message: Message) -> bool:
        """Whether who wrote the message decides for its chat: in a group only its admins do."""
        chat, user = message.chat, message.from_user
        if chat.type == chat.PRIVATE or (
            message.sender_chat is not None and message.sender_chat.id == chat.id
        ):
            return True
        return user is not None and await self.include(message.get_bot(), chat.id, user.id)

    async def include(self, bot: Bot, chat_id: int, user_id: int) -> bool:
        """Whether the user is one; False when Telegram does not say."""
        known = self._known.get((chat_id, user_id))
        if known is not None and self._clock() - known[0] < CACHED_S:
            return known[1]
        try:
            member = await bot.get_chat_member(chat_id, user_id)
        except TelegramError as error:
            logger.info("who is in chat %s is not to be known: %s", chat_id, error)
            return False
        counts = self._counts(member)
        self._known.put((chat_id, user_id), (self._clock(), counts))
        return counts

    def _counts(self, member: ChatMember) -> bool:
        return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


class GroupMembers(GroupAdmins):
    """Whether a user is a member of a chat, likewise."""

    def _counts(self, member: ChatMember) -> bool:
        return is_member(member)
