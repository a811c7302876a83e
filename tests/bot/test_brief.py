"""The short form of answers: a few lines, the evidence folded, never more than fits."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.short_answer import MAX_STATEMENTS, render, render_brief, render_collapsed
from bot.rendering.telegram_html import MAX_ENTITIES, MAX_UNITS
from bot.state.preferences import Length
from index.types import PUBLIC_ONLY, Passage, Source
from retrieval.containment import says
from retrieval.types import Answer, Citation, Conversation, Outcome, Statement
from tests.bot.seeds import KILLED_32, KILLED_50, TRUCKS, SeedAnswerer, SeedShelf
from tests.botapi.entities import parse_html, slices, utf16_length


def answered(question: str) -> Answer:
    return SeedAnswerer(SeedShelf()).answer(question, Conversation(), PUBLIC_ONLY)


def head_and_folded(parts: Sequence[str]) -> tuple[str, str]:
    """What stands before the one expandable quote of the one message, and what is in it."""
    (html,) = parts
    text, entities = parse_html(html)
    (folded,) = slices(text, entities, "expandable_blockquote")
    assert slices(text, entities, "blockquote") == []
    assert text.endswith(folded)
    return text.removesuffix(folded).strip(), folded


def test_an_answer_is_two_lines_and_its_evidence_is_folded():
    head, folded = head_and_folded(render_brief(answered("how many trucks?")))
    assert head == "five [1]\ntime.news, 9 February 2025"
    assert folded == f"[1] Escalating Violence in Mali — time.news, 9 February 2025\n{TRUCKS}"


def test_what_another_article_says_stands_below_the_answer_in_both_forms():
    tolls = answered("how many were killed?")
    beside = replace(tolls, outcome=Outcome.ANSWERED)
    head, _ = head_and_folded(render_brief(beside))
    assert head.splitlines()[:2] == ["32 [1]", "also: more than 50 [2]"]
    told, _ = parse_html("\n".join(render(beside, Length.FULL)))
    assert "also: more than 50 [2]\n" + KILLED_50 in told


def test_a_dispute_names_every_value_and_who_says_it_and_folds_what_they_say():
    head, folded = head_and_folded(render_brief(answered("how many were killed?")))
    assert "32 — time.news, 9 February 2025 [1]" in head
    assert "more than 50 — GNN [2]" in head
    assert KILLED_32 not in head
    assert KILLED_32 in folded
    assert KILLED_50 in folded


def test_not_found_is_one_line_and_what_came_nearest_is_folded():
    head, folded = head_and_folded(render_brief(answered("who won the world cup?")))
    assert head == "My articles don't say."
    assert "• Escalating Violence in Mali" in folded


def test_of_a_long_list_the_first_are_shown_and_the_others_counted():
    answer = answered("tell me everything")
    head, folded = head_and_folded(render_brief(answer))
    assert head.count("•") == MAX_STATEMENTS
    assert f"… and {len(answer.statements) - MAX_STATEMENTS} more." in head
    assert folded.endswith("\n…")


def test_a_collapsed_answer_is_one_line():
    assert (
        render_collapsed(answered("how many buses?"))
        == "Answer to “how many buses?”: 22 minibuses [time.news]"
    )
    assert render_collapsed(answered("how many were killed?")).endswith("32 / more than 50 [time.news, GNN]")
    assert render_collapsed(answered("who won?")) == "Answer to “who won?”: my articles don't say."
    long = render_collapsed(answered(f"tell me everything\n{'and more ' * 90}"))
    assert "\n" not in long
    assert len(long) < 400


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=300).filter(str.strip)
sources = st.builds(
    Source,
    st.sampled_from(["a", "b", "c"]),
    words,
    publisher=st.none() | words,
    url=st.sampled_from([None, "https://x.test/?a=1&b=2", "javascript:alert(1)"]),
    published=st.none() | st.dates(),
)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    text = draw(words.filter(lambda text: says(text, text)))
    quotes = [text, *draw(st.lists(words.map(lambda more: f"{text}; {more}"), max_size=3))]
    cited = [
        Citation(
            Passage("p", draw(sources), 0, len(quote), quote), quote, 0, len(quote), draw(st.integers(1, 40))
        )
        for quote in quotes
        if says(quote, text)
    ]
    return Statement(text, cited, 0.5)


outcomes = st.sampled_from([Outcome.ANSWERED, Outcome.DISPUTED])


@given(words, outcomes, st.lists(statements(), min_size=1, max_size=8))
def test_whatever_the_articles_say_it_fits_parses_and_names_every_side(
    question: str, outcome: Outcome, said: list[Statement]
):
    answer = Answer(question, question, outcome, said)
    texts = [parse_html(html) for html in (*render_brief(answer), render_collapsed(answer))]
    for text, entities in texts:
        assert utf16_length(text) <= MAX_UNITS
        assert len(entities) <= MAX_ENTITIES
    assert "\n" not in texts[-1][0]
    if outcome is Outcome.DISPUTED:
        bold = [one for text, entities in texts[:-1] for one in slices(text, entities, "bold")]
        assert len(bold) >= len([one for one in said if one.text.strip()])


def test_a_misspelt_word_is_said_to_have_been_read_as_another():
    answer = replace(answered("how many trucks?"), question="how many truks?")
    for length in Length:
        assert render(answer, length)[0].startswith("I read “truks” as “trucks”.\n")
