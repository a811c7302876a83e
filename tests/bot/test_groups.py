"""Groups and forums: the bot answers when it is meant and keeps silent when it is not."""

from itertools import pairwise

import pytest

from bot.i18n import texts
from tests.bot.conftest import FORUM, GROUP, PRIVATE, RunningBot, StartBot
from tests.botapi.server import BOT, BotApiServer

BOT_MENTION = {"type": "text_mention", "offset": 0, "length": 7, "user": BOT}


async def answers_only(server: BotApiServer, chat_id: int = GROUP) -> list[str]:
    """What the bot has said up to and including its answer to a last question."""
    last = await server.say(chat_id, "/ask how many buses?")

    def replied_to() -> set[int | None]:
        return {m.get("reply_to_message", {}).get("message_id") for m in server.bot_messages(chat_id)}

    await server.until(lambda: last["message_id"] in replied_to())
    return [message["text"].split(" [")[0] for message in server.bot_messages(chat_id)]


@pytest.mark.parametrize(
    "text",
    [
        "/ask how many trucks?",
        "/ask@citebot_test_bot how many trucks?",
        "@Citebot_Test_Bot how many trucks?",
        "😀😀 how many trucks, @CITEBOT_TEST_BOT?",
    ],
)
async def test_who_addresses_the_bot_gets_a_reply(server: BotApiServer, bot: RunningBot, text: str):
    question = await server.say(GROUP, text)
    (message,) = await server.bot_says(GROUP)
    assert message["text"].startswith("five [1]")
    assert message["reply_to_message"]["message_id"] == question["message_id"]
    assert "citebot" not in bot.answerer.asked[0][0].casefold()


async def test_a_mention_without_a_username_counts(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "Citebot how many trucks?", entities=[BOT_MENTION])
    await server.bot_says(GROUP)
    assert bot.answerer.asked[0][0] == "how many trucks?"


async def test_a_reply_to_the_bot_is_a_question(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "/ask how many trucks?")
    (answer,) = await server.bot_says(GROUP)
    await server.say(GROUP, "and the buses?", reply_to_message=answer)
    await server.bot_says(GROUP, 2)
    assert bot.answerer.asked[1][0] == "and the buses?"


async def test_talk_among_people_is_none_of_the_bots_business(server: BotApiServer, bot: RunningBot):
    other = server.message(GROUP, "how many trucks?")
    other_bot = {"id": 9, "is_bot": True, "first_name": "Other", "username": "other_bot"}
    channel = {"id": -1009, "type": "channel", "title": "News"}
    await server.say(GROUP, "how many trucks?")
    await server.say(GROUP, "how many trucks?", reply_to_message=other)
    await server.say(GROUP, "/ask@other_bot how many trucks?")
    await server.say(GROUP, "/dance")
    await server.say(GROUP, "@citebot_test_bot2 how many trucks?")
    await server.say(GROUP, "/ask how many trucks?", **{"from": other_bot})
    await server.say(GROUP, "/ask how many trucks?", via_bot=other_bot)
    await server.say(GROUP, "/ask how many trucks?", sender_chat=channel, is_automatic_forward=True)
    await server.push(
        {"channel_post": {"message_id": 1, "date": 0, "chat": channel, "text": "/ask how many trucks?"}}
    )
    assert await answers_only(server) == ["22 minibuses"]


async def test_an_anonymous_admin_is_a_person(server: BotApiServer, bot: RunningBot):
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    await server.say(GROUP, "/ask how many trucks?", sender_chat=server.chats[GROUP], **{"from": anonymous})
    assert (await server.bot_says(GROUP))[0]["text"].startswith("five")


async def test_what_an_anonymous_admin_asked_is_forgotten_in_that_group_only(
    server: BotApiServer, bot: RunningBot
):
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    for chat_id, text in ((GROUP, "/ask how many trucks?"), (FORUM, "/forget"), (GROUP, "/forget")):
        await server.say(chat_id, text, sender_chat=server.chats[chat_id], **{"from": anonymous})
        await server.bot_says(chat_id)
    assert server.bot_messages(FORUM)[0]["text"] == texts.NOTHING_TO_FORGET
    (_, forgot) = await server.bot_says(GROUP, 2)
    assert forgot["text"] == texts.FORGOT.format(answers=1, votes=0)


