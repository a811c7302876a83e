from dataclasses import replace
from datetime import date

from index.types import Passage, Source
from retrieval.evidence.features import Evidence
from retrieval.evidence.grouping import Group, contradict, groups, newest_first, sides
from retrieval.questions.kinds import Kind
from retrieval.reading.reader import Reading
from retrieval.search.dates import newness


def evidence(article_id: str, text: str, score: float) -> Evidence:
    n = len(text)
    reading = Reading(Passage(f"{article_id}#0", Source(article_id, "T"), 0, n, text), 0, n, score)
    return Evidence(reading, 0, n, 0, n, 0.5, score=score)


def texts(found: list[Group]) -> list[list[str]]:
    return [[one.text for one in group.members] for group in found]


def test_equal_values_from_several_articles_are_one_answer() -> None:
    found = groups(
        [
            evidence("a", "at least 32 people", 5),
            evidence("b", "32", 4),
            evidence("c", "more than 50 people", 3),
        ],
        Kind.NUMBER,
    )
    assert texts(found) == [["at least 32 people", "32"], ["more than 50 people"]]


def test_an_article_speaks_once_in_a_group() -> None:
    found = groups([evidence("a", "32 people", 5), evidence("a", "32", 4)], Kind.NUMBER)
    assert texts(found) == [["32 people"]]


def beside(found: list[Group], kind: Kind, stories: dict[str, int], told: dict[str, str]) -> list[list[str]]:
    first, *others = found
    return texts(sides(first, others, kind, stories, told)[1:])


def test_another_value_of_another_story_is_another_side() -> None:
    found = groups([evidence("a", "32 people", 5), evidence("b", "56 people", 4)], Kind.NUMBER)
    told = {"a": "32 people", "b": "56 people"}
    assert beside(found, Kind.NUMBER, {"a": 1, "b": 2}, told) == [["56 people"]]
    assert contradict(found, Kind.NUMBER)


def test_an_article_stands_on_the_side_of_its_likeliest_reading() -> None:
    found = groups(
        [
            evidence("a", "Koltsevaya line", 7),
            evidence("b", "Zamoskvoretskaya line", 6),
            evidence("b", "line", 2),
        ],
        Kind.THING,
    )
    assert texts(found) == [["Koltsevaya line"], ["Zamoskvoretskaya line"]]


def test_who_is_described_contradicts_nobody() -> None:
    said = [evidence("a", "Sunni Islamist militants", 5), evidence("b", "Red Hand", 4)]
    assert not contradict(groups(said, Kind.PERSON), Kind.PERSON)
    assert contradict(groups([*said, evidence("c", "Blue Hand", 3)], Kind.PERSON), Kind.PERSON)
    assert contradict(groups(said, Kind.THING), Kind.THING)
    counted = [evidence("a", "50 individuals", 5), evidence("b", "32 people", 4)]
    assert contradict(groups(counted, Kind.PERSON), Kind.PERSON)


def published(one: Evidence, day: date | None, asked_on: date | None = None) -> Group:
    passage = one.reading.passage
    source = replace(passage.source, published=day)
    reading = replace(one.reading, passage=replace(passage, source=source))
    return Group([replace(one, reading=reading, published=newness(source, asked_on))])


def test_of_values_that_contradict_each_other_the_newest_stands_first() -> None:
    first = published(evidence("a", "12 people", 5), date(2026, 3, 2))
    last = published(evidence("b", "15 people", 4), date(2026, 3, 9))
    undated = published(evidence("c", "9 people", 3), None)
    to_come = published(evidence("d", "3 people", 6), date(2099, 1, 1), asked_on=date(2026, 3, 10))
    assert newest_first([to_come, first, last]) == [last, first, to_come]
    assert newest_first([first, last, undated]) == [first, last, undated]


def test_an_article_worded_alike_that_says_another_value_is_another_side() -> None:
    found = groups([evidence("a", "15 people", 5), evidence("b", "17 people", 4)], Kind.NUMBER)
    told = {"a": "It killed 15 people. An earlier figure of 17 was wrong.", "b": "It killed 17 people."}
    assert beside(found, Kind.NUMBER, {"a": 1, "b": 1}, told) == [["17 people"]]


def test_a_number_that_its_article_contradicts_supports_nobody() -> None:
    found = groups(
        [
            evidence("a", "15 people", 5),
            evidence("a", "17 people", 4),
            evidence("b", "17 people", 3),
            evidence("c", "15", 2),
        ],
        Kind.NUMBER,
    )
    assert [(group.leader.text, group.article_ids) for group in found] == [
        ("15 people", {"a", "c"}),
        ("17 people", {"b"}),
    ]


def test_a_copy_of_the_same_story_does_not_contradict_it() -> None:
    found = groups([evidence("a", "32 people", 5), evidence("b", "10 people", 4)], Kind.NUMBER)
    told = dict.fromkeys("ab", "32 people were killed. Early reports spoke of 10 people.")
    assert beside(found, Kind.NUMBER, {"a": 1, "b": 1}, told) == []


def test_what_is_counted_differently_is_no_other_side() -> None:
    found = groups([evidence("a", "32 people", 5), evidence("b", "22 minibuses", 4)], Kind.NUMBER)
    told = {"a": "32 people", "b": "22 minibuses"}
    assert beside(found, Kind.NUMBER, {"a": 1, "b": 2}, told) == []
