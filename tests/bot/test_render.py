"""Whatever articles and answers hold, what is rendered is what Telegram takes."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.rendering.answer import render_answer, render_other_passages, render_sources
from bot.rendering.telegram_html import (
    MAX_ENTITIES,
    MAX_UNITS,
    Block,
    Quote,
    Run,
    clean,
    split_messages,
    utf16_length,
)
from index.types import Mark, MarkKind, Passage, Source
from retrieval.containment import says
from retrieval.types import Answer, Citation, Outcome, Statement
from tests.botapi.entities import parse_html, slices

nasty = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("<>&\"'/ \n\r\t\x00\x1b\u200b\u200d\u202e\u2028\ufe0f\ud800\udc00\U0001f600é\u0301"),
        st.sampled_from(["<b>", "</blockquote>", "&lt;", "&amp;amp;", "<a href=", "👩‍👩‍👧‍👦", "[1]"]).map(
            lambda s: s[0]
        ),
    )
)
long_nasty = st.builds(lambda text, times: text * times, nasty.filter(bool), st.integers(1, 3000))
urls = st.one_of(
    st.none(), nasty, nasty.map(lambda tail: f"https://news.test/{tail}"), st.just("javascript:alert(1)")
)
sources = st.builds(
    Source,
    article_id=st.sampled_from(["a", "b", "c", "d"]),
    title=nasty,
    publisher=st.one_of(st.none(), nasty),
    url=urls,
    published=st.one_of(st.none(), st.dates()),
)


@st.composite
def citations(draw: st.DrawFn, stated: str = "") -> Citation:
    before, quote, after = draw(nasty), draw(st.one_of(nasty.filter(bool), long_nasty)), draw(nasty)
    quote = draw(st.sampled_from([stated, f"{stated}; {quote}", f"{quote}; {stated}"])) if stated else quote
    text, start = before + quote + after, draw(st.integers(0, 10_000))
    passage = Passage(f"p#{start}", draw(sources), start, start + len(text), text)
    begin = start + len(before)
    return Citation(passage, quote, begin, begin + len(quote), draw(st.integers(1, 3)))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    text = draw(nasty.filter(lambda text: says(text, text)))
    cited = draw(st.lists(citations(text), min_size=1, max_size=4))
    assume(all(says(citation.quote, text) for citation in cited))
    return Statement(text, cited, draw(st.floats(0, 1)))


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    outcome = draw(st.sampled_from(Outcome))
    said = [] if outcome is Outcome.NOT_FOUND else draw(st.lists(statements(), min_size=1, max_size=5))
    passages = [citation.passage for citation in draw(st.lists(citations(), max_size=4))]
    return Answer("q", "q", outcome, said, passages)


def assert_sendable(html: str) -> str:
    text, entities = parse_html(html)
    assert text.strip()
    assert utf16_length(text) <= MAX_UNITS
    assert len(entities) <= MAX_ENTITIES
    return text


@given(answers())
def test_every_answer_renders_to_messages_that_telegram_takes(answer: Answer):
    rendered = render_answer(answer)
    assert rendered
    for html in rendered:
        assert_sendable(html)


@given(st.lists(citations(), min_size=1, max_size=7), st.lists(sources, max_size=20))
def test_every_list_renders_to_a_message_that_telegram_takes(cited: list[Citation], listed: list[Source]):
    assert_sendable(render_other_passages([citation.passage for citation in cited], 0))
    assert_sendable(render_sources(listed, 0))


@given(st.lists(st.builds(Run, nasty, st.booleans(), urls), min_size=1), st.sampled_from([None, *Quote]))
def test_no_words_are_lost_or_changed_where_messages_are_split(runs: list[Run], quote: Quote | None):
    many = [*runs, Run("end")] * 40
    shown = "".join(parse_html(html)[0] for html in split_messages([Block(many, quote)]))
    assert shown == "".join(run.text for run in many)


@given(nasty)
def test_lengths_are_telegrams(text: str):
    assert utf16_length(clean(text)) == utf16_length(clean(text))


def source(article_id: str, **fields: object) -> Source:
    return Source(article_id, f"Title {article_id}", **fields)


def cite(text: str, from_source: Source, origin: int = 1) -> Citation:
    passage = Passage(f"{from_source.article_id}#0", from_source, 0, len(text), text)
    return Citation(passage, text, 0, len(text), origin)


def plain(answer: Answer) -> str:
    return "\n---\n".join(parse_html(html)[0] for html in render_answer(answer))


def answered(*said: Statement, outcome: Outcome = Outcome.ANSWERED) -> Answer:
    return Answer("q", "q", outcome, said)


def test_the_words_of_the_answer_are_bold_in_the_quote_as_whole_words():
    statement = Statement("12", [cite("In 2012 there were 12 of them.", source("a"))], 0.9)
    (html,) = render_answer(answered(statement))
    assert html.startswith("<b>12</b> [1]\n<blockquote>In 2012 there were <b>12</b> of them.</blockquote>")


def test_copies_of_a_story_are_one_source_and_unknown_things_are_left_out():
    agency = source("a", publisher="Agency", published=date(2025, 2, 8))
    citations = [cite("It was five.", agency), cite("It was five!", source("b", publisher="Copycat"))]
    answer = answered(Statement("five", citations, 0.9))
    copies = "also in Copycat (2 articles, 1 origin)"
    assert plain(answer) == f"five [1]\nIt was five.\n\n[1] Title a — Agency, 8 February 2025; {copies}"


def test_articles_with_the_same_passage_are_named_beside_it():
    copies = (source("b", publisher="Copycat"), source("c"))
    cited = replace(cite("It was five.", source("a")), copies=copies)
    answer = answered(Statement("five", [cited], 0.9))
    copies = "also in Copycat, Title c (3 articles, 1 origin)"
    assert plain(answer) == f"five [1]\nIt was five.\n\n[1] Title a; {copies}"


def test_a_second_voice_is_quoted_too():
    citations = [cite("It was five.", source("a")), cite("Five, she said.", source("b"), origin=2)]
    answer = answered(Statement("five", citations, 0.9))
    assert (
        plain(answer) == "five [1][2]\nIt was five.\nAlso [2]:\nFive, she said.\n\n[1] Title a\n[2] Title b"
    )


def test_a_broad_answer_is_a_list_of_sentences():
    said = [Statement(text, [cite(text, source("a"))], 0.9) for text in ("One thing.", "Another thing.")]
    assert plain(answered(*said)) == "• One thing. [1]\n• Another thing. [1]\n\n[1] Title a"


def test_one_sentence_that_is_its_own_quote_is_shown_once():
    statement = Statement("One thing.", [cite("One thing.", source("a"))], 0.9)
    expected = "<blockquote>One thing.</blockquote>\n\n[1] Title a"
    assert render_answer(answered(statement)) == [expected]


def test_a_quote_that_says_no_more_than_the_answer_is_not_all_bold():
    said = Statement("Five trucks burned", [cite("“Five trucks burned.”", source("a"))], 0.9)
    assert render_answer(answered(said)) == ["<blockquote>“Five trucks burned.”</blockquote>\n\n[1] Title a"]


def test_every_link_leads_to_the_sentence_that_is_quoted():
    first = source("a", url="https://a.test/x?p=1#top")
    copy, other = source("b", publisher="Copycat", url="https://b.test"), source("c", url="https://c.test")
    text = "At least five trucks were destroyed."
    citations = [cite(text, first), cite(text, copy), cite("Five of the trucks were set on fire.", other, 2)]
    (html,) = render_answer(answered(Statement("five", citations, 0.9)))
    sentence = ":~:text=At%20least%20five%20trucks%20were%20destroyed"
    _, entities = parse_html(html)
    a = f"https://a.test/x?p=1#top{sentence}"
    c = "https://c.test#:~:text=Five%20of%20the%20trucks%20were%20set%20on%20fire"
    assert [entity["url"] for entity in entities if entity["type"] == "text_link"] == [
        *(a, c),  # [1][2] behind the answer
        *(a, f"https://b.test#{sentence}", c),  # the list of sources
    ]


def test_what_came_nearest_is_linked_to_where_it_stands():
    passage = cite(
        "The convoy left Gao at dawn.\nIt never arrived.", source("a", url="https://a.test")
    ).passage
    (html,) = render_answer(Answer("q", "q", Outcome.NOT_FOUND, (), [passage]))
    assert 'href="https://a.test#:~:text=The%20convoy%20left%20Gao%20at%20dawn,It%20never%20arrived"' in html


def test_the_pages_of_the_quotes_are_named_with_their_article():
    text = "One thing. Another thing."
    pages = (Mark(0, MarkKind.PAGE, 3), Mark(9, MarkKind.PAGE, 4))
    passage = Passage("a#0", source("a", publisher="Agency"), 0, len(text), text, outline=pages)
    cited = [Citation(passage, "One thing.", 0, 10), Citation(passage, "Another thing.", 11, 25)]
    answer = answered(*(Statement(one.quote, [one], 0.9) for one in cited))
    assert plain(answer).endswith("\n\n[1] Title a — Agency, p. 3, 4")


def test_days_are_shown_as_the_reader_writes_them():
    said = Statement("five", [cite("It was five.", source("a", published=date(2025, 2, 9)))], 0.9)
    (html,) = render_answer(answered(said))
    assert html.endswith('[1] Title a — <tg-time unix="1739095200" format="D">9 February 2025</tg-time>')


@pytest.mark.parametrize("offset_h", [-10, -5, 0, 5.75, 12, 13])
def test_a_day_is_the_same_wherever_it_is_read(offset_h: float):
    html = Run("9 February 2025", day=date(2025, 2, 9)).html
    unix = int(re.findall(r'unix="(\d+)"', html)[0])
    there = datetime.fromtimestamp(unix, timezone(timedelta(hours=offset_h)))
    assert there.date() == date(2025, 2, 9)


@pytest.mark.parametrize("day", [date(1969, 12, 31), date(2038, 1, 20), date.max, date.min])
def test_a_day_that_telegram_has_no_number_for_is_plain_words(day: date):
    assert Run("long ago", day=day).html == "long ago"


def test_long_quotes_are_folded():
    long_text = "Something happened again. " * 20
    (html,) = render_answer(answered(Statement("again", [cite(long_text, source("a"))], 0.9)))
    text, entities = parse_html(html)
    assert slices(text, entities, "expandable_blockquote") == [long_text]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.test/", "file:///etc/passwd", "https://", None]
)
def test_only_web_addresses_become_links(url: str | None):
    (html,) = render_answer(answered(Statement("x", [cite("x y", source("a", url=url))], 0.9)))
    assert "<a" not in html


def test_a_split_comes_between_words_and_never_inside_a_link_or_an_emoji():
    family = "👩‍👩‍👧‍👦"
    blocks = [
        Block([Run("word " * 810), Run("a link of some words " * 20, url="https://x.test")]),
        Block([Run(family * 900)]),
    ]
    first, second, *rest = (parse_html(html) for html in split_messages(blocks))
    assert first[0].endswith("word ")
    assert second[0].startswith("a link of")
    assert all(set(text.replace(family, "")) <= {"\n"} for text, _ in rest)
