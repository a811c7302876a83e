"""The event loop, on which everybody is answered, while as much as Telegram gives to bots is added."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.admin.article_import import Document, ImportProgress, import_articles
from bot.admin.import_command import MAX_FILE_BYTES
from bot.application import freeze_garbage_collector
from bot.workers import run_in_daemon_thread
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from tests.bot.seeds import SEEDS

AIM_MS = 100
BEAT_S = 0.005


def waited_for_processor_s() -> float:
    """For how long this thread could have run and other work of the machine had the processor, on Linux."""
    schedstat = Path("/proc/thread-self/schedstat")
    return int(schedstat.read_text().split()[1]) / 1e9 if schedstat.exists() else 0.0


async def held_up_ms(work: Callable[[], object]) -> float:
    """For how long at most the loop stood still while a thread worked, on a machine of its own."""
    longest_s = 0.0
    working = asyncio.create_task(run_in_daemon_thread(work))
    while not working.done():
        began, waited = time.perf_counter(), waited_for_processor_s()
        await asyncio.sleep(BEAT_S)
        late_s = time.perf_counter() - began - BEAT_S
        longest_s = max(longest_s, late_s - (waited_for_processor_s() - waited))
    await working
    return 1000 * longest_s


@pytest.mark.slow
async def test_nobody_waits_while_twenty_megabytes_are_added(tmp_path: Path, embedder: Embedder):
    seeds = "".join(path.read_text("utf-8") + "\n\n" for path in sorted(SEEDS.glob("*.txt")))
    text = seeds * (MAX_FILE_BYTES // len(seeds.encode()))
    document = Document("years.txt", text.encode())
    name, dimension = embedder.name, embedder.dimension
    store = EmbeddedStore.open(tmp_path / "index", embedder_name=name, dimension=dimension)
    told: list[ImportProgress] = []
    freeze_garbage_collector()
    held_up = await held_up_ms(lambda: import_articles(document, store, embedder, told.append, lambda: True))
    assert store.count().passages == told[-1].of > 20_000
    store.close()
    assert held_up < AIM_MS
