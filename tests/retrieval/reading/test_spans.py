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
MORNING = "It was an attack by militants linked to the Northern Front. A group left with Ada."
TALK = "Reporter: The Orva Guard did it."
BRANDS = "Orva's announced a new logo on Monday. The change came after Brask's service failed."
GUARD = "They struck civic and military sites, said the Guard. It spoke to harbour.news and the Bank of Orva."
SCHOOL = "He holds a degree from the University of California, Berkeley, and cost $5 million (about £4m)."


def tidied(text: str, span: str, kind: Kind, *, several: bool = False, counted: str = "") -> str:
    start = text.index(span)
    sentence = quote_span(text, start, start + len(span))
    return text[slice(*tidy(text, start, start + len(span), sentence, Asked(kind, several, counted)))]


@pytest.mark.parametrize(
    ("text", "span", "kind", "several", "expected"),
    [
        (CONVOY, "32", Kind.NUMBER, False, "at least 32 people"),
        (CONVOY, "at least 32", Kind.NUMBER, False, "at least 32 people"),
        (CONVOY, "least 32", Kind.NUMBER, False, "at least 32 people"),
        (CONVOY, "February 7", Kind.TIME, False, "February 7, 2025"),
        (CONVOY, "2025", Kind.TIME, False, "February 7, 2025"),
        (CONVOY, "by Malian soldiers", Kind.PERSON, False, "Malian soldiers"),
        (CONVOY, "32 people", Kind.PERSON, False, "at least 32 people"),
        (CONVOY, "Wagner", Kind.PERSON, False, "Russian Wagner Group"),
        (CONVOY, "ercenaries", Kind.PERSON, False, "mercenaries"),
        (MORNING, "militants", Kind.PERSON, False, "militants linked to the Northern Front"),
        (TALK, "Reporter: The Orva Guard", Kind.PERSON, False, "The Orva Guard"),
        (MORNING, "A group", Kind.PERSON, False, "A group"),
        (ALLIANCE, "Niger", Kind.PLACE, True, "Burkina Faso, Mali, and Niger"),
        (ALLIANCE, "Niger", Kind.PLACE, False, "Niger"),
        (SCHOOL, "5", Kind.NUMBER, False, "$5 million"),
        (SCHOOL, "million (about £4m", Kind.THING, False, "million (about £4m)"),
        (BRANDS, "Orva", Kind.THING, False, "Orva's"),
        (BRANDS, "Brask", Kind.THING, False, "Brask"),
        (ALLIANCE, "Alliance", Kind.THING, False, "Alliance of Sahel States"),
        (GUARD, "Bank", Kind.THING, False, "Bank of Orva"),
        (GUARD, "harbour", Kind.THING, False, "harbour.news"),
        (CONVOY, "where a", Kind.THING, False, ""),
        (CONVOY, "of", Kind.THING, False, ""),
    ],
)
def test_a_span_is_cut_as_a_person_would_quote_it(
    text: str, span: str, kind: Kind, several: bool, expected: str
) -> None:
    assert tidied(text, span, kind, several=several) == expected


@pytest.mark.parametrize(
    ("text", "span", "nouns", "expected"),
    [
        (GUARD, "civic and military", {"site"}, "civic and military sites"),
        (GUARD, "civic and military", {"target"}, "civic and military"),
        (MORNING, "Northern Front", {"militant"}, "militants linked to the Northern Front"),
        (MORNING, "Northern Front", {"party"}, "Northern Front"),
    ],
)
def test_a_span_is_told_with_the_noun_that_was_asked_for(
    text: str, span: str, nouns: set[str], expected: str
) -> None:
    start = text.index(span)
    end = start + len(span)
    wanted = Asked(Kind.THING, nouns=frozenset(map(stem, nouns)))
    assert text[slice(*tidy(text, start, end, quote_span(text, start, end), wanted))] == expected


def test_a_number_is_told_with_the_noun_that_was_asked_for() -> None:
    trucks = (
        "traveling in 22 minibuses, six large buses, and eight trucks. “At least five trucks were destroyed."
    )
    assert tidied(trucks, "eight", Kind.NUMBER, counted="truck") == "eight trucks"
    assert tidied(trucks, "six", Kind.NUMBER, counted="bus") == "six large buses"
    assert tidied(trucks, "five", Kind.NUMBER, counted="truck") == "At least five trucks"
    assert tidied(trucks, "22", Kind.NUMBER, counted="truck") == "22"


RIDE = "There were civilians traveling in 22 minibuses, six large buses, and eight trucks in all. More came."
KIT = "Their manager packed spare skates, rolls of tape, and an old tuba for the final."
ABUSE = "The group is accused of widespread abuses, including killings, torture, and the theft of cattle."


@pytest.mark.parametrize(
    ("text", "span", "expected"),
    [
        (RIDE, "minibuses", "22 minibuses, six large buses, and eight trucks"),
        (RIDE, "buses, and eight trucks", "22 minibuses, six large buses, and eight trucks"),
        (RIDE, "trucks", "22 minibuses, six large buses, and eight trucks"),
        (RIDE, "civilians", "civilians"),
        (KIT, "tape", "spare skates, rolls of tape, and an old tuba"),
        (
            "It was done by armed groups, smugglers and a clan.",
            "groups",
            "armed groups, smugglers and a clan",
        ),
        ("We must promote peace, trust, and respect.", "peace", "peace, trust, and respect"),
        ("It lacks books, chairs and staff.", "books", "books, chairs and staff"),
        ("It wants a report that names dates, places and people.", "dates", "dates, places and people"),
        ("The army came, the rebels fled, and the town burned.", "rebels", "rebels"),
        ("After the raid, five people were lost, and two came home.", "five people", "five people"),
        ("It grew in north and south Mali, using anger and fear.", "north and south", "north and south"),
        ("Tackle causes of decay, such as dirt and lack of care.", "dirt", "dirt"),
        (ABUSE, "widespread abuses", ABUSE[ABUSE.index("widespread") : -1]),
    ],
)
def test_of_several_things_the_whole_list_is_told(text: str, span: str, expected: str) -> None:
    assert tidied(text, span, Kind.THING, several=True) == expected


def test_many_stays_before_what_it_counts() -> None:
    assert tidied("Many injured, buildings damaged", "Many injured, buildings damaged", Kind.THING) == (
        "Many injured, buildings damaged"
    )


@given(st.text(max_size=80), st.data())
def test_a_tidied_span_stays_a_span_of_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    sentence = quote_span(text, start, end)
    for kind in Kind:
        for several in (False, True):
            a, b = tidy(text, start, end, sentence, Asked(kind, several, "people"))
            assert 0 <= a <= b <= len(text)
