import pytest

from retrieval.reading.abbreviations import spelled_out_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "the group Jama’a Nusrat ul-Islam wa al-Muslimin (JNIM) has claimed",
            [("JNIM", "Jama’a Nusrat ul-Islam wa al-Muslimin")],
        ),
        (
            "from JNIM (Jamaat Nasr al-Islam wal Muslimin), claiming",
            [("JNIM", "Jamaat Nasr al-Islam wal Muslimin")],
        ),
        ("by the Northern Town Council (NTC), it said", [("NTC", "Northern Town Council")]),
        ("JNIM attacked (again) in Gao", []),
    ],
)
def test_the_long_form_stands_beside_the_short_one(text: str, expected: list[tuple[str, str]]) -> None:
    assert spelled_out_in(text) == expected
