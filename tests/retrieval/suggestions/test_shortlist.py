import pytest

from index.store.embedded import EmbeddedStore
from retrieval.answerer import Answerer
from retrieval.suggestions.shortlist import (
    LEAST_SURE,
    MAX_TRIED,
    Shortlist,
    article_ids,
    is_vague,
    meanings,
    next_questions,
    try_out,
)
from retrieval.types import Answer, Conversation, Outcome


def listed(answerer: Answerer, store: EmbeddedStore, question: str, before: Conversation) -> Shortlist:
    answer = answerer.answer(question, before)
    articles = [article for i in article_ids(answer) if (article := store.article(i))]
    make = meanings if is_vague(question) else next_questions
    return make(answer, before, articles)


def offered(answerer: Answerer, store: EmbeddedStore, question: str) -> list[str]:
    """What is offered under the first answer of a talk."""
    before = Conversation()
    after = before.after(answerer.answer(question, before))
    return try_out(listed(answerer, store, question, before), lambda text: answerer.answer(text, after))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "who attacked the Gao convoy?",
            [
                "How many individuals were killed near Gao?",
                "Who destroyed the trucks?",
                "What is the Wagner Group?",
            ],
        ),
        (
            "How many minibuses were in the convoy?",
            ["How many trucks were destroyed?", "Who destroyed the trucks?", "What is the Wagner Group?"],
        ),
    ],
)
def test_next_questions_come_from_the_articles_that_answered(
    answerer: Answerer, store: EmbeddedStore, question: str, expected: list[str]
) -> None:
    assert offered(answerer, store, question) == expected


QUESTIONS = (
    "who attacked the Gao convoy?",
    "Which extremist group operates in the Horn of Africa?",
    "Why is Mali so unstable?",
    "What did the UN Security Council emphasize?",
)


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_offered_is_answered_when_it_is_asked(
    answerer: Answerer, store: EmbeddedStore, question: str
) -> None:
    answer = answerer.answer(question)
    talk = Conversation().after(answer)
    questions = offered(answerer, store, question)
    assert 0 < len(questions) <= 3
    for text in questions:
        found = answerer.answer(text, talk)
        assert found.outcome is not Outcome.NOT_FOUND
        assert found.statements[0].confidence >= LEAST_SURE
        cited = {citation.source.article_id for citation in found.citations}
        assert not cited.isdisjoint(article_ids(answer))
        assert found.statements[0].text not in [statement.text for statement in answer.statements]


def test_what_was_asked_before_is_not_offered_again(answerer: Answerer, store: EmbeddedStore) -> None:
    talk = Conversation().after(answerer.answer("How many individuals were killed near Gao?"))
    proposed = listed(answerer, store, "who attacked the Gao convoy?", talk).proposed
    assert "How many individuals were killed near Gao?" not in [one.question for one in proposed]


def test_nothing_is_offered_when_nothing_was_found(answerer: Answerer, store: EmbeddedStore) -> None:
    assert offered(answerer, store, "Who is the president of Burkina Faso?") == []


def test_an_answer_from_elsewhere_is_not_offered(answerer: Answerer, store: EmbeddedStore) -> None:
    shortlist = listed(answerer, store, "who attacked the Gao convoy?", Conversation())
    elsewhere = answerer.answer("What does JNIM stand for?")
    asked = list[str]()

    def ask(question: str) -> Answer:
        asked.append(question)
        return elsewhere

    assert try_out(shortlist, ask) == []
    assert 0 < len(asked) <= MAX_TRIED


@pytest.mark.parametrize("question", ["Gao?", "Mali", "the attack", "Alliance of Sahel States", "  gao  "])
def test_a_name_or_a_topic_is_vague(question: str) -> None:
    assert is_vague(question)


@pytest.mark.parametrize(
    "question",
    [
        "where?",
        "who attacked Gao?",
        "in Niger?",
        "and Niger?",
        "tell me about Mali",
        "more",
        "was it claimed?",
        "when was it?",
        "number of trucks destroyed near Gao",
        "où ?",
        "combien de morts ?",
        "Les troupes sont-elles parties ?",
        "?",
    ],
)
def test_a_question_or_a_follow_up_is_not_vague(question: str) -> None:
    assert not is_vague(question)


def test_a_vague_question_may_mean_several_that_say_its_word(
    answerer: Answerer, store: EmbeddedStore
) -> None:
    questions = offered(answerer, store, "Gao?")
    assert questions == ["How far is Kobe from Gao?", "How many individuals were killed near Gao?"]


def test_what_no_article_mentions_means_nothing(answerer: Answerer, store: EmbeddedStore) -> None:
    assert offered(answerer, store, "world cup") == []
