"""Guest mode over HTTP: tagged in a chat it is not in, the bot answers there once."""

from typing import Any

import pytest

from bot.i18n import texts
from bot.state.answers import answer_by_id
from tests.bot.conftest import PRIVATE, RunningBot, StartBot
from tests.bot.seeds import TRUCKS
from tests.bot.test_buttons import buttons
from tests.botapi.entities import slices
from tests.botapi.server import BOT, BotApiServer, Fault

TAG = f"@{BOT['username']}"
STRANGER = 43


async def answer(server: BotApiServer, text: str, user_id: int = PRIVATE, **fields: Any) -> dict[str, Any]:
    """The one message with which the bot answers the tag."""
    query_id = await server.tag(text, user_id, **fields)
    await server.until(lambda: server.queries.guest_answers[query_id])
    (inline_id,) = server.queries.guest_answers[query_id]
    return server.queries.messages[inline_id]


async def handled(server: BotApiServer) -> None:
    """Everything that came before is handled, as far as it asked for no answer."""
    query_id = await server.tag(TAG, PRIVATE)
    await server.until(lambda: server.queries.guest_answers[query_id])


def texts_sent(server: BotApiServer) -> list[str]:
    return [message["text"] for message in server.queries.messages.values()]


@pytest.mark.parametrize("text", [f"{TAG} how many trucks?", f"how many trucks? {TAG}"])
async def test_a_tag_is_answered_with_a_cited_message(server: BotApiServer, bot: RunningBot, text: str):
    message = await answer(server, text)
    assert message["text"].startswith("“how many trucks?”\n\nfive [1]")
    (evidence,) = slices(message["text"], message["entities"], "expandable_blockquote")
    assert TRUCKS in evidence
    assert texts.BUTTON_REMOVE not in buttons(message)
    assert server.called("sendChatAction") == server.called("sendMessage") == []


async def test_a_tag_in_somebodys_private_chat_is_answered_there(server: BotApiServer, bot: RunningBot):
    chat = {"id": PRIVATE, "type": "private", "first_name": "Bob"}  # the same id as a chat of the bot's own
    message = await answer(server, f"{TAG} how many trucks?", STRANGER, chat=chat)
    assert message["text"].startswith("“how many trucks?”\n\nfive")
    assert server.sent == []


async def test_a_tag_in_reply_to_a_message_asks_that_message(server: BotApiServer, bot: RunningBot):
    replied = {
        "message_id": 7,
        "date": 0,
        "chat": {"id": -900, "type": "group", "title": "Elsewhere"},
        "from": server.person(STRANGER),
        "text": "how many trucks were there?",
    }
    message = await answer(server, TAG, reply_to_message=replied)
    assert message["text"].startswith("“how many trucks were there?”\n\nfive")


async def test_a_tag_under_a_picture_is_answered(server: BotApiServer, bot: RunningBot):
    picture = {"file_id": "x", "file_unique_id": "y", "width": 1, "height": 1}
    message = await answer(server, "", photo=[picture], caption=f"{TAG} how many trucks?")
    assert message["text"].startswith("“how many trucks?”\n\nfive")


async def test_a_tag_without_a_question_gets_a_hint(server: BotApiServer, bot: RunningBot):
    assert (await answer(server, TAG))["text"] == texts.MENTION_WHAT
    assert (await answer(server, f"{TAG} hello"))["text"] == texts.GREETED
    assert bot.answerer.asked == []


async def test_what_is_not_found_is_said_plainly(server: BotApiServer, bot: RunningBot):
    message = await answer(server, f"{TAG} who won the world cup?")
    assert message["text"].startswith(f"“who won the world cup?”\n\n{texts.NOT_FOUND}")


async def test_a_guest_query_that_comes_again_is_answered_once(server: BotApiServer, bot: RunningBot):
    query_id = await server.tag(f"{TAG} how many trucks?")
    update = server.pushed[-1]
    await server.push(update)
    await server.push({"guest_message": update["guest_message"]})  # as another update
    await server.until(lambda: server.queries.guest_answers[query_id])
    await handled(server)
    assert len(server.queries.guest_answers[query_id]) == 1
    assert [question for question, _ in bot.answerer.asked] == ["how many trucks?"]


async def test_chats_with_the_same_id_do_not_wait_for_each_other(server: BotApiServer, bot: RunningBot):
    bot.answerer.open.clear()
    server.add_chat(-900, "group")
    await server.say(-900, f"{TAG} slow trucks")
    assert (await answer(server, f"{TAG} how many buses?"))["text"].startswith("“how many buses?”")
    assert server.bot_messages(-900) == []
    bot.answerer.open.set()
    await server.bot_says(-900)


