from datetime import date, datetime

import pytest

from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Embedder, Source
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from retrieval.search.dates import as_of, day_of, days_meant, is_of_another_time, nearness, newness
from retrieval.types import Outcome

MONDAY = date(2024, 5, 13)
CUPS = """\
{"id": "old", "title": "Orva take the Lantern Cup", "date": "2022-05-15", "text": "Orva United won the \
Lantern Cup final on Sunday after a penalty shootout against Brask."}
{"id": "new", "title": "Brask take the Lantern Cup", "date": "2024-05-12", "text": "Brask City won the \
Lantern Cup final on Sunday with a late goal against Melin."}
"""


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("Who won the cup final on Sunday?", 10),
        ("What happened yesterday?", 10),
        ("Which minister resigned this week?", 18),
        ("Who won the award this past weekend?", 18),
        ("How many were arrested last month?", 70),
        ("Which country was the happiest this year?", 420),
        ("Qui a démissionné cette semaine ?", 18),
        ("Qui a gagné aujourd’hui ?", 10),
        ("Who attacked the convoy?", None),
        ("Who attacked the convoy on Friday, February 7?", None),
        ("Who attacked the convoy on Friday 7 February 2025?", None),
        ("What is Black Friday?", None),
        ("Who leads the country now?", None),
    ],
)
def test_words_tell_how_old_an_article_may_be(question: str, days: int | None) -> None:
    assert days_meant(question) == days


def test_an_article_of_another_week_is_told_apart() -> None:
    question = "Who resigned this week?"
    told = [
        is_of_another_time(question, published, MONDAY)
        for published in (date(2024, 5, 12), date(2024, 5, 14), date(2024, 4, 1), date(2024, 6, 1), None)
    ]
    assert told == [False, False, True, True, False]
    assert not is_of_another_time(question, date(2020, 1, 1), None)
    assert not is_of_another_time("Who resigned?", date(2020, 1, 1), MONDAY)


def test_the_nearer_day_counts_more_and_no_date_is_the_middle() -> None:
    near, far, unknown = nearness([date(2024, 5, 12), date(2022, 5, 15), None], MONDAY)
    assert far < unknown == 0 < near
    assert nearness([date(2024, 5, 12), date(2022, 5, 15)], None) == [0, 0]
    assert nearness([None, None], MONDAY) == [0, 0]
    assert nearness([], MONDAY) == []


def test_years_later_it_hardly_matters_which_was_nearer() -> None:
    near, far = nearness([date(2024, 5, 12), date(2022, 5, 15)], date(2034, 5, 13))
    assert near - far < 0.2


@pytest.fixture(scope="module")
def finals(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    """Two finals of the same cup, two years apart."""
    folder = tmp_path_factory.mktemp("cups")
    (folder / "cups.jsonl").write_text(CUPS)
    store = EmbeddedStore.open(folder / "index", embedder_name=embedder.name, dimension=embedder.dimension)
    assert not ingest(load(str(folder / "cups.jsonl")), store, embedder).failed
    return store


@pytest.fixture(scope="module")
def cups(finals: EmbeddedStore, embedder: Embedder, reader: Reader) -> Answerer:
    return Answerer(finals, embedder, reader)


def winner(answerer: Answerer, question: str, asked_on: date | None) -> str:
    answer = answerer.answer(question, asked_on=asked_on)
    return answer.citations[0].source.article_id if answer.outcome is Outcome.ANSWERED else answer.outcome


def test_a_question_is_answered_from_the_days_before_it_was_asked(cups: Answerer) -> None:
    question = "Who won the Lantern Cup final on Sunday?"
    assert winner(cups, question, date(2022, 5, 16)) == "old"
    assert winner(cups, question, MONDAY) == "new"


def test_what_happened_this_week_is_not_found_in_the_articles_of_another_year(cups: Answerer) -> None:
    assert winner(cups, "What happened in the Lantern Cup this week?", MONDAY) == "new"
    assert winner(cups, "What happened in the Lantern Cup this week?", date(2026, 5, 11)) == "not_found"


def test_an_answerer_that_knows_today_asks_as_of_today(
    finals: EmbeddedStore, embedder: Embedder, reader: Reader
) -> None:
    today = Answerer(finals, embedder, reader, today=lambda: date(2022, 5, 16))
    assert winner(today, "Who won the Lantern Cup final on Sunday?", None) == "old"


def test_a_day_is_that_of_one_zone_and_what_is_yet_to_come_is_not_new() -> None:
    night = datetime.fromisoformat("2026-03-01T23:30:00-05:00")
    source = Source("a", "Ferry", published=night.date(), published_at=night)
    assert day_of(source) == date(2026, 3, 2)
    assert newness(source, date(2026, 3, 2)) == newness(source, None) == night
    assert newness(source, date(2026, 3, 1)) is None
    assert day_of(Source("b", "Undated")) is newness(Source("b", "Undated"), None) is None


@pytest.mark.parametrize(
    ("question", "asked_on", "expected"),
    [
        ("How many died as of 4 March?", date(2026, 3, 10), ("How many died?", date(2026, 3, 4))),
        ("How many died as of 4 March?", date(2026, 2, 10), ("How many died?", date(2025, 3, 4))),
        ("As of March 4, 2026, how many died?", None, ("how many died?", date(2026, 3, 4))),
        ("How many died as of 2 March 2026", None, ("How many died", date(2026, 3, 2))),
        ("How many died as of 4 March?", None, ("How many died as of 4 March?", None)),
        ("How many died as of 30 February?", date(2026, 3, 1), ("How many died as of 30 February?", None)),
        ("Is it safe as of now?", date(2026, 3, 1), ("Is it safe as of now?", None)),
    ],
)
def test_a_day_up_to_which_articles_count_can_be_named(
    question: str, asked_on: date | None, expected: tuple[str, date | None]
) -> None:
    assert as_of(question, asked_on) == expected
