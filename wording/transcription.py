"""Voice messages as text, by a server with OpenAI's /audio/transcriptions."""

import logging

from wording.client import ChatModel, Server
from wording.errors import ServerError

log = logging.getLogger(__name__)


class Transcriber:
    """Hears questions. For one event loop."""

    def __init__(self, server: Server) -> None:
        self._model = ChatModel(server)

    async def hear(self, sound: bytes, name: str) -> str | None:
        """What was said; None when the server does not say, or not in time."""
        try:
            return await self._model.hear(sound, name) or None
        except ServerError as error:
            log.warning("a voice message is not heard: %s", error)
            return None

    async def close(self) -> None:
        await self._model.close()
