"""Updates brought by Telegram instead of fetched: one ASGI app, behind a reverse proxy that speaks https.

POST on the path of the webhook's address brings an update. 200: it is on disk (bot/transport/inbox.py);
403 a wrong secret; 413 and 400 what cannot be an update; 503 that Telegram is to bring it again.
GET /healthz: 200 when updates are handled and the index opens, else 503.
"""

import asyncio
import hmac
import json
import logging
import re
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest

from bot.errors import CannotListen, MemoryUnusable, WebhookRefused
from bot.state.database import Memory
from bot.transport.inbox import Inbox
from bot.transport.polling import Persistence
from bot.transport.web_server import quiet_server
from index.errors import IndexingError
from index.types import Store

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  # a name, not a secret
HEALTH = "/healthz"
MAX_BODY_BYTES = 1_000_000  # the longest text with its reply and entities takes some 100 kB
MAX_CONNECTIONS = 20  # an update is accepted in milliseconds
HEALTH_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram brings updates, and where they are awaited behind the proxy."""

    url: str  # https
    secret: str  # 1 to 256 of A-Z a-z 0-9 _ -
    host: str
    port: int

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"


def derived_secret(token: str, url: str) -> str:
    """A secret for this bot and address, the same at each start; tells nothing of the token."""
    return hmac.digest(token.encode(), f"webhook {url}".encode(), sha256).hex()


class Receiver:
    """Listens for updates; what it accepts goes through `inbox`."""

    def __init__(self, webhook: Webhook, inbox: Inbox, memory: Memory, store: Store) -> None:
        self._webhook = webhook
        self._inbox = inbox
        self._memory = memory
        self._store = store
        self._ready = False

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Answers requests for as long as the block runs. Raises CannotListen."""
        server = quiet_server(self.app())
        with closing(_listen(self._webhook.host, self._webhook.port)) as listening:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield
            finally:
                self._ready = False
                server.should_exit = True
                await serving

    async def begin(self, bot: Bot, allowed_updates: Sequence[str], persistence: Persistence) -> None:
        """Have updates brought from now on. Raises WebhookRefused, and TokenRejected."""

        async def set_webhook() -> bool:
            try:
                return await bot.set_webhook(
                    self._webhook.url,
                    max_connections=MAX_CONNECTIONS,
                    allowed_updates=allowed_updates,
                    secret_token=self._webhook.secret,
                )
            except BadRequest as error:
                raise WebhookRefused(
                    f"Telegram does not take the webhook {self._webhook.url} ({error.message}): check "
                    "TELEGRAM_WEBHOOK_URL, or leave it empty to poll; `citebot doctor` says more"
                ) from None

        await self._inbox.handle_waiting()
        self._ready = True
        await persistence.until_success(set_webhook)

    def app(self) -> Starlette:
        """The ASGI app."""
        return Starlette(
            routes=[
                Route(self._webhook.path, self._take, methods=["POST"]),
                Route(HEALTH, self._tell_health, methods=["GET"]),
            ]
        )

    async def _take(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._webhook.secret.encode()):
            return _unread(403)
        if not self._ready:
            return _later(_unread(503))
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _unread(413)
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        update_id = fields.get("update_id") if isinstance(fields, dict) else None
        if not isinstance(update_id, int) or isinstance(update_id, bool) or not 0 <= update_id < 2**63:
            return Response(status_code=400)
        try:
            await self._inbox.accept(fields, update_id)
        except MemoryUnusable as error:
            logger.error("update %d was not accepted: %s", update_id, error)
            return _later(Response(status_code=503))
        return Response()

    async def _tell_health(self, _: Request) -> Response:
        status = await self._health() if self._ready else "starting"
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    async def _health(self) -> str:
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_S):
                await asyncio.to_thread(self._store.count)
                await self._memory.run(lambda notes: notes.execute("SELECT 1").fetchone())
        except (IndexingError, MemoryUnusable, TimeoutError) as error:
            logger.error("not healthy: %s", error)
            return "broken"
        return "ok"


async def _body(request: Request) -> bytes | None:
    """What was posted; None when it is too long, of which no more than that is read."""
    stated = request.headers.get("content-length", "0")
    if not re.fullmatch(r"\d{1,15}", stated) or int(stated) > MAX_BODY_BYTES:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _unread(status: int) -> Response:
    """A refusal that closes the connection: what else is sent on it is read by nobody."""
    return Response(status_code=status, headers={"Connection": "close"})


def _later(refusal: Response) -> Response:
    refusal.headers["Retry-After"] = "1"
    return refusal


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {host}:{port} ({error.strerror or error}): choose another "
            "TELEGRAM_WEBHOOK_LISTEN"
        ) from error
