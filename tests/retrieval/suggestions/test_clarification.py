"""What a question that names no event may mean."""

from pathlib import Path

import pytest

from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Source
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from retrieval.suggestions.clarification import Events, events, names_no_event
from retrieval.suggestions.shortlist import LEAST_MEANT, try_out
from retrieval.types import Answer, Conversation, Outcome

TWO_EVENTS = Path(__file__).parents[2] / "transcripts" / "two-events" / "articles"


def unsure(question: str, standalone: str = "") -> Answer:
    return Answer(question, standalone or question, Outcome.NOT_FOUND, confidence=0.1)


def article(number: int, title: str, text: str) -> Article:
    return Article(Source(f"a{number}", title), text)


def asked_of(question: str, *articles: Article) -> list[str]:
    return [proposal.question for proposal in events(unsure(question), articles).proposed]


@pytest.mark.parametrize(
    "question",
    [
        "how many people were killed?",
        "when did the attack happen?",
        "who was arrested?",
        "Who won?",
        "where did the crash happen",
        "who claimed responsibility for the attack?",
    ],
)
def test_general_words_name_no_event(question: str) -> None:
    assert names_no_event(question, unsure(question))


@pytest.mark.parametrize(
    "question",
    [
        "how many people were killed in Gao?",
        "who was arrested on 7 February?",
        "how many people did they kill?",
        "when was that attack?",
        "how many of the passengers of the flooded ferry were rescued?",
        "how old is the oldest person?",
        "what is the minimum wage?",
        "why did it happen?",
        "were people killed?",
        "combien de personnes ont été tuées ?",
        "how many?",
        "the attack",
    ],
)
def test_a_name_a_number_the_present_or_a_pronoun_asks_one_thing(question: str) -> None:
    assert not names_no_event(question, unsure(question))


def test_what_the_conversation_added_names_the_event() -> None:
    asked = "how many people were killed?"
    assert not names_no_event(asked, unsure(asked, "how many people were killed in the attack on Gao?"))


def test_a_clear_answer_is_given(answerer: Answerer) -> None:
    asked = "how many trucks were destroyed?"
    assert names_no_event(asked, unsure(asked))
    assert not names_no_event(asked, answerer.answer(asked))


VELDARA = article(
    1, "Flood in Veldara", "People were killed in Veldara. The mayor of Veldara was not in Rome."
)
KARSUND = article(
    2, "Mine collapses", "In March, nine people were killed near Karsund on Friday, police said."
)


def test_each_article_gives_the_place_that_it_is_about() -> None:
    assert asked_of("how many people were killed?", VELDARA, KARSUND) == [
        "How many people were killed in Veldara?",
        "How many people were killed near Karsund?",
    ]


def test_a_place_may_begin_like_a_month() -> None:
    fire = article(4, "Fire in Maryland", "In April, people were killed in Maryland.")
    assert asked_of("who was killed?", fire) == ["Who was killed in Maryland?"]


def test_articles_that_name_each_other_s_place_are_about_one_event() -> None:
    later = article(3, "Aid reaches Torsa", "After the flood in Veldara people killed time in Torsa.")
    assert asked_of("how many people were killed?", VELDARA, later) == [
        "How many people were killed in Veldara?"
    ]


def test_an_article_that_does_not_say_the_words_gives_nothing() -> None:
    assert asked_of("who was arrested?", VELDARA, KARSUND) == []


def test_a_name_in_lower_case_is_told_by_how_the_articles_write_it() -> None:
    assert asked_of("how many were killed around veldara?", VELDARA, KARSUND) == []


@pytest.mark.parametrize("where", ["in Veldarian schools", "in Friday’s flood", "in May", "in the flood"])
def test_what_is_no_place_gives_nothing(where: str) -> None:
    assert asked_of("who was killed?", article(1, "Flood", f"Nine people were killed {where}.")) == []


@pytest.fixture(scope="module")
def two_events(
    embedder: Embedder, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Answerer, EmbeddedStore]:
    """Articles about a flood in Veldara and a mine in Karsund."""
    directory = tmp_path_factory.mktemp("events") / "index"
    store = EmbeddedStore.open(directory, embedder_name=embedder.name, dimension=embedder.dimension)
    assert not ingest(load(str(TWO_EVENTS)), store, embedder).failed
    return Answerer(store, embedder, reader), store


def meant(answerer: Answerer, store: EmbeddedStore, question: str) -> list[str]:
    answer = answerer.answer(question)
    articles = [found for i in answer.retrieved if (found := store.article(i))]
    after = Conversation().after(answer)
    if not names_no_event(question, answer):
        return []
    questions = try_out(events(answer, articles), lambda text: answerer.answer(text, after))
    return questions if len(questions) >= LEAST_MEANT else []


def test_both_events_are_offered(two_events: tuple[Answerer, EmbeddedStore]) -> None:
    assert meant(*two_events, "how many people were killed?") == [
        "How many people were killed in Veldara?",
        "How many people were killed in Karsund?",
    ]


def test_what_happened_at_one_of_them_is_no_choice(two_events: tuple[Answerer, EmbeddedStore]) -> None:
    assert meant(*two_events, "who was arrested?") == []


@pytest.mark.parametrize("question", ["how many people were killed?", "how many people died?"])
def test_the_seeds_tell_of_one_event(answerer: Answerer, store: EmbeddedStore, question: str) -> None:
    assert meant(answerer, store, question) == []


def test_two_events_with_the_same_answer_are_no_choice(two_events: tuple[Answerer, EmbeddedStore]) -> None:
    answerer, store = two_events
    flood = next(source for source in store.sources() if source.title.startswith("Flood"))
    articles = [found] if (found := store.article(flood.article_id)) else []
    proposed = events(unsure("how many people were killed?"), articles).proposed
    shortlist = Events([*proposed, *proposed], frozenset(), 4, varied=False)
    assert try_out(shortlist, answerer.answer) == ["How many people were killed in Veldara?"]
