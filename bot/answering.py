"""The one place where blocking work (answering, reading the store) crosses to threads."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from index.types import Article, SearchFilter, Source, Store
from retrieval.types import Answer, Conversation

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

    async def sources(self) -> Sequence[Source]:
        """The public sources, the newest first, then those without a date by title."""
        sources = await self._in_thread(self._store.sources)
        public = [source for source in sources if source.collection in SearchFilter().collections]
        return sorted(
            public,
            key=lambda source: (
                -source.published.toordinal() if source.published else 0,
                source.title.casefold(),
            ),
        )

    def close(self) -> None:
        """Take no more work; what runs is let finish, what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
