"""Makes docs/preview.png, the README's picture of a real conversation: `python -m tests.preview.picture`."""

import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page, expect

from bot.preview.chats import Chats
from bot.preview.objects import ADA, BEN, BOT, GROUP
from bot.state.database import Database
from evaluation.browser import chromium
from index.embedding.embedder import load_embedder
from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from retrieval.answerer import Answerer
from retrieval.reading.reader import load_reader
from tests.preview.conftest import SEEDS, served

PICTURE = Path(__file__).parents[2] / "docs" / "preview.png"
NOON = 1_739_188_800  # 10 February 2025, 12:00 UTC: the same picture each time
WAIT_MS = 60_000


def main() -> None:
    embedder = load_embedder()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(
            EmbeddedStore.open(
                Path(folder) / "index", embedder_name=embedder.name, dimension=embedder.dimension
            )
        ) as store,
        closing(Database(Path(folder) / "memory.sqlite3")) as database,
    ):
        ingest(load(str(SEEDS)), store, embedder)
        answerer = Answerer(store, embedder, load_reader())
        with (
            served(answerer, store, database, Chats(now=lambda: NOON)) as preview,
            chromium() as browser,
            browser.new_page(
                viewport={"width": 960, "height": 860},
                device_scale_factor=1.5,
                locale="en-GB",
                timezone_id="UTC",
                color_scheme="light",
            ) as page,
        ):
            page.goto(f"{preview.address}#group")
            converse(page)
            page.screenshot(path=PICTURE)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size // 1024} kB")


def converse(page: Page) -> None:
    """Ada asks in the group, Ben follows up on the answer."""
    write(page, f"@{BOT['username']} who attacked the Gao convoy?")
    answered(page, 1)
    page.get_by_text(BEN["first_name"], exact=True).and_(page.locator("#writer-choices label")).click()
    page.locator(".message").nth(1).hover()
    page.locator(".message").nth(1).get_by_role("button", name="Reply").click()
    write(page, "how many trucks did they destroy?")
    answered(page, 2)
    page.get_by_text(ADA["first_name"], exact=True).and_(page.locator("#writer-choices label")).click()
    page.mouse.move(0, 0)
    page.locator("#messages").evaluate("(messages) => messages.scrollTo(0, 0)")
    expect(page.get_by_role("heading", name=GROUP["title"])).to_be_visible()


def write(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Message").fill(words)
    page.get_by_role("textbox", name="Message").press("Enter")


def answered(page: Page, count: int) -> None:
    of_bot = page.locator(f".message[aria-label^={BOT['first_name']}] .text")
    expect(of_bot).to_have_count(count, timeout=WAIT_MS)


if __name__ == "__main__":
    main()
