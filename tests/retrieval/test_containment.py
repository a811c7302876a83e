from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.ingest import ingest
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Source
from retrieval.answerer import Answerer
from retrieval.containment import says
from retrieval.reading.reader import Reader
from retrieval.types import Outcome


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("The toll rose to 12 florins.", "12 florins"),
        ("A crowd of 1,234 came.", "1234"),
        ("A crowd of 1\u202f234 came.", "1,234"),
        ("Five trucks burned.", "5 trucks"),
        ("32 civilians were killed.", "at least 32 people"),
        ("It was on 8 September 2023.", "September 8, 2023"),
        ("“It’s over”, he said.", '"it\'s over"'),
        ("Emmanuel Macron, the president, left.", "President Emmanuel Macron"),
        ("\u90a3\u8f66\u961f\u88ab\u88ad", "\u8f66\u961f"),
        ("The race is over 100 m.", "100"),
        ("Row | 7.5% |", "7.5%"),
    ],
)
def test_a_quote_says_its_words_and_its_numbers_in_whatever_form(quote: str, text: str) -> None:
    assert says(quote, text)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("The toll rose to 17 florins.", "12 florins"),
        ("A crowd of 12,345 came.", "12"),
        ("A crowd of 320 came.", "32"),
        ("Twenty-two trucks burned.", "two trucks"),
        ("Some 100 million came.", "100"),
        ("It was on 8 October 2023.", "September 8, 2023"),
        ("Malian soldiers left.", "Mali"),
        ("The president left.", "President Emmanuel Macron"),
        ("Nothing was said.", ""),
    ],
)
def test_a_quote_does_not_say_another_number_or_part_of_a_word(quote: str, text: str) -> None:
    assert not says(quote, text)


PLACES = st.sampled_from(["Varn", "Kelo", "Osk", "Dorv"])
COUNTS = st.lists(st.integers(2, 99_999), min_size=2, max_size=4)
TOLD = (
    (
        "The bridge toll of {place} rose to {value} florins, {who} said.",
        "What is the bridge toll of {place}?",
    ),
    (
        "The storm on the {place} coast killed {value} people, {who} said.",
        "How many people did the storm kill?",
    ),
    (
        "The {place} festival begins on March {day}, 2026, {who} said.",
        "When does the {place} festival begin?",
    ),
)
SPEAKERS = ("the ministry", "the governor", "the mayor", "a union")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[EmbeddedStore]:
    directory = tmp_path_factory.mktemp("values") / "index"
    opened = EmbeddedStore.open(directory, embedder_name=embedder.name, dimension=embedder.dimension)
    yield opened
    opened.close()


@given(place=PLACES, values=COUNTS, told=st.sampled_from(TOLD), grouped=st.booleans())
@settings(max_examples=12)
def test_of_articles_that_differ_in_a_value_each_is_cited_for_its_own(
    empty: EmbeddedStore,
    embedder: Embedder,
    reader: Reader,
    place: str,
    values: list[int],
    told: tuple[str, str],
    grouped: bool,
) -> None:
    sentence, question = told
    texts = [
        sentence.format(place=place, value=f"{value:,}" if grouped else value, day=value % 28 + 1, who=who)
        for value, who in zip(values, SPEAKERS, strict=False)
    ]
    for source in empty.sources():
        empty.remove_article(source.article_id)
    articles = [Article(Source(f"a{n}", f"Report {n}"), text) for n, text in enumerate(texts)]
    assert not ingest(articles, empty, embedder).failed

    answer = Answerer(empty, embedder, reader).answer(question.format(place=place))

    assert answer.outcome is not Outcome.NOT_FOUND
    for statement in answer.statements:
        assert all(says(citation.quote, statement.text) for citation in statement.citations)
    cited = [{c.quote for c in statement.citations} for statement in answer.statements]
    assert len(set.union(*cited)) == sum(map(len, cited))  # no quote for two values
