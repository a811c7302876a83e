"""Limits on how often a person and a group may ask."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.i18n import texts
from bot.i18n.language import tr
from bot.state.lru import LruCache

MINUTE_S = 60.0
USER_QUESTIONS = 8  # a minute, and at once
GROUP_QUESTIONS = 20  # Telegram lets a bot write as many messages a minute in a group
MAX_REMEMBERED = 10_000


class TokenBucket:
    """A token bucket of `count` tokens, refilled in a minute."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._each_s = MINUTE_S / count
        self._full_at = -math.inf

    def wait_s(self, now: float) -> float:
        """Seconds until there is a token; 0 when there is one."""
        return max(0.0, self._full_at - (self._count - 1) * self._each_s - now)

    def take(self, now: float) -> None:
        """Take a token."""
        self._full_at = max(self._full_at, now) + self._each_s


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused question. `line` says so, once a minute; None when it was said already."""

    line: str | None


class QuestionLimits:
    """Limits questions of each user and of each group. `clock` in seconds."""

    def __init__(
        self,
        user_questions: int = USER_QUESTIONS,
        group_questions: int = GROUP_QUESTIONS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counts = user_questions, group_questions
        self._clock = clock
        self._users: LruCache[int, TokenBucket] = LruCache(MAX_REMEMBERED)
        self._groups: LruCache[int, TokenBucket] = LruCache(MAX_REMEMBERED)
        self._said: LruCache[int, float] = LruCache(MAX_REMEMBERED)  # user or group -> when

    def ask(self, user_id: int, chat_id: int) -> Refusal | None:
        """Count a question; a Refusal, which does not count, when there were too many."""
        now = self._clock()
        of_user, of_group = self._counts
        user = self._users.get_or_create(user_id, lambda: TokenBucket(of_user))
        group = self._groups.get_or_create(chat_id, lambda: TokenBucket(of_group)) if chat_id < 0 else None
        if (wait_s := user.wait_s(now)) > 0:
            return self._refused(user_id, texts.TOO_MANY, wait_s, now)
        if group is not None and (wait_s := group.wait_s(now)) > 0:
            return self._refused(chat_id, texts.TOO_MANY_HERE, wait_s, now)
        user.take(now)
        if group is not None:
            group.take(now)
        return None

    def _refused(self, whom: int, line: str, wait_s: float, now: float) -> Refusal:
        said = self._said.get(whom)
        if said is not None and now - said < MINUTE_S:
            return Refusal(None)
        self._said.put(whom, now)
        return Refusal(tr(line).format(seconds=math.ceil(wait_s)))
