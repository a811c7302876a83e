import pytest

from index.types import Article, Passage, Source
from retrieval.evidence.citations import cite, origins, stated
from retrieval.types import Answer, Citation, Outcome, Statement

TEXT = "The convoy left Gao at dawn. At least 32 people were killed near Kobe. Nobody has claimed the attack."
ARTICLE = Article(Source("a", "Convoy"), TEXT)
PASSAGE = Passage("a#29", ARTICLE.source, 29, len(TEXT), TEXT[29:])


def test_a_quote_is_what_the_stored_article_says_there() -> None:
    citation = cite(PASSAGE, 0, 41, ARTICLE, 1)
    assert citation == Citation(PASSAGE, "At least 32 people were killed near Kobe.", 29, 70)
    assert ARTICLE.text[29:70] == citation.quote


def test_a_quote_that_the_article_no_longer_says_is_dropped() -> None:
    changed = Article(ARTICLE.source, TEXT.replace("32", "33"))
    assert cite(PASSAGE, 0, 41, changed, 1) is None


def test_a_citation_cannot_quote_words_its_passage_lacks() -> None:
    with pytest.raises(ValueError, match="is not what passage"):
        Citation(PASSAGE, "At least 33 people", 29, 47)


def test_a_statement_without_a_citation_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="needs a citation"):
        Statement("32", (), 0.9)


def test_a_statement_cannot_cite_a_quote_that_does_not_say_it() -> None:
    killed = Citation(PASSAGE, "At least 32 people were killed near Kobe.", 29, 70)
    claimed = Citation(PASSAGE, "Nobody has claimed the attack.", 71, 101)
    with pytest.raises(ValueError, match=r"'Nobody has claimed the attack.' does not say '32 people'"):
        Statement("32 people", (killed, claimed), 0.9)
    assert stated("32 people", (killed, claimed), 0.9) == Statement("32 people", (killed,), 0.9)
    assert stated("33 people", (killed, claimed), 0.9) is None


def test_an_answer_that_says_nothing_is_not_found() -> None:
    with pytest.raises(ValueError, match="answered with 0 statements"):
        Answer("q", "q", Outcome.ANSWERED)


def test_copies_of_one_story_share_their_origin() -> None:
    copy = Article(Source("b", "Copy"), "GAO, Mali - " + TEXT)
    other = Article(
        Source("c", "Other"), "The airport of Bamako was attacked by gunmen in the early morning hours."
    )
    assert origins([ARTICLE, other, copy]) == {"a": 1, "c": 2, "b": 1}
    assert origins([ARTICLE, other, copy], {"a": "32", "b": "32"}) == {"a": 1, "c": 2, "b": 1}


def test_articles_that_say_different_things_are_no_copies_however_alike_they_are() -> None:
    changed = Article(Source("b", "Correction"), TEXT.replace("32", "30"))
    assert origins([ARTICLE, changed], {"a": "32", "b": "30"}) == {"a": 1, "b": 2}
