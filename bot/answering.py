"""The one place where blocking work (answering, reading the store) crosses to threads."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Thread
from typing import Any, Protocol, TypeVar

from index.types import Article, Passage, SearchFilter, Source, Store
from retrieval.types import Answer, Conversation

logger = logging.getLogger(__name__)

T = TypeVar("T")

WORKERS = 2  # answering uses every core by itself; a second one keeps a slow question from blocking all


class Answers(Protocol):
    """What turns a question into an Answer: `retrieval.answerer.Answerer`. Safe for several threads."""

    def answer(self, question: str, conversation: Conversation, where: SearchFilter) -> Answer:
        """The answer; blocks for as long as it takes."""


class Desk:
    """Answers and articles for coroutines; at most `workers` at a time, the others wait in line."""

    def __init__(self, answerer: Answers, store: Store, workers: int = WORKERS) -> None:
        self._answerer = answerer
        self._store = store
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="answering")

    async def answer(self, question: str, conversation: Conversation) -> Answer:
        """What the articles say to the question in this conversation."""
        return await self._in_thread(lambda: self._answerer.answer(question, conversation, SearchFilter()))

    async def article(self, article_id: str) -> Article | None:
        """The article with this id."""
        return await self._in_thread(lambda: self._store.article(article_id))

    async def opened(self, article_id: str) -> tuple[Article | None, list[Passage]]:
        """The article with this id and its passages in reading order."""
        store = self._store
        return await self._in_thread(lambda: (store.article(article_id), store.article_passages(article_id)))

    async def sources(self) -> Sequence[Source]:
        """The public sources, the newest first, then those without a date by title."""
        sources = await self._in_thread(self._store.sources)
        return newest_first(source for source in sources if source.collection in SearchFilter().collections)

    def close(self) -> None:
        """Take no more work; what runs is let finish, what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)


def newest_first(sources: Iterable[Source]) -> list[Source]:
    """The newest first, then those without a date by title."""
    return sorted(
        sources,
        key=lambda source: (
            -source.published.toordinal() if source.published else 0,
            source.title.casefold(),
        ),
    )


async def beside(work: Callable[[], T]) -> T:
    """What `work` returns, done in a thread of its own that nothing waits for when the program ends.

    For what may take minutes and can be given up at any moment: an article that the index has not
    acknowledged is not in it.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(how: Callable[[Any], None], value: object) -> None:
        if not done.done():
            how(value)

    def run() -> None:
        try:
            settled = partial(settle, done.set_result, work())
        except Exception as error:  # noqa: BLE001  # handed over to whoever waits
            settled = partial(settle, done.set_exception, error)
        try:
            loop.call_soon_threadsafe(settled)
        except RuntimeError:
            logger.debug("the loop has ended, nobody waits for this any more")

    Thread(target=copy_context().run, args=(run,), name="beside", daemon=True).start()
    return await done
