"""Inline mode over HTTP: what is offered while somebody types, and the buttons under what they send."""

import asyncio
from typing import Any

import pytest

from bot.handlers.inline import CACHE_S
from bot.i18n import texts
from bot.state.answers import answer_by_id
from tests.bot.conftest import GROUP, PRIVATE, RunningBot, StartBot
from tests.bot.seeds import KILLED_32, KILLED_50, TRUCKS
from tests.bot.test_buttons import buttons, pressable
from tests.botapi.entities import slices
from tests.botapi.inline import Offer
from tests.botapi.server import BotApiServer, Fault

STRANGER = 43


async def offered(server: BotApiServer, words: str, user_id: int = PRIVATE) -> Offer:
    return await server.offered(await server.ask_inline(words, user_id))


async def sent(server: BotApiServer, words: str, user_id: int = PRIVATE) -> str:
    """The inline id of the answer that was asked for and sent."""
    query_id = await server.ask_inline(words, user_id)
    offer = await server.offered(query_id)
    inline_message_id = await server.choose(query_id, offer.results[0]["id"], user_id)
    assert inline_message_id is not None
    return inline_message_id


def line(offer: Offer) -> str | None:
    """What stands above an offer of nothing."""
    assert offer.results == []
    return offer.button and offer.button["text"]


def asked(bot: RunningBot) -> list[str]:
    return [question for question, _ in bot.answerer.asked]


async def test_the_answer_is_offered_as_a_ready_cited_message(server: BotApiServer, bot: RunningBot):
    offer = await offered(server, " how many  trucks? ")
    answer = offer.results[0]
    message = answer["message"]
    assert (answer["title"], answer["description"]) == ("five", TRUCKS)
    assert message["text"].startswith("“how many trucks?”\n\nfive [1]")
    (evidence,) = slices(message["text"], message["entities"], "expandable_blockquote")
    assert TRUCKS in evidence
    assert list(buttons(message)) == [
        texts.BUTTON_CONTEXT,
        texts.BUTTON_OTHERS,
        texts.BUTTON_MORE,
    ]


async def test_the_best_passages_follow_as_quotes_with_their_source(server: BotApiServer, bot: RunningBot):
    _, *passages = (await offered(server, "how many trucks?")).results
    assert [passage["title"] for passage in passages] == [
        "Escalating Violence in Mali",
        "Airport <attack> & aftermath",
        "Escalating Violence in Mali",
    ]
    for passage in passages:
        message = passage["message"]
        (quote,) = slices(message["text"], message["entities"], "blockquote") or slices(
            message["text"], message["entities"], "expandable_blockquote"
        )
        assert any(quote in article.text for article in bot.shelf.articles.values())
        assert message["text"].removeprefix(quote).startswith(f"\n{passage['title']}")
        assert "reply_markup" not in message
    first = passages[0]["message"]
    assert slices(first["text"], first["entities"], "bold") == [TRUCKS]


async def test_sides_of_a_dispute_are_named_before_one_chooses(server: BotApiServer, bot: RunningBot):
    answer = (await offered(server, "how many were killed?")).results[0]
    assert answer["title"] == f"{texts.DISPUTED} 32 / more than 50"
    assert answer["description"] == f"{KILLED_32} … {KILLED_50}"


async def test_what_was_found_for_one_user_is_shown_to_no_other_by_telegram(
    server: BotApiServer, bot: RunningBot
):
    offer = await offered(server, "how many trucks?")
    assert (offer.is_personal, offer.cache_time) == (True, CACHE_S)


async def test_what_was_found_is_looked_for_again_only_when_an_article_was_changed_or_withdrawn(
    server: BotApiServer, bot: RunningBot
):
    for generation, times in ((0, 1), (0, 1), (1, 2)):
        bot.shelf.generation = generation
        await offered(server, "how many trucks?")
        assert len(asked(bot)) == times


@pytest.mark.parametrize("words", ["", "  ", "?!", "😀", "hello", "thank you!"])
async def test_who_has_asked_nothing_yet_gets_a_hint(server: BotApiServer, bot: RunningBot, words: str):
    assert line(await offered(server, words)) == texts.INLINE_HINT
    assert asked(bot) == []


async def test_what_is_not_found_leads_to_the_private_chat(server: BotApiServer, bot: RunningBot):
    offer = await offered(server, "who won the world cup?")
    assert line(offer) == texts.INLINE_NOT_FOUND
    assert offer.button is not None
    await server.say(PRIVATE, f"/start {offer.button['start_parameter']}")
    (greeting,) = await server.bot_says(PRIVATE)
    assert greeting["text"] == texts.START


@pytest.mark.parametrize("words", ["trucks", "the trucks"])
async def test_a_lone_topic_is_offered_passages_and_led_to_the_private_chat(
    server: BotApiServer, bot: RunningBot, words: str
):
    offer = await offered(server, words)
    assert offer.button is not None
    assert offer.button["text"] == texts.INLINE_VAGUE
    assert [result["id"] for result in offer.results] == ["passage1", "passage2", "passage3"]


