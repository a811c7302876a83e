"""The seed articles, indexed once by the real models for all tests of retrieval."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.embedded import EmbeddedStore
from index.ingest import ingest
from index.loading import load
from index.types import Embedder
from retrieval.answerer import Answerer
from retrieval.reading import Reader

SEEDS = Path(__file__).parents[2] / "seeds"


@pytest.fixture(scope="session")
def store(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    directory = tmp_path_factory.mktemp("index")
    opened = EmbeddedStore.open(directory, embedder_name=embedder.name, dimension=embedder.dimension)
    assert not ingest(load(str(SEEDS)), opened, embedder).failed
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def answerer(store: EmbeddedStore, embedder: Embedder, reader: Reader) -> Answerer:
    return Answerer(store, embedder, reader)
