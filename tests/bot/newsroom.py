"""A bot over an index of its own, with the real answerer, spoken to by an admin and by a reader."""

from typing import Any

from bot.state.database import Database
from index.store.embedded import EmbeddedStore
from tests.bot.running import Running
from tests.botapi.server import BotApiServer

ADA, BOB = 42, 43  # an admin; anybody else


class Newsroom(Running):
    """A bot over an index of its own."""

    def __init__(self, server: BotApiServer, store: EmbeddedStore, database: Database, **more: Any) -> None:
        self.server = server
        self.store = store
        super().__init__(server, store=store, database=database, **more)

    async def told(self, text: str, user_id: int = ADA, **fields: Any) -> str:
        """The bot's next message in their private chat, as it stands when nothing is under way any more."""
        before = len(self.server.bot_messages(user_id))
        await self.server.say(user_id, text, **fields)
        return await self.settled(user_id, before)

    async def settled(self, user_id: int, before: int) -> str:
        messages = await self.server.bot_says(user_id, before + 1)
        message_id = messages[-1]["message_id"]

        def text() -> str:
            return str(self.server.messages[user_id, message_id]["text"])

        await self.server.until(lambda: not text().endswith(("…", "(ahead of it: 1).")))
        return text()

    async def sent(self, name: str | None, content: bytes, **fields: Any) -> str:
        before = len(self.server.bot_messages(ADA))
        await self.server.send_document(ADA, name, content, **{"caption": "/add", **fields})
        return await self.settled(ADA, before)

    async def ended(self) -> None:
        await super().ended()
        self.store.close()

    def ids(self) -> list[str]:
        return [source.article_id for source in self.store.sources()]
