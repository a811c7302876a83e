"""The test server takes of inline and guest answers what Telegram takes, and when it takes it."""

import json
from typing import Any

import pytest

from tests.botapi.server import BotApiServer, Fault
from tests.botapi.test_server import call, server

__all__ = ["server"]

ARTICLE = {"type": "article", "id": "1", "title": "five", "input_message_content": {"message_text": "five"}}
KEYBOARD = {"inline_keyboard": [[{"text": "More", "callback_data": "x"}]]}


def article(**changes: Any) -> dict[str, Any]:
    return {**ARTICLE, **changes}


async def offer(server: BotApiServer, query_id: str, *results: object, **more: str) -> tuple[int, str]:
    return await call(
        server, "answerInlineQuery", inline_query_id=query_id, results=json.dumps(results), **more
    )


@pytest.mark.parametrize(
    ("results", "more", "complaint"),
    [
        ([article(), article()], {}, "RESULT_ID_DUPLICATE"),
        ([article(id=str(number)) for number in range(51)], {}, "RESULTS_TOO_MUCH"),
        ([article(id="é" * 33)], {}, "RESULT_ID_INVALID"),
        ([article(title=" ")], {}, "ARTICLE_TITLE_EMPTY"),
        ([article(colour="red")], {}, "has no parameter ['colour']"),
        ([article(input_message_content={"message_text": " "})], {}, "message text is empty"),
        (
            [article(input_message_content={"message_text": "<b>x", "parse_mode": "HTML"})],
            {},
            "Can't find end tag",
        ),
        ([article(reply_markup={"inline_keyboard": [[{"text": "More"}]]})], {}, "exactly one thing"),
        ([], {"button": '{"text": "x"}'}, "exactly one action"),
        ([], {"button": '{"text": "x", "start_parameter": "a b"}'}, "START_PARAM_INVALID"),
        ([], {"next_offset": "x" * 65}, "next_offset"),
        ([], {"cache_time": "-1"}, "cache_time"),
    ],
)
async def test_offers_that_telegram_refuses_are_refused_and_recorded(
    server: BotApiServer, results: list[object], more: dict[str, str], complaint: str
):
    status, description = await offer(server, await server.ask_inline("x"), *results, **more)
    assert status == 400
    assert complaint in description
    assert len(server.violations) == 1


async def test_an_inline_query_is_answered_once_and_in_time(server: BotApiServer):
    answered, expired = await server.ask_inline("x"), await server.ask_inline("y")
    server.queries.expire(expired)
    assert await offer(server, answered, ARTICLE) == (200, "ok")
    assert "too old" in (await offer(server, expired, ARTICLE))[1]
    assert server.violations == []
    assert "too old" in (await offer(server, answered, ARTICLE))[1]
    assert len(server.violations) == 1


async def test_a_guest_query_is_answered_once_and_in_time(server: BotApiServer):
    async def answer(query_id: str) -> str:
        params = {"guest_query_id": query_id, "result": json.dumps(ARTICLE)}
        return (await call(server, "answerGuestQuery", **params))[1]

    answered, expired = await server.tag("x"), await server.tag("y")
    server.queries.expire(expired)
    assert await answer(answered) == "ok"
    assert "too old" in await answer(expired)
    assert server.violations == []
    assert "too old" in await answer(answered)
    assert len(server.violations) == 1
    assert [len(server.queries.guest_answers[one]) for one in (answered, expired)] == [1, 0]


async def test_who_cannot_know_that_a_query_is_answered_may_answer_it_again(server: BotApiServer):
    query_id = await server.ask_inline("x")
    server.faults["answerInlineQuery"].append(Fault(502, processed=True))
    assert (await offer(server, query_id, ARTICLE))[0] == 502
    assert "too old" in (await offer(server, query_id, ARTICLE))[1]
    assert (len(server.queries.offers[query_id].results), server.violations) == (1, [])


async def test_only_what_has_buttons_has_an_inline_id_by_which_it_is_edited(server: BotApiServer):
    query_id = await server.ask_inline("x")
    await offer(server, query_id, ARTICLE, article(id="2", reply_markup=KEYBOARD))
    assert await server.choose(query_id, "1") is None
    inline_id = await server.choose(query_id, "2")
    assert inline_id is not None

    async def edit(**params: str) -> str:
        return (await call(server, "editMessageText", text="six", **params))[1]

    assert await edit(inline_message_id=inline_id) == "ok"
    assert (
        server.queries.messages[inline_id]["text"],
        "reply_markup" in server.queries.messages[inline_id],
    ) == (
        "six",
        False,
    )
    assert "not modified" in await edit(inline_message_id=inline_id)
    assert "MESSAGE_ID_INVALID" in await edit(inline_message_id="gone")
    assert server.violations == []
    assert "identifier is not specified" in await edit()
    assert "either" in await edit(inline_message_id=inline_id, chat_id="1", message_id="2")
    assert len(server.violations) == 2
