import pytest

from retrieval.questions.parts import compared, questions_in


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("who did it and when?", ["who did it?", "when?"]),
        ("Who won the cup? And how many saw it?", ["Who won the cup?", "how many saw it?"]),
        ("Who won the cup? How many saw it?", ["Who won the cup?", "How many saw it?"]),
        ("where and when did it begin?", ["where did it begin?", "when did it begin?"]),
        ("qui a gagné et en quelle année ?", ["qui a gagné?", "en quelle année?"]),
        ("who won and when and where?", ["who won?", "when?", "where?"]),
        ("who won and when and who lost and why and how?", "who won and when and who lost and why and how?"),
        ("The ferry sank. Who was aboard?", ["The ferry sank. Who was aboard?"]),
        ("How many were killed and wounded?", ["How many were killed and wounded?"]),
        ("Which log says how often it ran and how long it took?",) * 2,
    ],
)
def test_two_questions_of_a_message_are_told_apart(message: str, expected: list[str] | str) -> None:
    assert questions_in(message) == ([expected] if isinstance(expected, str) else expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is the difference between a ketch and a yawl?", ["a ketch", "a yawl"]),
        ("How does a ketch differ from a yawl?", ["a ketch", "a yawl"]),
        ("Quelle est la différence entre un ketch et un yawl ?", ["un ketch", "un yawl"]),
        ("What is between Gao and Ansongo?", []),
    ],
)
def test_what_is_to_be_told_apart_is_named(question: str, expected: list[str]) -> None:
    assert compared(question) == expected
