"""A quote in its paragraph, and the passages before and after it."""

import re
from collections.abc import Sequence

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import page_label, publisher_name, source_name
from bot.rendering.dates import day_run
from bot.rendering.quote_changes import quote_change, sentence_now
from bot.rendering.telegram_html import Block, Quote, Run, fill_template, paragraph, split_messages
from index.types import Article, Passage, Revision, Source
from retrieval.sentence_links import passage_link, quote_link
from retrieval.types import Citation

CONTEXT_CHARS = 700  # shown on each side of a quote


def passage_of_quote(citation: Citation, passages: Sequence[Passage]) -> int | None:
    """The number of the article's passage that holds the quote; None if the article changed or is gone."""
    holding = [i for i, passage in enumerate(passages) if _holds(passage, citation)]
    same = [i for i in holding if passages[i].id == citation.passage.id]
    return next(iter([*same, *holding]), None)


def render_context(
    citation: Citation,
    article: Article | None,
    passages: Sequence[Passage],
    revisions: Sequence[Revision] = (),
) -> str:
    """The quote, bold, in its paragraph: of the article, of the revision that has it, or else in its passage.

    Where the article no longer has the quote, what it says in its place stands below.
    """
    number = passage_of_quote(citation, passages)
    where = None if number is None else _passage_counter(number, passages)
    change = quote_change(citation, article)
    if change is not None:
        where = tr(texts.SINCE_WITHDRAWN if change.is_withdrawn else texts.SINCE_CORRECTED)
    wordings = [article.text] if article else []
    wordings += [revision.text for revision in revisions]
    whole = next((text for text in wordings if text[citation.start : citation.end] == citation.quote), None)
    before, after = _context_in_paragraph(citation, whole) if whole else _context_in_passage(citation)
    quoted = Block([Run(before), Run(citation.quote, bold=True), Run(after)], Quote.PLAIN, gap="\n\n")
    card = _card(citation.source, quote_link(citation), where, page_label([citation]))
    now = sentence_now(change) if change and not change.is_withdrawn else []
    return split_messages([*card, quoted, *now])[0]


def render_passage(passages: Sequence[Passage], number: int) -> str:
    """The nth of an article's passages."""
    passage = passages[number]
    card = _card(passage.source, passage_link(passage), _passage_counter(number, passages))
    return split_messages([*card, Block([Run(passage.text)], Quote.PLAIN, gap="\n\n")])[0]


def _card(source: Source, link: str | None, where: str | None, pages: str | None = None) -> list[Block]:
    """The article's title, publisher, author and date, and the place in it."""
    facts: list[list[Run]] = []
    if (who := publisher_name(source)) is not None:
        facts.append([Run(who)])
    if source.author and source.author.strip():
        facts.append(fill_template(tr(texts.BY_AUTHOR), author=source.author.strip()))
    if (published := day_run(source.published)) is not None:
        facts.append(fill_template(tr(texts.PUBLISHED), day=published))
    facts += [[Run(one)] for one in (pages, where) if one is not None]
    separated = [run for fact in facts for run in (Run(" · "), *fact)]
    return [paragraph(Run(source_name(source), url=link)), paragraph(*separated[1:])]


def _passage_counter(number: int, passages: Sequence[Passage]) -> str:
    return tr(texts.PASSAGE_OF).format(number=number + 1, count=len(passages))


def _context_in_passage(citation: Citation) -> tuple[str, str]:
    """The text before and after the quote in its passage."""
    passage = citation.passage
    start, end = citation.start - passage.start, citation.end - passage.start
    return _clip_before(passage.text[:start]), _clip_after(passage.text[end:])


def _context_in_paragraph(citation: Citation, text: str) -> tuple[str, str]:
    """The text before and after the quote in its paragraph and passage."""
    passage = citation.passage
    begin = min(passage.start, text.rfind("\n", 0, citation.start) + 1)
    line_end = text.find("\n", citation.end)
    end = max(passage.end, len(text) if line_end < 0 else line_end)
    return _clip_before(text[begin : citation.start]), _clip_after(text[citation.end : end])


def _holds(passage: Passage, citation: Citation) -> bool:
    start, end = citation.start - passage.start, citation.end - passage.start
    return start >= 0 and passage.text[start:end] == citation.quote


def _clip_before(text: str) -> str:
    if len(text) <= CONTEXT_CHARS:
        return text.lstrip()
    return "… " + re.sub(r"^\S*\s+(?=\S)", "", text[-CONTEXT_CHARS:])


def _clip_after(text: str) -> str:
    if len(text) <= CONTEXT_CHARS:
        return text.rstrip()
    return re.sub(r"\s+\S*$", "", text[:CONTEXT_CHARS]) + " …"
