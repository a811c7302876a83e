"""Who has to wait longer than a moment is told so, once, and only then."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from telegram import Bot, Chat, Message, User

from bot.i18n import texts
from bot.updates.queue_notice import MANY, queue_notice
from bot.workers import WorkerPool
from index.types import PUBLIC_ONLY, Article, SearchFilter
from retrieval.types import Answer, Conversation
from tests.bot.conftest import PRIVATE
from tests.bot.seeds import SeedAnswerer, SeedShelf
from tests.botapi.server import TOKEN, BotApiServer


class TwoSecondAnswerer(SeedAnswerer):
    """By its own clock each answer takes two seconds."""

    now = 0.0

    def answer(self, question: str, conversation: Conversation, where: SearchFilter) -> Answer:
        answer = super().answer(question, conversation, where)
        self.now += 2.0
        return answer


@pytest.fixture
def answerer() -> TwoSecondAnswerer:
    return TwoSecondAnswerer(SeedShelf())


@pytest.fixture
def workers(answerer: TwoSecondAnswerer) -> Iterator[WorkerPool]:
    workers = WorkerPool(answerer, answerer.shelf, clock=lambda: answerer.now)
    yield workers
    answerer.open.set()
    workers.close()


async def in_line(
    workers: WorkerPool, answerer: TwoSecondAnswerer, count: int
) -> list["asyncio.Task[Answer]"]:
    """So many questions at the desk, none of which is answered yet."""
    await workers.answer("how many trucks?", Conversation(), PUBLIC_ONLY)
    answerer.open.clear()
    asked = [
        asyncio.create_task(workers.answer("slow trucks", Conversation(), PUBLIC_ONLY)) for _ in range(count)
    ]
    await asyncio.sleep(0)
    return asked


async def said_meanwhile(server: BotApiServer, workers: WorkerPool) -> tuple[list[str], list[str]]:
    """What the bot says while somebody waits, and what is left of that afterwards."""
    async with Bot(TOKEN, base_url=server.base_url) as bot:
        message = Message(1, None, Chat(PRIVATE, "private"), from_user=User(PRIVATE, "Ada", False))
        async with queue_notice(bot, workers, message):
            during = [message["text"] for message in server.bot_messages(PRIVATE)]
        return during, [message["text"] for message in server.bot_messages(PRIVATE)]


async def test_behind_many_others_one_hears_ones_place_and_how_long_it_will_take(
    server: BotApiServer, workers: WorkerPool, answerer: TwoSecondAnswerer
):
    asked = await in_line(workers, answerer, MANY)
    line = texts.IN_LINE.format(number=MANY + 1, seconds=5)  # two at a time, two seconds each
    assert await said_meanwhile(server, workers) == ([line], [])
    answerer.open.set()
    await asyncio.gather(*asked)
    assert (workers.ahead, workers.wait_s) == (0, 0.0)


async def test_behind_few_nothing_is_said(
    server: BotApiServer, workers: WorkerPool, answerer: TwoSecondAnswerer
):
    await in_line(workers, answerer, MANY - 1)
    assert await said_meanwhile(server, workers) == ([], [])


async def test_where_answers_are_quick_nothing_is_said_however_many_ask(server: BotApiServer):
    answerer = SeedAnswerer(SeedShelf())
    workers = WorkerPool(answerer, answerer.shelf, clock=lambda: 0.0)
    await workers.answer("how many trucks?", Conversation(), PUBLIC_ONLY)
    answerer.open.clear()
    asked = [
        asyncio.create_task(workers.answer("slow trucks", Conversation(), PUBLIC_ONLY)) for _ in range(20)
    ]
    await asyncio.sleep(0)
    assert (workers.ahead, await said_meanwhile(server, workers)) == (20, ([], []))
    answerer.open.set()
    await asyncio.gather(*asked)
    workers.close()


async def test_what_telegram_soon_drops_does_not_wait_behind_questions(
    workers: WorkerPool, answerer: TwoSecondAnswerer
):
    asked = await in_line(workers, answerer, 5)
    typed = asyncio.create_task(workers.answer("slow buses", Conversation(), PUBLIC_ONLY, at_once=True))
    await asyncio.sleep(0)
    answerer.open.set()
    await asyncio.gather(*asked, typed)
    order = [question for question, _ in answerer.asked]
    assert order.index("slow buses") in (3, 4)  # behind the first and the two in hand, beside one more


async def test_who_leaves_the_line_holds_nobody_up(workers: WorkerPool, answerer: TwoSecondAnswerer):
    asked = await in_line(workers, answerer, 4)
    asked[2].cancel()
    await asyncio.sleep(0)
    answerer.open.set()
    asked[3].cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    async with asyncio.timeout(5):
        await asyncio.gather(
            *(workers.answer("how many trucks?", Conversation(), PUBLIC_ONLY) for _ in range(4))
        )
    assert len(answerer.asked) == 1 + 2 + 4


class NotingShelf(SeedShelf):
    """Notes when an article is asked for."""

    def __init__(self, done: list[str]) -> None:
        super().__init__()
        self.done = done

    def article(self, article_id: str) -> Article | None:
        self.done.append("article")
        return super().article(article_id)


async def test_work_that_nobody_waits_for_any_more_keeps_its_place_until_it_is_done(
    answerer: TwoSecondAnswerer,
):
    done = list[str]()
    begun, go_on, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()

    def slow() -> None:
        loop.call_soon_threadsafe(begun.set)
        go_on.wait()
        done.append("given up")

    workers = WorkerPool(answerer, NotingShelf(done), threads=1)
    given_up = asyncio.create_task(workers.run_in_background(slow))
    await begun.wait()
    given_up.cancel()
    await asyncio.wait([given_up])
    later = asyncio.create_task(workers.run_in_background(lambda: done.append("later")))
    await asyncio.sleep(0)
    at_once = asyncio.create_task(workers.article("convoy", PUBLIC_ONLY))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(later, at_once)
    assert done == ["given up", "article", "later"]
    workers.close()
