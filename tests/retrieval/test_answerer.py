from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings

from index.store.embedded import EmbeddedStore
from index.types import Embedder, Passage, SearchFilter, StoreCount
from retrieval.answerer import READ_AGAIN, Answerer
from retrieval.questions.kinds import LONGEST
from retrieval.reading.excerpts import WORDS
from retrieval.reading.reader import (
    MODEL_DIR,
    SECOND_DIR,
    SENTENCES,
    SMALL,
    Reader,
    Reading,
    SpanReader,
    load_reader,
)
from retrieval.reading.span_models import OnnxModel
from retrieval.types import Answer, Conversation, Outcome
from tests.retrieval.reading.test_reader import ODD_QUESTIONS

NEWS_000, NEWS_001, NEWS_002 = "000_170700bfd4fe060e", "001_e6bfd7204b90a32a", "002_84dafc6d3e36b6d2"
NEWS_003, NEWS_004 = "003_0e0fe15111b26536", "004_7f7ea21eb3102d1d"


def said(answer: Answer) -> list[tuple[str, list[str]]]:
    """What was said and the articles that it is cited from."""
    return [(s.text, [c.source.article_id for c in s.citations]) for s in answer.statements]


@pytest.mark.parametrize(
    ("question", "text", "article_id"),
    [
        ("who attacked the Gao convoy?", "Sunni Islamist militants", NEWS_000),
        ("who attaked the gao convoi??", "Sunni Islamist militants", NEWS_000),
        ("who escorted the convoy?", "Malian soldiers and Russian Wagner Group mercenaries", NEWS_004),
        ("What is the Wagner Group?", "a Russian private military company", NEWS_004),
        ("where did the ambush happen?", "northern mali", NEWS_004),
        ("How many minibuses were in the convoy?", "22 minibuses", NEWS_004),
        ("When was Bamako International Airport attacked?", "September 8, 2023", NEWS_003),
        ("Which extremist group operates in the Horn of Africa?", "Al-Shabaab", NEWS_001),
    ],
)
def test_a_factual_question_is_answered_with_the_exact_words_and_their_source(
    answerer: Answerer, question: str, text: str, article_id: str
) -> None:
    answer = answerer.answer(question)
    assert answer.outcome is Outcome.ANSWERED
    assert said(answer)[0][0] == text
    assert said(answer)[0][1][0] == article_id
    assert text in answer.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "What did the United States offer after the Bamako attack?",
        "What was the U.S. response to the Bamako attack?",
        "what did the US offer after the bamako attack",
    ],
)
def test_a_table_row_is_quoted_as_it_stands(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question)
    assert answer.citations[0].quote == (
        "United States | Offered humanitarian aid and promised further assistance. |"
    )


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("how mny trucks in teh convoy", "eight"),
        ("pplz displaced by conflict how many", "millions"),
        ("how far from gao did the ambush happen", "30 kilometers"),
    ],
)
def test_a_question_typed_in_a_hurry_is_answered(answerer: Answerer, typed: str, answer: str) -> None:
    assert answer in answerer.answer(typed).statements[0].text


@pytest.fixture(scope="module")
def small(store: EmbeddedStore, embedder: Embedder) -> Answerer:
    """Reads each question once: several times as fast."""
    return Answerer(store, embedder, load_reader(SMALL))


@given(question=ODD_QUESTIONS, follow_up=ODD_QUESTIONS)
@settings(max_examples=15)
def test_any_question_gets_an_answer_and_so_does_any_follow_up(
    small: Answerer, question: str, follow_up: str
) -> None:
    answer = small.answer(question)
    again = small.answer(follow_up, Conversation().after(answer))
    assert {answer.outcome, again.outcome} <= set(Outcome)


def test_of_an_endless_question_the_beginning_is_worked_on(answerer: Answerer) -> None:
    answer = answerer.answer("who attacked the Gao convoy? " + "who did that and when and where? " * 1700)
    assert answer.question.startswith("who attacked the Gao convoy? who did that")
    assert len(answer.question) <= LONGEST
    assert len(answer.standalone) <= LONGEST


