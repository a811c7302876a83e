"""The text that every offset counts."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from index.loading.cleaning import clean_text


@given(st.text(st.characters(exclude_categories=())))
def test_cleaning_clean_text_changes_nothing(raw: str) -> None:
    once = clean_text(raw)

    assert clean_text(once) == once


@given(st.text(st.characters(exclude_categories=())))
def test_clean_text_can_be_stored_and_has_no_invisible_characters(raw: str) -> None:
    cleaned = clean_text(raw)

    assert cleaned.encode().decode() == cleaned
    assert not {"\0", "\r", "\t", "\u200b", "\ufeff", "\u00ad", "\u2028"} & set(cleaned)
    assert not {c for c in cleaned if unicodedata.category(c) == "Cc"} - {"\n"}
    assert "\n\n\n" not in cleaned


def test_newlines_byte_order_marks_and_trailing_spaces_are_normalized() -> None:
    assert (
        clean_text("\ufeffOne  \r\nTwo\rThree\u2028Four\n\n\n\nFive\x0b \n")
        == "One\nTwo\nThree\nFour\n\nFive"
    )


def test_accents_are_composed_and_zero_width_spaces_vanish() -> None:
    assert clean_text("Cafe\u0301 in Ba\u200bma\u00adko") == "Café in Bamako"


def test_words_and_the_spaces_between_them_are_never_mended() -> None:
    sloppy = "The attack,which coudl “spread”  in the region.Key points;  thier end\u00a0!"

    assert clean_text(sloppy) == sloppy


def test_ligatures_are_the_letters_that_one_types() -> None:
    assert clean_text(
        "The o\ufb03ce \ufb01led a \ufb02ight plan; o\ufb00 to \ufb06. Gao, \u0133 and \u00e6"
    ) == ("The office filed a flight plan; off to st. Gao, \u0133 and \u00e6")


def test_joiners_that_spell_words_stay() -> None:
    assert clean_text("می\u200cخواهم 👩\u200d🚒") == "می\u200cخواهم 👩\u200d🚒"
