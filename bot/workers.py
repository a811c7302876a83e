"""Runs blocking work (answering, reading the store) in threads, for coroutines."""

import asyncio
import itertools
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from heapq import heappop, heappush
from threading import Thread
from typing import Any, Protocol, TypeVar

from index.types import Article, Passage, Revision, SearchFilter, Source, Store
from retrieval.types import Answer, Conversation, Statement

logger = logging.getLogger(__name__)

T = TypeVar("T")

THREADS = 2  # answering uses every core by itself; a second one keeps a slow question from blocking all


class QuestionAnswerer(Protocol):
    """Answers questions; `retrieval.answerer.Answerer` is one. Safe for several threads."""

    def answer(self, question: str, conversation: Conversation, where: SearchFilter) -> Answer:
        """The answer; blocks for as long as it takes."""


class AnswerWriter(Protocol):
    """Words answers by a language model; `wording.writer.Writer` is one. For one event loop."""

    on_budget_spent: Callable[[int], Awaitable[None]] | None
    """Called once a day, when its tokens are used up, with their number."""

    async def word(
        self, answer: Answer, on_sentences: Callable[[Sequence[Statement]], Awaitable[None]] | None
    ) -> Answer:
        """The answer in other words, or as it was: within the time-out, and without an error.

        `on_sentences` is given the sentences that are checked already.
        """

    async def close(self) -> None:
        """Close its connections."""


class Transcriber(Protocol):
    """Hears voice messages; `wording.transcription.Transcriber` is one."""

    async def hear(self, sound: bytes, name: str) -> str | None:
        """What was said; None when that cannot be told."""

    async def close(self) -> None:
        """Close its connections."""


