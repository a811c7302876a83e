"""Quotes are checked against the stored text before anything is said; copies of a story are found."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from index.types import Article, Passage, Source
from retrieval.containment import says
from retrieval.questions.kinds import words
from retrieval.types import Citation, Statement

SHINGLE_WORDS = 3
COPY_SHARE = 0.45  # of the shorter text's runs of words: evaluation/results/copies.md


def cite(
    passage: Passage,
    start: int,
    end: int,
    article: Article,
    origin: int,
    copies: tuple[Source, ...] = (),
) -> Citation | None:
    """The words `passage.text[start:end]` as a citation; None unless the stored article still says them."""
    quote = passage.text[start:end]
    at = passage.start + start
    if not quote or article.text[at : at + len(quote)] != quote:
        return None
    return Citation(passage, quote, at, at + len(quote), origin, copies)


def stated(
    text: str, citations: Iterable[Citation], confidence: float, *, is_worded: bool = False
) -> Statement | None:
    """The statement with those of the citations whose quotes say it, if any; with all if it `is_worded`."""
    saying = tuple(citation for citation in citations if is_worded or says(citation.quote, text))
    return Statement(text, saying, confidence, is_worded) if saying else None


def origins(articles: Sequence[Article], values: Mapping[str, str] = MappingProxyType({})) -> dict[str, int]:
    """For each article id the number of its story, from 1 in order: copies share one.

    `values`: what an article says to the question. Those that say different things are no copies, however
    alike they are worded.
    """
    if len(articles) == 1:
        return {articles[0].source.article_id: 1}
    numbers: dict[str, int] = {}
    seen: list[tuple[int, str | None, frozenset[tuple[str, ...]]]] = []
    for article in articles:
        shingles, value = _shingles(article.text), values.get(article.source.article_id)
        copied = (n for n, said, text in seen if said == value and _share(shingles, text) >= COPY_SHARE)
        number = next(copied, None) or 1 + max((n for n, *_ in seen), default=0)
        seen.append((number, value, shingles))
        numbers[article.source.article_id] = number
    return numbers


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    spoken = words(text)
    return frozenset(zip(*(spoken[i:] for i in range(SHINGLE_WORDS)), strict=False)) or frozenset(
        {tuple(spoken)}
    )


def _share(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    return len(a & b) / min(len(a), len(b))