async def test_ask_as_a_reply_asks_that_message_or_the_part_that_was_picked(
    server: BotApiServer, bot: RunningBot
):
    said = server.message(GROUP, "I wonder: how many trucks? And how many buses?")
    picked = {"text": "how many buses?", "position": 27, "is_manual": True}
    await server.say(GROUP, "/ask", reply_to_message=said, quote=picked)
    await server.say(GROUP, "@Citebot_Test_Bot", reply_to_message=said)
    added = {"text": "how many trucks?", "position": 10}  # by Telegram, not by the writer
    await server.say(GROUP, "/ask", reply_to_message=said, quote=added)
    await server.bot_says(GROUP, 3)
    assert [question for question, _ in bot.answerer.asked] == ["how many buses?", said["text"], said["text"]]


async def test_addressed_without_a_question_the_bot_explains(server: BotApiServer, bot: RunningBot):
    for text in ("/ask", "@Citebot_Test_Bot", "/start", "/help"):
        await server.say(GROUP, text)
    said = [message["text"] for message in await server.bot_says(GROUP, 4)]
    assert said == [texts.ASK_WHAT, texts.MENTION_WHAT, texts.START_IN_GROUP, texts.HELP]


async def test_an_edit_that_no_longer_addresses_the_bot_leaves_the_answer(
    server: BotApiServer, bot: RunningBot
):
    question = await server.say(GROUP, "@Citebot_Test_Bot how many trucks?")
    await server.bot_says(GROUP)
    await server.edit(question, "how many buses?")
    assert await answers_only(server) == ["five", "22 minibuses"]


async def test_a_question_deleted_meanwhile_is_answered_without_a_reply(
    server: BotApiServer, bot: RunningBot
):
    question = server.message(GROUP, "/ask how many trucks?")
    del server.messages[GROUP, question["message_id"]]
    await server.push({"message": question})
    (answer,) = await server.bot_says(GROUP)
    assert "reply_to_message" not in answer


async def test_in_a_forum_typing_and_answer_go_to_the_topic(server: BotApiServer, bot: RunningBot):
    topic = {"name": "Mali", "icon_color": 7322096}
    opening = server.message(FORUM, message_thread_id=7, forum_topic_created=topic, **{"from": BOT})
    await server.say(FORUM, "/ask how many trucks?", message_thread_id=7, reply_to_message=opening)
    await server.say(FORUM, "not for the bot", message_thread_id=7, reply_to_message=opening)
    await server.say(FORUM, "/ask how many buses?", message_thread_id=8)
    answers = await server.bot_says(FORUM, 2)
    assert [(answer["text"].split(" [")[0], answer["message_thread_id"]) for answer in answers] == [
        ("five", 7),
        ("22 minibuses", 8),
    ]
    typing = {call.params.get("message_thread_id") for call in server.called("sendChatAction")}
    assert (typing, [len(before.turns) for _, before in bot.answerer.asked]) == ({7, 8}, [0, 0])


async def test_a_thread_of_replies_in_a_plain_group_is_no_topic(server: BotApiServer, bot: RunningBot):
    message = server.message(GROUP, "/ask how many trucks?")
    message["message_thread_id"] = 55  # Telegram names the first message of the thread
    await server.push({"message": message})
    assert "message_thread_id" not in (await server.bot_says(GROUP))[0]


async def test_a_conversation_follows_its_group_into_the_supergroup(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "/ask how many trucks?")
    await server.bot_says(GROUP)
    await server.say(GROUP, migrate_to_chat_id=FORUM)
    await answers_only(server)
    await server.say(FORUM, "/ask and the buses?")
    await server.bot_says(FORUM)
    assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == ["how many trucks?"]


