from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loading.document import CODE_MARK, heading_mark, page_mark, without_marks
from index.passages.structure import Block, Kind, is_rule, parse, quote_span
from tests.index.passages.texts import MARKED_TEXT

SEEDS = Path(__file__).parents[3] / "seeds"
ATTACK = SEEDS / "002_84dafc6d3e36b6d2.txt"
INTERVIEW = SEEDS / "004_7f7ea21eb3102d1d.txt"


def blocks(text: str) -> list[tuple[Kind, str]]:
    return [(block.kind, text[block.start : block.end]) for block in parse(text)]


def block_of(text: str, line: str) -> Block:
    return next(block for block in parse(text) if text[block.start : block.end].startswith(line))


def quoted(text: str, words: str) -> str:
    start = text.index(words)
    begin, end = quote_span(text, start, start + len(words))
    return text[begin:end]


def test_headings_lists_and_paragraphs_are_told_apart() -> None:
    text = (
        "Why it Burns\n"
        "The land is dry. Causes include:\n- Heat: It is hot.\n- Wind: It blows.\n\n"
        "That is all."
    )
    assert parse(text) == [
        Block(Kind.HEADING, 0, 12),
        Block(Kind.PARAGRAPH, 13, 45, heading="Why it Burns"),
        Block(Kind.LIST_ITEM, 46, 64, heading="Why it Burns", lead_in="Causes include:"),
        Block(Kind.LIST_ITEM, 65, 82, heading="Why it Burns", lead_in="Causes include:"),
        Block(Kind.PARAGRAPH, 84, 96, heading="Why it Burns"),
    ]


@pytest.mark.parametrize(
    "table",
    [
        "Country | Reply |\n---|---|\nMali | None |\nChad | Some |",
        "Country | Reply |\nMali | None |\nChad | Some |",
        "| Country | Reply |\n|:---|---:|\n| Mali | None |\n| Chad | Some |",
        "Country | Reply\nMali | None\nChad | Some",
    ],
)
def test_a_table_is_a_header_and_rows_with_or_without_a_line_between(table: str) -> None:
    text = f"The table shows the replies.\n{table}\nThat was all."
    found = parse(text)
    header = table.splitlines()[0]
    assert [block.kind for block in found] == [
        Kind.PARAGRAPH,
        Kind.TABLE_HEADER,
        Kind.TABLE_ROW,
        Kind.TABLE_ROW,
        Kind.PARAGRAPH,
    ]
    assert found[1].lead_in == "The table shows the replies."
    assert {row.lead_in for row in found[2:4]} == {f"The table shows the replies.\n{header}"}


def test_a_bar_in_one_line_makes_no_table() -> None:
    assert blocks("I announce my tour: Taylor Swift | The Eras Tour, at last.") == [
        (Kind.PARAGRAPH, "I announce my tour: Taylor Swift | The Eras Tour, at last.")
    ]


def test_labelled_lines_below_each_other_are_a_list_without_bullets() -> None:
    text = INTERVIEW.read_text(encoding="utf-8")
    block = block_of(text, "weak Governance: Mali has been")
    assert block.kind is Kind.LIST_ITEM
    assert block.heading == "Understanding the Context: A Complex Web of Conflict"
    assert block.lead_in == (
        "The situation in Mali is deeply complex, with multiple factors contributing to the"
        " ongoing instability."
    )


def test_one_labelled_line_is_a_paragraph() -> None:
    assert blocks("It rained.\nPortland: A man was freed.\nIt rained on.")[1][0] is Kind.PARAGRAPH


def test_an_interview_answer_stands_under_its_question() -> None:
    text = INTERVIEW.read_text(encoding="utf-8")
    question = "Time.news Editor: How does this situation pose a threat to the United States?"
    answer = block_of(text, "African Security Expert: The instability in Mali has")
    goes_on = block_of(text, "The region has become a breeding ground")
    assert block_of(text, question).kind is Kind.SPEAKER_TURN
    assert (answer.kind, answer.lead_in) == (Kind.SPEAKER_TURN, question)
    assert (goes_on.kind, goes_on.lead_in) == (Kind.PARAGRAPH, question)
    assert answer.heading == "Escalating Violence in Mali: An Interview with an African Security Expert"
    assert block_of(text, "Time.news Editor: Thank you for").lead_in == ""


def test_labels_make_an_interview_only_when_they_repeat_and_one_asks() -> None:
    talk = "Ann: Why?\nBob: No reason.\nAnn: Really?\nBob: Really."
    assert {kind for kind, _ in blocks(talk)} == {Kind.SPEAKER_TURN}
    assert Kind.SPEAKER_TURN not in {kind for kind, _ in blocks("Ann: Why?\nBob: No reason.")}
    assert Kind.SPEAKER_TURN not in {kind for kind, _ in blocks("Age: 5.\nTown: Gao.\nAge: 6.\nTown: Kidal.")}


