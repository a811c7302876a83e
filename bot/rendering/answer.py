"""The full form of an answer, other passages, and the list of articles, as Telegram HTML."""

from collections.abc import Sequence

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import (
    citation_marks,
    describe_source,
    first_of_each_origin,
    highlight,
    is_beside,
    is_its_quote,
    number_origins,
    quote_style,
    source_list,
    worded_line,
)
from bot.rendering.disputes import dispute_card, dispute_quotes
from bot.rendering.quote_changes import QuoteChange, change_notes
from bot.rendering.spelling_note import correction_lines
from bot.rendering.telegram_html import Block, Quote, Run, paragraph, split_messages
from index.types import Passage, Source
from retrieval.sentence_links import passage_link
from retrieval.types import Answer, Outcome, Statement

MAX_OTHER_QUOTES = 3  # of one statement, besides its first
MAX_NEAREST = 3
OTHERS_PER_PAGE = 3
SOURCES_PER_PAGE = 8


def render_answer(answer: Answer, changes: Sequence[QuoteChange] = ()) -> list[str]:
    """The answer as HTML messages, at least one; `changes` of its quotes stand last."""
    if answer.outcome is Outcome.NOT_FOUND:
        return split_messages([*correction_lines(answer), *_not_found_blocks(answer)])
    numbers = number_origins(answer)
    if answer.outcome is Outcome.DISPUTED:
        blocks = [*dispute_card(answer, numbers), *dispute_quotes(answer, numbers)]
    else:
        blocks = _answer_blocks(answer, numbers)
    notes = [*worded_line(answer), *change_notes(answer, changes)]
    return split_messages([*correction_lines(answer), *blocks, *source_list(answer, numbers), *notes])


def render_other_passages(passages: Sequence[Passage], page: int) -> str:
    """One page of passages, each under the title of its article."""
    shown = passages[page * OTHERS_PER_PAGE : (page + 1) * OTHERS_PER_PAGE]
    blocks = [paragraph(Run(tr(texts.OTHERS_TITLE), bold=True))]
    for passage in shown:
        text = passage.text if len(passage.text) <= 1000 else f"{passage.text[:1000].rsplit(' ', 1)[0]} …"
        title = paragraph(*describe_source(passage.source, passage_link(passage)), gap="\n\n")
        blocks += [title, Block([Run(text)], quote_style(text))]
    return split_messages(blocks)[0]


def render_sources(sources: Sequence[Source], page: int) -> str:
    """One page of the list of articles."""
    if not sources:
        return tr(texts.NO_SOURCES)
    first = page * SOURCES_PER_PAGE
    blocks = [paragraph(Run(f"{tr(texts.SOURCES_TITLE)} ({len(sources)})", bold=True))]
    for number, source in enumerate(sources[first : first + SOURCES_PER_PAGE], first + 1):
        gap = "\n\n" if number == first + 1 else "\n"
        blocks.append(paragraph(f"{number}. ", *describe_source(source), gap=gap))
    return split_messages(blocks)[0]


def other_passages(answer: Answer) -> list[Passage]:
    """The retrieved passages that the answer does not quote."""
    quoted = {citation.passage.id for citation in answer.citations}
    return [passage for passage in answer.passages if passage.id not in quoted]


def page_count(count: int, per_page: int) -> int:
    """How many pages so many entries take; at least one."""
    return max(1, -(-count // per_page))


def _answer_blocks(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    blocks: list[Block] = []
    is_list = len(answer.statements) > 1
    for statement in answer.statements:
        first = statement.citations[0]
        said = citation_marks(statement, numbers)
        gap = "\n\n" if blocks else "\n"
        if is_its_quote(statement):  # a sentence is its own quote: shown once
            if is_list:
                blocks.append(paragraph("• ", Run(statement.text), *said, gap="\n"))
            else:
                blocks.append(Block([Run(first.quote)], Quote.PLAIN))
        else:
            also = tr(texts.ALSO) if is_beside(answer, statement) else ""
            blocks.append(paragraph(also, Run(statement.text, bold=True), *said, gap=gap))
            blocks.append(Block(highlight(first.quote, statement.text), quote_style(first.quote)))
        blocks += _other_quotes(statement, numbers)
    return blocks


def _not_found_blocks(answer: Answer) -> list[Block]:
    blocks = [paragraph(tr(texts.NOT_FOUND))]
    nearest: dict[str, Passage] = {}
    for passage in answer.passages:
        nearest.setdefault(passage.source.article_id, passage)
    if nearest:
        blocks.append(paragraph(tr(texts.NEAREST), gap="\n\n"))
        shown = list(nearest.values())[:MAX_NEAREST]
        blocks += [paragraph("• ", *describe_source(one.source, passage_link(one))) for one in shown]
    return blocks


def _other_quotes(statement: Statement, numbers: dict[int, int]) -> list[Block]:
    """The quotes of independent sources besides the first, in expandable quotes."""
    blocks: list[Block] = []
    for citation in first_of_each_origin(statement.citations)[1 : 1 + MAX_OTHER_QUOTES]:
        blocks.append(paragraph(tr(texts.ALSO_SAYS).format(number=numbers[citation.origin])))
        blocks.append(Block(highlight(citation.quote, statement.text), Quote.EXPANDABLE))
    return blocks
