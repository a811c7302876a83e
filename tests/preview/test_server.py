"""The preview over HTTP: what the page may do, and what other pages may not."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bot.preview.guard import MAX_BODY_BYTES
from bot.preview.objects import ADA, BEN, GROUP, PRIVATE
from tests.preview.conftest import Preview


@pytest.fixture
def client(preview: Preview) -> Iterator[httpx.Client]:
    """Asks as the page does."""
    origin = preview.address.rstrip("/")
    with httpx.Client(base_url=preview.address, headers={"origin": origin}, trust_env=False) as client:
        yield client


def said(**more: object) -> dict[str, object]:
    return {"chat": PRIVATE["id"], "person": ADA["id"], "text": "/help", **more}


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    """What is shown, for as long as one looks on."""
    for line in response.iter_lines():
        if line:
            yield json.loads(line.removeprefix("data: "))


def test_the_page_and_its_parts_come_from_here_and_may_load_nothing_else(client: httpx.Client) -> None:
    page = client.get("/")

    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    for part in ("page.css", "page.js", "message.js", "formatted.js", "suggestions.js"):
        assert client.get(part).status_code == 200
    assert client.get("../server.py").status_code == 404
    assert client.get("%2e%2e/server.py").status_code == 404


def test_what_is_said_and_what_the_bot_does_are_told_to_who_looks_on(client: httpx.Client) -> None:
    shown: list[dict[str, Any]] = []
    with client.stream("GET", "events") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for event in events(response):
            if event["kind"] == "all":
                assert client.post("say", json=said(text=" who attacked the Gao convoy? ")).status_code == 200
            if event["kind"] in ("all", "message", "typing"):
                shown.append(event)
            if event["kind"] == "message" and event["body"]["from"]["is_bot"]:
                break

    everything, question, typing, answer = shown
    assert [one["chat"]["type"] for one in everything["body"]["chats"]] == ["private", "supergroup"]
    assert question["body"]["text"] == "who attacked the Gao convoy?"
    assert typing == {"kind": "typing", "body": {"chat": PRIVATE["id"]}}
    assert "[1]" in answer["body"]["text"]


@pytest.mark.parametrize("host", ["evil.test", "evil.test:80", "127.0.0.1", "127.0.0.1.evil.test", ""])
def test_a_name_that_was_made_to_lead_here_gets_nothing(client: httpx.Client, host: str) -> None:
    for path in ("/", "events", "page.js"):
        assert client.get(path, headers={"host": host}).status_code == 421


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://127.0.0.1:1", "http://localhost"])
def test_another_sites_page_can_neither_post_nor_read(
    client: httpx.Client, preview: Preview, origin: str
) -> None:
    headers = {"origin": origin}

    assert client.post("say", json=said(), headers=headers).status_code == 403
    assert client.get("events", headers=headers).status_code == 403
    assert preview.do(lambda: preview.chats.messages(PRIVATE["id"])) == []


def test_a_post_must_say_where_it_comes_from_and_be_json_of_known_length(
    client: httpx.Client, preview: Preview
) -> None:
    body = json.dumps(said())
    without_origin = httpx.post(f"{preview.address}say", json=said(), trust_env=False)
    as_form = client.post("say", content=body, headers={"content-type": "text/plain"})
    chunked = client.post("say", content=iter([body.encode()]), headers={"content-type": "application/json"})
    long = client.post("say", json=said(text="x" * MAX_BODY_BYTES))

    statuses = [response.status_code for response in (without_origin, as_form, chunked, long)]
    assert statuses == [403, 415, 411, 413]
    assert preview.do(lambda: preview.chats.messages(PRIVATE["id"])) == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("say", said(text="x" * 4097), 400),
        ("say", said(colour="red"), 400),
        ("say", said(chat=str(PRIVATE["id"])), 400),
        ("say", {"chat": PRIVATE["id"]}, 400),
        ("say", said(text="  "), 409),
        ("say", said(person=BEN["id"]), 409),
        ("say", said(chat=5), 409),
        ("say", said(reply_to=77), 409),
        ("edit", said(message=77), 409),
        ("query", {"chat": GROUP["id"], "person": ADA["id"], "query": "x" * 257}, 400),
        ("choose", {"chat": GROUP["id"], "person": ADA["id"], "offer": 1, "result": "x"}, 409),
        ("press", {"chat": GROUP["id"], "person": ADA["id"], "message": 77, "data": "x"}, 409),
        ("press", {"chat": GROUP["id"], "person": ADA["id"], "message": 77, "data": "x" * 65}, 400),
    ],
)
def test_what_makes_no_sense_is_said_so(
    client: httpx.Client, path: str, body: dict[str, object], status: int
) -> None:
    response = client.post(path, json=body)

    assert (response.status_code, list(response.json())) == (status, ["error"])


def test_other_methods_and_paths_are_not_there(client: httpx.Client) -> None:
    assert client.get("say").status_code == 404  # it can only be posted to
    assert client.get("nowhere").status_code == 404
    assert client.put("say", json=said()).status_code == 405