def test_the_headings_of_a_seed_are_its_section_titles() -> None:
    assert [line for kind, line in blocks(ATTACK.read_text(encoding="utf-8")) if kind is Kind.HEADING] == [
        "Mali’s Rising Security Concerns and the Impact of Governance Changes",
        "Anatomy of the Jihadist Attack: Tactics and Implications for Mali’s Stability",
        "local and international Reactions to the surge in Violence",
        "Strategies for Strengthening Mali’s Defense Against Extremism",
        "the Role of Regional Partnerships in Countering Jihadist threats",
        "Recommendations for Policy Makers: Enhancing Resilience in Mali’s Institutions",
        "To Wrap It Up",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "CNN —",
        "Where he served:",
        "“All Quiet on the Western Front”",
        "Its title was “Survivor.”",
        "- John Doe",
        "More:Biden visits Kyiv",
        "It rained.",
        "x" * 120,
    ],
)
def test_datelines_credits_teasers_and_sentences_are_no_headings(line: str) -> None:
    assert blocks(f"{line}\n\nIt rained all day in Gao.")[0][0] is not Kind.HEADING


def test_the_number_of_a_section_alone_in_its_line_is_its_heading() -> None:
    text = "It is sent.\n7.2.2.\nPostfix\nIt sends mail.\nThe share was\n16.3\nin all."
    assert [(kind, line) for kind, line in blocks(text)[1:4]] == [
        (Kind.HEADING, "7.2.2."),
        (Kind.HEADING, "Postfix"),
        (Kind.PARAGRAPH, "It sends mail."),
    ]
    assert (Kind.PARAGRAPH, "16.3") in blocks(text)


def test_many_short_lines_in_a_row_are_names_or_figures_and_no_headings() -> None:
    text = "Maine – Boxer\nIowa – Poodle\nOhio – Beagle\nWe asked every owner in the land."
    assert {kind for kind, _ in blocks(text)} == {Kind.PARAGRAPH}


def stated(marked: str) -> list[tuple[Kind, str, str, str]]:
    text, outline = without_marks(marked)
    return [(b.kind, text[b.start : b.end], b.heading, b.lead_in) for b in parse(text, outline)]


def test_where_a_document_states_its_headings_they_are_the_headings_and_stand_in_a_path() -> None:
    h1, h2, h3 = map(heading_mark, (1, 2, 3))
    assert stated(
        f"{h1}Configuring\n{h2}Mail\n{h3}postfix\nIt is the default.\nA short line\nIt sends mail.\n"
        f"{h2}Web.\nNothing listens."
    ) == [
        (Kind.HEADING, "Configuring", "", ""),
        (Kind.HEADING, "Mail", "", ""),
        (Kind.HEADING, "postfix", "", ""),
        (Kind.PARAGRAPH, "It is the default.", "Configuring\nMail\npostfix", ""),
        (Kind.LABEL, "A short line", "Configuring\nMail\npostfix", ""),
        (Kind.PARAGRAPH, "It sends mail.", "Configuring\nMail\npostfix", ""),
        (Kind.HEADING, "Web.", "", ""),
        (Kind.PARAGRAPH, "Nothing listens.", "Configuring\nWeb.", ""),
    ]


def test_a_term_and_its_definition_stand_together_and_the_term_above_all_that_defines_it() -> None:
    marked = (
        f"{heading_mark(1)}Memory\nbuffers (integer)\n- Sets the size.\nNote\nIt is slow.\n"
        "-r\n@reboot\n- Runs."
    )
    assert stated(marked) == [
        (Kind.HEADING, "Memory", "", ""),
        (Kind.LABEL, "buffers (integer)", "Memory", ""),
        (Kind.LIST_ITEM, "- Sets the size.", "Memory\nbuffers (integer)", "buffers (integer)"),
        (Kind.LABEL, "Note", "Memory", ""),
        (Kind.PARAGRAPH, "It is slow.", "Memory\nbuffers (integer)", ""),
        (Kind.LABEL, "-r", "Memory", ""),
        (Kind.LABEL, "@reboot", "Memory", ""),
        (Kind.LIST_ITEM, "- Runs.", "Memory\n-r\n@reboot", "@reboot"),
    ]


def test_headings_are_guessed_where_a_document_states_only_its_pages_or_code() -> None:
    marked = f"{page_mark(3)}A Short Title\nIt rained all day in Gao.\n{CODE_MARK}make all"
    assert [kind for kind, *_ in stated(marked)] == [Kind.HEADING, Kind.PARAGRAPH, Kind.CODE]


def test_a_stated_heading_with_nothing_below_it_is_kept_as_text() -> None:
    marked = f"{heading_mark(1)}Mali\nIt rained.\n{heading_mark(2)}See also\n{heading_mark(2)}Notes\n---"
    assert [kind for kind, *_ in stated(marked)] == [Kind.HEADING, *[Kind.PARAGRAPH] * 3]


def test_a_paragraph_marked_as_a_heading_is_a_paragraph() -> None:
    sentence = "The road was closed to all traffic that day. "
    marked = f"{heading_mark(2)}{sentence * 5}\nIt rained."
    assert [kind for kind, *_ in stated(marked)] == [Kind.PARAGRAPH, Kind.PARAGRAPH]


