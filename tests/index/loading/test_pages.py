"""Small pages of every kind, odd and hostile ones: pages.toml says what is to be read of each."""

import tomllib
from datetime import date, datetime
from pathlib import Path

import pytest

from index.loading.files import load
from index.types import Article, LoadFailure, MarkKind

PAGES = Path(__file__).parent / "pages"
EXPECTED = tomllib.loads((PAGES / "pages.toml").read_text("utf-8"))


def _shown(article: Article) -> str:
    """The text with its headings and lines of code marked as Markdown marks them."""
    parts = []
    done = 0
    for mark in article.outline:
        parts += [
            article.text[done : mark.start],
            ">" if mark.kind is MarkKind.CODE else "#" * mark.number + " ",
        ]
        done = mark.start
    return "".join([*parts, article.text[done:]])


@pytest.mark.parametrize("name", sorted(page.stem for page in PAGES.glob("*.html")))
def test_a_page_is_read_as_a_person_sees_it(name: str) -> None:
    expected: dict[str, str | date | datetime] = EXPECTED[name]
    [loaded, *notes] = load(str(PAGES / f"{name}.html"))

    assert notes == []
    if "reason" in expected:
        assert isinstance(loaded, LoadFailure)
        assert loaded.reason == expected["reason"]
        return
    assert isinstance(loaded, Article), loaded
    source = loaded.source
    assert (source.published, source.published_at) == (
        expected.get("published"),
        expected.get("published_at"),
    )
    assert source.title == expected.get("title", source.title)
    if "text" in expected:
        assert _shown(loaded) == str(expected["text"]).strip()


def test_every_page_has_its_expectation_and_every_expectation_its_page() -> None:
    assert set(EXPECTED) == {page.stem for page in PAGES.glob("*.html")}
