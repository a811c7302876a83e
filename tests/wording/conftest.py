"""A writer over the seeds and a scripted server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.store.embedded import EmbeddedStore
from retrieval.reading.reader import Reader
from tests.wording.server import ModelServer, serving
from wording.budget import Budget
from wording.client import ChatModel, Server
from wording.writer import Writer

PATIENCE_S = 60.0  # for what succeeds, however busy the machine


@pytest.fixture(scope="module")
def scripted() -> Iterator[ModelServer]:
    with serving() as server:
        yield server


@pytest.fixture
def writer(scripted: ModelServer, store: EmbeddedStore, reader: Reader, tmp_path: Path) -> Writer:
    scripted.requests.clear()
    scripted.takes_schemas = True
    model = ChatModel(Server(scripted.url, "scripted", "sk-secret", PATIENCE_S))
    return Writer(model, reader, store.article, Budget(tmp_path / "llm.sqlite3", None))
