"""The passage view: the quote in its paragraph, the article's card, the passages before and after."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given

from bot.i18n import texts
from bot.rendering.passage import passage_of_quote, render_context, render_passage
from index.types import Article, Passage, Revision, Source
from retrieval.types import Citation
from tests.bot.conftest import PRIVATE, RunningBot
from tests.bot.seeds import CONVOY, KILLED_32, TRUCKS
from tests.bot.test_buttons import asked, buttons, pressed
from tests.bot.test_render import assert_sendable, citations, nasty
from tests.botapi.entities import parse_html, slices
from tests.botapi.server import BotApiServer

TEXT = "A heading\nIt began at dawn. The quote. It ended.\nA last paragraph."
AT = datetime(2025, 2, 10, tzinfo=UTC)
SOURCE = Source("a", "A deadly ambush", "Agency", "Jane Doe", "https://a.test/x", published=date(2025, 2, 9))


def passages_of(source: Source, *texts: str) -> list[Passage]:
    starts = [TEXT.index(text) for text in texts]
    return [
        Passage(f"a#{start}", source, start, start + len(text), text)
        for start, text in zip(starts, texts, strict=True)
    ]


def quote_in(passage: Passage) -> Citation:
    start = passage.start + passage.text.index("The quote.")
    return Citation(passage, "The quote.", start, start + len("The quote."))


def shown(html: str) -> str:
    return parse_html(html)[0]


@given(citations(), nasty, nasty)
def test_every_context_renders_to_a_message_that_telegram_takes(citation: Citation, before: str, after: str):
    assert_sendable(render_context(citation, None, []))
    whole = Article(citation.source, before * 50 + after * 50)
    assert_sendable(render_context(citation, whole, [citation.passage]))
    around = " " * citation.start + citation.quote + after * 50
    assert_sendable(render_context(citation, Article(citation.source, around), [citation.passage]))
    assert_sendable(render_passage([citation.passage], 0))


def test_the_card_says_what_is_known_of_the_article_and_the_quote_is_bold_in_its_paragraph():
    passages = passages_of(SOURCE, "A heading", "The quote. It ended.", "A last paragraph.")
    html = render_context(quote_in(passages[1]), Article(SOURCE, TEXT), passages)
    assert html == (
        '<a href="https://a.test/x#:~:text=The%20quote,-.%20It%20ended">A deadly ambush</a>\n'
        'Agency · by Jane Doe · published <tg-time unix="1739095200" format="D">9 February 2025</tg-time>'
        " · passage 2 of 3\n\n"
        "<blockquote>It began at dawn. <b>The quote.</b> It ended.</blockquote>"
    )


def test_what_is_not_known_is_left_out():
    bare = Source("a", "A deadly ambush")
    (passage,) = passages_of(bare, "The quote. It ended.")
    html = render_context(quote_in(passage), Article(bare, TEXT), [])
    assert shown(html) == "A deadly ambush\n\nIt began at dawn. The quote. It ended."


def test_a_quote_that_the_article_no_longer_has_is_shown_as_it_was():
    (passage,) = passages_of(SOURCE, "It began at dawn. The quote. It ended.")
    was = "\n\nIt began at dawn. The quote. It ended."
    withdrawn = shown(render_context(quote_in(passage), None, []))
    assert texts.SINCE_WITHDRAWN in withdrawn
    assert withdrawn.endswith(was)
    corrected = shown(render_context(quote_in(passage), Article(SOURCE, "It says something else now."), []))
    assert texts.SINCE_CORRECTED in corrected
    assert corrected.endswith(f"{was}\n{texts.SENTENCE_GONE}")


def test_a_corrected_quote_stands_in_the_paragraph_of_the_revision_that_has_it():
    (passage,) = passages_of(SOURCE, "The quote. It ended.")
    now = Article(SOURCE, "It says something else now.")
    revisions = [Revision("It said this between.", AT), Revision(TEXT, AT)]
    html = render_context(quote_in(passage), now, [], revisions)
    assert "<blockquote>It began at dawn. <b>The quote.</b> It ended.</blockquote>" in html


def test_a_quote_that_only_moved_was_not_corrected():
    (passage,) = passages_of(SOURCE, "The quote. It ended.")
    text = shown(render_context(quote_in(passage), Article(SOURCE, f"A new first line.\n{TEXT}"), []))
    assert texts.SINCE_CORRECTED not in text
    assert text.endswith("\n\nThe quote. It ended.")


def test_a_quote_that_was_corrected_stands_beside_what_the_article_says_now():
    before, after = "At dawn 12 people were killed in Kelo.", "At dawn 17 people were killed in Kelo."
    passage = Passage("a#0", SOURCE, 0, len(before), before)
    corrected = Article(SOURCE, f"{after} Nobody else was hurt.")
    html = render_context(Citation(passage, before, 0, len(before)), corrected, [])
    assert shown(html).endswith(f"{before}\n{texts.NOW_IT_SAYS}\n{after}")
    assert "At dawn <b>17 </b>people" in html


def test_a_quote_is_found_in_whichever_passage_holds_it_now():
    before, after = passages_of(SOURCE, "It began at dawn. The quote.", "The quote. It ended.")
    citation = quote_in(after)
    assert passage_of_quote(citation, [before, after]) == 1
    assert passage_of_quote(citation, [before]) == 0
    assert passage_of_quote(citation, passages_of(SOURCE, "A heading")) is None


def test_a_long_paragraph_is_cut_between_words():
    text = "word " * 400 + "The quote. " + "tail " * 400
    begin = text.index("The quote.")
    passage = Passage("a#0", SOURCE, 0, len(text), text)
    html = render_context(Citation(passage, "The quote.", begin, begin + 10), Article(SOURCE, text), [])
    paragraph = shown(html).split("\n")[-1]
    assert paragraph.startswith("… word word")
    assert paragraph.endswith("tail tail …")


async def test_the_passages_of_an_article_can_be_leafed_through_from_the_quote(
    server: BotApiServer, bot: RunningBot
):
    await asked(server, "how many were killed?")
    context = await pressed(server, texts.BUTTON_CONTEXT)
    paragraphs = [passage.text for passage in bot.shelf.article_passages("convoy")]
    place = next(i for i, paragraph in enumerate(paragraphs) if KILLED_32 in paragraph)
    assert f"passage {place + 1} of {len(paragraphs)}" in context["text"]
    seen = []
    for _ in range(place):
        earlier = await pressed(server, texts.BUTTON_EARLIER_PASSAGE)
        seen += slices(earlier["text"], earlier["entities"], "blockquote")
    assert seen == paragraphs[:place][::-1]
    assert texts.BUTTON_EARLIER_PASSAGE not in buttons(server.bot_messages(PRIVATE)[0])
    for _ in range(place):
        back = await pressed(server, texts.BUTTON_LATER_PASSAGE)
    assert back == context


async def test_the_last_passage_is_the_last(server: BotApiServer, bot: RunningBot):
    answer = await asked(server, "how many trucks?")
    last = len(bot.shelf.article_passages("convoy")) - 1
    data = buttons(answer)[texts.BUTTON_CONTEXT].replace("c:", "g:", 1) + f":{last}"
    await server.press(answer, data)
    await server.until(lambda: server.bot_messages(PRIVATE)[0] != answer)
    (message,) = server.bot_messages(PRIVATE)
    assert f"passage {last + 1} of {last + 1}" in message["text"]
    assert texts.BUTTON_LATER_PASSAGE not in buttons(message)


async def test_a_passage_that_the_article_no_longer_has_leads_back_to_the_quote(
    server: BotApiServer, bot: RunningBot
):
    answer = await asked(server, "how many trucks?")
    await server.press(answer, buttons(answer)[texts.BUTTON_CONTEXT].replace("c:", "g:", 1) + ":9999")
    await server.until(lambda: server.bot_messages(PRIVATE)[0] != answer)
    (message,) = server.bot_messages(PRIVATE)
    assert slices(message["text"], message["entities"], "bold") == [TRUCKS]


async def test_a_stored_answer_says_what_was_corrected_in_its_quote_or_that_its_article_is_gone(
    server: BotApiServer, bot: RunningBot
):
    answer = await asked(server, "how many trucks?")
    before = bot.shelf.articles["convoy"]
    corrected = replace(before, text=before.text.replace("At least five trucks", "At least seven trucks"))
    bot.shelf.articles["convoy"] = corrected
    bot.shelf.earlier["convoy"] = [Revision(before.text, AT)]
    context = await pressed(server, texts.BUTTON_CONTEXT)
    assert texts.SINCE_CORRECTED in context["text"]
    shown_again = await pressed(server, texts.BUTTON_BACK)
    line = f"\n\n{texts.CORRECTED.format(number=1)}\n{texts.NOW_IT_SAYS}\n"
    said, _, now = shown_again["text"].partition(line)
    assert said == answer["text"]
    assert TRUCKS.replace("five", "seven") in now
    assert context["text"].endswith(f"{texts.NOW_IT_SAYS}\n{now}")

    del bot.shelf.articles["convoy"]
    await pressed(server, texts.BUTTON_CONTEXT)
    shown_again = await pressed(server, texts.BUTTON_BACK)
    assert shown_again["text"] == f"{answer['text']}\n\n{texts.WITHDRAWN.format(number=1)}"


async def test_an_article_that_is_gone_is_told_and_offers_no_other_passages(
    server: BotApiServer, bot: RunningBot
):
    await asked(server, "how many trucks?")
    bot.shelf.articles.clear()
    context = await pressed(server, texts.BUTTON_CONTEXT)
    assert texts.SINCE_WITHDRAWN in context["text"]
    assert CONVOY.title in context["text"]
    assert list(buttons(context)) == [texts.BUTTON_BACK]
