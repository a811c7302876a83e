"""The real bot, its real handlers and models, with the preview's chats in Telegram's place."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from telegram import (
    Bot,
    CopyTextButton,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResult,
    InlineQueryResultArticle,
    InlineQueryResultPhoto,
    InputTextMessageContent,
    ReplyParameters,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden

from bot.application import build_application, serve
from bot.i18n import texts
from bot.preview.chats import ActionRefused, Chats, Event
from bot.preview.entities import utf16_length
from bot.preview.inline import Inline
from bot.preview.objects import ADA, BEN, BOT, GROUP, PRIVATE, Message
from bot.preview.request import TOKEN, InProcessRequest
from bot.state.database import Database
from index.store.embedded import EmbeddedStore
from retrieval.answerer import Answerer
from tests.preview.conftest import PATIENCE_S, SEEDS

QUESTION = "who attacked the Gao convoy?"


@pytest.fixture
async def chats(answerer: Answerer, store: EmbeddedStore, database: Database) -> AsyncIterator[Chats]:
    """Chats in which the bot is."""
    chats, stop = Chats(), asyncio.Event()
    application = build_application(TOKEN, answerer, store, database, request=InProcessRequest(chats))
    running = asyncio.create_task(serve(application, stop))
    yield chats
    stop.set()
    await asyncio.wait_for(running, PATIENCE_S)


async def until(chats: Chats, happened: Callable[[], bool]) -> list[Event]:
    """What was shown until then."""
    shown: list[Event] = []
    with chats.subscribe() as viewer:
        while not happened():
            event = await asyncio.wait_for(viewer.get(), PATIENCE_S)
            assert event is not None
            assert event.kind != "problem", event.body
            shown.append(event)
        while not viewer.empty():
            shown.append(await viewer.get())
    return shown


def of_bot(chats: Chats, chat_id: int) -> list[Message]:
    return [message for message in chats.messages(chat_id) if message["from"] == BOT]


async def answers(chats: Chats, chat_id: int, count: int = 1) -> list[Message]:
    """The bot's messages in the chat, once there are so many."""
    await until(chats, lambda: len(of_bot(chats, chat_id)) >= count)
    return of_bot(chats, chat_id)


def words(message: Message, kind: str) -> list[str]:
    encoded = message["text"].encode("utf-16-le")
    return [
        encoded[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")
        for e in message["entities"]
        if e["type"] == kind
    ]


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message["reply_markup"]["inline_keyboard"] for button in row]


def data(message: Message, label: str) -> str:
    """The callback data of the button with this label."""
    rows = message["reply_markup"]["inline_keyboard"]
    return next(button["callback_data"] for row in rows for button in row if button["text"] == label)


async def test_a_question_is_answered_word_for_word_from_the_seeds(chats: Chats) -> None:
    chats.say(PRIVATE["id"], ADA["id"], QUESTION)
    shown = await until(chats, lambda: len(of_bot(chats, PRIVATE["id"])) > 0)

    (answer,) = of_bot(chats, PRIVATE["id"])
    quotes = words(answer, "blockquote") + words(answer, "expandable_blockquote")
    seeds = [path.read_text("utf-8") for path in SEEDS.glob("*.txt")]
    assert quotes
    assert [quote for quote in quotes if not any(quote in text for text in seeds)] == []
    assert "typing" in [event.kind for event in shown if event.kind != "all"]


async def test_a_button_is_answered_and_changes_its_message(chats: Chats) -> None:
    chats.say(PRIVATE["id"], ADA["id"], QUESTION)
    (answer,) = await answers(chats, PRIVATE["id"])

    pressed = await chats.press(
        PRIVATE["id"], ADA["id"], answer["message_id"], data(answer, texts.BUTTON_OTHERS)
    )
    await until(chats, lambda: of_bot(chats, PRIVATE["id"])[0]["text"].startswith(texts.OTHERS_TITLE))

    assert pressed is not None
    assert pressed.text is None


async def test_a_deleted_message_is_gone(chats: Chats) -> None:
    chats.say(PRIVATE["id"], ADA["id"], "/sources")
    (listed,) = await answers(chats, PRIVATE["id"])

    await chats.press(PRIVATE["id"], ADA["id"], listed["message_id"], data(listed, texts.BUTTON_CLOSE))
    await until(chats, lambda: chats.message(PRIVATE["id"], listed["message_id"]) is None)


async def test_an_edited_question_gets_its_answer_edited(chats: Chats) -> None:
    asked = chats.say(PRIVATE["id"], ADA["id"], QUESTION)
    (before,) = await answers(chats, PRIVATE["id"])

    chats.rewrite(PRIVATE["id"], ADA["id"], asked["message_id"], "How many minibuses were in the convoy?")
    await until(chats, lambda: "22" in of_bot(chats, PRIVATE["id"])[0]["text"])

    (after,) = of_bot(chats, PRIVATE["id"])
    assert after["message_id"] == before["message_id"]
    assert "edit_date" in after


