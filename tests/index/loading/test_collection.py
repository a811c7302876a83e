"""Article collections: one article a line, streamed."""

import gzip
import json
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from index.loading.collection import MAX_LINE_BYTES
from index.loading.files import load
from index.types import Article, LoadFailure, Source


def _lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_a_line_states_everything_about_its_article(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    file.write_bytes(
        _lines(
            {
                "id": "a1",
                "title": "Floods",
                "text": "The river rose.\r\nLeave a Reply",
                "url": "https://arlenpost.example/floods",
                "date": "2024-03-05T23:30:00+02:00",
                "source": "The Arlen Post",
                "author": "Jane Roe",
            }
        )
    )

    assert list(load(str(file), collection="press")) == [
        Article(
            Source(
                article_id="a1",
                title="Floods",
                publisher="The Arlen Post",
                author="Jane Roe",
                url="https://arlenpost.example/floods",
                path=None,
                published=date(2024, 3, 5),
                collection="press",
                published_at=datetime(2024, 3, 5, 23, 30, tzinfo=timezone(timedelta(hours=2))),
            ),
            "The river rose.",
        )
    ]


def test_only_text_is_required_and_the_id_is_stable(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl.gz"
    file.write_bytes(
        gzip.compress(
            _lines(
                {"text": "The river rose by two metres."},
                {"text": "Second.", "url": "https://www.arlenpost.example/a/b?utm_source=x"},
            )
        )
    )

    first, second = load(str(file))
    again, _ = load(str(file))

    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first == again
    assert first.source.article_id.startswith("news-")
    assert first.source.title == "The river rose by two metres"
    assert second.source.article_id.startswith("arlenpost.example-a-b-")
    assert second.source.publisher == "arlenpost.example"


def test_a_bad_line_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    file.write_bytes(
        b'{"id": 1, "text": "One."}\n'
        b"not json\n"
        b"[1]\n"
        b'{"title": "no text"}\n'
        b'{"text": 7}\n'
        b'{"text": "  "}\n'
        b'{"text": "caf\xe9"}\n'
        b'{"text": "x", "title": ["y"]}\n' + b"[" * 100_000 + b"\n"
        b"\n"
        b'{"id": "\\ud800", "text": "Last \\ud800one."}'
    )

    loaded = list(load(str(file)))

    failures = [found for found in loaded if isinstance(found, LoadFailure)]
    articles = [found for found in loaded if isinstance(found, Article)]
    assert [failure.origin for failure in failures] == [f"{file}:{n}" for n in range(2, 10)]
    assert [article.text for article in articles] == ["One.", "Last one."]
    assert articles[0].source.article_id == "1"
    assert articles[1].source.article_id.startswith("article-")
    assert 'expected "text" to be a string, got int' in failures[3].reason


def test_a_line_too_long_is_passed_over_without_being_held(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    file.write_bytes(b'{"text": "' + b"a" * MAX_LINE_BYTES + b'"}\n{"id": "2", "text": "Two."}\n')

    failure, article = load(str(file))

    assert failure == LoadFailure(f"{file}:1", "the line is longer than 50 MB: split the article")
    assert isinstance(article, Article)


def test_articles_before_the_break_of_a_torn_archive_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl.gz"
    whole = gzip.compress(_lines({"id": "1", "text": "One."})) + gzip.compress(b"x" * 50_000)
    file.write_bytes(whole[:-10])

    first, *_, last = load(str(file))

    assert isinstance(first, Article)
    assert isinstance(last, LoadFailure)
    assert "cannot be read from here on" in last.reason


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_collection_is_said_to_be_empty(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "news.jsonl"
    file.write_bytes(content)

    [failure] = load(str(file))

    assert isinstance(failure, LoadFailure)
    assert "empty" in failure.reason


def test_a_huge_collection_is_loaded_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "news.jsonl"
    file.write_bytes(_lines({"id": "1", "text": "One."}) + b"\0" * 100_000_000)

    assert isinstance(next(load(str(file))), Article)
