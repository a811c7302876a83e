"""The buttons under an answer: context, other passages, and the way back."""

from typing import Any

import pytest

from bot.i18n import texts
from bot.rendering.keyboards import answer_keyboard
from index.types import PUBLIC_ONLY
from retrieval.types import Conversation
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.seeds import KILLED_32, KILLED_50, TRUCKS, SeedAnswerer, SeedShelf
from tests.botapi.entities import slices
from tests.botapi.server import BotApiServer, Fault


def buttons(message: dict[str, Any]) -> dict[str, str]:
    """Label to callback data, of those that have any."""
    rows = message.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
    pressable = (button for row in rows for button in row if "callback_data" in button)
    return {button["text"]: button["callback_data"] for button in pressable}


def pressable(message: dict[str, Any]) -> dict[str, str]:
    """As `buttons`, with those that are folded away behind More…"""
    visible = buttons(message)
    if (more := visible.get(texts.BUTTON_MORE)) is None:
        return visible
    answer_id = more.split(":")[1]
    letters = {
        "v": texts.BUTTON_UP,
        "d": texts.BUTTON_DOWN,
        "r": texts.BUTTON_REMOVE,
        "k": texts.BUTTON_COLLAPSE,
        "w": texts.BUTTON_WATCH,
    }
    return {label: f"{letter}:{answer_id}:0" for letter, label in letters.items()} | visible


async def asked(server: BotApiServer, question: str) -> dict[str, Any]:
    await server.say(PRIVATE, question)
    return (await server.bot_says(PRIVATE))[0]


async def pressed(server: BotApiServer, label: str) -> dict[str, Any]:
    """The bot's first message after this button was pressed and the message has changed."""
    before = server.bot_messages(PRIVATE)[0]
    await server.press(before, buttons(before)[label])
    await server.until(lambda: server.bot_messages(PRIVATE)[0] != before and not server.unanswered)
    return server.bot_messages(PRIVATE)[0]


async def test_context_shows_the_quote_bold_amid_its_article_and_leads_back(
    server: BotApiServer, bot: RunningBot
):
    answer = await asked(server, "how many trucks?")
    context = await pressed(server, texts.BUTTON_CONTEXT)
    assert slices(context["text"], context["entities"], "bold") == [TRUCKS]
    (shown,) = slices(context["text"], context["entities"], "blockquote")
    (paragraph,) = [one.text for one in bot.shelf.article_passages("convoy") if TRUCKS in one.text]
    assert shown == paragraph != TRUCKS
    assert await pressed(server, texts.BUTTON_BACK) == answer


async def test_every_citation_of_a_dispute_can_be_seen_in_context(server: BotApiServer, bot: RunningBot):
    await asked(server, "how many were killed?")
    quotes = []
    for label in (texts.BUTTON_CONTEXT, texts.BUTTON_LATER):
        context = await pressed(server, label)
        quotes += slices(context["text"], context["entities"], "bold")
    assert (quotes, "2/2" in buttons(context)) == ([KILLED_32, KILLED_50], True)


async def test_other_passages_leave_out_what_was_quoted(server: BotApiServer, bot: RunningBot):
    await asked(server, "how many trucks?")
    others = await pressed(server, texts.BUTTON_OTHERS)
    assert "Airport <attack> & aftermath" in others["text"]
    assert TRUCKS not in others["text"]


async def test_not_found_offers_other_passages_but_no_context(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "who won the world cup?")
    assert list(buttons(answer)) == [texts.BUTTON_OTHERS, texts.BUTTON_MORE]