def test_what_another_article_says_stands_beside_the_answer(answerer: Answerer) -> None:
    answer = answerer.answer("who attacked the Gao convoy?")
    assert answer.outcome is Outcome.ANSWERED
    assert said(answer) == [("Sunni Islamist militants", [NEWS_000]), ("jihadists", [NEWS_004])]


def test_two_questions_of_a_message_are_both_answered(answerer: Answerer) -> None:
    answer = answerer.answer("How many minibuses were in the convoy and who was accused of killings?")
    assert [text for text, _ in said(answer)] == ["22 minibuses", "Wagner"]


def test_of_what_is_to_be_told_apart_each_is_told(answerer: Answerer) -> None:
    answer = answerer.answer("What is the difference between JNIM and the Wagner Group?")
    assert [text for text, _ in said(answer)][1] == "a Russian private military company"
    assert len(said(answer)) == 2
    first, second = answer.citations
    assert (first.source.article_id, first.origin) == (NEWS_001, 1)
    assert (second.source.article_id, second.origin) == (NEWS_004, 2)


def test_what_somebody_said_is_the_sentence_that_was_said(answerer: Answerer) -> None:
    (text, _), *_ = said(answerer.answer("what did the elected official say?"))
    assert text.startswith("“There are civilians, soldiers among the dead and the wounded,”")


def test_an_article_is_summarized_in_its_order(answerer: Answerer) -> None:
    answer = answerer.answer("summarize the article about Bamako airport")
    starts = [(c.source.article_id, c.start) for c in answer.citations]
    assert [article for article, _ in starts] == [NEWS_003] * 4
    assert starts == sorted(starts)


def test_different_death_tolls_are_shown_beside_each_other(answerer: Answerer) -> None:
    answer = answerer.answer("How many people were killed in the convoy attack near Gao?")
    assert answer.outcome is Outcome.DISPUTED
    assert said(answer) == [("more than 50 individuals", [NEWS_000]), ("at least 32 people", [NEWS_004])]
    assert [c.origin for c in answer.citations] == [1, 2]


@pytest.mark.parametrize(
    "question",
    [
        "Who is the president of Burkina Faso?",
        "Who won the 2018 World Cup?",
        "How many people live in Gao?",
        "What is the population of Mali?",
        "What percentage of Mali is controlled by jihadists?",
        "How much did the trucks cost?",
        "What is the capital of Japan?",
        "How do I bake sourdough bread?",
        "xyzzy",
        "?",
    ],
)
def test_what_the_articles_do_not_say_is_not_found(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question)
    assert (answer.outcome, said(answer)) == (Outcome.NOT_FOUND, [])


def test_what_somebody_did_whom_no_article_mentions_is_not_found(answerer: Answerer) -> None:
    assert answerer.answer("How did China react to the Bamako attack?").outcome is Outcome.NOT_FOUND


def test_a_broad_question_is_answered_by_sentences(answerer: Answerer) -> None:
    answer = answerer.answer("Why is Mali so unstable?")
    assert answer.outcome is Outcome.ANSWERED
    assert len(answer.statements) > 1
    assert all(s.text == s.citations[0].quote for s in answer.statements)


@pytest.mark.parametrize("topic", ["Wagner", "convoi attack"])
def test_a_topic_is_answered_by_sentences_that_tell_of_it(answerer: Answerer, topic: str) -> None:
    answer = answerer.answer(topic)
    assert len(answer.statements) > 1
    assert all(s.text == s.citations[0].quote for s in answer.statements)


def test_a_topic_that_no_article_names_is_not_found(answerer: Answerer) -> None:
    assert answerer.answer("football").outcome is Outcome.NOT_FOUND


def test_follow_ups_are_understood_from_the_conversation(answerer: Answerer) -> None:
    conversation = Conversation()
    texts = []
    for question in (
        "who attacked the Gao convoy?",
        "who escorted it?",
        "how many trucks did they destroy?",
        "and when was it?",
    ):
        answer = answerer.answer(question, conversation)
        conversation = conversation.after(answer)
        texts.append(answer.statements[0].text)
    assert texts == [
        "Sunni Islamist militants",
        "Malian soldiers and Russian Wagner Group mercenaries",
        "At least five trucks",
        "February 7, 2025",
    ]


