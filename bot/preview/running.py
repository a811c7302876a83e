"""The preview from its start to Ctrl-C: the real bot, the chats it lives in, and the page, in one process."""

import asyncio
import signal
import socket
from collections.abc import Callable
from contextlib import closing, suppress

from bot.application import build_application, serve, spare_collector
from bot.preview.chats import Chats
from bot.preview.request import TOKEN, InProcessRequest
from bot.preview.server import build_app
from bot.state.database import Memory
from bot.transport.web_server import quiet_server
from bot.workers import Answers
from index.types import Store

HOST = "127.0.0.1"
USUAL_PORT = 8010


def listen(port: int | None = None) -> socket.socket:
    """A listening socket on loopback: on this port, else on the usual one or, where that is taken, any.

    Raises OSError when the port that was asked for cannot be had.
    """
    if port is None:
        with suppress(OSError):
            return listen(USUAL_PORT)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # on Windows it means stealing
        listening.bind((HOST, port or 0))
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


def address(listening: socket.socket) -> str:
    """Where the page is."""
    return f"http://{HOST}:{listening.getsockname()[1]}/"


def run_preview(
    listening: socket.socket,
    answerer: Answers,
    store: Store,
    memory: Memory,
    chats: Chats,
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGINT or SIGTERM; `announce` is told the address once both end it cleanly.

    Closes the socket, but neither `answerer` nor `store` nor `memory`.
    """

    async def serve_until_signal() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: Ctrl-C ends asyncio.run by KeyboardInterrupt
                loop.add_signal_handler(number, stop.set)
        announce(address(listening))
        await serve_preview(listening, answerer, store, memory, chats, stop)

    spare_collector()
    with closing(listening):
        asyncio.run(serve_until_signal())


async def serve_preview(
    listening: socket.socket,
    answerer: Answers,
    store: Store,
    memory: Memory,
    chats: Chats,
    stop: asyncio.Event,
) -> None:
    """Serve the page of these chats and run the bot in them until `stop` is set."""
    application = build_application(TOKEN, answerer, store, memory, request=InProcessRequest(chats))
    port = listening.getsockname()[1]
    server = quiet_server(build_app(chats, port))
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
