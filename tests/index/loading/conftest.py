from collections.abc import Iterator

import pytest

from tests.index.loading.websites import Site


@pytest.fixture
def site() -> Iterator[Site]:
    running = Site()
    yield running
    running.close()
