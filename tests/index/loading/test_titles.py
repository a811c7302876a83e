"""Titles that read well, from sources that give none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.loading.titles import TITLE_CHARS, title_of, usable_title

BODY = "The river rose by two metres overnight, the mayor of the town said."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"Floods reach Arlen\n{BODY}", "Floods reach Arlen"),
        (f"Who let the river rise?\n\n{BODY}", "Who let the river rise?"),
        (f"Jane Roe\n{BODY}", "The river rose by two metres overnight, the mayor of the town said"),
        (BODY, "The river rose by two metres overnight, the mayor of the town said"),
        (f"- {BODY}", "The river rose by two metres overnight, the mayor of the town said"),
        (
            "In a dramatic turn of events, the river rose by two metres. It fell later.",
            "The river rose by two metres",
        ),
        ("In Mali, over 50 civilians were killed.", "In Mali, over 50 civilians were killed"),
        (
            "The World Health Organization (WHO) and the ministry run eleven new clinics in the old town.",
            "The WHO and the ministry run eleven new clinics in the old town",
        ),
        (
            "Dr. Bo Lee of the U.S. Navy spoke. He left.",
            "Dr. Bo Lee of the U.S. Navy spoke",
        ),
        ("32", "fallback"),
    ],
)
def test_a_title_is_the_headline_or_the_first_sentence_made_short(text: str, title: str) -> None:
    assert title_of(text, otherwise="fallback") == title


def test_a_long_sentence_is_cut_at_a_clause_else_at_a_word() -> None:
    at_clause = (
        "The council closed the old bridge near the market square after inspectors found cracks in it."
    )
    at_word = "Water " + "barrels " * 20 + "float."

    assert title_of(at_clause, "") == "The council closed the old bridge near the market square"
    assert title_of(at_word, "").endswith("barrels…")


@given(st.text(min_size=1))
def test_a_made_title_is_one_line_of_limited_length(text: str) -> None:
    title = title_of(text, otherwise="fallback")

    assert title
    assert "\n" not in title
    assert len(title) <= max(TITLE_CHARS + 1, 140)


@pytest.mark.parametrize(
    "placeholder", [None, "", " - ", "Untitled", "Microsoft Word - draft.docx", "report.pdf"]
)
def test_a_placeholder_is_no_title(placeholder: str | None) -> None:
    assert usable_title(placeholder) is None


def test_the_name_of_the_site_is_no_part_of_the_title() -> None:
    assert usable_title("Floods reach  Arlen | The Arlen Post", "The Arlen Post") == "Floods reach Arlen"


def test_a_paragraph_in_the_place_of_a_title_is_cut() -> None:
    assert usable_title("word " * 100) == "word " * 58 + "word…"
