"""One file as it is loaded."""

from pathlib import Path

from index.loading.files import load
from index.types import Article, LoadFailure


def article_of(tmp_path: Path, name: str, content: bytes) -> Article:
    (tmp_path / name).write_bytes(content)
    [loaded] = load(str(tmp_path / name))
    assert isinstance(loaded, Article), loaded
    return loaded


def reason_of(tmp_path: Path, name: str, content: bytes) -> str:
    """Why the file cannot be loaded, on one line."""
    (tmp_path / name).write_bytes(content)
    [loaded] = load(str(tmp_path / name))
    assert isinstance(loaded, LoadFailure), loaded
    assert "\n" not in loaded.reason
    return loaded.reason