class WorkerPool:
    """A priority queue before `threads` worker threads.

    Reads of the store, inline queries and guest messages come before queued questions.
    """

    def __init__(
        self,
        answerer: QuestionAnswerer,
        store: Store,
        threads: int = THREADS,
        clock: Callable[[], float] = time.monotonic,
        writer: AnswerWriter | None = None,
    ) -> None:
        self.writer = writer
        self._answerer = answerer
        self._store = store
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answering")
        self._free = threads
        self._line: list[
            tuple[bool, int, asyncio.Future[None]]
        ] = []  # a heap: (is low priority, number, wakes the waiter)
        self._numbers = itertools.count()
        self._clock = clock
        self._usual_s: float | None = None  # for an answer, by the last ones
        self.ahead = 0  # questions that are being answered or wait for it
        self._nobody_waits = asyncio.Event()
        self._nobody_waits.set()
        self._one_aside = asyncio.Lock()

    @property
    def wait_s(self) -> float:
        """Estimated waiting time of a question that is asked now."""
        return max(0, self.ahead + 1 - self._threads) / self._threads * (self._usual_s or 0.0)

    async def answer(
        self, question: str, conversation: Conversation, where: SearchFilter, *, at_once: bool = False
    ) -> Answer:
        """The answer of the articles that `where` admits to the question in this conversation.

        `at_once`: before queued questions, for inline queries and guest messages, which expire.
        """

        def timed() -> tuple[Answer, float]:
            began = self._clock()
            return self._answerer.answer(question, conversation, where), self._clock() - began

        self.ahead += 1
        self._nobody_waits.clear()
        try:
            answer, took_s = await self._run_in_thread(timed, at_once=at_once)
        finally:
            self.ahead -= 1
            if self.ahead == 0:
                self._nobody_waits.set()
        self._usual_s = took_s if self._usual_s is None else 0.7 * self._usual_s + 0.3 * took_s
        return answer

    async def answer_in_background(
        self, question: str, conversation: Conversation, where: SearchFilter
    ) -> Answer:
        """`answer` in the background, from the articles that `where` admits."""
        return await self.run_in_background(lambda: self._answerer.answer(question, conversation, where))

    async def run_in_background(self, work: Callable[[], T]) -> T:
        """Run `work` in a thread when no question is waiting, one such work at a time."""
        async with self._one_aside:
            await self._nobody_waits.wait()
            return await self._run_in_thread(work, at_once=False)

    async def generation(self) -> int:
        """The number of the last change of the index."""
        return await self._run_in_thread(lambda: self._store.health().generation)

    async def article(self, article_id: str, where: SearchFilter) -> Article | None:
        """The article with this id, if it is in a collection that `where` admits."""
        return (await self.articles([article_id], where)).get(article_id)

    async def articles(self, article_ids: Iterable[str], where: SearchFilter) -> dict[str, Article]:
        """Those of the articles that are stored and admitted, by id."""
        ids = list(dict.fromkeys(article_ids))
        return await self._run_in_thread(
            lambda: {one: article for one in ids if (article := self._admitted(one, where)) is not None}
        )

    async def revisions(self, article_id: str, where: SearchFilter) -> list[Revision]:
        """What the article said before, the newest first; nothing of one that is not admitted."""
        return await self._run_in_thread(
            lambda: self._store.revisions(article_id) if self._admitted(article_id, where) else []
        )

    async def article_with_passages(
        self, article_id: str, where: SearchFilter
    ) -> tuple[Article | None, list[Passage]]:
        """The article with this id, if it is admitted, and its passages in reading order."""

        def read() -> tuple[Article | None, list[Passage]]:
            article = self._admitted(article_id, where)
            return article, self._store.article_passages(article_id) if article else []

        return await self._run_in_thread(read)

    def _admitted(self, article_id: str, where: SearchFilter) -> Article | None:
        article = self._store.article(article_id)
        return article if article and article.source.collection in where.collections else None

    async def sources(self, where: SearchFilter) -> Sequence[Source]:
        """The sources that `where` admits, the newest first, then those without a date by title."""
        sources = await self._run_in_thread(self._store.sources)
        return sort_newest_first(source for source in sources if source.collection in where.collections)

    def close(self) -> None:
        """Take no more work; what runs is let finish, what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run_in_thread(self, work: Callable[[], T], *, at_once: bool = True) -> T:
        await self._wait_for_worker(at_once)
        loop = asyncio.get_running_loop()

        def ended(_: object) -> None:
            with suppress(RuntimeError):  # the loop has ended, nobody waits any more
                loop.call_soon_threadsafe(self._release_worker)

        try:
            job = self._pool.submit(work)
        except BaseException:
            self._release_worker()
            raise
        # The waiter may be cancelled; the worker is busy until the thread is done.
        job.add_done_callback(ended)
        return await asyncio.wrap_future(job)

    async def _wait_for_worker(self, at_once: bool) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heappush(self._line, (not at_once, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it had just been woken
                self._release_worker()
            raise

    def _release_worker(self) -> None:
        while self._line:
            *_, turn = heappop(self._line)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


def sort_newest_first(sources: Iterable[Source]) -> list[Source]:
    """The newest first, then those without a date by title."""

    def place(source: Source) -> tuple[bool, float, str]:
        order = source.published_order
        return order is None, -order.timestamp() if order else 0.0, source.title.casefold()

    return sorted(sources, key=place)


async def run_in_daemon_thread(work: Callable[[], T]) -> T:
    """Run `work` in a daemon thread, which does not delay the end of the program.

    For imports, which take minutes and may be killed at any moment: the store commits whole articles.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(how: Callable[[Any], None], value: object) -> None:
        if not done.done():
            how(value)

    def run() -> None:
        try:
            settled = partial(settle, done.set_result, work())
        except Exception as error:  # noqa: BLE001  # raised where it is awaited
            settled = partial(settle, done.set_exception, error)
        try:
            loop.call_soon_threadsafe(settled)
        except RuntimeError:
            logger.debug("the loop has ended, nobody waits for this any more")

    Thread(target=copy_context().run, args=(run,), name="beside", daemon=True).start()
    return await done
