"""How much one person and one group may ask, and the one kind line when it was too much."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.i18n import texts
from bot.i18n.language import tr
from bot.state.lru import Recent

MINUTE_S = 60.0
USER_QUESTIONS = 8  # a minute, and at once
GROUP_QUESTIONS = 20  # Telegram lets a bot write as many messages a minute in a group
MAX_REMEMBERED = 10_000


class Bucket:
    """So many tokens a minute, and at most as many at once."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._each_s = MINUTE_S / count
        self._full_at = -math.inf

    def wait_s(self, now: float) -> float:
        """How long until there is a token; 0 when there is one."""
        return max(0.0, self._full_at - (self._count - 1) * self._each_s - now)

    def take(self, now: float) -> None:
        """One token less."""
        self._full_at = max(self._full_at, now) + self._each_s


@dataclass(frozen=True, slots=True)
class Refused:
    """Too much was asked. `line` says so, once a minute; None when it was said already."""

    line: str | None


class Limits:
    """Counts questions. A group's are counted together too. `clock` in seconds."""

    def __init__(
        self,
        user_questions: int = USER_QUESTIONS,
        group_questions: int = GROUP_QUESTIONS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._counts = user_questions, group_questions
        self._clock = clock
        self._users: Recent[int, Bucket] = Recent(MAX_REMEMBERED)
        self._groups: Recent[int, Bucket] = Recent(MAX_REMEMBERED)
        self._said: Recent[int, float] = Recent(MAX_REMEMBERED)  # user or group -> when

    def ask(self, user_id: int, chat_id: int) -> Refused | None:
        """None when this person may ask this in this chat; what is refused does not count."""
        now = self._clock()
        user = _bucket(self._users, user_id, self._counts[0])
        group = _bucket(self._groups, chat_id, self._counts[1]) if chat_id < 0 else None
        if (wait_s := user.wait_s(now)) > 0:
            return self._refused(user_id, texts.TOO_MANY, wait_s, now)
        if group is not None and (wait_s := group.wait_s(now)) > 0:
            return self._refused(chat_id, texts.TOO_MANY_HERE, wait_s, now)
        user.take(now)
        if group is not None:
            group.take(now)
        return None

    def _refused(self, whom: int, line: str, wait_s: float, now: float) -> Refused:
        said = self._said.get(whom)
        if said is not None and now - said < MINUTE_S:
            return Refused(None)
        self._said.put(whom, now)
        return Refused(tr(line).format(seconds=math.ceil(wait_s)))


def _bucket(buckets: Recent[int, Bucket], whom: int, count: int) -> Bucket:
    bucket = buckets.get(whom)
    if bucket is None:
        bucket = Bucket(count)
        buckets.put(whom, bucket)
    return bucket
