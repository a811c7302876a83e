"""Many people asking at once: python -m bench.concurrency [--index-dir DIR] [--seconds 20]

Questions go the way the bot's do: `PerChatUpdateProcessor` gives each chat its turn, `WorkerPool` crosses to
threads, `Answerer` answers. Telegram itself is left out. Three loads:

  closed  N people, each of whom asks again as soon as the answer is there: what can be had
  open    people who come at random at a given rate, whatever the state of the queue: what can be sustained
  flood   one chat asks 50 questions, another one a single question right after: who waits for whom

Writes bench/results/concurrency.json and .md.
"""

import argparse
import asyncio
import itertools
import random
import tempfile
import time
from collections.abc import Awaitable, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench import table, wait_figures, write_results
from bench.answering import QUESTIONS
from evaluation.machine import ROOT, describe, machine, peak_rss_mib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.transport.update_queue import PerChatUpdateProcessor
    from bot.workers import WorkerPool
    from citebot.assembly import Service

PEOPLE = (1, 4, 16, 64)
SHARES = (0.5, 0.7, 0.8, 0.9, 1.0)  # of the highest rate that the closed loads reached
AIM_P95_S = 1.5
FLOOD = 50
Figures = dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.concurrency", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--index-dir", type=Path, help="an index; default: one of seeds/ in a temporary folder"
    )
    parser.add_argument("--questions", type=Path, help='JSON lines with "question", plain or .gz')
    parser.add_argument("--seconds", type=float, default=20, help="of each load; a rate takes twice as long")
    parser.add_argument("--workers", type=int, help="threads that answer; default: the bot's")
    options = parser.parse_args()
    figures: Figures = {**machine(), "aim_p95_s": AIM_P95_S}
    with open_index(options.index_dir) as service:
        figures |= asyncio.run(
            measure(service, read_questions(options.questions), options.seconds, options.threads)
        )
    figures["peak_rss_mib"] = peak_rss_mib()
    write_results("concurrency", figures, as_markdown(figures))


@contextmanager
def open_index(directory: Path | None) -> "Iterator[Service]":
    """What answers from this index, as the bot opens it; an index of the seeds when none is given."""
    from citebot.assembly import embedder_for, open_service
    from citebot.settings import load_settings
    from index.ingest import ingest
    from index.loading.files import load
    from index.store.embedded import EmbeddedStore

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings()
        settings = settings.model_copy(update={"index_dir": directory or Path(folder)})
        if directory is None:
            embedder = embedder_for(settings)
            store = EmbeddedStore.open(
                settings.index_dir, embedder_name=embedder.name, dimension=embedder.dimension
            )
            ingest(load(str(ROOT / "seeds")), store, embedder)
            store.close()
        with open_service(settings) as service:
            yield service


def read_questions(path: Path | None) -> list[str]:
    if path is None:
        return list(QUESTIONS)
    from bench.scale import read_questions

    return read_questions(str(path))


async def measure(service: "Service", texts: list[str], seconds: float, threads: int | None) -> Figures:
    from bot.transport.update_queue import PerChatUpdateProcessor
    from bot.workers import THREADS, WorkerPool

    threads = threads or THREADS
    count = service.store.count()
    workers = WorkerPool(service.answerer, service.store, threads)
    office = QuestionLoad(workers, PerChatUpdateProcessor(), texts)
    await measure_closed_load(office, 2, min(seconds, 5))  # warm up
    at_once = [await measure_closed_load(office, people, seconds) for people in PEOPLE]
    most = max(float(str(load["per_s"])) for load in at_once)
    rates = [await measure_open_load(office, round(share * most, 2), 2 * seconds) for share in SHARES]
    kept = [load["asked_per_s"] for load in rates if float(str(load["p95_s"])) <= AIM_P95_S]
    flood = await measure_flood(office)
    workers.close()
    return {
        "articles": count.articles,
        "passages": count.passages,
        "questions": len(texts),
        "workers": threads,
        "closed": at_once,
        "open": rates,
        "sustained_per_s": max(kept, default=None),  # type: ignore[type-var]
        "flood": flood,
    }


