"""Load of twenty people in five chats: python -m bench.load [--index-dir DIR] [--seconds 60]

The real application over HTTP; Telegram, which is the tests' Bot API server, and the people are another
process (bench/people.py). They ask, press buttons, type inline queries, tag the bot elsewhere and whisper,
each after thinking for a second on average. How much people may ask and how fast Telegram takes messages
of a chat is lifted: five chats would be quiet otherwise.

Writes bench/results/load.json and .md.
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from bench import table, write_results
from bench.concurrency import open_index
from evaluation.machine import ROOT, describe, machine, peak_rss_mib

if TYPE_CHECKING:
    from bot.state.database import Database
    from bot.transport.delivery import BotApplication
    from citebot.assembly import Service

AIM_P95_S = 1.0
AIM_BLOCKED_MS = 100
SLEEP_S = 0.005
UNLIMITED = 10**6
Figures = dict[str, object]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--index-dir", type=Path, help="an index; default: one of seeds/ in a temporary folder"
    )
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    figures: Figures = {**machine(), "aim_p95_s": AIM_P95_S, "aim_blocked_ms": AIM_BLOCKED_MS}
    with open_index(options.index_dir) as service:
        count = service.store.count()
        figures |= {"articles": count.articles, "passages": count.passages, "seconds": options.seconds}
        figures |= asyncio.run(measure(service, options.seconds))
    figures["peak_rss_mib"] = peak_rss_mib()
    write_results("load", figures, as_markdown(figures))


@dataclass
class LoopLagProbe:
    """Measures how long the event loop is blocked: how late a task that sleeps SLEEP_S wakes up."""

    late_ms: list[float] = field(default_factory=list)
    measuring: bool = False

    async def run(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(SLEEP_S)
            if self.measuring:
                self.late_ms.append(1000 * (time.perf_counter() - began - SLEEP_S))


async def measure(service: "Service", seconds: float) -> Figures:
    """The people's waiting times, and the lag of the event loop."""
    from bot.application import freeze_garbage_collector, serve
    from bot.state.database import Database

    command = (sys.executable, "-m", "bench.people", str(seconds))
    people = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    if people.stdout is None:
        raise RuntimeError("the people cannot be heard")
    lines = people.stdout
    where = json.loads(await lines.readline())
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "memory.sqlite3")
        stop, pulse = asyncio.Event(), LoopLagProbe()
        application = build_unlimited(service, database, where["base_url"], where["file_url"])
        freeze_garbage_collector()  # as `citebot run` does
        serving = asyncio.create_task(serve(application, stop))
        beating = asyncio.create_task(pulse.run())
        await lines.readline()
        pulse.measuring = True
        await lines.readline()
        pulse.measuring = False
        figures: Figures = json.loads(await lines.readline())
        stop.set()
        await serving
        beating.cancel()
        database.close()
    await people.wait()
    median, often, rarely = np.percentile(pulse.late_ms, [50, 95, 99.9])
    return {
        **figures,
        "blocked": {
            "beats": len(pulse.late_ms),
            "p50_ms": round(float(median), 1),
            "p95_ms": round(float(often), 1),
            "p99_9_ms": round(float(rarely), 1),
            "max_ms": round(max(pulse.late_ms), 1),
        },
    }


def build_unlimited(
    service: "Service", database: "Database", base_url: str, file_url: str
) -> "BotApplication":
    """The application as `citebot run` has it, but for the limits."""
    from bot.application import build_application
    from bot.transport import rate_limiter
    from bot.updates.question_limits import QuestionLimits

    rate_limiter.CHAT_MESSAGES = rate_limiter.GROUP_MESSAGES = rate_limiter.ALL_REQUESTS = UNLIMITED
    return build_application(
        "123456789:AAtest-token_of-thirty-five-letters",
        service.answerer,
        service.store,
        database,
        base_url=base_url,
        base_file_url=file_url,
        limits=QuestionLimits(UNLIMITED, UNLIMITED),
    )


def as_markdown(figures: Figures) -> str:
    def row(what: str, name: str) -> list[object]:
        waited: Figures = figures[name]  # type: ignore[assignment]
        return [what, *(waited[key] for key in ("answers", "p50_s", "p95_s", "max_s"))]

    blocked: Figures = figures["blocked"]  # type: ignore[assignment]
    lines = [
        f"# {figures['users']} people in {figures['chats']} chats at once, for {figures['seconds']:g} s",
        "",
        f"{describe(figures)}; {figures['articles']} articles, {figures['passages']} passages, peak memory "
        f"{figures['peak_rss_mib']} MiB. The bot runs over HTTP against the tests' Bot API server in another "
        "process on the same machine.",
        "",
        *table(
            ("", "times", "p50, s", "p95, s", "longest, s"),
            [
                row("a button press is answered", "press"),
                row("an inline query is answered, its debounce of 0.3 s included", "inline"),
                row("a tag elsewhere is answered, by a line that says “looking” after 2 s", "guest"),
                row("a question is answered", "question"),
            ],
        ),
        "",
        f"**{figures['answers_per_s']} questions a second** were answered in chats meanwhile. "
        f"Of {figures['requests']} requests {figures['refused']} were invalid.",
        "",
        f"The event loop was blocked for at most **{blocked['max_ms']} ms** (p50 {blocked['p50_ms']}, p95 "
        f"{blocked['p95_ms']}, p99.9 {blocked['p99_9_ms']} ms late in {blocked['beats']} beats). Aims: p95 "
        f"of presses and inline queries under {figures['aim_p95_s']} s, the loop never blocked over "
        f"{figures['aim_blocked_ms']} ms.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