async def test_only_the_newest_of_what_somebody_types_is_answered(server: BotApiServer, bot: RunningBot):
    question = "how many trucks?"
    typed = [await server.ask_inline(question[:end]) for end in range(5, len(question) + 1)]
    await server.offered(typed[-1])
    assert list(server.queries.offers) == [typed[-1]]
    assert asked(bot) == [question]


async def test_an_older_query_that_comes_late_does_not_supersede_a_newer_one(
    server: BotApiServer, bot: RunningBot
):
    older, newer = (
        server.queries.inline_query(server.person(PRIVATE), words, "group")
        for words in ("how many", "how many trucks?")
    )
    await server.push({"update_id": 900_000_002, "inline_query": newer})
    await server.push({"update_id": 900_000_001, "inline_query": older})
    await server.offered(newer["id"])
    assert asked(bot) == ["how many trucks?"]


async def test_people_who_type_at_once_do_not_supersede_each_other(server: BotApiServer, bot: RunningBot):
    queries = [await server.ask_inline("how many trucks?", user_id) for user_id in range(50, 60)]
    for query_id in queries:
        assert (await server.offered(query_id)).results[0]["title"] == "five"


async def test_a_query_superseded_while_it_waits_in_line_costs_nothing(server: BotApiServer, bot: RunningBot):
    bot.answerer.open.clear()
    await server.say(PRIVATE, "slow buses")
    await server.say(GROUP, "/ask slow buses")
    await server.until(lambda: len(bot.answerer.asked) == 2)  # every worker is busy
    await server.ask_inline("how many trucks were")
    await asyncio.sleep(0.5)  # longer than the pause: it waits in line now
    newest = await server.ask_inline("how many trucks were destroyed?")
    await asyncio.sleep(0.5)
    bot.answerer.open.set()
    await server.offered(newest)
    assert asked(bot)[2:] == ["how many trucks were destroyed?"]


async def test_the_same_question_is_answered_from_memory_for_everybody(server: BotApiServer, bot: RunningBot):
    first = await offered(server, "how many trucks?")
    again = await offered(server, "how many  trucks?")
    others = await offered(server, "how many trucks?", STRANGER)
    assert asked(bot) == ["how many trucks?"]
    ids = [offer.results[0]["id"] for offer in (first, again, others)]
    assert (ids[0] == ids[1], ids[0] == ids[2]) == (True, False)  # each forgets their own


async def test_what_was_forgotten_is_kept_anew_when_it_is_asked_again(server: BotApiServer, bot: RunningBot):
    before = (await offered(server, "how many trucks?")).results[0]["id"]
    await server.say(PRIVATE, "/forget")
    await server.bot_says(PRIVATE)
    after = (await offered(server, "how many trucks?")).results[0]["id"]
    kept = [await bot.database.run(lambda db, one=one: answer_by_id(db, one)) for one in (before, after)]
    assert [answered is not None for answered in kept] == [False, True]


async def test_buttons_under_a_sent_answer_change_it(server: BotApiServer, bot: RunningBot):
    inline_id = await sent(server, "how many trucks?")
    answer = server.queries.messages[inline_id]

    async def press(label: str, user_id: int = STRANGER) -> dict[str, Any]:
        before = server.queries.messages[inline_id]
        await server.press_inline(inline_id, pressable(before)[label], user_id)
        await server.until(lambda: server.queries.messages[inline_id] != before)
        return server.queries.messages[inline_id]

    context = await press(texts.BUTTON_CONTEXT)
    assert slices(context["text"], context["entities"], "bold") == [TRUCKS]
    assert await press(texts.BUTTON_BACK) == answer
    others = await press(texts.BUTTON_OTHERS)
    assert others["text"].startswith(texts.OTHERS_TITLE)
    assert await press(texts.BUTTON_BACK) == answer
    assert "👍 ✓" in buttons(await press(texts.BUTTON_UP))
    assert f"{texts.BUTTON_OUTDATED} ✓" in buttons(await press(texts.BUTTON_OUTDATED))


async def test_buttons_under_a_sent_answer_work_after_a_restart(
    server: BotApiServer, bot: RunningBot, start_bot: StartBot
):
    inline_id = await sent(server, "how many trucks?")
    before = server.queries.messages[inline_id]
    await bot.ended()
    await start_bot()
    await server.press_inline(inline_id, buttons(before)[texts.BUTTON_OTHERS])
    await server.until(lambda: server.queries.messages[inline_id] != before)


@pytest.mark.parametrize("letter", "reksxpu")
async def test_what_makes_no_sense_under_a_sent_answer_does_nothing(
    server: BotApiServer, bot: RunningBot, letter: str
):
    inline_id = await sent(server, "how many trucks?")
    before = server.queries.messages[inline_id]
    data = buttons(before)[texts.BUTTON_CONTEXT]
    await server.press_inline(inline_id, letter + data[1:])
    await server.press_inline(inline_id, "c:MadeUpByEve00000:0")
    await server.press_inline(inline_id, data.replace(":0", ":7"))
    await server.until(lambda: len(server.toasts) == 3)
    assert set(server.toasts) == {texts.TOAST_UNKNOWN, texts.TOAST_EXPIRED}
    assert server.queries.messages[inline_id] == before