def test_every_quote_stands_in_its_article_word_for_word(answerer: Answerer, store: EmbeddedStore) -> None:
    for question in (
        "why is Mali unstable?",
        "who attacked the convoy?",
        "what did France do?",
        "when?",
        "how many died?",
    ):
        for citation in answerer.answer(question).citations:
            article = store.article(citation.source.article_id)
            assert article is not None
            assert article.text[citation.start : citation.end] == citation.quote


def test_an_answer_sees_only_the_collections_it_may(answerer: Answerer) -> None:
    hidden = SearchFilter(collections=frozenset({"private"}))
    answer = answerer.answer("who attacked the Gao convoy?", where=hidden)
    assert (answer.outcome, answer.retrieved) == (Outcome.NOT_FOUND, [])


def test_several_threads_get_the_answers_one_thread_gets(answerer: Answerer) -> None:
    questions = ["who attacked the Gao convoy?", "how many minibuses were in the convoy?"] * 4
    expected = [said(answerer.answer(question)) for question in questions]
    with ThreadPoolExecutor(4) as pool:
        assert [said(a) for a in pool.map(answerer.answer, questions)] == expected


def test_a_small_collection_is_not_refused_for_being_beside_a_large_one(
    store: EmbeddedStore, embedder: Embedder, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = store.count

    def beside_a_large_one(where: SearchFilter | None = None) -> StoreCount:
        return count(where) if where else StoreCount(1_000_000, 50_000_000)

    question = "How many minibuses were in the convoy?"
    alone = Answerer(store, embedder, reader).answer(question)
    monkeypatch.setattr(store, "count", beside_a_large_one)
    beside = Answerer(store, embedder, reader).answer(question)
    assert (beside.outcome, beside.confidence) == (Outcome.ANSWERED, alone.confidence)


class Recording(SpanReader):
    """The second reader; keeps what it was given."""

    def __init__(self) -> None:
        super().__init__(OnnxModel(SECOND_DIR, verified=True), "recording")
        self.given = list[Sequence[Passage]]()

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[Reading]]:
        self.given.append(passages)
        return super().read(question, passages)


def test_the_second_reader_reads_the_few_passages_that_look_best(
    store: EmbeddedStore, embedder: Embedder
) -> None:
    question = "What is the Wagner Group?"
    second = Recording()
    small, both = (SpanReader(OnnxModel(MODEL_DIR, verified=True), "two") for _ in range(2))
    both.second = second
    first = Answerer(store, embedder, small)

    found = Answerer(store, embedder, both).answer(question)

    looked_best = list(dict.fromkeys(one.reading.passage for one in first.evidence(question)))
    [[best, *others]] = second.given
    assert best == looked_best[0]
    assert [one.id for one in others] == [one.id for one in looked_best[1:READ_AGAIN]]
    assert all(one.text in whole.text for one, whole in zip(others, looked_best[1:], strict=False))
    assert all(len(one.text.split()) <= WORDS for one in others)
    assert said(first.answer(question))[0][0] == "A Controversial Player"
    assert said(found)[0][0] == "a Russian private military company"


def test_the_sentence_reader_answers_with_whole_sentences(store: EmbeddedStore, embedder: Embedder) -> None:
    answerer = Answerer(store, embedder, load_reader(SENTENCES, embedder))
    answer = answerer.answer("How many minibuses were in the convoy?")
    assert "22 minibuses" in answer.statements[0].text
    assert answer.statements[0].text.rstrip(".") in answer.citations[0].quote


def test_a_question_that_needs_no_guess_is_answered_as_it_was_asked(answerer: Answerer) -> None:
    talk = Conversation().after(answerer.answer("What did the United States offer?"))
    answer = answerer.answer("Where were the roadblocks established?", talk)
    assert answer.standalone == "Where were the roadblocks established?"
    assert [statement.text for statement in answer.statements] == ["Eastern Outskirts"]


BROKEN = ("how many minibuses \ud800 were in the convoy?", "\udc00", "\x00", "\u202e")


@pytest.mark.parametrize("question", BROKEN)
def test_broken_characters_in_a_question_do_no_harm(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(question)
    assert answer.question == question.replace("\ud800", "\ufffd").replace("\udc00", "\ufffd")
    expected = Outcome.ANSWERED if "minibuses" in question else Outcome.NOT_FOUND
    assert answer.outcome is expected
