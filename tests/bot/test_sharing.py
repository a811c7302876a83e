"""Share: the button under every answer, and the inline query behind it that offers just this answer."""

from typing import Any

import pytest

from bot.i18n import texts
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.seeds import TRUCKS
from tests.bot.test_buttons import buttons, pressable
from tests.bot.test_inline import line, offered
from tests.botapi import server as botapi
from tests.botapi.entities import slices
from tests.botapi.server import BotApiServer

STRANGER = 43


def share_query(message: dict[str, Any]) -> str:
    """The query that the Share button under the message begins, in a chat of any kind."""
    rows = message["reply_markup"]["inline_keyboard"]
    (chosen,) = [b for row in rows for b in row if b["text"] == texts.BUTTON_SHARE]
    chosen_chat = chosen["switch_inline_query_chosen_chat"]
    kinds = {name for name, is_allowed in chosen_chat.items() if is_allowed is True}
    assert kinds == {"allow_user_chats", "allow_group_chats", "allow_channel_chats"}
    return str(chosen_chat["query"])


async def answered(server: BotApiServer, question: str, chat_id: int = PRIVATE) -> dict[str, Any]:
    """The answer, with all its buttons unfolded."""
    await server.say(chat_id, question if chat_id > 0 else f"/ask {question}")
    (answer,) = await server.bot_says(chat_id)
    await server.press(answer, buttons(answer)[texts.BUTTON_MORE])
    await server.until(lambda: server.bot_messages(chat_id)[0] != answer)
    return server.bot_messages(chat_id)[0]


@pytest.mark.parametrize("chat_id", [PRIVATE, GROUP])
async def test_sharing_offers_exactly_the_frozen_answer(server: BotApiServer, bot: RunningBot, chat_id: int):
    answer = await answered(server, "how many trucks?", chat_id)
    (offer,) = (await offered(server, share_query(answer), STRANGER)).results
    message = offer["message"]
    assert offer["title"] == "five"
    assert message["text"].startswith("“how many trucks?”\n\nfive [1]")
    (evidence,) = slices(message["text"], message["entities"], "expandable_blockquote")
    assert TRUCKS in evidence
    assert len(bot.answerer.asked) == 1


async def test_a_shared_answer_can_be_shared_again_and_voted_on(server: BotApiServer, bot: RunningBot):
    answer = await answered(server, "how many trucks?")
    query = share_query(answer)
    query_id = await server.ask_inline(query, STRANGER)
    (offer,) = (await server.offered(query_id)).results
    inline_id = await server.choose(query_id, offer["id"], STRANGER)
    assert inline_id is not None
    shared = server.queries.messages[inline_id]
    await server.press_inline(inline_id, buttons(shared)[texts.BUTTON_MORE], STRANGER)
    await server.until(lambda: server.queries.messages[inline_id] != shared)
    assert share_query(server.queries.messages[inline_id]) == query
    await server.press_inline(inline_id, pressable(shared)[texts.BUTTON_UP], STRANGER)
    await server.until(lambda: "👍 ✓" in buttons(server.queries.messages[inline_id]))


async def test_link_and_share_stand_in_one_row(server: BotApiServer, bot: RunningBot):
    answer = await answered(server, "how many trucks?")
    rows = [[button["text"] for button in row] for row in answer["reply_markup"]["inline_keyboard"]]
    (row,) = [row for row in rows if texts.BUTTON_SHARE in row]
    assert row[:2] == [texts.BUTTON_LINK, texts.BUTTON_SHARE]
    assert max(map(len, rows)) <= 4


async def test_a_removed_answer_cannot_be_shared_any_more(server: BotApiServer, bot: RunningBot):
    answer = await answered(server, "how many trucks?")
    query = share_query(answer)
    await server.press(answer, pressable(answer)[texts.BUTTON_REMOVE].replace("r", "e", 1))
    await server.until(lambda: not server.bot_messages(PRIVATE))
    assert line(await offered(server, query)) == texts.REMOVED


@pytest.mark.parametrize("query", ["a_", "a_AAAAAAAAAAAAAAAA", "a_../../etc", "a_<b>", "a_😀", "a_x y"])
async def test_a_made_up_query_offers_nothing(server: BotApiServer, bot: RunningBot, query: str):
    assert line(await offered(server, query)) == texts.INLINE_UNKNOWN
    assert bot.answerer.asked == []


async def test_a_restricted_bot_lets_only_its_own_people_share(server: BotApiServer, start_bot: StartBot):
    await start_bot(allowed_chats=frozenset({PRIVATE, GROUP}))
    query = share_query(await answered(server, "how many trucks?", GROUP))
    assert line(await offered(server, query, STRANGER)) == texts.NOT_ALLOWED
    assert (await offered(server, query, PRIVATE)).results[0]["title"] == "five"


async def test_where_inline_mode_is_off_there_is_no_share_button(
    server: BotApiServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(botapi.ME, "supports_inline_queries", False)
    await start_bot()
    answer = await answered(server, "how many trucks?")
    labels = [button["text"] for row in answer["reply_markup"]["inline_keyboard"] for button in row]
    assert (texts.BUTTON_LINK in labels, texts.BUTTON_SHARE in labels) == (True, False)