async def test_a_sent_answer_that_is_gone_troubles_nobody(server: BotApiServer, bot: RunningBot):
    inline_id = await sent(server, "how many trucks?")
    message = server.queries.messages.pop(inline_id)
    await server.press_inline(inline_id, buttons(message)[texts.BUTTON_OTHERS])
    await server.until(lambda: [c for c in server.called("editMessageText") if "INVALID" in c.outcome])
    assert server.toasts == [None]


async def test_the_conversation_in_private_does_not_go_on_from_what_was_typed_elsewhere(
    server: BotApiServer, bot: RunningBot
):
    await server.say(PRIVATE, "how many trucks?")
    await server.bot_says(PRIVATE)
    await sent(server, "how many were killed?")
    await server.say(PRIVATE, "and how many buses?")
    await server.bot_says(PRIVATE, 2)
    assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == ["how many trucks?"]


async def test_a_reply_to_a_sent_answer_is_about_it_where_the_bot_is_too(
    server: BotApiServer, bot: RunningBot
):
    query_id = await server.ask_inline("how many trucks?")
    (answer, *_) = (await server.offered(query_id)).results
    await server.choose(query_id, answer["id"], PRIVATE, GROUP)
    message = server.pushed[-1]["message"]
    followed = await server.say(GROUP, "and how many buses?", reply_to_message=message)
    (said,) = await server.bot_says(GROUP)
    assert said["reply_to_message"]["message_id"] == followed["message_id"]
    assert [turn.question for turn in bot.answerer.asked[-1][1].turns] == ["how many trucks?"]


async def test_a_restricted_bot_serves_only_whose_private_chat_is_on_its_list(
    server: BotApiServer, start_bot: StartBot
):
    bot = await start_bot(allowed_chats=frozenset({PRIVATE, GROUP}))
    inline_id = await sent(server, "how many trucks?")
    before = server.queries.messages[inline_id]
    assert line(await offered(server, "how many trucks?", STRANGER)) == texts.NOT_ALLOWED
    await server.press_inline(inline_id, buttons(before)[texts.BUTTON_CONTEXT], STRANGER)
    await server.until(lambda: server.toasts)
    assert (server.toasts, server.queries.messages[inline_id]) == ([texts.NOT_ALLOWED], before)
    assert asked(bot) == ["how many trucks?"]


async def test_a_query_that_has_expired_troubles_nobody(server: BotApiServer, bot: RunningBot):
    query_id = await server.ask_inline("how many trucks?")
    server.queries.expire(query_id)
    await server.until(lambda: [c for c in server.called("answerInlineQuery") if "too old" in c.outcome])
    assert (await offered(server, "how many trucks?")).results[0]["title"] == "five"


async def test_a_failure_is_told_above_the_results(server: BotApiServer, bot: RunningBot):
    bot.answerer.error = RuntimeError("the index is gone")
    told = line(await offered(server, "how many trucks?"))
    assert told is not None
    assert told.startswith(texts.FAILED.partition("{")[0])
    bot.answerer.error = None
    assert (await offered(server, "how many trucks?")).results[0]["title"] == "five"


async def test_an_answer_lost_on_the_way_is_offered_again(server: BotApiServer, bot: RunningBot):
    server.faults["answerInlineQuery"].append(Fault(status=502))
    server.faults["answerInlineQuery"].append(Fault(drop=True))
    assert (await offered(server, "how many trucks?")).results[0]["title"] == "five"


async def test_who_asks_too_much_at_once_is_told_to_wait(
    server: BotApiServer, start_bot: StartBot, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.handlers.inline.MAX_QUESTIONS", 1)
    bot = await start_bot()
    await offered(server, "how many trucks?")
    first, second = [line(await offered(server, f"how many buses {number}?")) for number in range(2)]
    assert first is not None
    assert (first.startswith(texts.TOO_MANY.partition("{")[0]), second) == (True, texts.INLINE_WAIT)
    assert (await offered(server, "how many trucks?")).results[0]["title"] == "five"  # costs nothing
    assert asked(bot) == ["how many trucks?"]


@pytest.mark.parametrize(
    "words",
    [
        'how many <b>trucks</b> & "buses" {0} %s',
        "how many trucks\u202e ﷺ الشاحنات",
        "how many trucks " + "😀" * 100,
        "how many " + "trucks " * 35,
    ],
)
async def test_nothing_in_a_question_becomes_markup(server: BotApiServer, bot: RunningBot, words: str):
    message = (await offered(server, words[:256])).results[0]["message"]
    kinds = {entity["type"] for entity in message["entities"]}
    assert kinds <= {"bold", "expandable_blockquote", "text_link", "date_time"}