async def test_in_the_thread_below_an_answer_questions_are_for_the_bot_and_talk_is_not(
    server: BotApiServer, bot: RunningBot
):
    await server.say(GROUP, "/ask how many trucks?")
    (answer,) = await server.bot_says(GROUP)
    await server.say(GROUP, "/ask how many were killed?")
    await server.bot_says(GROUP, 2)
    thanks = await server.say(GROUP, "thanks", reply_to_message=answer)
    await server.bot_says(GROUP, 3)
    doubt = await server.say(GROUP, "I can hardly believe it", reply_to_message=thanks)
    await server.say(GROUP, "and how many buses?", reply_to_message=doubt)
    *_, last = await server.bot_says(GROUP, 4)
    assert last["text"].startswith("22 minibuses")
    assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == ["how many trucks?"]


async def test_where_the_bot_has_not_heard_all_of_a_thread_its_first_message_tells_the_answer(
    server: BotApiServer, bot: RunningBot
):
    question = await server.say(FORUM, "/ask how many trucks?", message_thread_id=7)
    await server.bot_says(FORUM)
    unheard = server.message(FORUM, "some talk")
    follow_up = server.message(FORUM, "@Citebot_Test_Bot and how many buses?", reply_to_message=unheard)
    follow_up["message_thread_id"] = question["message_id"]  # a thread of replies, not a topic
    await server.push({"message": follow_up})
    await server.bot_says(FORUM, 2)
    assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == ["how many trucks?"]


async def test_a_new_beginning_is_one_of_its_topic_only(server: BotApiServer, bot: RunningBot):
    for topic in (7, 8):
        await server.say(FORUM, "/ask how many trucks?", message_thread_id=topic)
    await server.bot_says(FORUM, 2)
    await server.say(FORUM, "/new", message_thread_id=7)
    for topic in (7, 8):
        await server.say(FORUM, "/ask how many buses?", message_thread_id=topic)
    await server.bot_says(FORUM, 5)
    assert [len(before.turns) for _, before in bot.answerer.asked[2:]] == [0, 1]


async def test_added_to_a_group_the_bot_says_hello_once_and_never_when_promoted(
    server: BotApiServer, bot: RunningBot
):
    statuses = ("left", "member", "administrator", "left", "member")
    for before, after in pairwise(statuses):
        await server.becomes(GROUP, after, before)
    await server.becomes(PRIVATE, "member", before="kicked")
    server.add_chat(-1000900, "channel")
    await server.becomes(-1000900, "administrator", before="left")
    await server.say(GROUP, "/help")
    said = [message["text"] for message in await server.bot_says(GROUP, 2)]
    assert said == [texts.INTRODUCTION, texts.HELP]
    assert server.bot_messages(PRIVATE) == []


async def test_a_group_that_became_a_supergroup_knows_the_bot(server: BotApiServer, bot: RunningBot):
    await server.becomes(GROUP, "member", before="left")
    await server.bot_says(GROUP)
    await server.say(FORUM, migrate_from_chat_id=GROUP)
    await server.becomes(FORUM, "member", before="left")
    await server.say(FORUM, "/help")
    assert [message["text"] for message in await server.bot_says(FORUM)] == [texts.HELP]


async def test_where_the_bot_may_not_answer_it_does_not_say_hello(server: BotApiServer, start_bot: StartBot):
    await start_bot(allowed_chats=frozenset({FORUM}))
    for chat_id in (GROUP, FORUM):
        await server.becomes(chat_id, "member", before="left")
    await server.bot_says(FORUM)
    assert server.bot_messages(GROUP) == []


async def test_in_a_group_more_is_a_tap_away_in_private(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "/ask how many trucks?")
    (answer,) = await server.bot_says(GROUP)
    rows = [[button["text"] for button in row] for row in answer["reply_markup"]["inline_keyboard"]]
    assert rows == [[texts.BUTTON_IN_PRIVATE, texts.BUTTON_UP, texts.BUTTON_DOWN, texts.BUTTON_MORE]]
    assert answer["reply_markup"]["inline_keyboard"][0][0]["url"].startswith(
        "https://t.me/Citebot_Test_Bot?start=a_"
    )
    assert not {texts.BUTTON_CONTEXT, texts.BUTTON_OTHERS} & {label for row in rows for label in row}
