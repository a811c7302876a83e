import pytest

from retrieval.suggestions.definition_patterns import row_questions
from retrieval.suggestions.generator import questions
from retrieval.suggestions.noun_phrases import MAX_CHARS
from tests.conftest import SEEDS


def asked(sentence: str) -> list[tuple[str, str]]:
    """Each question made from the sentence, and what its answer must hold a word of."""
    return [(generated.question, generated.expected) for generated in questions(sentence)]


@pytest.mark.parametrize(
    ("sentence", "question", "expected"),
    [
        ("At least five trucks were destroyed on the road.", "How many trucks were destroyed?", "five"),
        (
            "Militants killed more than 50 villagers near Gao, the army said.",
            "How many villagers were killed near Gao?",
            "50",
        ),
        ("The blast hit a bus, injuring 12 people on board.", "How many people were injured?", "12"),
        ("Lisa Brandt scored 31 goals in Norway.", "How many goals did Lisa Brandt score in Norway?", "31"),
        ("Kobe, roughly 30 kilometers from Gao, is quiet now.", "How far is Kobe from Gao?", "30"),
        (
            "In May the rebels attacked the northern base.",
            "Who attacked the northern base?",
            "In May the rebels",
        ),
        (
            "Last week Mali, Niger and Chad signed the Treaty of Segou.",
            "Which countries signed the Treaty of Segou?",
            "Mali, Niger and Chad",
        ),
        (
            "A group called Ansar claimed responsibility for the raid on Tessit.",
            "Who claimed responsibility for the raid on Tessit?",
            "A group called Ansar",
        ),
        (
            "The old bridge was destroyed by the retreating army.",
            "Who destroyed the old bridge?",
            "the retreating army",
        ),
        (
            "Wagner has been accused of widespread abuses, including torture.",
            "Who has been accused of widespread abuses?",
            "Wagner",
        ),
        (
            "It has ruled since the military junta took control of Mali in August 2020.",
            "When did the military junta take control of Mali?",
            "August 2020",
        ),
        (
            "The Eiffel Tower was opened on March 31, 1889.",
            "When was the Eiffel Tower opened?",
            "March 31, 1889",
        ),
        (
            "Mali has been embroiled in conflict since at least 2011, and it goes on.",
            "Since when has Mali been embroiled in conflict?",
            "2011",
        ),
        (
            "The attack occurred close to the village of Kobe.",
            "Where did the attack occur?",
            "the village of Kobe",
        ),
        (
            "The Wagner Group, a Russian private military company, left in June.",
            "What is the Wagner Group?",
            "a Russian private military company",
        ),
        (
            "Ana Ruiz, a marine biologist at Vigo, disagreed.",
            "Who is Ana Ruiz?",
            "a marine biologist at Vigo",
        ),
        ("People fled to Mali’s capital, Bamako, on Sunday.", "What is Mali’s capital?", "Bamako"),
        ("Ana Ruiz, the director of Oxfam, called for help.", "Who is the director of Oxfam?", "Ana Ruiz"),
        (
            "The Economic Community of West African States (ECOWAS) met today.",
            "What does ECOWAS stand for?",
            "Economic Community of West African States",
        ),
        (
            "The European Union announced new sanctions against the junta.",
            "What did the European Union announce?",
            "new sanctions",
        ),
    ],
)
def test_a_sentence_is_asked_about_in_plain_english(sentence: str, question: str, expected: str) -> None:
    assert (question, expected) in asked(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "They attacked it again last week, and nobody knows why.",  # nothing has a name
        "He said that this group destroyed several of those villages.",
        "The recent attack occurred after dark and surprised everyone.",
        "Smith beat the St. Louis Rams in the final on Sunday.",  # "the St" is no team
        "The decision in Roe v. Wade was overturned by the court in 2022.",
        "Would the European Union announce new sanctions against the junta?",
        "Prices rose 12 percent in 3 months, by 4 dollars.",
    ],
)
def test_a_sentence_that_cannot_be_asked_about_well_is_left_alone(sentence: str) -> None:
    assert asked(sentence) == []


def test_a_row_of_a_table_is_asked_about_by_its_column_or_its_verb() -> None:
    header = ["Factor", "Impact"]
    (by_column,) = row_questions(header, ["Weak governance", "Lets groups grow"])
    assert by_column.question == "What is the impact of weak governance?"
    (by_verb,) = row_questions(["Who", "Deed"], ["United States", "Offered humanitarian aid"])
    assert by_verb.question == "What did the United States offer?"
    assert list(row_questions(header, ["Economic Strain", "Reduced resources"])) == []


def test_every_question_fits_on_a_button() -> None:
    for file in SEEDS.iterdir():
        for line in file.read_text("utf-8").splitlines():
            for generated in questions(line):
                assert len(generated.question) <= MAX_CHARS
                assert generated.question.endswith("?")
