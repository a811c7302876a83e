import pytest

from index.types import Passage, Source
from retrieval.answerer import Answerer
from retrieval.fusion import Candidate
from retrieval.listed import listed
from retrieval.types import Outcome

COUNCIL = """The council of Orva met on Monday. To pay for the bridge it will draw on three sources:
1. Property tax: The rate rises in spring.
2. Parking fees: An hour will cost two crowns.
Critics named the following risks:
- Rising rates could make the loan dearer.
- The state may cut its grants after the vote."""
SOURCE = Source("a", "Orva adopts its budget")


def told(question: str) -> list[str]:
    passage = Passage("a#0", SOURCE, 0, len(COUNCIL), COUNCIL)
    return [one.text for one in listed(question, [Candidate(passage, 0.5)])]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which sources will the council draw on?", ["Property tax", "Parking fees"]),
        (
            "What are the risks that critics named?",
            ["Rising rates could make the loan dearer.", "The state may cut its grants after the vote."],
        ),
        ("Which source will the council draw on?", []),  # one of them
        ("Which risks do swimmers run in winter?", []),  # others
        ("Which roads will the council mend?", []),
        ("What does the council draw on?", []),
    ],
)
def test_a_question_for_several_is_answered_by_the_list_that_announces_them(
    question: str, expected: list[str]
) -> None:
    assert told(question) == expected


def test_a_list_is_told_by_its_labels_each_with_its_line_as_the_quote(answerer: Answerer) -> None:
    answer = answerer.answer("What are the key strategies that should be considered against extremism?")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.statements[0].text == "Strengthening Regional Partnerships"
    assert [citation.quote.split(": ")[0] for citation in answer.citations] == [
        statement.text for statement in answer.statements
    ]
    assert len(answer.statements) == 3


def test_a_list_of_an_article_that_does_not_know_the_name_asked_for_is_no_answer(answerer: Answerer) -> None:
    answer = answerer.answer("What are the key strategies that should be considered in Finland?")
    assert answer.outcome is Outcome.NOT_FOUND
