"""The webhook: an ASGI app behind a reverse proxy with https.

POST on the path of the webhook's URL delivers an update. 200: it is stored (bot/transport/inbox.py); 403:
wrong secret; 413, 400: no update; 503: Telegram shall deliver it again. GET /healthz: 200 when updates are
handled and the index opens, else 503.
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

from bot.errors import CannotListen, DatabaseUnusable, WebhookRefused
from bot.state.database import Database
from bot.transport.inbox import Inbox
from bot.transport.polling import OutageRetry
from bot.transport.web_server import build_server
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
    """The public URL, and the local address behind the proxy."""

    url: str  # https
    secret: str  # 1 to 256 of A-Z a-z 0-9 _ -
    host: str
    port: int

    @property
    def path(self) -> str:
        return urlsplit(self.url).path or "/"


def derived_secret(token: str, url: str) -> str:
    """A secret derived from token and URL, the same at each start."""
    return hmac.digest(token.encode(), f"webhook {url}".encode(), sha256).hex()


class WebhookReceiver:
    """Receives updates and passes them to the inbox."""

    def __init__(self, webhook: Webhook, inbox: Inbox, database: Database, store: Store) -> None:
        self._webhook = webhook
        self._inbox = inbox
        self._database = database
        self._store = store
        self._ready = False

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[None]:
        """Serve requests while the block runs. Raises CannotListen."""
        server = build_server(self.app())
        with closing(_open_socket(self._webhook.host, self._webhook.port)) as listening:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield
            finally:
                self._ready = False
                server.should_exit = True
                await serving

    async def begin(self, bot: Bot, allowed_updates: Sequence[str], retry: OutageRetry) -> None:
        """Set the webhook and accept updates. Raises WebhookRefused and TokenRejected."""

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
        await retry.retry_until_success(set_webhook)

    def app(self) -> Starlette:
        """The ASGI app."""
        return Starlette(
            routes=[
                Route(self._webhook.path, self._receive, methods=["POST"]),
                Route(HEALTH, self._health_response, methods=["GET"]),
            ]
        )

    async def _receive(self, request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), self._webhook.secret.encode()):
            return _close_unread(403)
        if not self._ready:
            return _with_retry_after(_close_unread(503))
        try:
            body = await _read_body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return _close_unread(413)
        try:
            fields = json.loads(body)
        except (ValueError, RecursionError):
            return Response(status_code=400)
        update_id = fields.get("update_id") if isinstance(fields, dict) else None
        if not isinstance(update_id, int) or isinstance(update_id, bool) or not 0 <= update_id < 2**63:
            return Response(status_code=400)
        try:
            await self._inbox.accept(fields, update_id)
        except DatabaseUnusable as error:
            logger.error("update %d was not accepted: %s", update_id, error)
            return _with_retry_after(Response(status_code=503))
        return Response()

    async def _health_response(self, _: Request) -> Response:
        status = await self._health() if self._ready else "starting"
        return JSONResponse({"status": status}, 200 if status == "ok" else 503)

    async def _health(self) -> str:
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_S):
                await asyncio.to_thread(self._store.count)
                await self._database.run(lambda db: db.execute("SELECT 1").fetchone())
        except (IndexingError, DatabaseUnusable, TimeoutError) as error:
            logger.error("not healthy: %s", error)
            return "broken"
        return "ok"


async def _read_body(request: Request) -> bytes | None:
    """The request's body; None when it is too long."""
    stated = request.headers.get("content-length", "0")
    if not re.fullmatch(r"\d{1,15}", stated) or int(stated) > MAX_BODY_BYTES:
        return None
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _close_unread(status: int) -> Response:
    """A refusal that closes the connection, because the body was not read."""
    return Response(status_code=status, headers={"Connection": "close"})


def _with_retry_after(refusal: Response) -> Response:
    refusal.headers["Retry-After"] = "1"
    return refusal


def _open_socket(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {host}:{port} ({error.strerror or error}): choose another "
            "TELEGRAM_WEBHOOK_LISTEN"
        ) from error