def test_a_line_of_code_is_no_heading_list_item_or_table_row() -> None:
    code = ["A Title", "- item", "a | b |", "c | d |", "x = y. Z = 1", "  if x:"]
    marked = "Write this.\n" + "\n".join(CODE_MARK + line for line in code) + "\nThat is all."
    assert stated(marked) == [
        (Kind.PARAGRAPH, "Write this.", "", ""),
        *((Kind.CODE, line.strip(), "", "Write this.") for line in code),
        (Kind.PARAGRAPH, "That is all.", "", ""),
    ]


def test_the_numbers_of_guessed_headings_say_how_deep_they_are() -> None:
    text = "7.2. Mail\nIt is sent.\n7.2.1. Postfix\nIt sends.\nLogs\nIt logs.\n7.3. Web\nIt is read."
    assert [block.heading for block in parse(text) if block.kind is Kind.PARAGRAPH] == [
        "7.2. Mail",
        "7.2. Mail\n7.2.1. Postfix",
        "7.2. Mail\n7.2.1. Postfix\nLogs",
        "7.3. Web",
    ]


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        (
            "humanitarian aid",
            "United States | Offered humanitarian aid and promised further assistance. |",
        ),
        (
            "Our community",
            "Our community needs to feel safe once more.” Various",
        ),
        (
            "resilience and adaptability",
            "Increased Jihadist Activity: An uptick in attacks from various armed groups demonstrates their"
            " resilience and adaptability.",
        ),
        (
            "France and the United States",
            "Additionally, countries such as France and the United States have reiterated their commitment to"
            " supporting Mali in its fight against terrorism.",
        ),
    ],
)
def test_a_quote_is_the_whole_sentence_row_or_item(words: str, quote: str) -> None:
    text = ATTACK.read_text(encoding="utf-8")
    assert quoted(text, words) == quote.removesuffix(" Various")


def test_a_quote_across_borders_holds_every_unit_it_touches() -> None:
    text = "One is here. Two is there. Three is gone.\nA | B |\n---|---|\nC | D |\n- four\n- five"
    assert quoted(text, "here. Two") == "One is here. Two is there."
    assert quoted(text, "B |\n---|---|\nC") == "A | B |\n---|---|\nC | D |"
    assert quoted(text, "our\n- fi") == "four\n- five"


def test_a_line_of_code_is_quoted_whole() -> None:
    text, outline = without_marks(f"Run this. Then wait.\n{CODE_MARK}  make all. Then | go\nThat. Is all.")
    start = text.index("Then |")
    assert text[slice(*quote_span(text, start, start + 4, outline))] == "make all. Then | go"
    assert text[slice(*quote_span(text, 0, 3, outline))] == "Run this."


def test_a_label_is_quoted_with_what_it_says_of_what_it_names() -> None:
    text, outline = without_marks(f"{heading_mark(1)}Memory\n-b\nbuffers (integer)\n- Sets it.\nIt is slow.")
    start = text.index("buffers")
    assert text[slice(*quote_span(text, start, start + 7, outline))] == "buffers (integer)\n- Sets it."
    start = text.index("-b")
    assert text[slice(*quote_span(text, start, start + 2, outline))] == "-b\nbuffers (integer)\n- Sets it."


def test_a_drawn_line_is_never_where_a_quote_begins_or_ends() -> None:
    text = "A | B |\n---|---|\nC | D |"
    assert quoted(text, "---|---|") == text
    assert quoted(text, "---|\nC") == text
    assert quoted(text, "B |\n--") == text


def test_a_quote_from_a_passage_is_the_quote_from_its_article() -> None:
    text = ATTACK.read_text(encoding="utf-8")
    at = text.index("A table summarizing")
    assert quoted(text[at : at + 500], "military support") == quoted(text, "military support")


@pytest.mark.parametrize("span", [(-1, 2), (2, 1), (0, 99)])
def test_a_quote_of_what_is_not_there_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"within 0\.\.4 is needed"):
        quote_span("Gao.", *span)


@given(MARKED_TEXT)
def test_every_line_that_is_content_is_one_block(marked: str) -> None:
    text, outline = without_marks(marked)
    found = parse(text, outline)
    assert all(before.end <= after.start for before, after in pairwise(found))
    drawn = "".join(text[a.end : b.start] for a, b in _between(text, found))
    assert all(is_rule(line) or not line for line in map(str.strip, drawn.splitlines()))


def _between(text: str, found: list[Block]) -> list[tuple[Block, Block]]:
    outer = [Block(Kind.PARAGRAPH, 0, 0), *found, Block(Kind.PARAGRAPH, len(text), len(text))]
    return list(pairwise(outer))


@given(MARKED_TEXT)
def test_a_heading_always_stands_above_something(marked: str) -> None:
    found = parse(*without_marks(marked))
    assert not found or found[-1].kind is not Kind.HEADING


@given(MARKED_TEXT, st.data())
def test_a_quote_holds_its_span_and_quoting_it_again_changes_nothing(
    marked: str, data: st.DataObject
) -> None:
    text, outline = without_marks(marked)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    quote = quote_span(text, start, end, outline)
    assert 0 <= quote[0] <= start <= end <= quote[1] <= len(text)
    assert quote_span(text, *quote, outline) == quote
