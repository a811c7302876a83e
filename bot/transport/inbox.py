"""The inbox: updates are stored until they are handled, and survive a restart.

An update counts as handled when its handler has returned. If the process is killed after sending an answer
and before that, the answer is sent again; marking the update earlier would lose questions instead.
"""

import json
import logging
import sqlite3
from datetime import UTC, datetime, timedelta

from telegram import Update

from bot.state.database import Database
from bot.transport.delivery import BotApplication

logger = logging.getLogger(__name__)

REDELIVERY_WINDOW = timedelta(hours=24)  # Telegram redelivers an unconfirmed update for so long


def insert_update(db: sqlite3.Connection, update_id: int, body: str, at: datetime) -> bool:
    """Store the update; False for a duplicate within a day (idempotency). `at` is in UTC."""
    db.execute("DELETE FROM inbox WHERE body IS NULL AND at < ?", (_timestamp(at - REDELIVERY_WINDOW),))
    kept = db.execute(
        "INSERT INTO inbox VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (update_id, body, _timestamp(at))
    )
    return kept.rowcount == 1


def pending_updates(db: sqlite3.Connection) -> list[str]:
    """The bodies of the updates that are not handled yet, oldest first."""
    return [body for (body,) in db.execute("SELECT body FROM inbox WHERE body IS NOT NULL ORDER BY at, id")]


def mark_handled(db: sqlite3.Connection, update_id: int) -> None:
    """Delete the update's body; its id stays for a day, to detect duplicates."""
    db.execute("UPDATE inbox SET body = NULL WHERE id = ?", (update_id,))


class Inbox:
    """Stores updates and hands them to the application."""

    def __init__(self, application: BotApplication, database: Database) -> None:
        self._application = application
        self._database = database

    async def handle_waiting(self) -> None:
        """Start handling the updates that an earlier process has accepted and not handled."""
        bodies = await self._database.run(pending_updates)
        if bodies:
            logger.info("handling %d updates that were accepted before the restart", len(bodies))
        for body in bodies:
            self._begin(json.loads(body))

    async def accept(self, fields: dict[str, object], update_id: int) -> None:
        """Store the update and start handling it; a duplicate is ignored. Raises DatabaseUnusable."""
        body, at = json.dumps(fields), datetime.now(UTC)
        if await self._database.run(insert_update, update_id, body, at):
            self._begin(fields)

    async def accept_fetched(self, update: Update) -> None:
        """The same for an update that the library has read. Raises DatabaseUnusable."""
        body = json.dumps(
            update.to_dict(), default=_in_seconds
        )  # it leaves the dates of some messages as they are
        await self.accept(json.loads(body), update.update_id)

    def _begin(self, fields: dict[str, object]) -> None:
        self._application.create_task(self._handle(fields))

    async def _handle(self, fields: dict[str, object]) -> None:
        update_id = int(str(fields["update_id"]))
        try:
            update = Update.de_json(fields, self._application.bot)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # Refused, it would come again and again, and hold up its chat for a day
            logger.warning("update %d cannot be read and is left out: %r", update_id, error)
        else:
            handling = self._application.process_update(update)
            try:
                await self._application.update_processor.process_update(update, handling)
            finally:
                handling.close()  # not started
        await self._database.run(mark_handled, update_id)


def _in_seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _timestamp(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