class QuestionLoad:
    """Passes questions through the bot's queue and measures how long each takes."""

    def __init__(self, workers: "WorkerPool", order: "PerChatUpdateProcessor", texts: Sequence[str]) -> None:
        self._workers = workers
        self._order = order
        self._texts = itertools.cycle(texts)
        self._ids = itertools.count(1)

    async def ask(self, chat_id: int) -> float:
        """Seconds from the question's coming in to its answer."""
        from telegram import Chat, Message, Update

        from index.types import PUBLIC_ONLY
        from retrieval.types import Conversation

        number, text = next(self._ids), next(self._texts)
        message = Message(number, datetime.now(UTC), Chat(chat_id, Chat.PRIVATE), text=text)
        began = time.perf_counter()
        answering: Awaitable[object] = self._workers.answer(text, Conversation(), PUBLIC_ONLY)
        await self._order.do_process_update(Update(number, message=message), answering)
        return time.perf_counter() - began


async def measure_closed_load(office: QuestionLoad, people: int, seconds: float) -> Figures:
    """A closed load: everyone asks again as soon as the answer is there."""
    took_s: list[float] = []
    busy = time.process_time()
    began = time.perf_counter()

    async def person(chat_id: int) -> None:
        while time.perf_counter() < began + seconds:
            took_s.append(await office.ask(chat_id))

    await asyncio.gather(*(person(chat_id) for chat_id in range(1, people + 1)))
    passed = time.perf_counter() - began
    cores = (time.process_time() - busy) / passed
    return {
        "people": people,
        "per_s": round(len(took_s) / passed, 2),
        **wait_figures(took_s),
        "cores": round(cores, 2),
    }


async def measure_open_load(office: QuestionLoad, rate: float, seconds: float) -> Figures:
    """An open load: questions at random times (exponential gaps, fixed seed)."""
    chance = random.Random(0)
    moments = list(
        itertools.accumulate(chance.expovariate(rate) for _ in range(max(20, int(rate * seconds))))
    )
    began = time.perf_counter()

    async def person(chat_id: int, moment: float) -> float:
        await asyncio.sleep(max(0.0, began + moment - time.perf_counter()))
        return await office.ask(chat_id)

    took_s = await asyncio.gather(*(person(i + 1, moment) for i, moment in enumerate(moments)))
    answered_per_s = len(moments) / (time.perf_counter() - began)
    return {"asked_per_s": rate, "answered_per_s": round(answered_per_s, 2), **wait_figures(took_s)}


async def measure_flood(office: QuestionLoad) -> Figures:
    """One chat asks FLOOD questions at once; three others ask one each, a while after one another."""
    flood = [asyncio.create_task(office.ask(1)) for _ in range(FLOOD)]
    others = []
    for chat_id in (2, 3, 4):
        await asyncio.sleep(0.5)
        others.append(round(await office.ask(chat_id), 2))
    left = sum(not task.done() for task in flood)
    last = max(await asyncio.gather(*flood))
    return {
        "of_one_chat": FLOOD,
        "others_s": others,
        "left_when_others_had_theirs": left,
        "last_s": round(last, 2),
    }


def as_markdown(figures: Figures) -> str:
    def loads(name: str, first: str, columns: dict[str, str]) -> list[str]:
        columns = {first: first, **columns, "p50, s": "p50_s", "p95, s": "p95_s", "longest, s": "max_s"}
        rows: list[Figures] = figures[name]  # type: ignore[assignment]
        return table(tuple(columns), [[row[key] for key in columns.values()] for row in rows])

    flood: Figures = figures["flood"]  # type: ignore[assignment]
    lines = [
        f"# Many people at once: {figures['articles']} articles, {figures['passages']} passages",
        "",
        f"{describe(figures)}; {figures['threads']} threads answer, "
        f"peak memory {figures['peak_rss_mib']} MiB.",
        "",
        f"Sustained with p95 under {figures['aim_p95_s']} s: "
        f"**{figures['sustained_per_s']} questions a second**.",
        "",
        "Everyone asks again as soon as the answer is there:",
        "",
        *loads("closed", "people", {"questions/s": "per_s", "cores busy": "cores"}),
        "",
        "People come at random at a rate:",
        "",
        *loads("open", "asked_per_s", {"answered/s": "answered_per_s"}),
        "",
        f"While one chat has {flood['of_one_chat']} questions waiting, others get theirs after "
        f"{flood['others_s']} s; {flood['left_when_others_had_theirs']} of the {flood['of_one_chat']} were "
        f"still to be answered then, the last one after {flood['last_s']} s.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
