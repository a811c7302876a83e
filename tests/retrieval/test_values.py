import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from retrieval.questions.kinds import Kind
from retrieval.values import Amount, PartialDate, Relation, amount, partial_date, relation


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("32", "at least 32", Relation.SAME),
        ("at least 32 people", "more than 50 individuals", Relation.DIFFERENT),
        ("over 50 civilians", "56 bodies", Relation.SAME),
        ("at least 32 people", "roughly 30 kilometers", Relation.APART),
        ("22 minibuses", "eight trucks", Relation.APART),
        ("10", "32", Relation.DIFFERENT),
        ("dozens of people", "32", Relation.SAME),
        ("twenty-five thousand", "25,000", Relation.SAME),
        ("$1.5 billion", "$1.5bn", Relation.SAME),
        ("$1.5 billion", "$2.5 billion", Relation.DIFFERENT),
        ("nearly 100", "95", Relation.SAME),
        ("no one", "no one", Relation.SAME),
        ("eight trucks", "several", Relation.APART),
        ("240 houses", "houses", Relation.APART),  # else 310 houses would stand beside 240 as support
    ],
)
def test_numbers_are_compared_with_their_qualifiers_and_nouns(a: str, b: str, expected: Relation) -> None:
    assert relation(a, b, Kind.NUMBER) is expected
    assert relation(b, a, Kind.NUMBER) is expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("February 7, 2025", "7 Feb", Relation.SAME),
        ("February 7, 2025", "2025", Relation.SAME),
        ("August 2020", "two coups in 2020 and 2021", Relation.SAME),
        ("September 8, 2023", "August 2020", Relation.DIFFERENT),
        ("2023-09-08", "September 8, 2023", Relation.SAME),
        ("September 8, 2023", "the morning", Relation.APART),
    ],
)
def test_dates_agree_where_both_are_given(a: str, b: str, expected: Relation) -> None:
    assert relation(a, b, Kind.TIME) is expected
    assert relation(b, a, Kind.TIME) is expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("Islamic State", "Islamic State (IS) jihadists", Relation.SAME),
        ("Islamic State", "IS jihadists", Relation.SAME),
        ("Biden", "President Joe Biden", Relation.SAME),
        ("the Associated Press", "Associated Press", Relation.SAME),
        ("Zelensky", "Zelenskyy", Relation.SAME),
        ("Mali", "Niger", Relation.DIFFERENT),
        ("12 florins", "17 florins", Relation.DIFFERENT),
        ("the Boeing 737", "the Boeing 747", Relation.DIFFERENT),
        ("12 florins", "twelve florins", Relation.SAME),
        ("the", "Niger", Relation.APART),
    ],
)
def test_names_are_the_same_by_their_words_or_initials(a: str, b: str, expected: Relation) -> None:
    assert relation(a, b, Kind.PERSON) is expected
    assert relation(b, a, Kind.PERSON) is expected


def test_an_amount_keeps_what_is_counted() -> None:
    assert amount("at least 32 people") == Amount(32, 40, "people")
    assert amount("22 minibuses") == Amount(22, 22, "minibuse")
    assert amount("the junta") is None


def test_a_lower_case_may_is_no_month() -> None:
    assert partial_date("they may come") is None
    assert partial_date("in May 2021") == PartialDate(2021, 5, None)


@given(st.integers(2, 90), st.integers(1, 9), st.sampled_from(["between {} and {}", "{} to {}", "{}-{}"]))
def test_a_range_is_said_of_what_lies_within(low: int, more: int, form: str) -> None:
    said = form.format(low, low + more)
    assert amount(f"{said} people") == Amount(low, low + more, "people")
    for value, expected in ((low, "same"), (low + more, "same"), (low - 1, "different")):
        assert relation(f"{said} people", f"{value} people", Kind.NUMBER).value == expected
    assert amount(f"{said} million") == Amount(low * 1e6, (low + more) * 1e6)


@given(st.sampled_from(["thousand", "million", "billion"]), st.integers(2, 19))
def test_a_part_of_a_round_number_is_less_than_it(scale: str, whole: int) -> None:
    one = amount(f"1 {scale}")
    assert one
    assert amount(f"half a {scale}") == Amount(one.low / 2, one.low / 2)
    assert amount(f"a quarter of a {scale}") == Amount(one.low / 4, one.low / 4)
    assert amount(f"{whole} and a half {scale}") == Amount((whole + 0.5) * one.low, (whole + 0.5) * one.low)


MONTHS = Locale("en").months["format"]["wide"]
WRITTEN_MONTHS = {
    name.casefold().rstrip(".")
    for language in ("en", "fr")
    for form in ("wide", "abbreviated")
    for name in Locale(language).months["format"][form].values()
} | {"sept"}


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8), st.sampled_from([*MONTHS.values()]))
def test_a_word_that_only_begins_as_a_month_is_none(ending: str, month: str) -> None:
    word = f"{month[:3]}{ending}".capitalize()
    if word.casefold() not in WRITTEN_MONTHS:
        assert partial_date(f"{word}") is None
    assert partial_date("Marseille") is partial_date("Junta") is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_country_whose_name_holds_that_of_another_is_another(language: str) -> None:
    names = {c: n for c, n in Locale(language).territories.items() if len(c) == 2 and c.isalpha()}
    held = [(a, b) for a in names.values() for b in names.values() if a != b and f" {a} " in f" {b} "]
    assert len(held) >= 5
    assert [pair for pair in held if relation(*pair, Kind.PLACE) is not Relation.DIFFERENT] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on 4 March 2026", PartialDate(2026, 3, 4)),
        ("March 4, 2026", PartialDate(2026, 3, 4)),
        ("4 March", PartialDate(None, 3, 4)),
        ("2026-03-04", PartialDate(2026, 3, 4)),
        ("in March 2026, on the 5 May", PartialDate(2026, 3, None)),
    ],
)
def test_a_date_is_read_as_far_as_it_is_given(text: str, expected: PartialDate) -> None:
    assert partial_date(text) == expected
