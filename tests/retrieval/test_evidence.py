from datetime import UTC, date, datetime

import pytest

from index.types import Passage, Source
from retrieval.evidence import WEIGHTS, Evidence, weigh
from retrieval.fusion import Candidate
from retrieval.reading import Reading


def weighed(
    *sources: Source,
    text: str = "The prize went to Ada Quill.",
    span: str = "Ada Quill",
    question: str = "Who won the prize?",
    asked_on: date | None = None,
) -> list[Evidence]:
    candidates, readings = [], []
    for source in sources:
        passage = Passage(f"{source.article_id}#0", source, 0, len(text), text)
        start = text.index(span)
        candidates.append(Candidate(passage, 0.5))
        readings.append([Reading(passage, start, start + len(span), 2.0)])
    return weigh(question, candidates, readings, WEIGHTS, 100, asked_on)


def dated(article_id: str, published: date | None) -> Source:
    return Source(article_id, "A prize", published=published)


def test_of_equal_evidence_the_newer_article_counts_more() -> None:
    old, new = dated("old", date(2019, 3, 1)), dated("new", date(2023, 3, 1))
    assert [one.article_id for one in weighed(old, new)] == ["new", "old"]


def test_of_two_articles_of_one_night_the_one_published_later_counts_more() -> None:
    west = datetime.fromisoformat("2026-03-01T23:30:00-05:00")
    late = Source("late", "A prize", published=west.date(), published_at=west)
    early = Source(
        "early", "A prize", published=date(2026, 3, 2), published_at=datetime(2026, 3, 2, 1, tzinfo=UTC)
    )
    assert [one.article_id for one in weighed(early, late)] == ["late", "early"]


def test_an_article_dated_in_the_days_to_come_is_not_the_newest() -> None:
    known, to_come = dated("known", date(2023, 3, 1)), dated("to come", date(2033, 3, 1))
    found = weighed(to_come, known, asked_on=date(2023, 3, 2))
    assert [one.article_id for one in found] == ["known", "to come"]


def test_articles_without_a_date_are_neither_favoured_nor_held_back() -> None:
    alone = weighed(dated("a", None))[0].score
    assert [one.score for one in weighed(dated("a", None), dated("a", None))] == [alone, alone]
    new, unknown, old = weighed(dated("u", None), dated("n", date(2023, 3, 1)), dated("o", date(2019, 3, 1)))
    assert [one.article_id for one in (new, unknown, old)] == ["n", "u", "o"]


def test_of_equal_evidence_what_stands_nearer_to_the_beginning_counts_more() -> None:
    text = "The prize went to Ada Quill."
    passages = [Passage(f"a#{at}", dated("a", None), at, at + len(text), text) for at in (4000, 0)]
    readings = [[Reading(passage, 18, 27, 2.0)] for passage in passages]
    candidates = [Candidate(passage, 0.5) for passage in passages]
    found = weigh("Who won the prize?", candidates, readings, WEIGHTS, 100)
    assert [one.reading.passage.start for one in found] == [0, 4000]


def test_where_a_name_is_asked_for_nothing_else_is_evidence() -> None:
    source = Source("a", "Prizes")
    asked = "Who is the leader of the jury?"
    assert weighed(source, text="The jury took control.", span="took control", question=asked) == []
    assert weighed(source, text="The jury is led by Ada Quill.", question=asked) != []
    assert weighed(source, text="Leader: Thank you all.", span="Thank", question=asked) == []


def test_a_heading_with_a_text_below_it_is_no_evidence() -> None:
    source = Source("a", "Prizes")
    text = "Ada Quill wins again\nThe ceremony took place in the old town hall on a rainy evening in March."
    assert weighed(source, text=text) == []


def test_who_did_another_deed_is_told_apart() -> None:
    source = Source("a", "Prizes")
    [guard] = weighed(source, text="The hall, guarded by Ada Quill, held the prize.")
    [winner] = weighed(source, text="The prize was won by Ada Quill on Monday.")
    assert guard.other_deed
    assert not winner.other_deed


@pytest.mark.parametrize(
    ("question", "text", "span", "is_echo"),
    [
        ("Who leads the RFT?", "The Orva-backed RFT met.", "The Orva-backed RFT", True),
        ("Who leads the RFT?", "The Orva-linked RFT met.", "Orva", True),
        ("Who is the RFT linked to?", "The Orva-linked RFT met.", "Orva", False),
        ("Who backs the RFT?", "The Orva-backed RFT met.", "Orva", False),
        ("Who leads the RFT?", "The group RFT met.", "The group", True),
        ("Who leads the RFT?", "The Red Front of Torsa (RFT) met.", "The Red Front of Torsa", True),
        ("Who leads the RFT?", "The RFT (Red Front of Torsa) met.", "Red Front of Torsa", True),
        ("Who leads the RFT?", "Ada Quill leads the RFT.", "Ada Quill", False),
        ("Who is RFT?", "The Red Front of Torsa (RFT) met.", "The Red Front of Torsa", False),
        ("What does RFT stand for?", "The Red Front of Torsa (RFT) met.", "The Red Front of Torsa", False),
    ],
)
def test_what_only_names_what_the_question_names_is_no_answer(
    question: str, text: str, span: str, is_echo: bool
) -> None:
    [found] = weighed(Source("a", "Meeting"), text=text, span=span, question=question)
    assert found.echo is is_echo


def test_a_row_of_a_table_names_nobody_unless_it_was_looked_up() -> None:
    [found] = weighed(Source("a", "Prizes"), text="Prize | Winner |\nSilver | Ada Quill |", span="Ada Quill")
    assert not found.fits


def test_a_number_that_measures_something_else_is_no_evidence() -> None:
    text = "The prize was worth five goats. It went to Ada Quill."
    question = "What is the population of Torsa?"
    assert weighed(Source("a", "Prizes"), text=text, span="five", question=question) == []


def test_an_early_count_gives_way_unless_it_is_asked_for() -> None:
    text = "Initial reports suggested a death toll of 10, but the number has risen."
    source = Source("a", "Storm")
    assert weighed(source, text=text, span="10", question="How many people died?") == []
    assert weighed(source, text=text, span="10", question="How many died by the initial reports?") != []


def test_how_many_is_answered_by_a_quantity() -> None:
    source = Source("a", "Storm")
    text = "Dozens of people were found, and others were dead."
    assert weighed(source, text=text, span="dead", question="How many people were hurt?") == []
    assert weighed(source, text=text, span="Dozens of people", question="How many people were found?") != []


def test_the_label_of_a_speaker_is_no_evidence() -> None:
    source = Source("a", "Prizes")
    assert weighed(source, text="Ada Quill: Thank you for having me.") == []
    assert weighed(source, text="The winner: Ada Quill, who thanked all.") != []
