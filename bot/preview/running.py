"""Running the preview: the bot, its chats and the page, in one process."""

import asyncio
import ipaddress
import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import closing, suppress

from bot.application import build_application, freeze_garbage_collector, serve
from bot.preview.chats import Chats
from bot.preview.request import TOKEN, InProcessRequest
from bot.preview.server import build_app
from bot.state.database import Database
from bot.transport.web_server import build_server
from bot.workers import AnswerWriter, QuestionAnswerer
from index.types import Store

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8010


def listen(port: int | None = None, host: str = LOOPBACK) -> socket.socket:
    """A listening socket: on this port, else on the usual one or, where that is taken, any.

    Raises OSError when the host, or the port that was asked for, cannot be had.
    """
    if port is None:
        with suppress(OSError):
            return listen(DEFAULT_PORT, host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # on Windows it means stealing
        listening.bind((host, port or 0))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def access_key(listening: socket.socket) -> str | None:
    """A new access key for a page that other machines can reach; None on loopback."""
    return None if _ip(listening).is_loopback else secrets.token_urlsafe(18)


def address(listening: socket.socket, key: str | None = None) -> str:
    """The URL of the page, with its access key; with the host's name if it listens on all addresses."""
    ip = _ip(listening)
    host = socket.gethostname() if ip.is_unspecified else f"[{ip}]" if ip.version == 6 else str(ip)
    return f"http://{host}:{listening.getsockname()[1]}/" + (f"?key={key}" if key else "")


def _ip(listening: socket.socket) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(listening.getsockname()[0])


def run_preview(
    listening: socket.socket,
    answerer: QuestionAnswerer,
    store: Store,
    database: Database,
    chats: Chats,
    announce: Callable[[str], None],
    writer: AnswerWriter | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is told the address once both end it cleanly.

    Closes the socket, but neither `answerer` nor `store` nor `database`.
    """

    key = access_key(listening)

    async def serve_until_signal() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: Ctrl-C ends asyncio.run by KeyboardInterrupt
                loop.add_signal_handler(number, stop.set)
        announce(address(listening, key))
        await serve_preview(listening, answerer, store, database, chats, stop, key, writer)

    freeze_garbage_collector()
    with closing(listening):
        asyncio.run(serve_until_signal())


async def serve_preview(
    listening: socket.socket,
    answerer: QuestionAnswerer,
    store: Store,
    database: Database,
    chats: Chats,
    stop: asyncio.Event,
    key: str | None = None,
    writer: AnswerWriter | None = None,
) -> None:
    """Serve the page of these chats and run the bot in them until `stop` is set.

    With an access `key` only those see it who open it by the address with that key.
    """
    application = build_application(
        TOKEN, answerer, store, database, request=InProcessRequest(chats), writer=writer
    )
    port = listening.getsockname()[1]
    server = build_server(build_app(chats, port, key))
    bot = asyncio.create_task(serve(application, stop))
    web = asyncio.create_task(server.serve(sockets=[listening]))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({bot, web, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        chats.close()
        server.should_exit = True
        await asyncio.gather(bot, web, stopping)
