import pytest

from index.types import Passage, Source
from retrieval.answerer import Answerer
from retrieval.reading.tables import looked_up

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


LEAGUE = """| Team | Points | Goals scored | Coach | Remark |
| Orva Herons | 64 | 118 | Lena Brandt | Won the final by an own goal of a defender |
| Kestrel Bay United | 38 | 71 | Paul Verhoeven | Played with the youngest goalkeeper |
| Orva Rovers | 51 | 102 | Ines Adeyemi | Could move to a larger hall, build a school, courts, baths |"""


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which team is coached by Ines Adeyemi?", ["Orva Rovers"]),
        ("Which team scored 118 goals?", ["Orva Herons"]),
        ("Who coaches Kestrel Bay?", ["Paul Verhoeven"]),
        ("Which team had the youngest goalkeeper?", ["Kestrel Bay United"]),
        ("Which team could move to a larger hall?", ["Orva Rovers"]),
        ("How many points did the Rovers of Orva get?", ["51"]),
        ("How many points did the Malden Sharks get?", []),
        ("How many points did the teams from Orva get?", []),  # two of them
        ("What is the salary of Lena Brandt?", []),
        ("Which hobby has Lena Brandt?", []),
        ("What could move to a hall?", []),  # it stands in the cell that the question repeats
    ],
)
def test_a_row_is_found_by_any_of_its_cells_and_by_the_words_that_tell_it_from_others(
    question: str, expected: list[str]
) -> None:
    assert cells(question, LEAGUE) == expected


def test_a_header_is_meant_by_a_word_of_the_same_root() -> None:
    text = (
        "Party | Leader | Key strategies |\nCoast | Idris Malouf | Free ferries |\nUnion | Ann Lee | None |"
    )
    assert cells("Who leads the Coast?", text) == ["Idris Malouf"]
    assert cells("Which strategy has the Coast?", text) == ["Free ferries"]


def test_a_broad_question_is_led_to_the_row() -> None:
    text = "Place | Reaction |\nNorth quay | Closed for a day |\nSouth quay | Stayed open |"
    assert cells("How did the north quay react to the storm?", text) == ["North quay | Closed for a day"]
    assert cells("How did the west quay react to the storm?", text) == []


def test_a_cell_that_is_named_whole_counts_more_than_words_of_a_longer_one() -> None:
    text = (
        "Who | Response |\nNorth Union | Condemned the attack and called for help |\nNorth Quay | Sent food |"
    )
    assert cells("What was the response of the North Quay to the attack?", text) == ["Sent food"]


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
        (
            "which collaboration strategy should raise community trust in government?",
            "Regular Consultation Meetings",
        ),
        (
            "How did the United Nations react to the Bamako attack?",
            "United Nations | Condemned the attack and called for international cooperation. |",
        ),
    ],
)
def test_the_tables_of_the_seeds_answer(answerer: Answerer, question: str, answer: str) -> None:
    assert answerer.answer(question).statements[0].text == answer
