"""What a question lacks of the conversation before it."""

import timeit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import Embedder
from retrieval.answerer import Answerer
from retrieval.conversation.context import key
from retrieval.conversation.follow_up import follow_up
from retrieval.conversation.topic import bundled_topic_model
from retrieval.questions.clauses import words
from retrieval.types import Conversation, Turn

MODEL = bundled_topic_model()
ATTACK = Turn(
    "who attacked the Gao convoy?", "who attacked the Gao convoy?", ("Islamic State (IS) jihadists",)
)
WAGNER = Turn(
    "what kind of company is Wagner?", "what kind of company is Wagner?", ("private military company",)
)
REACTION = Turn(
    "How did the United Nations react to the Bamako attack?",
    "How did the United Nations react to the Bamako attack?",
    ("Condemned the attack and called for international cooperation.",),
)
CHEN = Turn("Where did Marcus Chen study?", "Where did Marcus Chen study?", ("University of California",))
VERDICT = Turn("qui a attaqué le convoi de Gao ?", "qui a attaqué le convoi de Gao ?", ("l'État islamique",))


def standalone(question: str, *turns: Turn) -> str:
    return follow_up(question, Conversation(turns), MODEL).standalone


@pytest.mark.parametrize(
    ("question", "turn", "lacks"),
    [
        ("how many trucks did they destroy?", ATTACK, "Gao convoy"),
        ("and when was it?", ATTACK, "convoy"),
        ("by whom was it founded?", WAGNER, "Wagner"),
        ("what is it accused of?", WAGNER, "Wagner"),
        ("how old is he?", CHEN, "Marcus Chen"),
        ("where has he worked?", CHEN, "Chen"),
        ("et quand était-ce ?", VERDICT, "convoi"),
        ("combien de camions ont-ils détruits ?", VERDICT, "Gao"),
    ],
)
def test_a_follow_up_names_what_it_is_about(question: str, turn: Turn, lacks: str) -> None:
    told = standalone(question, turn)
    assert lacks in told


def test_a_question_about_another_name_is_asked_of_that_name(embedder: Embedder) -> None:
    told = follow_up("and the African Union?", Conversation((REACTION,)), MODEL, embedder)
    assert told.standalone == "How did the African Union react to the Bamako attack?"


def test_words_that_somebody_selected_are_what_is_asked_about() -> None:
    assert standalone("where is it?", ATTACK, Turn("", "Ansongo (a town)")) == "where is it (Ansongo a town)?"


@pytest.mark.parametrize(
    "question",
    [
        "who wrote Hamlet?",
        "ok other topic: which collaboration stands for joint military forces against terrorism?",
        "What degree does Marcus Chen have?",
        "When did Ibn Sina live in Bukhara?",
    ],
)
@pytest.mark.parametrize("turn", [ATTACK, WAGNER, REACTION])
def test_a_question_about_another_topic_stays_as_it_is(question: str, turn: Turn) -> None:
    told = follow_up(question, Conversation((turn,)), MODEL)
    assert told.standalone == question
    assert told.searches == [question]


def test_a_french_question_about_another_topic_stays_as_it_is() -> None:
    assert standalone("Quelle est la capitale du Canada ?", VERDICT) == "Quelle est la capitale du Canada ?"


def test_only_the_newest_of_two_topics_is_kept() -> None:
    told = standalone("what is it accused of?", ATTACK, WAGNER)
    assert "Wagner" in told
    assert "convoy" not in told


@pytest.mark.parametrize("question", ["who attacked the Gao convoy?", " Gao? ", "", "?", "(("])
def test_without_a_conversation_a_question_stays_as_it_is(question: str) -> None:
    assert standalone(question) == question.strip()


TEXTS = st.text("abcdefgh GAO?!.,()’'é0123456789 \n", max_size=80)


@settings(max_examples=60)
@given(TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=3))
def test_nothing_is_said_that_neither_question_nor_conversation_said(
    question: str, said: list[tuple[str, str]]
) -> None:
    turns = [Turn(asked, asked, (answer,)) for asked, answer in said]
    told = standalone(question, *turns)
    known = {key(word) for text in (question, *(t for pair in said for t in pair)) for word in words(text)}
    assert {key(word) for word in words(told)} <= known | {"(", ")", ",", "?", "!", "."}


def test_a_private_chat_finds_the_passage_of_a_follow_up(answerer: Answerer) -> None:
    before = Conversation().after(answerer.answer("who attacked the Gao convoy?"))
    answer = answerer.answer("how many trucks did they destroy?", before)
    assert "five" in answer.statements[0].text


def test_a_follow_up_is_understood_in_a_few_milliseconds() -> None:
    long = Turn("what happened? " * 40, "what happened? " * 40, ("the convoy was attacked near Gao " * 40,))
    asked = Conversation((long, long, long))
    follow_up("and when was it?", asked, MODEL)
    once = timeit.timeit(lambda: follow_up("and when was it?", asked, MODEL), number=5) / 5
    assert once < 1  # about 10 ms where nothing else runs
