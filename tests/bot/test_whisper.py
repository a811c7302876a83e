"""Whispers: the answer is for who asked alone, and in the group only when they post it."""

from typing import Any

import pytest

from bot.i18n import texts
from bot.updates.question_limits import QuestionLimits
from tests.bot.conftest import FORUM, GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.test_buttons import buttons, pressable
from tests.botapi.server import BOT, BotApiServer, Fault

ADA, BOB, EVE = 42, 43, 44
NEVER_WRITTEN = Fault(403, "Forbidden: bot can't initiate conversation with a user")


@pytest.fixture
def people(server: BotApiServer) -> None:
    server.names |= {BOB: "Bob <b>", EVE: "Eve"}
    for user_id in (BOB, EVE):
        server.add_chat(user_id, "private")


async def whispered(
    server: BotApiServer, question: str = "how many trucks?", **fields: Any
) -> dict[str, Any]:
    """The private answer to what Ada whispers."""
    chat_id = fields.pop("chat_id", GROUP)
    before = len(server.bot_messages(PRIVATE))
    await server.say(chat_id, f"/whisper {question}", **fields)
    return (await server.bot_says(PRIVATE, before + 2))[-1]


async def post(server: BotApiServer, answer: dict[str, Any], user_id: int = ADA) -> str | None:
    """The toast for "Post to the group", shown or forged."""
    toasts = len(server.toasts)
    data = buttons(answer)[texts.BUTTON_POST]
    await server.press(answer, data, user_id=user_id)
    await server.until(lambda: len(server.toasts) > toasts)
    return server.toasts[-1]


def start_parameter(message: dict[str, Any]) -> str:
    ((button,),) = message["reply_markup"]["inline_keyboard"]
    return str(button["url"].partition("?start=")[2])


async def test_nothing_of_a_whisper_is_seen_in_the_group(server: BotApiServer, bot: RunningBot):
    await whispered(server)
    await server.say(GROUP, "/ask how many buses?")
    (answer,) = await server.bot_says(GROUP)
    assert answer["text"].startswith("22 minibuses")
    assert bot.answerer.asked[-1][1].turns == ()  # nor does the group's conversation go on from it
    assert {call.params["chat_id"] for call in server.called("sendChatAction")} == {PRIVATE, GROUP}


async def test_the_question_is_deleted_where_the_bot_may_and_stays_where_not(
    server: BotApiServer, bot: RunningBot
):
    await whispered(server)
    assert [message["text"] for message in server.messages.values() if message["chat"]["id"] == GROUP] == [
        "/whisper how many trucks?"
    ]
    server.admins.add((FORUM, BOT["id"]))
    answer = await whispered(server, chat_id=FORUM, message_thread_id=7)
    assert not [message for message in server.messages.values() if message["chat"]["id"] == FORUM]
    await post(server, answer)
    (posted,) = await server.bot_says(FORUM)
    assert (posted["message_thread_id"], "reply_to_message" in posted) == (7, False)


async def test_a_whisper_in_a_thread_follows_up_on_its_answer(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "/ask how many trucks were destroyed?")
    (answer,) = await server.bot_says(GROUP)
    await whispered(server, "where were they?", reply_to_message=answer)
    assert bot.answerer.understood[-1] == "where were they (trucks were destroyed)?"


async def test_an_answer_is_posted_once_however_often_one_presses(server: BotApiServer, bot: RunningBot):
    answer = await whispered(server)
    first, second = [await post(server, answer) for _ in range(2)]
    assert (first, second) == (texts.TOAST_POSTING, texts.TOAST_WAS_POSTED)
    (posted,) = await server.bot_says(GROUP)
    assert posted["reply_to_message"]["text"] == "/whisper how many trucks?"


@pytest.mark.parametrize("status", ["left", "kicked", "muted"])
async def test_who_may_not_write_in_the_group_cannot_post_there(
    server: BotApiServer, bot: RunningBot, status: str
):
    answer = await whispered(server)
    server.statuses[GROUP, ADA] = status
    assert await post(server, answer) == texts.TOAST_MAY_NOT_POST
    assert server.bot_messages(GROUP) == []


async def test_where_only_admins_may_write_only_they_can_post(server: BotApiServer, bot: RunningBot):
    answer = await whispered(server)
    server.faults["getChatMember"].append(Fault(400, "Bad Request: CHAT_ADMIN_REQUIRED"))
    assert await post(server, answer) == texts.TOAST_MAY_NOT_POST  # Telegram does not say
    server.locked.add(GROUP)
    assert await post(server, answer) == texts.TOAST_MAY_NOT_POST
    server.admins.add((GROUP, ADA))
    assert await post(server, answer) == texts.TOAST_POSTING
    await server.bot_says(GROUP)


async def test_where_the_bot_cannot_write_it_says_so_and_posts_later(server: BotApiServer, bot: RunningBot):
    answer = await whispered(server)
    server.shut[GROUP] = Fault(400, "Bad Request: not enough rights to send text messages to the chat")
    await post(server, answer)
    assert (await server.bot_says(PRIVATE, 3))[-1]["text"] == texts.NOT_POSTED
    del server.shut[GROUP]
    await server.becomes(GROUP, "member", before="muted")
    await server.say(GROUP, "/help")
    await server.bot_says(GROUP)
    await post(server, answer)
    assert (await server.bot_says(GROUP, 2))[-1]["text"].startswith("five [1]")


