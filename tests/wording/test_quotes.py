"""Quotes that a model gave, found in the passage they are said to be from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage, Source
from wording.quotes import find_quote

TEXT = (
    "The mayor’s office said “at least 32 people” died – most of them in Gao. Nobody else was hurt. "
    "A bridge fell."
)
PASSAGE = Passage("a#0", Source("a", "T"), 0, len(TEXT), TEXT)
FIRST = TEXT[: TEXT.index(" Nobody")]


@pytest.mark.parametrize(
    "given_words",
    [
        "at least 32 people” died – most of them in Gao.",
        'The mayor\'s office said "at least 32 people" died - most of them in Gao',
        "  the Mayor`s  office said\n**at least 32 people** died",
        "said at\u200b least 32 people died — most",
    ],
)
def test_a_quote_is_found_whatever_its_typography_and_shown_as_stored(given_words: str) -> None:
    span = find_quote(PASSAGE, given_words)

    assert span is not None
    assert TEXT[slice(*span)] == FIRST


@pytest.mark.parametrize(
    "given_words",
    [
        "at least 33 people died",  # another number
        "at least 32 people were killed",  # other words
        "at least 32 people died ... Nobody else was hurt",  # stitched from two places
        "The mayor’s office said a bridge fell",
        "east 32 people died",  # begins in a word
        "of them",  # stands anywhere
        "",
    ],
)
def test_words_that_do_not_stand_there_in_one_piece_are_no_quote(given_words: str) -> None:
    assert find_quote(PASSAGE, given_words) is None


@given(st.text(max_size=300), st.integers(0, 300), st.integers(12, 80))
def test_what_is_found_is_always_a_slice_around_what_was_given(text: str, start: int, length: int) -> None:
    words = text[start : start + length]
    passage = Passage("a#0", Source("a", "T"), 0, len(text), text)

    span = find_quote(passage, words)

    if span is not None:
        bare = "".join(char for char in words if char.isalnum()).casefold()
        shown = "".join(char for char in text[slice(*span)] if char.isalnum()).casefold()
        assert bare in shown or not bare.isascii()
