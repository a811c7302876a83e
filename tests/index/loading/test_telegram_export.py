"""Chats that Telegram Desktop exported, in the shapes of its versions."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from index.loading.files import load
from index.types import Article, LoadFailure

FLOOD = "The river rose by 3 metres on Monday, the mayor said."


def message(number: int, text: object, **fields: Any) -> dict[str, Any]:
    at = {"date": "2026-03-02T11:00:00", "date_unixtime": "1772449200"}
    return {"id": number, "type": "message", **at, "from": "Ann", "text": text, **fields}


def chat(kind: str, *messages: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Arlen News", "type": kind, "id": 1234, "messages": list(messages)}


def loaded(folder: Path, export: object) -> list[Article]:
    (folder / "result.json").write_text(json.dumps(export), "utf-8")
    found = list(load(str(folder)))
    assert all(isinstance(one, Article) for one in found), found
    return [one for one in found if isinstance(one, Article)]


def test_each_post_of_a_channel_is_an_article_with_its_link(tmp_path: Path) -> None:
    formatted = ["The river rose by ", {"type": "bold", "text": "3 metres"}, " on Monday, the mayor said."]
    service = {"id": 9, "type": "service", "action": "pin_message", "date": "2026-03-02T11:00:00"}
    posts = chat("public_channel", message(7, formatted), message(8, "ok"), service, message(10, ""))
    [article] = loaded(tmp_path, posts)
    assert article.text == FLOOD
    assert article.source.url == "https://t.me/c/1234/7"
    assert (article.source.publisher, article.source.article_id) == ("Arlen News", "telegram-1234-7")
    assert article.source.published_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


def test_a_group_is_read_day_by_day_with_who_said_what(tmp_path: Path) -> None:
    talk = chat(
        "private_supergroup",
        message(1, "When does the ferry leave?"),
        message(2, "At nine.", **{"from": "Bob"}),
        message(3, FLOOD, date_unixtime="1772535600"),
    )
    first, second = loaded(tmp_path, talk)
    assert first.text == "Ann: When does the ferry leave?\n\nBob: At nine."
    assert first.source.title == "Arlen News, 2026-03-02"
    assert second.source.published == date(2026, 3, 3)


def test_all_chats_of_an_account_are_read(tmp_path: Path) -> None:
    channel, group = chat("private_channel", message(7, FLOOD)), chat("personal_chat", message(1, "Hello"))
    articles = loaded(tmp_path, {"about": "…", "chats": {"about": "…", "list": [channel, group]}})
    assert [one.source.url for one in articles] == ["https://t.me/c/1234/7", None]


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"a": 1}', '{"messages": 3}', '{"chats": {"list": [3, {"messages": 1}]}}', "\ud800"],
)
def test_other_json_is_refused_in_a_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    [failure] = load(str(path))
    assert isinstance(failure, LoadFailure)
    assert "Telegram Desktop" in failure.reason


def test_odd_messages_are_passed_over(tmp_path: Path) -> None:
    odd: list[Any] = [
        3,
        message(1, 7),
        message(2, [None, 3, {"text": 4}]),
        message(3, FLOOD, date=None, date_unixtime="x"),
        {**message(4, FLOOD), "id": "4"},
        message(5, FLOOD, **{"from": None}),
    ]
    [article] = loaded(tmp_path, chat("public_channel", *odd))
    assert article.text == FLOOD


def test_other_json_in_a_folder_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "a.txt").write_text(FLOOD)
    assert [type(one).__name__ for one in load(str(tmp_path))] == ["Article", "LoadNote"]
