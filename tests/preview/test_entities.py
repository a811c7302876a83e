"""The preview reads Telegram's HTML as Telegram does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.preview.entities import CannotParse, find_entities, parse_html, utf16_length
from bot.rendering.telegram_html import Block, Quote, Run, is_visible, split_messages


def test_every_style_of_telegrams_html_is_read() -> None:
    html = (
        "<b>a</b><strong>b</strong><i>c</i><em>d</em><u>e</u><ins>f</ins>"
        "<s>g</s><strike>h</strike><del>i</del>"
        '<code>j</code><pre>k</pre><tg-spoiler>l</tg-spoiler><a href="https://x.test/?a=1&amp;b=2">m</a>'
        "<blockquote>n</blockquote><blockquote expandable>o</blockquote>"
        '<tg-time unix="5" format="D">p</tg-time>'
    )

    text, entities = parse_html(html)

    assert text == "abcdefghijklmnop"
    assert [entity["type"] for entity in entities] == (
        ["bold"] * 2
        + ["italic"] * 2
        + ["underline"] * 2
        + ["strikethrough"] * 3
        + ["code", "pre", "spoiler", "text_link", "blockquote", "expandable_blockquote", "date_time"]
    )
    assert [(entity["offset"], entity["length"]) for entity in entities] == [(n, 1) for n in range(16)]
    assert entities[12]["url"] == "https://x.test/?a=1&b=2"
    assert (entities[15]["unix_time"], entities[15]["date_time_format"]) == (5, "D")


def test_offsets_count_utf16_code_units() -> None:
    text, entities = parse_html("😀 <b>é😀</b>")

    assert (text, entities) == ("😀 é😀", [{"type": "bold", "offset": 3, "length": 3}])


def test_an_outer_entity_comes_before_the_one_inside_it() -> None:
    _, entities = parse_html("<blockquote>one <b>two</b> three</blockquote>")

    assert [entity["type"] for entity in entities] == ["blockquote", "bold"]


def test_a_link_that_is_none_is_plain_words() -> None:
    assert parse_html('<a href="javascript:alert(1)">click</a>') == ("click", [])


@pytest.mark.parametrize(
    "html",
    [
        "<b>a",
        "a</b>",
        "<b><i>a</b></i>",
        "<img src=x>",
        "a < b",
        '<b class="x">a</b>',
        "<blockquote>a<blockquote>b</blockquote></blockquote>",
        '<a onclick="x" href="https://x.test">a</a>',
        "<tg-time unix='soon'>a</tg-time>",
    ],
)
def test_html_that_telegram_refuses_is_refused(html: str) -> None:
    with pytest.raises(CannotParse):
        parse_html(html)


RUNS = st.builds(
    Run,
    st.text(),
    st.booleans(),
    st.sampled_from([None, "https://x.test/?a=1&b=2", "javascript:x", 'https://x.test/"']),
)
BLOCKS = st.builds(Block, st.lists(RUNS, max_size=4), st.sampled_from([None, *Quote]))


@given(st.lists(BLOCKS, max_size=4))
def test_whatever_the_bot_writes_can_be_read_and_says_the_same(blocks: list[Block]) -> None:
    read = [parse_html(html) for html in split_messages(blocks)]

    written = "".join(block.text for block in blocks if is_visible(block.text))
    assert "".join("".join(text for text, _ in read).split()) == "".join(written.split())
    assert all(e["offset"] + e["length"] <= utf16_length(text) for text, entities in read for e in entities)


def test_commands_mentions_and_addresses_of_people_are_found() -> None:
    found = find_entities("😀 /ask@citebot see https://x.test/a. or ask @ben, not a/b or me@x.test")

    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == [
        ("bot_command", 3, 12),
        ("url", 20, 16),
        ("mention", 45, 4),
    ]
