"""Links to the sentence; that a browser finds it is shown in tests/preview/test_sentence_links.py."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage, Source
from retrieval.sentence_links import MAX_LINK_CHARS, link_to, passage_link, quote_link, text_directive
from retrieval.types import Citation

URL = "https://news.test/mali"
SENTENCE = "At least five trucks were destroyed by the jihadists, an official said."
DIRECTIVE = re.compile(r"text=(?:[^-,&]+-,)?[^-,&]+(?:,[^-,&]+)?(?:,-[^-,&]+)?")


def directive(text: str, words: str) -> str:
    """The directive for the words where they stand last, decoded to be read."""
    start = text.rindex(words)
    return unquote(text_directive(text, start, start + len(words)))


def test_a_sentence_is_linked_to_by_its_words_without_the_punctuation_around_them():
    assert directive(SENTENCE, SENTENCE) == f"text={SENTENCE[:-1]}"
    assert directive(
        "He said: “There are civilians among the dead.”", "“There are civilians among the dead.”"
    ) == ("text=There are civilians among the dead")


def test_what_means_something_in_a_directive_is_encoded():
    words = "al-Qaeda, ISIS & others - 50% of them - attacked"
    assert text_directive(words, 0, len(words)) == (
        "text=al%2DQaeda%2C%20ISIS%20%26%20others%20%2D%2050%25%20of%20them%20%2D%20attacked"
    )


def test_a_long_quote_is_linked_to_by_both_its_ends():
    text = (
        f"It began at dawn near Gao, where the convoy stood, {'and went on ' * 30}until the army had left it."
    )
    assert directive(text, text) == (
        "text=It began at dawn near Gao, where the convoy,on and went on until the army had left it"
    )


def test_a_link_stays_short_in_scripts_of_which_each_letter_is_many_characters():
    text = (
        "Представитель профсоюза сообщил в пятницу, что на дороге между Гао и Ансонго погибли не менее "
        "32 человек."
    )
    assert directive(text, text) == (
        "text=Представитель профсоюза сообщил в пятницу,Гао и Ансонго погибли не менее 32 человек"
    )


def test_each_end_stays_within_its_paragraph():
    text = "The dead\nThirty-two people were killed near Gao on Friday, the union said.\nNobody claimed it."
    assert directive(text, text) == "text=The dead,Nobody claimed it"


def test_a_short_quote_takes_the_words_around_it_along():
    assert directive("There were soldiers. Five trucks burned. The rest fled.", "Five trucks burned.") == (
        "text=There were soldiers.-,Five trucks burned,-. The rest fled"
    )


def test_a_quote_that_the_article_says_twice_takes_the_words_around_it_along():
    text = f"In short: {SENTENCE} So much for that. {SENTENCE} Nobody claimed it."
    assert directive(text, SENTENCE) == f"text=much for that.-,{SENTENCE[:-1]},-. Nobody claimed it"


def test_words_of_another_paragraph_help_only_where_the_quote_is_not_the_only_one():
    assert directive(f"A sentence.\n{SENTENCE}\nAnother.", SENTENCE) == f"text={SENTENCE[:-1]}"
    text = f"{SENTENCE}\nA second sentence (or half).\n{SENTENCE}"
    assert directive(text, SENTENCE) == f"text=sentence (or half).-,{SENTENCE[:-1]}"


def test_of_a_row_of_a_table_one_cell_is_linked_to_with_its_neighbours():
    table = "Town | Killed | Who said so\nGao | 32 | a transport union\nKidal | 5 | nobody"
    assert directive(table, "Gao | 32 | a transport union") == "text=32-,a transport union"
    assert directive(table, "Kidal | 5 | nobody") == "text=5-,nobody"


def test_the_number_that_a_page_draws_before_a_list_entry_is_no_words():
    text = "1. The convoy left Gao in the morning.\n2. It was attacked on the way to Ansongo."
    assert (
        directive(text, text)
        == "text=The convoy left Gao in the morning,It was attacked on the way to Ansongo"
    )


def test_a_quote_that_begins_within_a_word_begins_with_the_next():
    text = "They were taken there.The attack on the convoy was confirmed by a union."
    assert directive(text, "The attack on the convoy was confirmed by a union.") == (
        "text=attack on the convoy was confirmed by a union"
    )


@pytest.mark.parametrize("text", ["—", "| |", "\n", "1. "])
def test_without_words_there_is_no_directive(text: str):
    assert text_directive(text, 0, len(text)) == ""
    assert link_to(URL, text, 0, len(text)) == URL


@pytest.mark.parametrize(
    ("url", "link"),
    [
        (URL, f"{URL}#:~:text=attack%20on%20the%20convoy%20was%20confirmed"),
        (f"{URL}#", f"{URL}#:~:text=attack%20on%20the%20convoy%20was%20confirmed"),
        (
            f"{URL}?a=1&b=2#/day-2",
            f"{URL}?a=1&b=2#/day-2:~:text=attack%20on%20the%20convoy%20was%20confirmed",
        ),
        (f"{URL}#a:~:text=old", f"{URL}#a:~:text=attack%20on%20the%20convoy%20was%20confirmed"),
        ("HTTP://news.test", "HTTP://news.test#:~:text=attack%20on%20the%20convoy%20was%20confirmed"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("news.test", None),
        (None, None),
    ],
)
def test_the_fragment_joins_the_address(url: str | None, link: str | None):
    text = "attack on the convoy was confirmed"
    assert link_to(url, text, 0, len(text)) == link


def test_a_link_that_would_be_too_long_goes_to_the_article():
    text = "字" * 290
    assert link_to(URL, text, 0, len(text)) == URL


def test_a_citation_and_a_passage_link_to_their_own_words():
    text = f"Nobody claimed it. {SENTENCE}"
    passage = Passage("a#100", Source("a", "A", url=URL), 100, 100 + len(text), text)
    citation = Citation(passage, SENTENCE, 119, 100 + len(text))
    assert quote_link(citation) == link_to(URL, text, 19, len(text))
    assert passage_link(passage) == link_to(URL, text, 0, len(text))


nasty = st.text(
    st.one_of(st.characters(), st.sampled_from(" \n|-,&#%“”.\u0301\u200d漢字\ud800")), max_size=400
)


@given(nasty, nasty, nasty)
def test_whatever_an_article_says_the_link_is_one(before: str, words: str, after: str):
    text = before + words + after
    directive = text_directive(text, len(before), len(before + words))
    assert directive == "" or DIRECTIVE.fullmatch(directive)
    link = link_to(URL, text, len(before), len(before + words))
    assert link is not None
    assert link.isascii()
    assert len(link) <= MAX_LINK_CHARS
