"""The real Application, run in the test's own event loop against the Bot API server."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bot.application import build_application, serve
from bot.errors import BotError
from bot.state.database import Database
from bot.transport.inbox import Inbox
from bot.transport.webhook import Webhook, WebhookReceiver
from bot.updates.question_limits import QuestionLimits
from bot.workers import QuestionAnswerer
from index.types import Store
from tests.bot.seeds import SeedAnswerer, SeedShelf
from tests.botapi.server import TOKEN, BotApiServer

NEVER_S = 3_600.0  # what a bot does on its own account would disturb what a test counts
UNLIMITED = QuestionLimits(10**6, 10**6)  # tests ask faster than people do
USUAL = {"retry_pauses_s": (0.01, 0.01), "limits": UNLIMITED, "suggest_after_s": NEVER_S}


class Running:
    """A bot that fetches its updates or, with a webhook, awaits them.

    `settings` are those of build_application. It closes its memory at the end.
    """

    def __init__(
        self,
        server: BotApiServer,
        answerer: QuestionAnswerer,
        store: Store,
        database: Database,
        *,
        webhook: Webhook | None = None,
        **settings: Any,
    ) -> None:
        addresses = {"base_url": server.base_url, "base_file_url": server.file_url}
        application = build_application(
            TOKEN, answerer, store, database, **addresses, **{**USUAL, **settings}
        )
        inbox = Inbox(application, database)
        receiver = None if webhook is None else WebhookReceiver(webhook, inbox, database, store)
        self.database = database
        self.stop = asyncio.Event()
        serving = serve(application, self.stop, inbox, receiver, first_pause_s=0.01, poll_timeout_s=5)
        self.task = asyncio.create_task(serving)

    async def ended(self) -> None:
        """Tell it to stop and wait until it has; raises what stopped it before."""
        self.stop.set()
        try:
            await self.task
        finally:
            self.database.close()


class RunningBot(Running):
    """A bot that answers from the seeds."""

    def __init__(self, server: BotApiServer, database: Database, shelf: SeedShelf, **settings: Any) -> None:
        self.shelf = shelf
        self.answerer = SeedAnswerer(shelf)
        super().__init__(server, self.answerer, shelf, database, **settings)


async def all_ended(bots: list[RunningBot]) -> None:
    """End them whatever they are doing; what stopped them on purpose is the test's own matter."""
    for bot in bots:
        bot.answerer.open.set()
        with suppress(BotError):
            await bot.ended()


async def eventually(happened: Callable[[], object], patience_s: float = 30.0) -> None:
    """Wait for what no request tells of: something in the index or in a database."""
    async with asyncio.timeout(patience_s):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
