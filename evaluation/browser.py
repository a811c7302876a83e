"""A Chromium that is on this machine already: the project installs none."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
QUIET = ("--disable-background-networking", "--disable-component-update", "--no-first-run")


class NoChromium(Exception):
    """There is none on this machine."""

    def __init__(self) -> None:
        super().__init__(
            "no Chromium on this machine: install one (Debian: apt-get install chromium; any system: "
            "python -m playwright install chromium) to see pages as a browser shows them"
        )


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser. Raises NoChromium."""
    with sync_playwright() as playwright:
        path = _path(playwright)
        if path is None:
            raise NoChromium
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


def _path(playwright: Playwright) -> str | None:
    own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else next(filter(None, map(shutil.which, NAMES)), None)
