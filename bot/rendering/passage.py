"""What stands around a quote: its paragraph, the article's card, and the passages before and after."""

import re
from collections.abc import Sequence

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import day, name, pages_of, publisher
from bot.rendering.telegram_html import Block, Quote, Run, filled, messages, paragraph
from index.types import Article, Passage, Source
from retrieval.sentence_links import passage_link, quote_link
from retrieval.types import Citation

CONTEXT_CHARS = 700  # shown on each side of a quote


def place_of_quote(citation: Citation, passages: Sequence[Passage]) -> int | None:
    """Which of its article's passages holds the quote; None when the article has changed or gone."""
    holding = [i for i, passage in enumerate(passages) if _holds(passage, citation)]
    same = [i for i in holding if passages[i].id == citation.passage.id]
    return next(iter([*same, *holding]), None)


def render_context(citation: Citation, article: Article | None, passages: Sequence[Passage]) -> str:
    """The quote, bold, in its paragraph; in its passage as it was when the article has changed or gone.

    `passages` are those of the article.
    """
    number = place_of_quote(citation, passages)
    if article is None or article.text[citation.start : citation.end] != citation.quote:
        where: str | None = tr(texts.AS_IT_WAS_QUOTED)
        before, after = _in_passage(citation)
    else:
        where = None if number is None else _counted(number, passages)
        before, after = _in_paragraph(citation, article)
    quoted = Block([Run(before), Run(citation.quote, bold=True), Run(after)], Quote.PLAIN, gap="\n\n")
    return messages([*_card(citation.source, quote_link(citation), where, pages_of([citation])), quoted])[0]


def render_passage(passages: Sequence[Passage], number: int) -> str:
    """The nth of an article's passages."""
    passage = passages[number]
    card = _card(passage.source, passage_link(passage), _counted(number, passages))
    return messages([*card, Block([Run(passage.text)], Quote.PLAIN, gap="\n\n")])[0]


def _card(source: Source, link: str | None, where: str | None, pages: str | None = None) -> list[Block]:
    """Title, then what else is known of the article, and where in it this is."""
    facts: list[list[Run]] = []
    if (who := publisher(source)) is not None:
        facts.append([Run(who)])
    if source.author and source.author.strip():
        facts.append(filled(tr(texts.BY_AUTHOR), author=source.author.strip()))
    if (published := day(source.published)) is not None:
        facts.append(filled(tr(texts.PUBLISHED), day=published))
    facts += [[Run(one)] for one in (pages, where) if one is not None]
    separated = [run for fact in facts for run in (Run(" · "), *fact)]
    return [paragraph(Run(name(source), url=link)), paragraph(*separated[1:])]


def _counted(number: int, passages: Sequence[Passage]) -> str:
    return tr(texts.PASSAGE_OF).format(number=number + 1, count=len(passages))


def _in_passage(citation: Citation) -> tuple[str, str]:
    """What stands before and behind the quote."""
    passage = citation.passage
    start, end = citation.start - passage.start, citation.end - passage.start
    return _before(passage.text[:start]), _after(passage.text[end:])


def _in_paragraph(citation: Citation, article: Article) -> tuple[str, str]:
    """Likewise, as far as paragraph and passage go."""
    text, passage = article.text, citation.passage
    begin = min(passage.start, text.rfind("\n", 0, citation.start) + 1)
    line_end = text.find("\n", citation.end)
    end = max(passage.end, len(text) if line_end < 0 else line_end)
    return _before(text[begin : citation.start]), _after(text[citation.end : end])


def _holds(passage: Passage, citation: Citation) -> bool:
    start, end = citation.start - passage.start, citation.end - passage.start
    return start >= 0 and passage.text[start:end] == citation.quote


def _before(text: str) -> str:
    if len(text) <= CONTEXT_CHARS:
        return text.lstrip()
    return "… " + re.sub(r"^\S*\s+(?=\S)", "", text[-CONTEXT_CHARS:])


def _after(text: str) -> str:
    if len(text) <= CONTEXT_CHARS:
        return text.rstrip()
    return re.sub(r"\s+\S*$", "", text[:CONTEXT_CHARS]) + " …"
