import pytest

from retrieval.answerer import Answerer
from retrieval.questions.compound import parts
from retrieval.types import Conversation, Outcome


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who attacked the airport & when", ["who attacked the airport?", "when?"]),
        ("When and where was it attacked?", ["When was it attacked?", "where was it attacked?"]),
        ("Who did it, and how many died?", ["Who did it?", "how many died?"]),
        ("What is Timbuktu, and where is it?", ["What is Timbuktu?", "where is it?"]),
        ("when and where?", ["when?", "where?"]),
        ("by whom and when?", ["by whom?", "when?"]),
    ],
)
def test_two_questions_in_one_breath_are_told_apart(question: str, expected: list[str]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "and when was it?",
        "Who said that France attacked Mali?",
        "how many were killed and wounded?",
        "What happened before and when the junta took power?",
        "What did he say about what happened and who did it?",
        "Which countries have armies that fought there and in Chad?",
        "what, when and where?",
        "What did Ibn Sina, who lived in Bukhara, write?",
    ],
)
def test_one_question_stays_one(question: str) -> None:
    assert parts(question) == [question]


def test_each_of_two_questions_is_answered_with_its_citation(answerer: Answerer) -> None:
    answer = answerer.answer("who attacked bamako airport & when")
    assert answer.outcome is Outcome.ANSWERED
    assert answer.standalone.startswith("who attacked bamako airport? When (")
    who, when = (statement.text for statement in answer.statements)
    assert "Al-Qaeda" in who
    assert when == "September 8, 2023"
    assert all(s.text in s.citations[0].quote for s in answer.statements)


def test_what_follows_two_questions_is_about_what_they_were_about(answerer: Answerer) -> None:
    talk = Conversation().after(answerer.answer("who attacked the Gao convoy and when?"))
    answer = answerer.answer("how many trucks did they destroy?", talk)
    assert "Gao" in answer.standalone
    assert "five" in answer.statements[0].text


def test_a_dispute_is_not_mixed_with_the_answer_to_another_question(answerer: Answerer) -> None:
    killed = "how many people were killed in the convoy attack near Gao?"
    answer = answerer.answer(f"When was it and {killed}")
    assert answer.outcome is Outcome.DISPUTED
    assert [s.text for s in answer.statements] == [s.text for s in answerer.answer(killed).statements]
