"""Sources and quotes as text runs. Citations are numbered by origin: copies of a story share a number."""

import re
from collections.abc import Sequence

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.dates import day_run
from bot.rendering.telegram_html import Block, Quote, Run, paragraph
from index.types import Source
from retrieval.sentence_links import quote_link
from retrieval.types import Answer, Citation, Statement

MAX_NAME_CHARS = 200
MAX_COPIES = 4  # named behind "also in"
LONG_QUOTE_CHARS = 350  # about six lines on a phone; beyond it a quote is folded


def number_origins(answer: Answer) -> dict[int, int]:
    """Origin to the number of its source, 1, 2, ... in the order of the citations."""
    origins = dict.fromkeys(citation.origin for citation in answer.citations)
    return {origin: number for number, origin in enumerate(origins, 1)}


def first_of_each_origin(citations: Sequence[Citation]) -> list[Citation]:
    """The first citation of each origin: a copy of a story is no second source."""
    first: dict[int, Citation] = {}
    for citation in citations:
        first.setdefault(citation.origin, citation)
    return list(first.values())


def citation_marks(statement: Statement, numbers: dict[int, int]) -> list[Run]:
    """[1][2], each linked to the quoted sentence."""
    cited = first_of_each_origin(statement.citations)
    return [Run(" "), *(Run(f"[{numbers[one.origin]}]", url=quote_link(one)) for one in cited)]


def describe_source(source: Source, link: str | None = None, pages: str | None = None) -> list[Run]:
    """Title, linked where there is an address, then publisher, day and pages as far as they are known.

    `link` leads to a place within the article.
    """
    title = Run(source_name(source), url=link or source.url)
    facts = _join([publisher_name(source), day_run(source.published), pages])
    return [title, Run(" — "), *facts] if facts else [title]


def publisher_and_day(source: Source) -> list[Run]:
    """Publisher, or else title, and day."""
    return _join([Run(publisher_name(source) or source_name(source)), day_run(source.published)])


def source_name(source: Source) -> str:
    """The title, or else the id, truncated."""
    whole = source.title.strip() or source.article_id
    return whole if len(whole) <= MAX_NAME_CHARS else f"{whole[:MAX_NAME_CHARS].rstrip()}…"


def publisher_name(source: Source) -> str | None:
    """The publisher; None when it is unknown."""
    return (source.publisher or "").strip() or None


def page_label(citations: Sequence[Citation]) -> str | None:
    """The pages of the article on which the quotes stand; None for an article without pages."""
    pages = sorted({citation.page for citation in citations if citation.page is not None})
    return tr(texts.PAGES).format(pages=", ".join(map(str, pages))) if pages else None


def source_list(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    """A line for each origin: its article, linked to the first quote, and its copies."""
    blocks: list[Block] = []
    for origin, number in numbers.items():
        cited = [one for one in answer.citations if one.origin == origin]
        first = cited[0]
        pages = page_label([one for one in cited if one.source.article_id == first.source.article_id])
        runs = [f"[{number}] ", *describe_source(first.source, quote_link(first), pages), *list_copies(cited)]
        blocks.append(paragraph(*runs, gap="\n" if blocks else "\n\n"))
    return blocks


def worded_line(answer: Answer) -> list[Block]:
    """A line that names the model that worded the answer, if one did."""
    if answer.worded_by is None:
        return []
    return [paragraph(tr(texts.WORDED_BY).format(model=answer.worded_by), gap="\n\n")]


def list_copies(cited: Sequence[Citation]) -> list[Run | str]:
    """The copies of a story: other articles that are cited or have the same passages, and their number."""
    places: dict[str, tuple[Source, str | None]] = {}
    for one in cited:
        places.setdefault(one.source.article_id, (one.source, quote_link(one)))
    for copy in (copy for one in cited for copy in one.copies):
        places.setdefault(copy.article_id, (copy, copy.url))
    places.pop(cited[0].source.article_id)
    runs: list[Run | str] = []
    for position, (source, link) in enumerate(list(places.values())[:MAX_COPIES]):
        runs.append(f"{tr(texts.ALSO_IN)} " if position == 0 else ", ")
        runs.append(Run(publisher_name(source) or source_name(source), url=link))
    return [*runs, f" ({tr(texts.ONE_ORIGIN).format(count=len(places) + 1)})"] if runs else []


def quote_style(text: str) -> Quote:
    """Expandable for long quotes."""
    return Quote.EXPANDABLE if len(text) > LONG_QUOTE_CHARS else Quote.PLAIN


def highlight(quote: str, words: str) -> list[Run]:
    """The quote with these words bold, preferably as whole words; nothing is bold where all would be."""
    if words.strip() and not same_words(words, quote):
        plain = re.escape(words.strip())
        for pattern in (rf"(?<!\w){plain}(?!\w)", plain):
            if found := re.search(pattern, quote, re.IGNORECASE):
                before, bold, after = quote[: found.start()], found.group(), quote[found.end() :]
                return [Run(before), Run(bold, bold=True), Run(after)]
    return [Run(quote)]


def same_words(text: str, quote: str) -> bool:
    """Whether both have the same words, apart from case and punctuation."""
    return re.findall(r"\w+", text.casefold()) == re.findall(r"\w+", quote.casefold())


def is_its_quote(statement: Statement) -> bool:
    """Whether it is a whole sentence, as its first quote is."""
    return same_words(statement.text, statement.citations[0].quote)


def is_beside(answer: Answer, statement: Statement) -> bool:
    """Whether it is what another article says beside the first statement, in its own few words."""
    is_first = statement is answer.statements[0]
    return not (is_first or statement.is_worded or is_its_quote(statement))


def _join(parts: Sequence[Run | str | None]) -> list[Run]:
    runs: list[Run] = []
    for part in parts:
        if part is not None:
            runs += [Run(", ")] if runs else []
            runs.append(Run(part) if isinstance(part, str) else part)
    return runs
