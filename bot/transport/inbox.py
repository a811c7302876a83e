"""Updates that came by webhook, on disk until they are handled: what was accepted survives a restart.

An update counts as handled when its handler has returned. Killed between Telegram's taking an answer and
the note of it, the bot answers once more; a note made earlier would lose questions instead.
"""

import json
import logging
import sqlite3
from datetime import UTC, datetime, timedelta

from telegram import Update

from bot.state.database import Memory
from bot.transport.delivery import BotApplication

logger = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=24)  # for so long Telegram delivers an update again that it thinks was not taken


def keep(notes: sqlite3.Connection, update_id: int, body: str, at: datetime) -> bool:
    """Keep the update until it is handled; False when it came before, within a day. `at` is in UTC."""
    notes.execute("DELETE FROM inbox WHERE body IS NULL AND at < ?", (_written(at - REMEMBERED),))
    kept = notes.execute(
        "INSERT INTO inbox VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (update_id, body, _written(at))
    )
    return kept.rowcount == 1


def waiting(notes: sqlite3.Connection) -> list[str]:
    """The bodies of the updates that are not handled yet, in the order in which they came."""
    return [
        body for (body,) in notes.execute("SELECT body FROM inbox WHERE body IS NOT NULL ORDER BY at, id")
    ]


def mark_handled(notes: sqlite3.Connection, update_id: int) -> None:
    """Forget what the update said; its number stays for a day."""
    notes.execute("UPDATE inbox SET body = NULL WHERE id = ?", (update_id,))


class Inbox:
    """Hands updates to the application, those of a chat one after the other, each once."""

    def __init__(self, application: BotApplication, memory: Memory) -> None:
        self._application = application
        self._memory = memory

    async def handle_waiting(self) -> None:
        """Begin to handle what an earlier process has accepted and not handled."""
        bodies = await self._memory.run(waiting)
        if bodies:
            logger.info("handling %d updates that were accepted before the restart", len(bodies))
        for body in bodies:
            self._begin(json.loads(body))

    async def accept(self, fields: dict[str, object], update_id: int) -> None:
        """Keep the update on disk and begin to handle it; one that came before is let be.

        Raises MemoryUnusable: then it was not accepted.
        """
        body, at = json.dumps(fields), datetime.now(UTC)
        if await self._memory.run(lambda notes: keep(notes, update_id, body, at)):
            self._begin(fields)

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
                handling.close()  # given up before its turn came
        await self._memory.run(lambda notes: mark_handled(notes, update_id))


def _written(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")
