"""The bundled models and an index of the seeds, made once for all tests that need the real ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index.embedding.embedder import load_embedder
from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader, load_reader

SEEDS = Path(__file__).parent.parent / "seeds"

settings.register_profile("any machine", deadline=None)  # how long an example takes says how busy it is
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder()


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader()


@pytest.fixture(scope="session")
def store(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """An index of the seeds, to be read only."""
    directory = tmp_path_factory.mktemp("seeds") / "index"
    opened = EmbeddedStore.open(directory, embedder_name=embedder.name, dimension=embedder.dimension)
    assert not ingest(load(str(SEEDS)), opened, embedder).failed
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def answerer(store: EmbeddedStore, embedder: Embedder, reader: Reader) -> Answerer:
    return Answerer(store, embedder, reader)
