"""Sentences against their quotes, without a model."""

import pytest

from wording.checking import Flaw, flaw, translation_flaw

ATTACK = "At least 32 civilians were killed by gunmen near Gao on 7 February 2025, officials in Bamako said."
DENIAL = "The army attacked the town, but did not take it."
SUSPICION = "Police suspect that Moussa Traoré may have set fire to the depot."
PRICE = "Prices rose by 5.2% to $3 million in Mali after the strike, and by 7% in Niger."


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("At least 32 civilians were killed near Gao.", ATTACK),
        ("At least thirty-two civilians were killed by gunmen on 7 February 2025.", ATTACK),
        ("The army attacked the town.", DENIAL),
        ("The army attacked the town but did not take it.", DENIAL),
        ("Police suspect that Moussa Traoré may have set fire to the depot.", SUSPICION),
        ("Prices rose by 5.2% in Mali.", PRICE),
        ("The port was closed on 3 May.", "The port was closed on 3 May after a storm that may return."),
    ],
)
def test_a_sentence_that_repeats_its_quote_shorter_is_shown(sentence: str, quote: str) -> None:
    assert flaw(sentence, [quote]) is None


@pytest.mark.parametrize(
    ("sentence", "quote", "why"),
    [
        ("32 civilians were killed near Gao.", ATTACK, Flaw.NUMBER),  # without "at least"
        ("Of civilians more than 32 were killed near Gao.", ATTACK, Flaw.WORDS),
        ("At least 33 civilians were killed near Gao.", ATTACK, Flaw.NUMBER),
        ("At least 32 soldiers were killed near Gao.", ATTACK, Flaw.NUMBER),  # another unit
        ("At least 32 civilians were killed on 8 February 2025.", ATTACK, Flaw.NUMBER),
        ("At least 32 civilians were killed on 7 March 2025.", ATTACK, Flaw.NUMBER),
        ("At least 32 civilians were killed near Kidal.", ATTACK, Flaw.NAME),
        ("At least 32 civilians were saved near Gao.", ATTACK, Flaw.WORDS),
        ("At least 32 civilians were killed for Gao.", ATTACK, Flaw.WORDS),
        ("Gunmen killed at least 32 civilians.", ATTACK, Flaw.ORDER),
        ("At least 32 civilians killed gunmen.", ATTACK, Flaw.NEGATION),  # the passive is gone
        ("At least 32 civilians were not killed near Gao.", ATTACK, Flaw.NEGATION),
        ("The army did not attack the town.", DENIAL, Flaw.NEGATION),
        ("The army was attacked.", DENIAL, Flaw.NEGATION),
        ("The army attacked the town and did take it.", DENIAL, Flaw.NEGATION),
        ("Moussa Traoré set fire to the depot.", SUSPICION, Flaw.NEGATION),  # no longer a suspicion
        ("Prices rose by $5.2 in Mali.", PRICE, Flaw.NUMBER),
        ("Prices rose by 7% in Mali.", PRICE, Flaw.ORDER),
        ("Prices fell by 5.2% in Mali.", PRICE, Flaw.WORDS),
        ("Prices rose before the strike.", PRICE, Flaw.WORDS),
        ("See https://example.org about Mali.", PRICE, Flaw.MARKUP),
        ("<b>Prices</b> rose by 5.2%.", PRICE, Flaw.MARKUP),
        ("[Prices](tg://x) rose by 5.2%.", PRICE, Flaw.MARKUP),
        ("Prices\u202e rose by 5.2%.", PRICE, Flaw.MARKUP),
        ("It was that.", PRICE, Flaw.WORDS),
    ],
)
def test_a_sentence_that_says_anything_else_is_not_shown(sentence: str, quote: str, why: Flaw) -> None:
    assert flaw(sentence, [quote]) is why


def test_words_of_a_title_may_be_used_but_neither_its_names_nor_its_numbers() -> None:
    row = "Gao | 32"

    assert flaw("Gao deaths: 32", [row], context="Many deaths in Mali: 40 in Kidal") is None
    assert flaw("Gao and Kidal deaths: 32", [row], context="Many deaths in Mali: 40 in Kidal") is Flaw.NAME
    assert flaw("Gao deaths: 40", [row], context="Many deaths in Mali: 40 in Kidal") is Flaw.NUMBER


def test_french_is_checked_as_english_is() -> None:
    quote = "Le maire de Gao n’a pas démissionné lundi, mais 12 conseillers ont quitté la salle."

    assert flaw("Le maire de Gao n’a pas démissionné.", [quote], "fr") is None
    assert flaw("Le maire de Gao a démissionné.", [quote], "fr") is Flaw.NEGATION
    assert flaw("13 conseillers ont quitté la salle.", [quote], "fr") is Flaw.NUMBER


@pytest.mark.parametrize(
    ("translation", "why"),
    [
        ("Au moins 5 camions ont été détruits à Gao.", None),
        ("Au moins 6 camions ont été détruits à Gao.", Flaw.NUMBER),
        ("Au moins 5 camions ont été détruits à Kidal.", Flaw.NAME),
        ("Au moins 5 camions n’ont pas été détruits à Gao.", Flaw.NEGATION),
        ("Au moins 5 camions : https://a.example à Gao.", Flaw.MARKUP),
    ],
)
def test_a_translation_keeps_numbers_names_and_negations(translation: str, why: Flaw | None) -> None:
    assert translation_flaw("At least five trucks were destroyed in Gao.", translation) is why
