"""One person and the bot."""

import pytest

from bot.i18n import texts
from tests.bot.conftest import PRIVATE, RunningBot, StartBot
from tests.bot.seeds import CRISIS, TRUCKS
from tests.botapi.entities import slices
from tests.botapi.server import BotApiServer, Fault


async def test_any_text_is_a_question_and_gets_answer_quote_and_source(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "how many trucks did they destroy?")
    (message,) = await server.bot_says(PRIVATE)
    assert (
        message["text"]
        == f"five [1]\n{TRUCKS}\n\n[1] Escalating Violence in Mali — time.news, 9 February 2025"
    )
    assert slices(message["text"], message["entities"], "bold") == ["five", "five"]
    assert slices(message["text"], message["entities"], "blockquote") == [TRUCKS]
    assert slices(message["text"], message["entities"], "text_link") == ["[1]", "Escalating Violence in Mali"]
    assert "reply_to_message" not in message


async def test_typing_is_shown_before_the_answer(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    methods = [call.method for call in server.calls if call.method in ("sendChatAction", "sendMessage")]
    assert methods == ["sendChatAction", "sendMessage"]


async def test_typing_is_kept_up_while_an_answer_takes_long_and_ends_with_it(
    server: BotApiServer, bot: RunningBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.transport.delivery.TYPING_EVERY_S", 0.02)
    bot.answerer.open.clear()
    await server.say(PRIVATE, "a slow question about trucks")
    await server.until(lambda: len(server.called("sendChatAction")) >= 3)
    bot.answerer.open.set()
    await server.bot_says(PRIVATE)
    until_now = len(server.called("sendChatAction"))
    for count in range(2, 12):
        await server.say(PRIVATE, "/help")
        await server.bot_says(PRIVATE, count)
    assert len(server.called("sendChatAction")) <= until_now + 1  # one may have been on its way


async def test_articles_that_disagree_are_shown_side_by_side(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "how many were killed?")
    (message,) = await server.bot_says(PRIVATE)
    lines = message["text"].split("\n")
    assert lines[0] == "The articles disagree:"
    assert "• 32 — time.news, 9 February 2025 [1]" in lines
    assert "• more than 50 — GNN [2]" in lines
    assert f"[2] {CRISIS.title} — GNN" in lines


async def test_what_the_articles_do_not_say_is_said_so(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "who won the world cup?")
    (message,) = await server.bot_says(PRIVATE)
    assert message["text"].startswith(
        "My articles don't say.\n\nThe nearest I have:\n• Airport <attack> & aftermath"
    )


async def test_a_follow_up_comes_with_the_conversation(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    await server.say(PRIVATE, "and the buses?")
    await server.bot_says(PRIVATE, 2)
    (_, before), (question, conversation) = bot.answerer.asked
    assert (len(before.turns), question) == (0, "and the buses?")
    assert [(turn.question, turn.answers) for turn in conversation.turns] == [("how many trucks?", ("five",))]


async def test_commands_explain_themselves(server: BotApiServer, bot: RunningBot):
    for command in ("/start", "/help", "/ask", "/dance", "/ASK how many trucks?"):
        await server.say(PRIVATE, command)
    said = [message["text"] for message in await server.bot_says(PRIVATE, 5)]
    assert said[:4] == [texts.START, texts.HELP, texts.ASK_WHAT, texts.UNKNOWN_COMMAND]
    assert said[4].startswith("five [1]")


async def test_what_is_no_question_gets_a_kind_line(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, sticker={"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1,
                                       "height": 1, "is_animated": False, "is_video": False})  # fmt: skip
    await server.say(PRIVATE, "why? " * 800)
    await server.say(PRIVATE, "😀 ???")
    await server.say(PRIVATE, pinned_message={"message_id": 1, "date": 0, "chat": server.chats[PRIVATE]})
    await server.say(PRIVATE, "how many trucks?")
    said = [message["text"] for message in await server.bot_says(PRIVATE, 4)]
    assert said[:3] == [texts.TEXT_ONLY, texts.TOO_LONG.format(limit=1000), texts.NO_WORDS]
    assert said[3].startswith("five")


async def test_sources_are_listed_with_links_and_closed_by_a_button(server: BotApiServer, bot: RunningBot):
    await server.say(PRIVATE, "/sources")
    (message,) = await server.bot_says(PRIVATE)
    assert message["text"].split("\n")[:3] == [
        "My articles (3)", "", "1. Escalating Violence in Mali — time.news, 9 February 2025"
    ]  # fmt: skip
    assert slices(message["text"], message["entities"], "text_link") == ["Escalating Violence in Mali"]
    (close,) = message["reply_markup"]["inline_keyboard"][0]
    await server.press(message, close["callback_data"])
    await server.until(lambda: not server.bot_messages(PRIVATE))


async def test_a_list_too_old_to_be_deleted_loses_its_buttons(server: BotApiServer, bot: RunningBot):
    server.always["deleteMessage"] = Fault(400, "Bad Request: message can't be deleted for everyone")
    await server.say(PRIVATE, "/sources")
    (message,) = await server.bot_says(PRIVATE)
    await server.press(message, "x:-:0", inaccessible=True)
    await server.until(lambda: "reply_markup" not in server.bot_messages(PRIVATE)[0])
    assert server.bot_messages(PRIVATE)[0]["text"] == message["text"]


async def test_a_long_answer_comes_in_several_messages_with_buttons_under_the_last(
    server: BotApiServer, bot: RunningBot
):
    await server.say(PRIVATE, "tell me everything")
    await server.until(lambda: [m for m in server.bot_messages(PRIVATE) if "reply_markup" in m])
    *first, last = server.bot_messages(PRIVATE)
    assert len(first) >= 1
    assert all("reply_markup" not in message for message in first)
    assert last["text"].endswith("[1] Escalating Violence in Mali — time.news, 9 February 2025")


async def test_an_edited_question_gets_its_answer_edited(server: BotApiServer, bot: RunningBot):
    question = await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    await server.edit(question, "how many buses?")
    await server.until(lambda: server.bot_messages(PRIVATE)[0]["text"].startswith("22 minibuses"))
    await server.say(PRIVATE, "who said so?")
    await server.bot_says(PRIVATE, 2)
    assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == ["how many buses?"]


async def test_after_a_restart_an_edited_question_still_gets_its_answer_edited(
    server: BotApiServer, start_bot: StartBot
):
    bot = await start_bot()
    question = await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    await bot.ended()
    again = await start_bot()
    await server.edit(question, "tell me everything")
    await server.until(lambda: "reply_markup" in server.bot_messages(PRIVATE)[-1] and
                       len(server.bot_messages(PRIVATE)) > 1)  # fmt: skip
    assert again.answerer.asked[0][1].turns == ()
    await server.edit(question, "how many buses?")
    await server.until(lambda: len(server.bot_messages(PRIVATE)) == 1)
    assert server.bot_messages(PRIVATE)[0]["text"].startswith("22 minibuses")


async def test_an_edit_of_an_earlier_question_is_not_where_the_conversation_goes_on(
    server: BotApiServer, bot: RunningBot
):
    first = await server.say(PRIVATE, "how many trucks?")
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE, 2)
    await server.edit(first, "how many were killed?")
    await server.until(lambda: server.called("editMessageText"))
    await server.say(PRIVATE, "who said so?")
    await server.bot_says(PRIVATE, 3)
    assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == [
        "how many trucks?",
        "how many buses?",
    ]


async def test_an_edit_to_a_longer_or_shorter_answer_adds_or_removes_messages(
    server: BotApiServer, bot: RunningBot
):
    question = await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    await server.edit(question, "tell me everything")
    await server.until(lambda: len(server.bot_messages(PRIVATE)) > 1 and
                       "reply_markup" in server.bot_messages(PRIVATE)[-1])  # fmt: skip
    await server.edit(question, "how many trucks?")
    await server.until(lambda: len(server.bot_messages(PRIVATE)) == 1)
    assert server.bot_messages(PRIVATE)[0]["text"].startswith("five")


async def test_an_edit_that_changes_no_words_or_was_never_answered_changes_nothing(
    server: BotApiServer, bot: RunningBot
):
    question = await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    await server.edit(question, "how many trucks?")
    await server.edit(server.message(PRIVATE, "from before I was there"), "how many buses?")
    await server.say(PRIVATE, "how many buses?")
    await server.bot_says(PRIVATE, 2)
    assert [asked for asked, _ in bot.answerer.asked] == ["how many trucks?", "how many buses?"]
    assert server.called("editMessageText") == []


async def test_only_the_chats_that_are_allowed_get_answers(server: BotApiServer, start_bot: StartBot):
    bot = await start_bot(allowed_chats=frozenset({-1}))
    await server.say(-500, "/ask how many trucks?")
    await server.say(PRIVATE, "how many trucks?")
    (message,) = await server.bot_says(PRIVATE)
    await server.press(message, "s:-:0")
    await server.until(lambda: server.toasts)
    assert (message["text"], server.bot_messages(-500), bot.answerer.asked) == (texts.NOT_ALLOWED, [], [])
    assert (server.toasts, server.bot_messages(PRIVATE)) == ([texts.NOT_ALLOWED], [message])