async def test_an_answer_has_one_row_of_buttons_that_unfolds_and_folds(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    unfolded = await pressed(server, texts.BUTTON_MORE)

    rows = [[one["text"] for one in row] for row in unfolded["reply_markup"]["inline_keyboard"]]
    assert list(buttons(answer)) == [texts.BUTTON_CONTEXT, texts.BUTTON_OTHERS, texts.BUTTON_MORE]
    assert rows == [
        [texts.BUTTON_CONTEXT, texts.BUTTON_OTHERS, texts.BUTTON_LESS],
        [texts.BUTTON_UP, texts.BUTTON_WRONG, texts.BUTTON_NO_SOURCE, texts.BUTTON_OUTDATED],
        [texts.BUTTON_LINK, texts.BUTTON_SHARE, texts.BUTTON_WATCH, texts.BUTTON_REMOVE],
    ]
    assert await pressed(server, texts.BUTTON_LESS) == answer


@pytest.mark.parametrize("in_group", [False, True])
@pytest.mark.parametrize("can_post", [False, True])
@pytest.mark.parametrize("can_share", [False, True])
@pytest.mark.parametrize("is_copy", [False, True])
@pytest.mark.parametrize("question", ["how many trucks?", "how many were killed?", "who won?"])
def test_an_answer_has_one_row_of_at_most_four_buttons_and_everything_within_two_taps(
    question: str, is_copy: bool, can_share: bool, can_post: bool, in_group: bool
):
    answer = SeedAnswerer(SeedShelf()).answer(question, Conversation(), PUBLIC_ONLY)

    def rows(unfolded: bool) -> list[list[str]]:
        made = answer_keyboard(
            "abc",
            answer,
            "https://t.me/Citebot?start=a_abc",
            is_copy=is_copy,
            can_share=can_share,
            in_group=in_group,
            can_post=can_post,
            unfolded=unfolded,
        )
        return [[button.text for button in row] for row in made.inline_keyboard]

    ((*first, last),) = rows(unfolded=False)
    after_two_taps = {label for row in rows(unfolded=True) for label in row}

    assert (len(first) <= 3, last) == (True, texts.BUTTON_MORE)
    assert after_two_taps >= {*first, texts.BUTTON_LINK, texts.BUTTON_UP}
    assert (texts.BUTTON_DOWN if in_group else texts.BUTTON_WRONG) in after_two_taps
    assert (texts.BUTTON_DOWN in first) == in_group  # its reasons are one tap behind it
    assert (texts.BUTTON_SHARE in after_two_taps) == can_share
    assert (texts.BUTTON_REMOVE in after_two_taps) == (not is_copy)
    assert (texts.BUTTON_COLLAPSE in after_two_taps) == in_group
    assert (texts.BUTTON_OTHERS in after_two_taps) == (not in_group)
    assert (texts.BUTTON_POST in first) == (can_post and not in_group)


async def test_in_a_group_one_row_unfolds_into_three(server: BotApiServer, bot: RunningBot):
    await server.say(GROUP, "/ask how many trucks?")
    (answer,) = await server.bot_says(GROUP)
    await server.press(answer, buttons(answer)[texts.BUTTON_MORE])
    await server.until(lambda: server.bot_messages(GROUP)[0] != answer)

    rows = [
        [one["text"] for one in row]
        for row in server.bot_messages(GROUP)[0]["reply_markup"]["inline_keyboard"]
    ]
    assert list(buttons(answer)) == [texts.BUTTON_UP, texts.BUTTON_DOWN, texts.BUTTON_MORE]
    assert rows == [
        [texts.BUTTON_IN_PRIVATE, texts.BUTTON_UP, texts.BUTTON_DOWN, texts.BUTTON_LESS],
        [texts.BUTTON_LINK, texts.BUTTON_SHARE, texts.BUTTON_WATCH],
        [texts.BUTTON_COLLAPSE, texts.BUTTON_REMOVE],
    ]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "c",
        "c:",
        "x" * 64,
        "c:AAAAAAAAAAA:0",
        "c:../../etc:0",
        "a:😀",
        "o:AAAAAAAAAAA:-1",
        "c:a:99999999",
        "s",
    ],
)
async def test_forged_or_expired_buttons_get_a_toast_and_change_nothing(
    server: BotApiServer, bot: RunningBot, data: str
):
    answer = await asked(server, "how many trucks?")
    await server.press(answer, data)
    await server.until(lambda: not server.unanswered)
    if data != "s":  # a list of sources is public: shown wherever it is asked for
        assert server.toasts[0] in (texts.TOAST_UNKNOWN, texts.TOAST_EXPIRED)
        assert server.bot_messages(PRIVATE) == [answer]


async def test_numbers_beyond_the_citations_get_a_toast(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    for label in (texts.BUTTON_CONTEXT, texts.BUTTON_OTHERS):
        await server.press(answer, buttons(answer)[label][:-1] + "7")
    await server.until(lambda: not server.unanswered)
    assert server.toasts == [texts.TOAST_UNKNOWN, texts.TOAST_UNKNOWN]


async def test_a_button_of_one_chat_opens_nothing_in_another(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    await server.say(GROUP, "/ask how many buses?")
    (elsewhere,) = await server.bot_says(GROUP)
    await server.press(elsewhere, buttons(answer)[texts.BUTTON_CONTEXT])
    await server.until(lambda: not server.unanswered)
    assert (server.toasts, server.bot_messages(GROUP)) == ([texts.TOAST_EXPIRED], [elsewhere])


async def test_a_button_under_a_message_too_old_to_see_still_works(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    await server.press(answer, buttons(answer)[texts.BUTTON_CONTEXT], inaccessible=True)
    await server.until(lambda: server.bot_messages(PRIVATE)[0] != answer)
    (context,) = server.bot_messages(PRIVATE)
    assert slices(context["text"], context["entities"], "bold") == [TRUCKS]


async def test_pressing_twice_is_harmless(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    for _ in range(2):
        await server.press(answer, buttons(answer)[texts.BUTTON_CONTEXT])
    await server.until(lambda: len(server.called("editMessageText")) == 2 and not server.unanswered)
    assert len(server.bot_messages(PRIVATE)) == 1


async def test_a_button_under_an_edited_answer_works_as_soon_as_it_is_seen(
    server: BotApiServer, start_bot: StartBot
):
    await start_bot(retry_pauses_s=(1.0,))
    question = await server.say(PRIVATE, "how many trucks?")
    (before,) = await server.bot_says(PRIVATE)
    server.faults["editMessageText"].append(Fault(drop=True, processed=True))  # seen; the bot does not know
    await server.edit(question, "how many buses?")
    await server.until(lambda: server.bot_messages(PRIVATE)[0] != before)
    (after,) = server.bot_messages(PRIVATE)
    for message in (after, before):
        await server.press(message, pressable(message)[texts.BUTTON_DOWN])
        await server.until(lambda: not server.unanswered)
    assert server.toasts == [None, texts.TOAST_EXPIRED]


async def test_a_button_is_answered_while_its_chat_waits_for_an_answer(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    bot.answerer.open.clear()
    await server.say(PRIVATE, "a slow question about buses")
    await server.until(lambda: len(bot.answerer.asked) == 2)
    await pressed(server, texts.BUTTON_CONTEXT)
    assert len(server.bot_messages(PRIVATE)) == 1
    bot.answerer.open.set()
    assert answer["message_id"] == (await server.bot_says(PRIVATE, 2))[0]["message_id"]