async def test_an_answer_that_takes_long_comes_into_the_message_that_says_so(
    server: BotApiServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.handlers.guests.LOOKING_NOTICE_AFTER_S", 0.05)
    bot = await start_bot()
    bot.answerer.open.clear()
    waiting = await answer(server, f"{TAG} slow trucks")
    assert waiting["text"] == texts.GUEST_LOOKING
    bot.answerer.open.set()
    await server.until(lambda: texts_sent(server)[0].startswith("“slow trucks”\n\nfive"))
    (message,) = server.queries.messages.values()
    assert texts.BUTTON_CONTEXT in buttons(message)


async def test_a_guest_query_that_has_expired_troubles_nobody(
    server: BotApiServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.handlers.guests.LOOKING_NOTICE_AFTER_S", 0.05)
    bot = await start_bot()
    server.queries.expire(await server.tag(f"{TAG} how many trucks?"))
    bot.answerer.open.clear()
    server.queries.expire(await server.tag(f"{TAG} slow buses"))
    await server.until(lambda: len(server.called("answerGuestQuery")) == 2)
    bot.answerer.open.set()
    await handled(server)
    assert [call.outcome.partition(":")[0] for call in server.called("answerGuestQuery")[:2]] == [
        "Bad Request"
    ] * 2


@pytest.mark.parametrize("is_late", [False, True])
async def test_a_failure_is_told_in_the_one_message(
    server: BotApiServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch, is_late: bool
):
    monkeypatch.setattr("bot.handlers.guests.LOOKING_NOTICE_AFTER_S", 0.05 if is_late else 5)
    bot = await start_bot()
    bot.answerer.error = RuntimeError("the index is gone")
    if is_late:
        bot.answerer.open.clear()
    await answer(server, f"{TAG} slow trucks")
    bot.answerer.open.set()
    await server.until(lambda: texts_sent(server) == [texts.GUEST_FAILED])
    await handled(server)
    assert server.sent == []


async def test_an_answer_whose_fate_is_unknown_is_sent_again_and_taken_once(
    server: BotApiServer, bot: RunningBot
):
    server.faults["answerGuestQuery"].append(Fault(drop=True, processed=True))
    query_id = await server.tag(f"{TAG} how many trucks?")
    await server.until(lambda: len(server.called("answerGuestQuery")) == 2)
    await handled(server)
    _, refused, _ = server.called("answerGuestQuery")  # the third is for what `handled` asks
    assert refused.outcome.startswith("Bad Request")
    assert len(server.queries.guest_answers[query_id]) == 1


async def test_a_restricted_bot_answers_only_guests_whose_private_chat_is_on_its_list(
    server: BotApiServer, start_bot: StartBot
):
    bot = await start_bot(allowed_chats=frozenset({PRIVATE, -900}))
    refused = await server.tag(f"{TAG} how many trucks?", STRANGER)
    message = await answer(server, f"{TAG} how many buses?", PRIVATE)
    assert message["text"].startswith("“how many buses?”")
    assert server.queries.guest_answers[refused] == []
    assert [question for question, _ in bot.answerer.asked] == ["how many buses?"]


async def test_bots_are_not_answered_as_guests(server: BotApiServer, bot: RunningBot):
    other_bot = {"id": 99, "is_bot": True, "first_name": "Another", "username": "another_bot"}
    query_id = await server.tag(f"{TAG} how many trucks?", **{"from": other_bot})
    await handled(server)
    assert server.queries.guest_answers[query_id] == []


async def test_who_asks_too_much_is_told_so_once(server: BotApiServer, bot: RunningBot):
    for _ in range(8):
        await answer(server, f"{TAG} how many trucks?")
    refused = await answer(server, f"{TAG} how many trucks?")
    silent = await server.tag(f"{TAG} how many trucks?")
    await handled(server)
    assert refused["text"].startswith(texts.TOO_MANY.partition("{")[0])
    assert server.queries.guest_answers[silent] == []


async def test_buttons_under_a_guest_answer_change_it_for_whoever_is_there(
    server: BotApiServer, bot: RunningBot
):
    message = await answer(server, f"{TAG} how many trucks?")
    (inline_id,) = server.queries.messages
    await server.press_inline(inline_id, buttons(message)[texts.BUTTON_CONTEXT], STRANGER)
    await server.until(lambda: server.queries.messages[inline_id] != message)
    context = server.queries.messages[inline_id]
    assert slices(context["text"], context["entities"], "bold") == [TRUCKS]


async def test_who_asked_as_a_guest_can_have_it_forgotten(server: BotApiServer, bot: RunningBot):
    message = await answer(server, f"{TAG} how many trucks?", PRIVATE)
    answer_id = buttons(message)[texts.BUTTON_CONTEXT].split(":")[1]
    await server.say(PRIVATE, "/forget")
    await server.bot_says(PRIVATE)
    assert await bot.database.run(answer_by_id, answer_id) is None


@pytest.mark.parametrize(
    "text",
    [f"{TAG} <b>trucks</b> & {{0}} %s", f"{TAG} \u202eﷺ trucks", f"{TAG} 😀😀", f"{TAG} {'trucks ' * 500}"],
)
async def test_whatever_is_written_gets_one_answer_without_its_markup(
    server: BotApiServer, bot: RunningBot, text: str
):
    message = await answer(server, text)
    kinds = {entity["type"] for entity in message["entities"]}
    assert kinds <= {"bold", "expandable_blockquote", "text_link", "date_time"}
