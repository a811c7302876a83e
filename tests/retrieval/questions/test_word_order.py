import pytest

from retrieval.questions.word_order import in_order


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("russian mercenaries who enlisted them", "who enlisted russian mercenaries"),
        ("The convoy, who attacked it?", "who attacked The convoy?"),
        ("jnim what does it stand for", "what does jnim stand for"),
        ("the attackers which town did they hit?", "which town did the attackers hit?"),
        ("tuareg separatists where active", "where tuareg separatists active"),
        ("airport when attacked??", "when airport attacked??"),
        ("mali junta who leads", "who leads mali junta"),
    ],
)
def test_what_a_question_is_about_may_stand_before_the_word_that_asks(typed: str, meant: str) -> None:
    assert in_order(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "who attacked it?",
        "convoy attack when",
        "militants who attacked it",  # they attacked something else
        "man who died",
        "name the militants who attacked them",
        "and the convoy, who attacked it?",
        "In Mali, who leads it?",
        "yesterday who attacked it?",
        "The rocket, which failed, was launched from where?",
        "Which minister resigned when he lost?",
        "The convoy was hit. Who hit it?",
        "Along with wear, what makes it difficult?",
        "le convoi qui l'a attaqué",
    ],
)
def test_other_questions_keep_their_order(question: str) -> None:
    assert in_order(question) == question
