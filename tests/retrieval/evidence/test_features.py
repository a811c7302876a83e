from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from index.types import Passage, Source
from retrieval.evidence.features import Evidence, weigh
from retrieval.evidence.ranker import CALIBRATED, RANKED, probability, score
from retrieval.reading.reader import Reading
from retrieval.search.fusion import Candidate

TEXT = "The prize went to Ada Quill."
FIGURE = st.floats(-10, 10)


def weighed(
    *articles: tuple[str, str], at: int = 0, sure: float = 2.0, cosine: float = 0.5
) -> list[Evidence]:
    """The evidence for who won, of articles by their id and text, each read at "Quill" or its namesake."""
    candidates, readings = [], []
    for article_id, text in articles:
        passage = Passage(f"{article_id}#0", Source(article_id, "A prize"), 0, len(text), text)
        end = text.index(".")
        candidates.append(Candidate(passage, cosine))
        readings.append([Reading(passage, text.index("to ") + 3, end, sure)])
    return weigh("Who won the prize?", candidates, readings)


def test_what_another_article_says_too_counts_more() -> None:
    found = weighed(("a", "The prize went to Bo Lind."), ("b", TEXT), ("c", "It went to Ada Quill."))
    assert [one.text for one in found] == ["Ada Quill", "Ada Quill", "Bo Lind"]


def test_of_equal_evidence_what_stands_nearer_to_the_beginning_counts_more() -> None:
    passages = [Passage(f"a#{at}", Source("a", "A prize"), at, at + len(TEXT), TEXT) for at in (4000, 0)]
    readings = [[Reading(passage, 18, 27, 2.0)] for passage in passages]
    found = weigh("Who won the prize?", [Candidate(passage, 0.5) for passage in passages], readings)
    assert [one.reading.passage.start for one in found] == [0, 4000]


def test_of_equal_evidence_the_article_nearer_to_the_day_of_the_question_counts_more() -> None:
    days = (date(2020, 5, 1), date(2023, 1, 2), date(2024, 1, 2))
    sources = [Source(str(day.year), "A prize", published=day) for day in days]
    passages = [Passage(f"{one.article_id}#0", one, 0, len(TEXT), TEXT) for one in sources]
    readings = [[Reading(passage, 18, 27, 2.0)] for passage in passages]
    candidates = [Candidate(passage, 0.5) for passage in passages]
    found = weigh("Who won the prize?", candidates, readings, date(2023, 1, 5))
    assert [one.article_id for one in found] == ["2023", "2024", "2020"]
    assert len({one.score for one in weigh("Who won the prize?", candidates, readings)}) == 1


@given(FIGURE, FIGURE, st.floats(-1, 1), st.floats(-1, 1))
def test_a_surer_reader_or_a_nearer_passage_makes_it_more_likely(
    a: float, b: float, c: float, d: float
) -> None:
    [one], [other] = weighed(("a", TEXT), sure=a, cosine=c), weighed(("a", TEXT), sure=b, cosine=d)
    if a <= b and c <= d:
        assert 0 <= one.confidence <= other.confidence <= 1


@given(st.fixed_dictionaries(dict.fromkeys((*RANKED, *CALIBRATED), FIGURE)), st.floats(0, 1))
def test_names_that_are_not_mentioned_and_another_time_make_it_less_likely(
    figures: dict[str, float], unnamed: float
) -> None:
    known = {**figures, "unnamed": 0.0, "other_time": 0.0}
    assert probability({**known, "unnamed": unnamed}) <= probability(known)
    assert probability({**known, "other_time": 1.0}) <= probability(known)
    assert score(known) == score({**known, "unnamed": unnamed})


def test_of_this_week_an_older_article_is_of_another_time() -> None:
    source = Source("a", "A prize", published=date(2023, 1, 2))
    passage = Passage("a#0", source, 0, len(TEXT), TEXT)
    readings, candidates = [[Reading(passage, 18, 27, 2.0)]], [Candidate(passage, 0.5)]
    [old] = weigh("Who won the prize this week?", candidates, readings, date(2023, 3, 1))
    [new] = weigh("Who won the prize this week?", candidates, readings, date(2023, 1, 5))
    assert (old.other_time, new.other_time) == (True, False)
    assert old.confidence < new.confidence


def test_a_heading_with_a_text_below_it_is_no_evidence() -> None:
    text = "Ada Quill wins again\nThe ceremony took place in the old town hall on a rainy evening in March."
    passage = Passage("a#0", Source("a", "Prizes"), 0, len(text), text)
    assert weigh("Who won?", [Candidate(passage, 0.5)], [[Reading(passage, 0, 9, 2.0)]]) == []


def test_a_reading_across_languages_is_known_as_such() -> None:
    passage = Passage("a#0", Source("a", "A prize"), 0, len(TEXT), TEXT)
    reading = Reading(passage, 18, 27, 2.0)
    for question, crossed in (("Who won the prize?", False), ("Qui a gagné le prix de la ville ?", True)):
        [found] = weigh(question, [Candidate(passage, 0.5)], [[reading]])
        assert found.crossed is crossed
