"""A bot with a language model behind a scripted server, and one that hears voice messages."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.admin.commands import AdminHandlers
from bot.i18n import texts
from bot.state.database import Database
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from retrieval.reading.reader import Reader
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.seeds import TRUCKS, SeedShelf
from tests.botapi.server import BotApiServer
from tests.wording.server import Fault, ModelServer, serving
from wording.budget import Budget
from wording.client import ChatModel, Server
from wording.transcription import Transcriber
from wording.writer import Writer

PATIENCE_S = 30.0
SAID = "At least five trucks were destroyed."
FALSE = "At least six trucks were destroyed."
QUESTION = "how many trucks did they destroy?"


def reply(*said: str) -> str:
    quotes = [{"passage": 1, "words": TRUCKS}]
    return json.dumps({"sentences": [{"quotes": quotes, "text": one} for one in said]})


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with serving() as server:
        server.script = lambda _: reply(FALSE, SAID)
        yield server


@pytest.fixture
def writer(model: ModelServer, reader: Reader, tmp_path: Path) -> Iterator[Writer]:
    budget = Budget(tmp_path / "llm.sqlite3", None)
    yield Writer(
        ChatModel(Server(model.url, "scripted", None, PATIENCE_S)), reader, SeedShelf().article, budget
    )
    budget.close()


async def test_an_answer_is_worded_and_nothing_unchecked_is_shown_while_it_is_written(
    server: BotApiServer, start_bot: StartBot, writer: Writer
) -> None:
    await start_bot(writer=writer)

    await server.say(PRIVATE, QUESTION)
    (message,) = await server.bot_says(PRIVATE)

    assert message["text"].startswith(f"{SAID} [1]\n")
    assert TRUCKS in message["text"]
    assert message["text"].endswith(texts.WORDED_BY.format(model="scripted"))
    assert "reply_markup" in message
    assert set(server.drafts) == {SAID}


async def test_a_group_is_shown_no_drafts_and_may_have_quotes_alone(
    server: BotApiServer, start_bot: StartBot, writer: Writer, model: ModelServer
) -> None:
    server.admins.add((GROUP, 42))
    await start_bot(writer=writer)

    await server.say(GROUP, f"/ask {QUESTION}")
    (worded,) = await server.bot_says(GROUP)
    await server.say(GROUP, "/settings")
    *_, page = await server.bot_says(GROUP, 2)
    await server.press(page, "set:worded:no")
    await server.until(lambda: any("quotes alone" in m["text"] for m in server.bot_messages(GROUP)))
    await server.say(GROUP, "/ask how many trucks were destroyed?")
    *_, quoted = await server.bot_says(GROUP, 3)

    assert worded["text"].startswith(SAID)
    assert server.drafts == []
    assert quoted["text"].startswith("five")
    assert len(model.requests) == 1


async def test_without_a_model_settings_say_nothing_of_one(server: BotApiServer, bot: RunningBot) -> None:
    await server.say(PRIVATE, "/settings")
    (page,) = await server.bot_says(PRIVATE)

    assert "model" not in page["text"]
    assert "set:worded" not in json.dumps(page["reply_markup"])


async def test_a_model_that_stalls_leaves_the_answer_with_the_same_buttons(
    server: BotApiServer, start_bot: StartBot, writer: Writer, model: ModelServer
) -> None:
    await start_bot(writer=writer)
    model.script = lambda _: Fault(stalls=True, after=reply(SAID)[:40])
    writer._model.server = replace(writer._model.server, timeout_s=0.3)

    await server.say(PRIVATE, QUESTION)
    (message,) = await server.bot_says(PRIVATE)

    assert message["text"].startswith("five [1]")
    assert "reply_markup" in message


async def test_admins_are_told_once_that_the_tokens_are_used_up(
    server: BotApiServer,
    start_bot: StartBot,
    writer: Writer,
    model: ModelServer,
    store: EmbeddedStore,
    embedder: Embedder,
    tmp_path: Path,
) -> None:
    writer.budget.daily = 100
    writer.budget.spend(120)
    server.add_chat(7, "private")
    with closing(Database(tmp_path / "admins.sqlite3")) as database:
        admins = AdminHandlers(frozenset({7}), store, embedder, database)
        await start_bot(writer=writer, admins=admins)
        for count in (1, 2):
            await server.say(PRIVATE, QUESTION)
            await server.bot_says(PRIVATE, count)

        assert [one["text"] for one in server.bot_messages(7)] == [texts.BUDGET_SPENT.format(tokens="120")]
        assert [one["text"].split(" ")[0] for one in server.bot_messages(PRIVATE)] == ["five", "five"]
        assert model.requests == []


async def test_a_voice_message_is_heard_shown_and_corrected_by_its_caption(
    server: BotApiServer, start_bot: StartBot, model: ModelServer
) -> None:
    model.heard = "how many buses did they destroy?"
    await start_bot(transcriber=Transcriber(Server(model.url, "whisper", None, PATIENCE_S)))

    spoken = await server.send_voice(PRIVATE, b"OggS sound")
    heard, answer = await server.bot_says(PRIVATE, 2)
    corrected = {**spoken, "caption": QUESTION, "edit_date": spoken["date"]}
    await server.push({"edited_message": corrected})
    await server.until(lambda: server.bot_messages(PRIVATE)[1]["text"].startswith("five"))

    assert heard["text"] == texts.HEARD.format(question=model.heard)
    assert answer["text"].startswith("22 minibuses")
    assert model.requests == [{"model": "whisper", "sound": b"OggS sound"}]


@pytest.mark.parametrize(("has_ears", "line"), [(False, texts.NO_EARS), (True, texts.NOT_HEARD)])
async def test_a_voice_message_that_is_not_heard_gets_a_kind_line(
    has_ears: bool, line: str, server: BotApiServer, start_bot: StartBot, model: ModelServer
) -> None:
    model.heard = " "
    transcriber = Transcriber(Server(model.url, "whisper", None, PATIENCE_S)) if has_ears else None
    await start_bot(transcriber=transcriber)

    await server.send_voice(PRIVATE, b"OggS sound")
    (message,) = await server.bot_says(PRIVATE)

    assert message["text"] == line
