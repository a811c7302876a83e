"""Quotes are checked against the stored text before anything is said; copies of a story are found."""

from collections.abc import Sequence

from index.types import Article, Passage
from retrieval.questions import words
from retrieval.types import Citation

SHINGLE_WORDS = 5
COPY_SHARE = 0.5  # of the shorter text's five-word runs; rewritten agency stories keep 60-95 %, rivals < 5 %


def cite(passage: Passage, start: int, end: int, article: Article, origin: int) -> Citation | None:
    """The words `passage.text[start:end]` as a citation; None unless the stored article still says them."""
    quote = passage.text[start:end]
    at = passage.start + start
    if not quote or article.text[at : at + len(quote)] != quote:
        return None
    return Citation(passage, quote, at, at + len(quote), origin)


def origins(articles: Sequence[Article]) -> dict[str, int]:
    """For each article id the number of its story, from 1 in order: copies share one."""
    if len(articles) == 1:
        return {articles[0].source.article_id: 1}
    numbers: dict[str, int] = {}
    seen: list[tuple[int, frozenset[tuple[str, ...]]]] = []
    for article in articles:
        shingles = _shingles(article.text)
        number = next((n for n, other in seen if _share(shingles, other) >= COPY_SHARE), None)
        number = number or 1 + max((n for n, _ in seen), default=0)
        seen.append((number, shingles))
        numbers[article.source.article_id] = number
    return numbers


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    spoken = words(text)
    return frozenset(zip(*(spoken[i:] for i in range(SHINGLE_WORDS)), strict=False)) or frozenset(
        {tuple(spoken)}
    )


def _share(a: frozenset[tuple[str, ...]], b: frozenset[tuple[str, ...]]) -> float:
    return len(a & b) / min(len(a), len(b))
