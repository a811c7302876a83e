"""Questions that an article answers, each with the sentence or row that it was made from.

Each pattern knows one way in which a sentence says something.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from index.passages.sentences import line_sentences
from index.passages.structure import Kind as Block
from index.passages.structure import parse
from index.types import Article
from retrieval.questions.clauses import words
from retrieval.suggestions import definition_patterns, event_patterns
from retrieval.suggestions.definition_patterns import row_questions
from retrieval.suggestions.noun_phrases import as_question
from retrieval.suggestions.types import Generated, Sort

MIN_WORDS = 6  # of a sentence worth asking about
REACH_CHARS = 4_000  # farther away an article speaks of something else
FAR_CHARS = 20_000  # what reading one takes no more than 50 ms for

_PATTERNS: tuple[Callable[[str], Iterator[Generated]], ...] = (
    event_patterns.how_many,
    definition_patterns.how_far,
    event_patterns.who,
    event_patterns.who_did,
    event_patterns.who_was,
    event_patterns.when,
    event_patterns.since_when,
    event_patterns.where,
    definition_patterns.what_is,
    definition_patterns.holder,
    definition_patterns.stands_for,
    event_patterns.what_did,
)


def questions(sentence: str) -> Iterator[Generated]:
    """Questions that the sentence answers, those that read well."""
    if len(words(sentence)) < MIN_WORDS or sentence.rstrip("”\"' ").endswith(("?", ":")):
        return
    for pattern in _PATTERNS:
        for sort, text, expected in pattern(sentence):
            if question := as_question(text):
                yield Generated(sort, question, expected)


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
            for generated in row_questions(header, _cells(said)) if is_row else questions(said):
                yield Proposal(
                    generated.question,
                    generated.sort,
                    article.source.article_id,
                    start,
                    end,
                    generated.expected,
                )


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.strip("| ").split("|")]
