import pytest

from index.types import Passage, Source
from retrieval.answerer import Answerer
from retrieval.tables import looked_up

MARKET = """The harbour keeps a list of its markets:
Market | Day | Goods |
---|---|---|
North quay | Monday | Herring, mussels |
South quay | Friday | Cheese |
Prices are set at dawn."""
SOURCE = Source("a", "Markets")


def cells(question: str, text: str, heading: str = "") -> list[str]:
    passage = Passage("a#0", SOURCE, 0, len(text), text, heading)
    return [reading.text for reading in looked_up(question, [passage])[0]]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which goods are sold at the North Quay?", ["Herring, mussels"]),
        ("On which day is the market at the south quay?", ["Friday"]),
        ("When is the south quay open?", ["Friday"]),
        ("Who owns the south quay?", []),  # two columns, and neither is asked for
        ("Which goods are sold on the west quay?", []),
        ("When are prices set?", []),
        ("Who is the mayor of the south quay?", []),
    ],
)
def test_the_row_and_the_column_that_a_question_names_lead_to_the_cell(
    question: str, expected: list[str]
) -> None:
    assert cells(question, MARKET) == expected


def test_a_table_that_began_in_an_earlier_passage_keeps_its_header() -> None:
    text = "South quay | Friday | Cheese |"
    assert cells("Which goods does the south quay sell?", text, "Market | Day | Goods |") == ["Cheese"]


def test_a_table_of_two_columns_needs_only_the_row() -> None:
    text = "Factor | Impact |\n---|---|\nHigh tide | Floods the lower quay |\nStorm | Closes the harbour |"
    assert cells("What does a high tide do?", text) == ["Floods the lower quay"]
    assert cells("Who measures the high tide?", text) == []


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (
            "Which international response was there in the Middle East?",
            "Coalition Airstrikes, Humanitarian Aid",
        ),
        ("Where did the gunfire exchange occur?", "Central District"),
    ],
)
def test_the_tables_of_the_seeds_answer(answerer: Answerer, question: str, answer: str) -> None:
    assert answerer.answer(question).statements[0].text == answer
