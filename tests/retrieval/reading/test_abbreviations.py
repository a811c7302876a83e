import pytest

from index.types import Passage, Source
from retrieval.reading.abbreviations import asked_abbreviation, spelled_out

SOURCE = Source("a", "A title")


def long_forms(short: str, text: str) -> list[str]:
    return [reading.text for reading in spelled_out(short, [Passage("a#0", SOURCE, 0, len(text), text)])[0]]


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("What does JNIM stand for?", "JNIM"),
        ("what does jnim mean?", "jnim"),
        ("What is ECOWAS short for?", "ECOWAS"),
        ("What is the full name of JNIM?", "JNIM"),
        ("What does the acronym AU stand for?", "AU"),
        ("Who attacked the convoy?", None),
    ],
)
def test_a_question_for_a_long_form_is_recognised(question: str, short: str | None) -> None:
    assert asked_abbreviation(question) == short


@pytest.mark.parametrize(
    ("short", "text", "expected"),
    [
        (
            "JNIM",
            "the group Jama’a Nusrat ul-Islam wa al-Muslimin (JNIM) has claimed",
            ["Jama’a Nusrat ul-Islam wa al-Muslimin"],
        ),
        (
            "jnim",
            "from JNIM (Jamaat Nasr al-Islam wal Muslimin), claiming",
            ["Jamaat Nasr al-Islam wal Muslimin"],
        ),
        ("IS", "by the Islamic State (IS) jihadists", ["Islamic State"]),
        ("JNIM", "JNIM attacked (again) in Gao", []),
    ],
)
def test_the_long_form_stands_beside_the_short_one(short: str, text: str, expected: list[str]) -> None:
    assert long_forms(short, text) == expected
