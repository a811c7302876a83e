from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bot.rendering.answer import render_answer
from index.ingest import ingest
from index.store.embedded import EmbeddedStore
from index.types import Article, Candidates, Embedder, Hit, Passage, Source
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from retrieval.search.fusion import Candidate, fuse
from retrieval.types import Outcome

TEXT = "The lighthouse of Anso was lit again on Friday after nine dark years, the harbour office said."
OTHER = "The ferry to Kobe sails twice a day in summer and once a day in winter, its captain said."
Asked = Callable[..., Answerer]


def passage(article_id: str, text: str = TEXT, start: int = 0, **source: date) -> Passage:
    about = Source(article_id, f"Title {article_id}", **source)  # type: ignore[arg-type]
    return Passage(f"{article_id}#{start}", about, start, start + len(text), text)


def fused(*found: Passage, cosines: dict[str, float] | None = None) -> list[Candidate]:
    given = {one.id: 0.5 for one in found} | (cosines or {})
    return fuse(Candidates([Hit(one, given[one.id]) for one in found], []), given, 12)


def test_a_passage_that_several_articles_have_is_one_candidate_of_the_article_published_first() -> None:
    late, early = passage("a", published=date(2026, 3, 2)), passage("b", published=date(2026, 3, 1))
    undated, other = passage("c"), passage("d", OTHER)
    assert fused(late, undated, other, early, cosines={"c#0": 0.7}) == [
        Candidate(early, 0.7, (late.source, undated.source)),
        Candidate(other, 0.5),
    ]


def test_what_one_article_says_twice_has_no_copy_and_other_sections_are_other_passages() -> None:
    first, again = passage("a"), passage("a", start=400)
    elsewhere = replace(passage("b"), heading="Tuesday")
    assert fused(again, elsewhere, first) == [Candidate(first, 0.5), Candidate(elsewhere, 0.5)]


@pytest.fixture
def over(embedder: Embedder, reader: Reader, tmp_path: Path) -> Asked:
    """Makes an answerer over the articles it is given."""

    def over(*articles: Article) -> Answerer:
        name, dimension = embedder.name, embedder.dimension
        store = EmbeddedStore.open(tmp_path / "index", embedder_name=name, dimension=dimension)
        assert not ingest(articles, store, embedder).failed
        return Answerer(store, embedder, reader)

    return over


@pytest.mark.parametrize("question", ["When was the lighthouse of Anso lit again?", "lighthouse of Anso"])
def test_copies_are_read_and_cited_once_and_named(over: Asked, question: str) -> None:
    sources = [Source(name, f"Anso {name}", path=f"{name}.txt") for name in ("a", "b", "c")]
    answer = over(*(Article(source, TEXT) for source in sources)).answer(question)

    assert answer.outcome is Outcome.ANSWERED
    [citation] = answer.citations
    assert (citation.quote, citation.source.article_id) == (TEXT, "a")
    assert [copy.path for copy in citation.copies] == ["b.txt", "c.txt"]
    assert answer.retrieved == ["a", "b", "c"]


def test_more_copies_than_are_cited_are_named_and_counted(over: Asked) -> None:
    ends = (
        "It had stood dark.",
        "Boats hooted.",
        "Nobody was hurt.",
        "More follows.",
        "The port thanked all.",
    )
    articles = [
        Article(Source(f"c{n}", f"Anso {n}", publisher=f"P{n}"), f"{TEXT} {end}")
        for n, end in enumerate(ends)
    ]
    other = Article(
        Source("z", "Keeper"), "On Friday the keeper climbed up and lit the lighthouse of Anso again."
    )
    answer = over(*articles, other).answer("When was the lighthouse of Anso lit again?")

    [statement] = answer.statements
    told = {source.article_id for one in statement.citations for source in (one.source, *one.copies)}
    assert told >= {article.source.article_id for article in articles}
    assert (statement.articles, statement.origins) == (
        len(told),
        len({one.origin for one in answer.citations}),
    )
    assert "(5 articles, 1 origin)" in "\n".join(render_answer(answer))


def test_articles_that_differ_in_the_asked_value_are_no_copies(over: Asked) -> None:
    told = "The bridge in Kelo collapsed on Sunday. Officials said {} people were killed in its collapse."
    articles = [
        Article(Source(f"t{day}", f"Collapse {n}", published=date(2026, 3, day)), told.format(n))
        for n, day in ((12, 2), (17, 4), (15, 9))
    ]
    answer = over(*articles).answer("How many people were killed in the bridge collapse in Kelo?")

    assert answer.outcome is Outcome.DISPUTED
    assert [(one.text, [c.source.article_id for c in one.citations]) for one in answer.statements] == [
        ("15 people", ["t9"]),
        ("17 people", ["t4"]),
        ("12 people", ["t2"]),
    ]
    assert sorted(citation.origin for citation in answer.citations) == [1, 2, 3]
    assert not any(citation.copies for citation in answer.citations)
