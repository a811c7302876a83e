"""Whatever articles and sent files hold: their markup stays words, and links lead to articles alone."""

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram.ext import AIORateLimiter

from bot.admin.commands import AdminHandlers
from bot.i18n import texts
from bot.state.database import Database
from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from tests.bot.conftest import GROUP, PRIVATE
from tests.bot.fuzz import PIECES, Lookout
from tests.bot.running import Running
from tests.bot.test_buttons import buttons
from tests.botapi.entities import slices
from tests.botapi.server import BotApiServer

STRANGER = 43
NASTY = " ".join(piece for piece in PIECES if not any("\ud800" <= char <= "\udfff" for char in piece))
ARTICLES: list[dict[str, Any]] = [
    {
        "title": "<b>Arak</b> & \"friends\" </a><a href='https://evil.test'>",
        "source": "<i>The Post</i>",
        "url": "https://news.test/arak?a=\"><script>alert('1')</script>&b=<>",
        "text": f"The mayor of Arak is <b>Ada</b> & <a href='https://evil.test'>Bob</a>. {NASTY}",
    },
    {
        "title": "Boro [here](https://evil.test) **bold**",
        "source": "\u202ehsilbup",
        "url": "javascript:alert(1)",
        "text": "The mayor of Boro is **Eve** ||hidden|| `code`, who took office in 2021.\n\n"
        "| Town | Trucks |\n|---|---|\n| Boro <td> | <b>17</b> |\n| Cato | 18 & 19 |",
        "date": "2025-02-09",
    },
    {
        "title": "\u200b",
        "source": " ",
        "url": "https://news.test/#:~:text=evil",
        "text": "The mayor of Dost is Zoë 👩‍👩‍👧‍👦 " + "e\u0301" * 400 + ". " + "🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 300,
    },
    {
        "title": "T" * 3000,
        "source": "<" * 3000,
        "url": "https://news.test/" + "l" * 2500,
        "text": "The mayor of Elko is Max. " + "x" * 6000 + ".\n\n" + "&<>" * 2000,
    },
    {
        "title": "مدينة \u2067فارا\u2069 </blockquote>",
        "source": "צ" * 30,
        "url": "https://news.test/فارا?q=1",
        "text": "The mayor of Fara is <blockquote expandable>Sam</blockquote>.\n\nعمدة مدينة فارا هو سام.",
        "date": "0001-01-01",
    },
]
QUESTIONS = [
    *(f"Who is the mayor of {town}?" for town in ("Arak", "Boro", "Dost", "Elko", "Fara")),
    "How many trucks does Boro have?",
    "what happened in Elko?",
    "mayor of Dost",
    "Who is the king of nothing?",
]
NAMES = (
    "../../etc/passwd.txt",
    "a\x00b.md",
    "\u202egpj.exe.txt",
    "<b>.txt",
    "\ud800.txt",
    "n" * 300 + ".txt",
)


@pytest.fixture
async def store(
    server: BotApiServer,
    tmp_path: Path,
    embedder: Embedder,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[EmbeddedStore]:
    """A bot over these articles, of which Ada is an admin."""
    monkeypatch.setattr("bot.transport.progress_message.EVERY_S", 0.01)
    monkeypatch.setattr("bot.handlers.inline.DEBOUNCE_S", 0.0)
    monkeypatch.setattr("bot.application.TelegramRateLimiter", lambda _: AIORateLimiter(0, 0, 0, 0))
    server.add_chat(STRANGER, "private")
    collection = tmp_path / "articles.jsonl"
    collection.write_text("\n".join(map(json.dumps, ARTICLES)))
    store = EmbeddedStore.open(tmp_path / "index", embedder_name=embedder.name, dimension=embedder.dimension)
    assert not ingest(load(str(collection)), store, embedder).failed
    database = Database(tmp_path / "index-bot.sqlite3")
    bot = Running(
        server,
        Answerer(store, embedder, reader),
        store,
        database,
        admins=AdminHandlers(frozenset({PRIVATE}), store, embedder, database),
        suggest_after_s=0.0,
    )
    yield store
    await bot.ended()
    store.close()


def fine(caplog: pytest.LogCaptureFixture) -> bool:
    """Nothing went wrong, and nobody was told that it did."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def handled(server: BotApiServer, chat_id: int) -> None:
    last = await server.say(chat_id, "/help")
    await server.until(
        lambda: any(
            one["text"] == texts.HELP and one["message_id"] > last["message_id"]
            for one in server.bot_messages(chat_id)
        )
    )


async def test_no_article_gets_its_markup_into_an_answer_whatever_is_pressed(
    server: BotApiServer, store: EmbeddedStore, caplog: pytest.LogCaptureFixture
):
    addresses = [source.url.partition(":~:")[0].removesuffix("#") for source in store.sources() if source.url]
    lookout = Lookout(server, tuple(one for one in addresses if one.startswith("https://news.test/")))
    for question in QUESTIONS:
        await server.say(PRIVATE, question)
        await server.say(GROUP, f"/ask {question}")
        await server.ask_inline(question, STRANGER)
        await handled(server, PRIVATE)
        await handled(server, GROUP)
    pressed = set[str]()
    for _ in range(3):  # what stands under what was pressed too
        for message in [*server.bot_messages(PRIVATE), *server.bot_messages(GROUP)]:
            for label, data in buttons(message).items():
                if data not in pressed and label not in (texts.BUTTON_ERASE, texts.BUTTON_REMOVE):
                    pressed.add(data)
                    await server.press(message, data)
                    await server.until(lambda: not server.unanswered)
                    if data.startswith(("c:", "o:", "g:")):
                        await server.ask_inline(f"a_{data.split(':')[1]}", STRANGER)
                        await server.say(STRANGER, f"/start a_{data.split(':')[1]}")
    await handled(server, STRANGER)
    assert len(pressed) > 50
    assert lookout.look() > 100
    links = [slices(one["text"], one["entities"], "text_link") for one in server.sent]
    assert any(links)
    assert "<b>Ada</b> & <a href='https://evil.test'>Bob</a>" in " ".join(one["text"] for one in server.sent)
    assert fine(caplog), caplog.text


async def test_documents_with_strange_names_are_added_and_listed_and_strangers_command_nothing(
    server: BotApiServer, store: EmbeddedStore, caplog: pytest.LogCaptureFixture
):
    known = store.count().articles
    for number, name in enumerate(NAMES):
        content = f"The mayor of Town{number} is somebody else. </blockquote> & <b>".encode()
        await server.send_document(PRIVATE, name, content, f"/add \ud800 {NASTY}"[:1000])
        await server.until(lambda n=number: store.count().articles == known + n + 1)
    for command in (
        "/articles",
        f"/remove {NASTY}"[:4000],
        "/remove \ud800",
        "/remove 1",
        "/stats",
        "/add \ud800",
    ):
        await server.say(PRIVATE, command)
        await server.say(STRANGER, command)
    await handled(server, PRIVATE)
    await handled(server, STRANGER)
    for message in server.bot_messages(PRIVATE):  # forged by a stranger in their own chat
        for data in buttons(message).values():
            await server.press(server.bot_messages(STRANGER)[0], data, user_id=STRANGER)
    await server.until(lambda: not server.unanswered)
    assert set(server.toasts) <= {texts.TOAST_UNKNOWN}
    assert store.count().articles == known + len(NAMES)
    told = [one["text"] for one in server.bot_messages(STRANGER)]
    assert told == [*[texts.UNKNOWN_COMMAND] * 6, texts.HELP]
    Lookout(server, ("https://news.test/",)).look()
    assert fine(caplog), caplog.text
