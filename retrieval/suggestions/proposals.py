"""Questions that an article answers, each with the sentence or row that it was made from."""

from collections.abc import Iterator
from dataclasses import dataclass

from index.passages.sentences import line_sentences
from index.passages.structure import Kind as Block
from index.passages.structure import parse
from index.types import Article
from retrieval.suggestions.identities import row_questions
from retrieval.suggestions.posed import Sort
from retrieval.suggestions.posing import questions

REACH_CHARS = 4_000  # farther away an article speaks of something else
FAR_CHARS = 20_000  # what reading one takes no more than 50 ms for


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question, and the sentence or row `article.text[start:end]` that it was made from.

    `expected` holds words of that sentence of which the answer must have one.
    """

    question: str
    sort: Sort
    article_id: str
    start: int
    end: int
    expected: str


def proposals(article: Article, near: int, reach: int = REACH_CHARS) -> Iterator[Proposal]:
    """Questions made from what the article says within `reach` of the character `near`, in its order."""
    header: list[str] = []
    for block in parse(article.text, article.outline):
        line = article.text[block.start : block.end]
        if block.kind is Block.TABLE_HEADER:
            header = _cells(line)
        if block.kind in (Block.HEADING, Block.TABLE_HEADER, Block.CODE):
            continue
        is_row = block.kind is Block.TABLE_ROW
        spans = [(block.start, block.end)] if is_row else line_sentences(article.text, block.start, block.end)
        for start, end in spans:
            if abs(start - near) > reach:
                continue
            said = article.text[start:end]
            for posed in row_questions(header, _cells(said)) if is_row else questions(said):
                yield Proposal(
                    posed.question, posed.sort, article.source.article_id, start, end, posed.expected
                )


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("| ").split("|")]
