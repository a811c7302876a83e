"""Group admins, cached."""

import logging
import time
from collections.abc import Callable

from telegram import Bot
from telegram.constants import ChatMemberStatus
from telegram.error import TelegramError

from bot.state.lru import LruCache

logger = logging.getLogger(__name__)

CACHED_S = 60.0  # how long a dismissed admin still counts
MAX_CACHED = 10_000


class GroupAdmins:
    """Whether a user is an admin of a chat; Telegram is asked at most once a minute about each."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: LruCache[tuple[int, int], tuple[float, bool]] = LruCache(MAX_CACHED)

    async def include(self, bot: Bot, chat_id: int, user_id: int) -> bool:
        """Whether the user owns or administers the chat; False when Telegram does not say."""
        known = self._known.get((chat_id, user_id))
        if known is not None and self._clock() - known[0] < CACHED_S:
            return known[1]
        try:
            member = await bot.get_chat_member(chat_id, user_id)
        except TelegramError as error:
            logger.info("who is an admin of chat %s is not to be known: %s", chat_id, error)
            return False
        is_admin = member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)
        self._known.put((chat_id, user_id), (self._clock(), is_admin))
        return is_admin
