"""A dispute as a card: value, who says it, when; copies folded, the newest marked where the dates tell."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.rendering.answer import render_answer
from bot.rendering.disputes import newest_claim
from index.types import Passage, Source
from retrieval.types import Answer, Citation, Outcome, Statement
from tests.botapi.entities import parse_html, slices

FRIDAY, SATURDAY, SUNDAY = date(2025, 2, 7), date(2025, 2, 8), date(2025, 2, 9)


def said(quote: str, publisher: str, published: date | None = None, origin: int = 1) -> Citation:
    source = Source(publisher.lower(), f"Title {publisher}", publisher, published=published)
    passage = Passage(f"{publisher}#0", source, 0, len(quote), quote)
    return Citation(passage, quote, 0, len(quote), origin)


def disputed(*values: tuple[str, list[Citation]]) -> Answer:
    return Answer("q", "q", Outcome.DISPUTED, [Statement(text, cited, 0.9) for text, cited in values])


def shown(answer: Answer) -> str:
    (html,) = render_answer(answer)
    return parse_html(html)[0]


def test_the_card_has_a_line_for_each_value_and_folds_its_quotes_and_copies():
    answer = disputed(
        (
            "32",
            [
                said("32 died, it says.", "Agency", FRIDAY),
                said("32 died, it says!", "Copycat", SATURDAY),
                said("At least 32 were killed.", "Union", SATURDAY, origin=2),
            ],
        ),
        ("50", [said("More than 50 died.", "Herald", FRIDAY, origin=3)]),
    )
    (html,) = render_answer(answer)
    text, entities = parse_html(html)
    assert text == (
        "The articles disagree:\n\n"
        "• 32 — Agency, 7 February 2025; Union, 8 February 2025 [1][2] · 2 independent sources · newest\n"
        "• 50 — Herald, 7 February 2025 [3]\n\n"
        "[1] 32 died, it says.\n[2] At least 32 were killed.\n"
        "[3] More than 50 died.\n\n"
        "[1] Title Agency — Agency, 7 February 2025; also in Copycat (2 articles, 1 origin)\n"
        "[2] Title Union — Union, 8 February 2025\n"
        "[3] Title Herald — Herald, 7 February 2025"
    )
    assert slices(text, entities, "expandable_blockquote") == [
        "[1] 32 died, it says.\n[2] At least 32 were killed.",
        "[3] More than 50 died.",
    ]
    bold = slices(text, entities, "bold")
    assert bold == ["The articles disagree:", "32", "newest", "50", "32", "32", "50"]


def test_two_stories_of_one_publisher_are_not_independent_of_each_other():
    stories = [said("32 died.", "Agency", FRIDAY), said("It was 32.", "Agency", SUNDAY, origin=2)]
    answer = disputed(("32", stories), ("50", [said("50 died.", "Herald", origin=3)]))
    assert "• 32 — Agency, 7 February 2025 [1][2]\n" in shown(answer)


def test_a_newer_article_that_says_otherwise_is_told_with_its_day():
    answer = disputed(
        ("32", [said("32 died.", "Agency", FRIDAY)]), ("50", [said("50 died.", "Herald", SUNDAY, origin=2)])
    )
    assert (
        "• 50 — Herald, 9 February 2025 [2] · newest\n\n"
        "The newest article, from 9 February 2025, says otherwise: 50.\n\n[1] 32 died."
    ) in shown(answer)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([said("32 died.", "Agency", SUNDAY)], [said("50 died.", "Herald", SUNDAY, origin=2)]),
        ([said("32 died.", "Agency")], [said("50 died.", "Herald", SUNDAY, origin=2)]),
        ([said("32 died.", "Agency")], [said("50 died.", "Herald", origin=2)]),
        (
            [said("32 died.", "Agency", FRIDAY), said("It was 32.", "Union", SUNDAY, origin=3)],
            [said("50 died.", "Herald", SUNDAY, origin=2)],
        ),
    ],
    ids=["same day", "one has no day", "no days", "one of two voices the same day"],
)
def test_nothing_is_called_the_newest_where_the_days_do_not_tell(
    first: list[Citation], second: list[Citation]
):
    answer = disputed(("32", first), ("50", second))
    assert newest_claim(answer) is None
    assert "newest" not in shown(answer)


def test_a_story_is_as_old_as_its_first_copy():
    copied = [said("32 died.", "Copycat", SUNDAY), said("32 died!", "Agency", FRIDAY)]
    answer = disputed(("32", copied), ("50", [said("50 died.", "Herald", SATURDAY, origin=2)]))
    found = newest_claim(answer)
    assert found is not None
    assert (found.statement.text, found.published) == ("50", SATURDAY)


def at(citation: Citation, moment: str) -> Citation:
    when = datetime.fromisoformat(moment)
    source = replace(citation.source, published=when.date(), published_at=when)
    return replace(citation, passage=replace(citation.passage, source=source))


def test_the_newest_is_told_by_the_hour_and_its_zone():
    early = at(said("32 died.", "Agency"), "2026-03-02T01:00:00+00:00")
    late = at(said("50 died.", "Herald", origin=2), "2026-03-01T23:30:00-05:00")
    found = newest_claim(disputed(("32", [early]), ("50", [late])))
    assert found is not None
    assert (found.statement.text, found.published) == ("50", date(2026, 3, 1))


def test_an_hour_is_not_compared_with_a_day():
    early = said("32 died.", "Agency", SUNDAY)
    late = at(said("50 died.", "Herald", origin=2), "2025-02-09T23:30:00+00:00")
    assert newest_claim(disputed(("32", [early]), ("50", [late]))) is None


def test_what_is_dated_after_the_day_of_the_question_is_not_the_newest():
    told = disputed(
        ("32", [said("32 died.", "Agency", FRIDAY)]), ("50", [said("50 died.", "Herald", SUNDAY, origin=2)])
    )
    found = newest_claim(replace(told, asked_on=SATURDAY))
    assert found is not None
    assert found.statement.text == "32"


def test_many_voices_are_counted_rather_than_named():
    ratings = [said("It was 32.", f"P{n}", origin=n) for n in range(1, 7)]
    answer = disputed(("32", ratings), ("50", [said("50 died.", "Herald", origin=9)]))
    assert "• 32 — P1; P2; P3; … [1][2][3][4][5][6] · 6 independent sources\n" in shown(answer)


def test_a_value_that_is_a_sentence_is_not_quoted_once_more():
    answer = disputed(
        ("Nobody was hurt.", [said("Nobody was hurt.", "Agency")]),
        ("50 died", [said("More than 50 died there.", "Herald", origin=2)]),
    )
    assert shown(answer) == (
        "The articles disagree:\n\n• Nobody was hurt. — Agency [1]\n• 50 died — Herald [2]\n\n"
        "[2] More than 50 died there.\n\n[1] Title Agency — Agency\n[2] Title Herald — Herald"
    )
