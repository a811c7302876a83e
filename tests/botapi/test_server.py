"""The test server refuses what Telegram refuses: else its silence would prove nothing."""

import httpx
import pytest

from tests.botapi.entities import CannotParse, parse_html
from tests.botapi.server import TOKEN, BotApiServer, Fault

CHAT = 1


@pytest.fixture
async def server():
    server = BotApiServer()
    server.add_chat(CHAT, "private")
    await server.start()
    yield server
    await server.stop()


async def call(server: BotApiServer, method: str, token: str = TOKEN, **params: str) -> tuple[int, str]:
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{server.base_url}{token}/{method}", data=params)
    return response.status_code, response.json().get("description", "ok")


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({"text": "hello"}, "sendMessage needs ['chat_id']"),
        ({"chat_id": "1", "text": "hello", "colour": "red"}, "sendMessage has no parameter ['colour']"),
        ({"chat_id": "1", "text": " \n"}, "message text is empty"),
        ({"chat_id": "1", "text": "😀" * 2049}, "message is too long"),
        ({"chat_id": "1", "text": "<b>x", "parse_mode": "HTML"}, "Can't find end tag"),
        ({"chat_id": "1", "text": "x", "message_thread_id": "5"}, "message thread not found"),
        ({"chat_id": "1", "text": "x", "message_thread_id": "five"}, "is not ['Integer']"),
        (
            {"chat_id": "1", "text": "x", "reply_parameters": '{"quote": "x"}'},
            "ReplyParameters needs ['message_id']",
        ),
        (
            {
                "chat_id": "1",
                "text": "x",
                "reply_markup": '{"inline_keyboard": [[{"text": "a", "callback_data": ""}]]}',
            },
            "BUTTON_DATA_INVALID",
        ),
        ({"chat_id": "1", "text": "<b>x</b>" * 101, "parse_mode": "HTML"}, "101 entities"),
    ],
)
async def test_invalid_messages_are_refused_and_recorded(
    server: BotApiServer, params: dict[str, str], complaint: str
):
    status, description = await call(server, "sendMessage", **params)
    assert status == 400
    assert complaint in description
    assert len(server.violations) == 1


async def test_valid_requests_pass(server: BotApiServer):
    assert await call(server, "sendMessage", chat_id="1", text="😀" * 2048) == (200, "ok")
    assert server.violations == []


async def test_a_message_can_be_kept_and_its_receipt_lost(server: BotApiServer):
    server.faults["sendMessage"] += [Fault(502), Fault(502, processed=True)]
    statuses = [(await call(server, "sendMessage", chat_id="1", text=text))[0] for text in "abc"]
    assert statuses == [502, 502, 200]
    kept = [(one["text"], one["message_id"] in server.receipts_lost) for one in server.sent]
    assert kept == [("b", True), ("c", False)]


async def test_tokens_and_methods_must_be_known(server: BotApiServer):
    assert await call(server, "getMe", token="1:x") == (401, "Unauthorized")
    status, _ = await call(server, "sendFax", chat_id="1")
    assert (status, len(server.violations)) == (400, 1)


@pytest.mark.parametrize(
    "source",
    [
        "<x>a</x>",
        "<b>a<i>b</b></i>",
        "a</b>",
        "1 < 2",
        "<blockquote>a<blockquote>b</blockquote></blockquote>",
        "<b onclick=x>a</b>",
    ],
)
def test_html_that_telegram_refuses_is_refused(source: str):
    with pytest.raises(CannotParse):
        parse_html(source)


def test_html_becomes_text_and_entities_in_utf16_units():
    text, entities = parse_html('😀 <b>a &lt; b</b> <a href="https://x.test/?a=1&amp;b=2">c</a>')
    assert text == "😀 a < b c"
    assert entities == [
        {"type": "bold", "offset": 3, "length": 5},
        {"type": "text_link", "offset": 9, "length": 1, "url": "https://x.test/?a=1&b=2"},
    ]
