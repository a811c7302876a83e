"""The real program, `citebot run`, over an index of the seeds, against the Bot API server."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.i18n import texts
from tests.bot.conftest import PRIVATE
from tests.bot.seeds import SEEDS
from tests.botapi.entities import slices
from tests.botapi.server import TOKEN, BotApiServer

START_UP_S = 60.0  # loads an embedder and a reader; reached only by a failing test
SECRET = TOKEN.partition(":")[2]


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds, made by the program itself."""
    directory = tmp_path_factory.mktemp("citebot") / "index"
    command = [sys.executable, "-m", "citebot", "index", "add", str(SEEDS), "--index-dir", str(directory)]
    subprocess.run(command, check=True, capture_output=True, cwd=directory.parent, timeout=300)
    return directory


@dataclass
class Program:
    process: asyncio.subprocess.Process
    log: Path

    async def logged(self, words: str) -> str:
        """The log, once it holds these words."""
        deadline = time.monotonic() + START_UP_S
        while words not in self.log.read_text("utf-8"):
            assert time.monotonic() < deadline, self.log.read_text("utf-8")
            assert self.process.returncode is None or words in self.log.read_text("utf-8")
            await asyncio.sleep(0.02)  # another process's file: there is nothing to wait on
        return self.log.read_text("utf-8")

    async def told(self, number: signal.Signals) -> tuple[int, float]:
        """Exit code, and seconds from the signal to the end."""
        started = time.monotonic()
        self.process.send_signal(number)
        return await asyncio.wait_for(self.process.wait(), 30), time.monotonic() - started


StartProgram = Callable[..., Awaitable[Program]]


@pytest.fixture
async def start(server: BotApiServer, index_dir: Path, tmp_path: Path) -> AsyncIterator[StartProgram]:
    """Starts the program with the settings that point at the server; ends it if the test has not."""
    programs: list[Program] = []

    async def start(**settings: str) -> Program:
        log = tmp_path / f"log{len(programs)}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TELEGRAM_")}
        environment |= {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_BASE_URL": server.base_url,
            "TELEGRAM_FILE_URL": server.file_url,
            "INDEX_DIR": str(index_dir),
            "LOG_LEVEL": "DEBUG",
            **settings,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "citebot", "run",
            stdin=subprocess.DEVNULL, stdout=log.open("wb"), stderr=subprocess.STDOUT,
            cwd=tmp_path, env=environment,
        )  # fmt: skip
        programs.append(Program(process, log))
        return programs[-1]

    yield start
    for program in programs:
        if program.process.returncode is None:
            program.process.kill()
            await program.process.wait()


async def test_the_program_answers_shows_context_and_survives_being_killed(
    server: BotApiServer, start: StartProgram
):
    program = await start()
    await program.logged("answering as @Citebot_Test_Bot")
    await server.say(PRIVATE, "who attacked the Gao convoy?")
    (answer,) = await server.bot_says(PRIVATE)
    (quote, *_) = slices(answer["text"], answer["entities"], "blockquote")
    seeds = [path.read_text("utf-8") for path in SEEDS.glob("*.txt")]
    assert any(quote in text for text in seeds), quote
    assert "militants" in answer["text"] or "jihadists" in answer["text"]
    assert re.search(r"^\[1\] \S", answer["text"], re.MULTILINE)

    data = answer["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    await server.press(answer, data)
    await server.until(lambda: server.bot_messages(PRIVATE)[0]["text"] != answer["text"])
    (bold,) = slices(*(server.bot_messages(PRIVATE)[0][part] for part in ("text", "entities")), "bold")
    assert any(bold in text for text in seeds)
    await server.until(lambda: not server.unanswered)

    assert (await program.told(signal.SIGKILL))[0] == -signal.SIGKILL
    again = await start()
    await again.logged("answering as")
    back = {button["text"]: button.get("callback_data") for row in buttons_of(server) for button in row}
    await server.press(answer, back[texts.BUTTON_BACK])
    await server.until(lambda: server.bot_messages(PRIVATE)[0] == answer)
    await server.say(PRIVATE, "how many trucks did they destroy?", reply_to_message=answer)
    assert "five" in (await server.bot_says(PRIVATE, 2))[1]["text"]
    await server.say(PRIVATE, "/sources")
    assert len((await server.bot_says(PRIVATE, 3))[2]["text"].split("\n")) == 2 + 5
    code, seconds = await again.told(signal.SIGTERM)
    assert (code, seconds < 5) == (0, True)
    for log in (program.log, again.log):
        assert SECRET not in log.read_text("utf-8")
        assert "Traceback" not in log.read_text("utf-8")


def buttons_of(server: BotApiServer) -> list[list[dict[str, str]]]:
    """Those under the bot's first message."""
    rows: list[list[dict[str, str]]] = server.bot_messages(PRIVATE)[0]["reply_markup"]["inline_keyboard"]
    return rows


async def test_ctrl_c_stops_the_program_even_while_telegram_cannot_be_reached(
    server: BotApiServer, start: StartProgram
):
    await server.stop()
    program = await start()
    await program.logged("Telegram cannot be reached")
    code, seconds = await program.told(signal.SIGINT)
    log = program.log.read_text("utf-8")
    assert (code, seconds < 5, "Traceback" in log, SECRET in log) == (0, True, False, False)
    assert log.count("Telegram cannot be reached") == 1


async def test_a_wrong_token_ends_the_program_with_one_clear_line(server: BotApiServer, start: StartProgram):
    wrong = "1:wrong-but-well-formed-token-of-some-length"
    program = await start(TELEGRAM_BOT_TOKEN=wrong, LOG_LEVEL="INFO")
    assert await asyncio.wait_for(program.process.wait(), START_UP_S) == 1
    log = program.log.read_text("utf-8")
    assert log.count("Telegram does not accept the bot's token") == 1
    assert ("Traceback" in log, wrong in log, "wrong-but" in log) == (False, False, False)
