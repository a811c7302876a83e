from datetime import date, datetime

import pytest

from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Passage, Source
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from retrieval.search.dates import as_of, day_of, days_meant, nearness, newness, period_asked, time_asked
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
        ("Which minister resigned this week?", 10),
        ("Who won the award this past weekend?", 18),
        ("How many were arrested last month?", 70),
        ("Which country was the happiest this year?", 420),
        ("Qui a démissionné cette semaine ?", 10),
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
    def misses(question: str, published: date | None, asked_on: date | None = MONDAY) -> bool:
        passage = Passage("a#0", Source("a", "Brask", published=published), 0, 9, "He quit. ")
        time = time_asked(question, [passage], asked_on)
        return time is not None and time.is_missed_by(passage, passage.text)

    days = (date(2024, 5, 12), date(2024, 5, 14), date(2024, 5, 2), date(2024, 6, 1), None)
    assert [misses("Who resigned this week?", day) for day in days] == [False, False, True, True, False]
    assert not misses("Who resigned this week?", date(2020, 1, 1), asked_on=None)
    assert not misses("Who resigned?", date(2020, 1, 1))


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("How many died in February 2024?", date(2024, 2, 1), date(2024, 2, 29)),
        ("How many died in August?", date(2023, 8, 1), date(2023, 8, 31)),
        ("How many died in 2023?", date(2023, 1, 1), date(2023, 12, 31)),
        ("How many have died since 2023?", date(2023, 1, 1), None),
        ("How many had died before 4 March 2024?", None, date(2024, 3, 3)),
        ("Combien de morts après mars 2024 ?", date(2024, 4, 1), None),
        ("Who died on May 4?", date(2024, 5, 4), date(2024, 5, 4)),
        ("Who died this week?", date(2024, 5, 3), date(2024, 5, 16)),
    ],
)
def test_a_question_names_the_time_it_is_about(question: str, first: date | None, last: date | None) -> None:
    period = period_asked(question, MONDAY)
    assert period is not None
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "question", ["Who won the 2023 Booker Prize?", "How many will be obese by 2050?", "Who may win?"]
)
def test_a_year_in_a_name_and_a_day_to_come_are_no_time_of_articles(question: str) -> None:
    assert period_asked(question, MONDAY) is None


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


ATTACK = "Gunmen attacked the market of Gao on {} and killed {} people, the mayor said."
BUDGET = (
    "The budget deficit of Arlen was 3.1 percent in 2023. "
    "The ministry expects a budget deficit of 4.2 percent in 2024."
)
MARKET = [
    Article(Source("first", "Market of Gao", published=date(2024, 2, 12)), ATTACK.format("Sunday", 9)),
    Article(Source("second", "Market of Gao", published=date(2025, 2, 10)), ATTACK.format("Saturday", 14)),
    Article(Source("third", "Market of Gao", published=date(2025, 4, 20)), ATTACK.format("Friday", 31)),
    Article(Source("budget", "Budget of Arlen", published=date(2024, 10, 1)), BUDGET),
]


@pytest.fixture(scope="module")
def market(embedder: Embedder, reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    """Three attacks on one market, and a budget of two years."""
    folder = tmp_path_factory.mktemp("market")
    store = EmbeddedStore.open(folder, embedder_name=embedder.name, dimension=embedder.dimension)
    assert not ingest(MARKET, store, embedder).failed
    return Answerer(store, embedder, reader)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many people were killed at the market of Gao in February 2025?", ["14 people"]),
        ("How many people were killed at the market of Gao in 2024?", ["9 people"]),
        ("How many people were killed at the market of Gao since March 2025?", ["31 people"]),
        ("How many people were killed at the market of Gao before March 2024?", ["9 people"]),
        ("How many people were killed at the market of Gao?", ["31 people", "14 people", "9 people"]),
        ("What was the budget deficit of Arlen in 2023?", ["3.1 percent"]),
        ("What was the budget deficit of Arlen in 2024?", ["4.2 percent"]),
    ],
)
def test_what_is_said_is_of_the_time_asked_about_and_without_one_the_newest_comes_first(
    market: Answerer, question: str, said: list[str]
) -> None:
    statements = market.answer(question, asked_on=date(2025, 5, 1)).statements
    assert [one.text.removesuffix(" in") for one in statements] == said
