import pytest

from retrieval.questions.computed import leaves_to_compute

FEE = "The port of Kast charges 45 florins a ship."


@pytest.mark.parametrize(
    ("question", "said", "expected"),
    [
        ("Which port is the cheapest?", FEE, True),
        ("Which port charges most?", FEE, True),
        ("How much do the ports charge together?", FEE, True),
        ("What is the average charge of the ports?", FEE, True),
        ("How many ships were there in all?", FEE, True),
        ("How much more does Lund charge than Kast?", FEE, True),
        ("Which port is the cheapest?", "Osk is the cheapest of the three.", False),
        ("Which port is the largest?", "Osk, the biggest port of the province", False),
        ("How many ships were there in all?", "All ships together were 45.", False),
        ("Which forest burned?", FEE, False),
        ("Who won the match at the largest stadium of the world on Monday?", FEE, False),
        ("What was the latest fee?", FEE, False),
        ("What does Kast charge?", FEE, False),
    ],
)
def test_one_of_several_values_is_no_answer_to_the_largest_or_the_sum(
    question: str, said: str, expected: bool
) -> None:
    assert leaves_to_compute(question, said) is expected
