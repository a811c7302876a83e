"""The bundled models, loaded once for all tests that need the real ones."""

import pytest
from hypothesis import settings

from index.embedding import load_embedder
from index.types import Embedder
from retrieval.reading import Reader, load_reader

settings.register_profile("any machine", deadline=None)  # how long an example takes says how busy it is
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder()


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader()
