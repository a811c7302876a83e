"""A digest as one message: what new articles say to watched questions, then the other new articles."""

from collections.abc import Sequence

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import describe_source, highlight
from bot.rendering.telegram_html import Block, Quote, Run, paragraph, split_messages
from retrieval.sentence_links import quote_link
from retrieval.types import Answer, Citation

MAX_STATEMENTS = 2  # of an answer
MAX_ARTICLES = 8


def render_digest(answers: Sequence[Answer], news: Sequence[Citation], left_out: int) -> str:
    """The digest as HTML, as much as fits into a message; `left_out` articles are only counted.

    `news` has a sentence of each article.
    """
    sections = [_answer_blocks(answer) for answer in answers]
    sections += [_quoted(citation, "", gap="\n\n") for citation in news[:MAX_ARTICLES]]
    left_out += len(news[MAX_ARTICLES:])
    while True:
        blocks = [block for section in sections for block in section]
        more = [paragraph(tr(texts.DIGEST_MORE).format(count=left_out), gap="\n\n")] if left_out else []
        messages = split_messages([paragraph(Run(tr(texts.DIGEST), bold=True)), *blocks, *more])
        if len(messages) == 1 or not sections:
            return messages[0]
        sections.pop()
        left_out += 1


def _answer_blocks(answer: Answer) -> list[Block]:
    blocks = [paragraph(Run(answer.question, bold=True), gap="\n\n")]
    for statement in answer.statements[:MAX_STATEMENTS]:
        blocks += _quoted(statement.citations[0], statement.text, gap="\n")
    return blocks


def _quoted(citation: Citation, words: str, gap: str) -> list[Block]:
    return [
        paragraph(*describe_source(citation.source, quote_link(citation)), gap=gap),
        Block(highlight(citation.quote, words), Quote.PLAIN),
    ]
