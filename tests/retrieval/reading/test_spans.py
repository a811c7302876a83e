import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages.structure import quote_span
from retrieval.questions.kinds import Asked, Kind, stem
from retrieval.reading.spans import tidy

CONVOY = (
    "A recent attack in northern mali, where a convoy escorted by Malian soldiers and Russian Wagner Group "
    "mercenaries was ambushed, has tragically claimed the lives of at least 32 people. This incident, wich "
    "occurred on February 7, 2025, between the cities of Gao and Ansongo."
)
ALLIANCE = "Burkina Faso, Mali, and Niger had recently signed the Alliance of Sahel States."
GUARD = "They struck civic and military sites, said the Guard. It spoke to harbour.news and the Bank of Orva."
SCHOOL = "He holds a degree from the University of California, Berkeley, and cost $5 million (about £4m)."


def tidied(text: str, span: str, kind: Kind, nouns: frozenset[str] = frozenset()) -> str:
    start = text.index(span)
    sentence = quote_span(text, start, start + len(span))
    return text[slice(*tidy(text, start, start + len(span), sentence, Asked(kind, nouns)))]


@pytest.mark.parametrize(
    ("text", "span", "kind", "expected"),
    [
        (CONVOY, "32", Kind.NUMBER, "at least 32 people"),
        (CONVOY, "at least 32", Kind.NUMBER, "at least 32 people"),
        (CONVOY, "least 32", Kind.NUMBER, "at least 32 people"),
        (CONVOY, "February 7", Kind.TIME, "February 7, 2025"),
        (CONVOY, "2025", Kind.TIME, "February 7, 2025"),
        (CONVOY, "by Malian soldiers", Kind.PERSON, "Malian soldiers"),
        (CONVOY, "Wagner", Kind.PERSON, "Russian Wagner Group"),
        (CONVOY, "ercenaries", Kind.PERSON, "mercenaries"),
        (ALLIANCE, "Niger", Kind.PLACE, "Niger"),
        (ALLIANCE, "Alliance", Kind.THING, "Alliance of Sahel States"),
        (SCHOOL, "million (about £4m", Kind.PERSON, "million (about £4m)"),
        (GUARD, "Bank", Kind.THING, "Bank of Orva"),
        (GUARD, "harbour", Kind.THING, "harbour.news"),
        (CONVOY, "where a", Kind.THING, ""),
        (CONVOY, "of", Kind.THING, ""),
    ],
)
def test_a_span_is_cut_as_a_person_would_quote_it(text: str, span: str, kind: Kind, expected: str) -> None:
    assert tidied(text, span, kind) == expected


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        (SCHOOL, "5", "$5 million"),
        ("It was the coldest night: -17.4 °C was measured.", "17.4", "-17.4 °C"),
        (
            "At least 400 but fewer than 500 people work there.",
            "500",
            "At least 400 but fewer than 500 people",
        ),
        ("The tower is 5 ft 11 in tall.", "5 ft", "5 ft 11 in"),
        ("She earns US$ 90,000 a year.", "90,000", "US$ 90,000 a year"),
        ("It fell to between 4% and 6%.", "4%", "between 4% and 6%"),
        ("The debt is €3.2bn.", "3.2", "€3.2bn"),
        ("It is about two million florins.", "two", "about two million"),
        ("In 2010 there were 45, in 2020 there were 38.", "45", "45"),
    ],
)
def test_a_quantity_is_told_whole(text: str, span: str, expected: str) -> None:
    assert tidied(text, span, Kind.NUMBER) == expected


@pytest.mark.parametrize(
    ("span", "noun", "expected"),
    [
        ("civic and military", "site", "civic and military sites"),
        ("civic and military", "target", "civic and military"),
    ],
)
def test_a_span_is_told_with_the_noun_that_was_asked_for(span: str, noun: str, expected: str) -> None:
    assert tidied(GUARD, span, Kind.THING, frozenset({stem(noun)})) == expected


@given(st.text(max_size=80), st.data())
def test_a_tidied_span_stays_a_span_of_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    sentence = quote_span(text, start, end)
    for kind in Kind:
        a, b = tidy(text, start, end, sentence, Asked(kind, frozenset({"people"})))
        assert 0 <= a <= b <= len(text)