async def test_in_the_group_the_bot_hears_only_what_is_for_it_and_replies_to_whoever_asks(
    chats: Chats,
) -> None:
    chats.say(GROUP["id"], BEN["id"], QUESTION)
    asked = chats.say(GROUP["id"], ADA["id"], f"@{BOT['username']} {QUESTION}")
    (first,) = await answers(chats, GROUP["id"])
    followed = chats.say(GROUP["id"], BEN["id"], "how many trucks did they destroy?", first["message_id"])
    _, second = await answers(chats, GROUP["id"], 2)

    assert first["reply_to_message"]["message_id"] == asked["message_id"]
    assert second["reply_to_message"]["message_id"] == followed["message_id"]
    assert "reply_to_message" not in second["reply_to_message"]


async def test_the_command_menu_of_the_bot_is_that_of_the_page(chats: Chats) -> None:
    await until(chats, lambda: bool(chats.commands(PRIVATE["id"])))

    for chat in (PRIVATE, GROUP):
        assert {"ask", "help"} <= {command["command"] for command in chats.commands(chat["id"])}


@pytest.fixture
def bot() -> tuple[Bot, Chats]:
    chats = Chats()
    return Bot(TOKEN, request=InProcessRequest(chats), get_updates_request=InProcessRequest(chats)), chats


async def test_drafts_are_for_private_chats(bot: tuple[Bot, Chats]) -> None:
    speaker, chats = bot

    assert await speaker.send_message_draft(PRIVATE["id"], 1, "<b>so far</b>", parse_mode=ParseMode.HTML)
    with pytest.raises(BadRequest, match=r"(?i)drafts are for private chats"):
        await speaker.send_message_draft(GROUP["id"], 1, "so far")
    assert chats.messages(PRIVATE["id"]) == []


def article(result_id: str) -> InlineQueryResultArticle:
    return InlineQueryResultArticle(result_id, "title", InputTextMessageContent("words"))


async def test_what_the_preview_does_not_know_is_refused_and_shown(
    bot: tuple[Bot, Chats], caplog: pytest.LogCaptureFixture
) -> None:
    speaker, chats = bot
    with chats.subscribe() as viewer:
        viewer.get_nowait()
        with pytest.raises(BadRequest, match=r"(?i)the preview does not know the method sendDice"):
            await speaker.send_dice(PRIVATE["id"])
        with pytest.raises(BadRequest, match=r"(?i)cannot do this sendMessage: .*message_effect_id"):
            await speaker.send_message(PRIVATE["id"], "x", message_effect_id="5")
        with pytest.raises(BadRequest, match=r"(?i)cannot read the parse mode MarkdownV2"):
            await speaker.send_message(PRIVATE["id"], "x", parse_mode=ParseMode.MARKDOWN_V2)
        with pytest.raises(BadRequest, match=r"(?i)cannot show files"):
            await speaker.send_document(PRIVATE["id"], b"x")
        shown = [viewer.get_nowait().kind for _ in range(4)]

    assert shown == ["problem"] * 4
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 4


