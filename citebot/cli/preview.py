"""`citebot preview`: the bot without Telegram, on a page in the browser."""

import os
import sys
import threading
import webbrowser
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from citebot.errors import CitebotError
from citebot.settings import Settings

SCREENS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


def run_page(
    settings: Settings, port: int | None = None, host: str | None = None, *, open_browser: bool = True
) -> None:
    """Serves the page until Ctrl-C, prints its URL and opens it in a browser if there is one.

    On another host than loopback (`host`, else PREVIEW_HOST) the URL contains a random access key. The bot
    database is a temporary one. Raises CitebotError when the port is taken, and what `open_service` raises.
    """
    from bot.preview.chats import Chats
    from bot.preview.running import LOOPBACK, listen, run_preview
    from bot.state.database import Database
    from citebot.assembly import expect_languages, open_service, open_writer
    from citebot.cli.chat import example_questions

    def announce(address: str) -> None:
        print(f"The preview is at {address} (Ctrl-C ends it)", flush=True)
        if open_browser and has_browser():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    try:
        listening = listen(port, host or settings.preview_host)
    except OSError as error:
        why = error.strerror or error
        wanted = f"port {port}" if port else "a port"
        where = f" on {host}" if (host := host or settings.preview_host) != LOOPBACK else ""
        raise CitebotError(
            f"{wanted}{where} cannot be had ({why}): choose another, or leave --port and --host out"
        ) from None
    with (
        closing(listening),
        open_service(settings) as service,
        TemporaryDirectory(prefix="citebot-preview-") as folder,
        closing(Database(Path(folder) / "memory.sqlite3")) as database,
        open_writer(settings, service.reader, service.store.article) as writer,
    ):
        expect_languages(service)
        chats = Chats(example_questions(service.store.sources()))
        run_preview(listening, service.answerer, service.store, database, chats, announce, writer)


def has_browser() -> bool:
    """Whether there is a graphical browser; a text browser would take over this terminal."""
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in SCREENS):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
