"""The queue of updates for the bot, and the queries that await its answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.preview.objects import Update

ANSWER_TIMEOUT_S = 15.0  # how long a button spins before the page gives up on the bot

A = TypeVar("A")


@dataclass(slots=True)
class UpdateQueue:
    """Updates for the bot, in order; for one event loop."""

    _updates: list[Update] = field(default_factory=list)
    _last_id: int = 0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _owed: dict[str, tuple[type, asyncio.Future[object]]] = field(default_factory=dict)

    def deliver(self, kind: str, body: object) -> None:
        """Add an update."""
        self._last_id += 1
        self._updates.append({"update_id": self._last_id, kind: body})
        self._arrived.set()

    async def ask(self, kind: str, query: Mapping[str, object], kind_of_answer: type[A]) -> A | None:
        """The bot's answer to a query, which gets an id; None when the bot takes too long."""
        query_id = f"query{self._last_id + 1}"
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._owed[query_id] = kind_of_answer, answer
        self.deliver(kind, {"id": query_id, **query})
        try:
            given = await asyncio.wait_for(answer, ANSWER_TIMEOUT_S)
        except TimeoutError:
            return None
        finally:
            del self._owed[query_id]
        return given if isinstance(given, kind_of_answer) else None

    def answer(self, query_id: str, answer: object) -> bool:
        """Deliver the answer; False when nobody waits for such an answer any more."""
        kind_of_answer, waiting = self._owed.get(query_id, (None, None))
        if waiting is None or kind_of_answer is not type(answer) or waiting.done():
            return False
        waiting.set_result(answer)
        return True

    async def updates(
        self, offset: int | None, limit: int, timeout_s: float, kinds: Sequence[str] | None
    ) -> list[Update]:
        """The next updates of these kinds, waiting for one; those before `offset` are confirmed."""
        if offset is not None:
            self._updates = [update for update in self._updates if _id(update) >= offset]
        self._arrived.clear()
        if not self._updates and timeout_s > 0:
            try:
                await asyncio.wait_for(self._arrived.wait(), timeout_s)
            except TimeoutError:
                return []
        if kinds is not None:
            self._updates = [update for update in self._updates if update.keys() & set(kinds)]
        return self._updates[:limit]


def _id(update: Update) -> int:
    update_id = update["update_id"]
    assert isinstance(update_id, int)  # noqa: S101  # `deliver` has made it
    return update_id