@pytest.mark.parametrize(
    ("html", "complaint"),
    [("<x>", "unsupported start tag"), (" ", "text is empty"), ("😀" * 2049, "too long")],
)
async def test_what_telegram_refuses_is_refused(bot: tuple[Bot, Chats], html: str, complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        await bot[0].send_message(PRIVATE["id"], html, parse_mode=ParseMode.HTML)


@pytest.mark.parametrize(
    ("button", "complaint"),
    [
        (InlineKeyboardButton(" ", callback_data="x"), "text must be non-empty"),
        (InlineKeyboardButton("x"), "exactly one thing"),
        (InlineKeyboardButton("x", callback_data="x", url="https://x.test"), "exactly one thing"),
        (InlineKeyboardButton("x", callback_data="é" * 33), "BUTTON_DATA_INVALID"),
        (InlineKeyboardButton("x", url="javascript:alert(1)"), "BUTTON_URL_INVALID"),
        (InlineKeyboardButton("x", copy_text=CopyTextButton("x" * 257)), "BUTTON_COPY_TEXT_INVALID"),
        (InlineKeyboardButton("x", pay=True), r"cannot show a button with \['pay'\]"),
    ],
)
async def test_buttons_that_cannot_work_are_refused(
    bot: tuple[Bot, Chats], button: InlineKeyboardButton, complaint: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot[0].send_message(PRIVATE["id"], "x", reply_markup=InlineKeyboardMarkup([[button]]))


async def test_the_bot_replies_with_words_that_are_there(bot: tuple[Bot, Chats]) -> None:
    speaker, chats = bot
    asked = chats.say(PRIVATE["id"], ADA["id"], "😀 one two")["message_id"]

    said = await speaker.send_message(
        PRIVATE["id"], "x", reply_parameters=ReplyParameters(asked, quote="two")
    )
    with pytest.raises(BadRequest, match=r"(?i)QUOTE_TEXT_INVALID"):
        await speaker.send_message(PRIVATE["id"], "x", reply_parameters=ReplyParameters(asked, quote="three"))
    with pytest.raises(BadRequest, match=r"(?i)message to be replied not found"):
        await speaker.send_message(PRIVATE["id"], "x", reply_parameters=ReplyParameters(99))

    assert said.quote is not None
    assert (said.quote.text, said.quote.position) == ("two", 7)
    assert len(chats.messages(PRIVATE["id"])) == 2


async def test_somebody_who_has_not_begun_cannot_be_written_to(bot: tuple[Bot, Chats]) -> None:
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        await bot[0].send_message(BEN["id"], "hello")


async def test_members_and_chats_are_what_the_library_expects(bot: tuple[Bot, Chats]) -> None:
    speaker, _ = bot

    administrators = await speaker.get_chat_administrators(GROUP["id"])
    statuses = [(await speaker.get_chat_member(GROUP["id"], u["id"])).status for u in (ADA, BEN, BOT)]
    chat = await speaker.get_chat(GROUP["id"])

    assert [one.user.first_name for one in administrators] == ["Ada"]
    assert statuses == ["creator", "member", "member"]
    assert (chat.title, await speaker.get_chat_member_count(GROUP["id"])) == ("The newsroom", 3)


@pytest.mark.parametrize(
    ("results", "complaint"),
    [
        ([article("1"), article("1")], "RESULT_ID_DUPLICATE"),
        ([article("x" * 65)], "RESULT_ID_INVALID"),
        ([article("1")], "query is too old"),
        ([InlineQueryResultPhoto("1", "https://x.test/a.png", "https://x.test/b.png")], "cannot show inline"),
    ],
)
async def test_inline_results_that_cannot_be_shown_are_refused(
    bot: tuple[Bot, Chats], results: list[InlineQueryResult], complaint: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){complaint}"):
        await bot[0].answer_inline_query("query1", results)


async def test_what_is_no_longer_on_offer_cannot_be_said() -> None:
    inline = Inline(Chats())

    with pytest.raises(ActionRefused, match="no longer on offer"):
        inline.choose(GROUP["id"], BEN["id"], 1, "x")
    assert await inline.ask(GROUP["id"], BEN["id"], "words") is None


def test_people_can_only_do_what_telegram_lets_them() -> None:
    chats = Chats()
    said = chats.say(GROUP["id"], ADA["id"], "one two three")

    with pytest.raises(ActionRefused, match="not in it"):
        chats.say(PRIVATE["id"], BEN["id"], "hello")
    with pytest.raises(ActionRefused, match="nothing to send"):
        chats.say(GROUP["id"], BEN["id"], " \n")
    with pytest.raises(ActionRefused, match="at most 4096"):
        chats.say(GROUP["id"], BEN["id"], "😀" * 2049)
    with pytest.raises(ActionRefused, match="only who has written"):
        chats.rewrite(GROUP["id"], BEN["id"], said["message_id"], "four")
    with pytest.raises(ActionRefused, match="message is gone"):
        chats.say(GROUP["id"], BEN["id"], "x", reply_to=99)
    with pytest.raises(ActionRefused, match="quoted words"):
        chats.say(
            GROUP["id"],
            BEN["id"],
            "x",
            said["message_id"],
            {"text": "four", "position": 0, "is_manual": True},
        )
    assert utf16_length(said["text"]) == 13


async def test_a_forged_button_is_not_pressed() -> None:
    chats = Chats()
    said = chats.say(PRIVATE["id"], ADA["id"], "hello")

    with pytest.raises(ActionRefused, match="no such button"):
        await chats.press(PRIVATE["id"], ADA["id"], said["message_id"], "c:x:0")


async def test_a_whisper_goes_to_the_private_chat_and_who_has_none_is_led_to_it(chats: Chats) -> None:
    chats.say(GROUP["id"], ADA["id"], f"/whisper {QUESTION}")
    _, answer = await answers(chats, PRIVATE["id"], 2)
    chats.say(GROUP["id"], BEN["id"], f"/whisper {QUESTION}")
    (waiting,) = await answers(chats, GROUP["id"])

    assert texts.BUTTON_POST in labels(answer)
    assert waiting["text"] == texts.WHISPER_WAITING.format(name=BEN["first_name"])


async def test_an_answer_in_the_group_is_collapsed_to_a_line_and_shown_again(chats: Chats) -> None:
    chats.say(GROUP["id"], ADA["id"], f"/ask {QUESTION}")
    (answer,) = await answers(chats, GROUP["id"])
    for label in (texts.BUTTON_COLLAPSE, texts.BUTTON_SHOW):
        before = of_bot(chats, GROUP["id"])[0]["text"]
        if label == texts.BUTTON_COLLAPSE:
            await chats.press(GROUP["id"], ADA["id"], answer["message_id"], data(answer, texts.BUTTON_MORE))
            await until(chats, lambda: texts.BUTTON_LESS in labels(of_bot(chats, GROUP["id"])[0]))
        now = of_bot(chats, GROUP["id"])[0]
        await chats.press(GROUP["id"], ADA["id"], now["message_id"], data(now, label))
        await until(chats, lambda seen=before: of_bot(chats, GROUP["id"])[0]["text"] != seen)

    assert of_bot(chats, GROUP["id"])[0]["text"] == answer["text"]