async def test_a_forged_press_posts_nothing(server: BotApiServer, bot: RunningBot, people: None):
    answer = await whispered(server)
    await server.say(BOB, "how many buses?")
    (other,) = await server.bot_says(BOB)
    data = buttons(answer)[texts.BUTTON_POST]
    await server.press(other, data, user_id=BOB)  # an id from elsewhere
    plain = buttons(other)[texts.BUTTON_CONTEXT].replace("c:", "p:", 1)
    await server.press(other, plain, user_id=BOB)  # an answer that was not whispered
    await server.until(lambda: len(server.toasts) == 2)
    assert server.toasts == [texts.TOAST_EXPIRED, texts.TOAST_UNKNOWN]
    assert server.bot_messages(GROUP) == []


async def test_the_link_to_a_whisper_opens_for_who_asked_alone(
    server: BotApiServer, bot: RunningBot, people: None
):
    server.shut[BOB] = NEVER_WRITTEN
    await server.say(GROUP, "/whisper how many trucks?", **{"from": server.person(BOB)})
    (waiting,) = await server.bot_says(GROUP)
    assert waiting["text"] == texts.WHISPER_WAITING.format(name="Bob <b>")
    parameter = start_parameter(waiting)
    del server.shut[BOB]
    for user_id, forged in (
        (EVE, parameter),
        (EVE, parameter.replace("w_", "a_")),  # the answer's own link, were the ids the same
        (EVE, "w_MadeUpByEve"),
        (BOB, parameter),
    ):
        await server.say(user_id, f"/start {forged}")
    _, answer = await server.bot_says(BOB, 2)
    said = [message["text"] for message in await server.bot_says(EVE, 3)]
    assert said == [texts.WHISPER_NOT_YOURS, texts.LINK_UNKNOWN, texts.LINK_UNKNOWN]
    assert answer["text"].startswith("five [1]")


async def test_after_the_first_refusal_the_bot_does_not_try_to_write_to_them_again(
    server: BotApiServer, bot: RunningBot, people: None
):
    server.shut[BOB] = NEVER_WRITTEN
    for count in (1, 2):
        await server.say(GROUP, "/whisper how many trucks?", **{"from": server.person(BOB)})
        await server.bot_says(GROUP, count)
    tried = [
        call for call in server.calls if call.method.startswith("send") and call.params["chat_id"] == BOB
    ]
    assert len({call.method for call in tried}) == len(tried)


async def test_what_was_removed_or_forgotten_is_opened_for_nobody(
    server: BotApiServer, bot: RunningBot, people: None
):
    server.shut[BOB] = NEVER_WRITTEN
    await server.say(GROUP, "/whisper how many trucks?", **{"from": server.person(BOB)})
    (waiting,) = await server.bot_says(GROUP)
    del server.shut[BOB]
    parameter = start_parameter(waiting)
    await server.say(BOB, f"/start {parameter}")
    _, answer = await server.bot_says(BOB, 2)
    await server.press(answer, pressable(answer)[texts.BUTTON_REMOVE].replace("r:", "e:", 1), user_id=BOB)
    await server.until(lambda: len(server.bot_messages(BOB)) == 1)
    await server.say(BOB, f"/start {parameter}")
    assert (await server.bot_says(BOB, 2))[-1]["text"] == texts.LINK_REMOVED
    await server.say(BOB, "/forget")
    await server.bot_says(BOB, 3)
    await server.say(BOB, f"/start {parameter}")
    assert (await server.bot_says(BOB, 4))[-1]["text"] == texts.LINK_UNKNOWN


async def test_whispers_follow_their_group_into_the_supergroup(server: BotApiServer, bot: RunningBot):
    answer = await whispered(server)
    await server.say(GROUP, migrate_to_chat_id=FORUM)
    await whispered(server)  # so that it has been handled
    await post(server, answer)
    (posted,) = await server.bot_says(FORUM)
    assert posted["text"].startswith("five [1]")


async def test_who_cannot_be_told_from_others_or_is_not_let_in_gets_a_kind_line(
    server: BotApiServer, start_bot: StartBot
):
    await start_bot(allowed_chats=frozenset({GROUP}))
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    await server.say(
        GROUP, "/whisper how many trucks?", sender_chat=server.chats[GROUP], **{"from": anonymous}
    )
    await server.say(GROUP, "/whisper how many trucks?")
    said = [message["text"] for message in await server.bot_says(GROUP, 2)]
    assert said == [texts.WHISPER_WHO, texts.WHISPER_NOT_ALLOWED]
    assert server.bot_messages(PRIVATE) == []


async def test_a_whisper_counts_as_a_question(server: BotApiServer, start_bot: StartBot):
    await start_bot(limits=QuestionLimits(user_questions=1))
    await whispered(server)
    await server.say(GROUP, "/whisper how many trucks?")
    assert (await server.bot_says(GROUP))[0]["text"] == texts.TOO_MANY.format(seconds=60)
