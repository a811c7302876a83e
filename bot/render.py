"""An Answer as Telegram messages: pure, so that every limit can be tested without Telegram."""

import re
from collections.abc import Sequence
from datetime import date

from bot import texts
from bot.language import on_day, tr
from bot.markup import Block, Quote, Run, messages, paragraph
from index.types import Article, Passage, Source
from retrieval.types import Answer, Citation, Outcome, Statement

LONG_QUOTE_CHARS = 350  # about six lines on a phone; beyond it a quote is folded
MAX_OTHER_QUOTES = 3  # of one statement, besides its first
MAX_NEAREST = 3
MAX_COPIES = 4  # named behind "also in"
CONTEXT_CHARS = 700  # shown on each side of a quote
OTHERS_PER_PAGE = 3
SOURCES_PER_PAGE = 8


def render_answer(answer: Answer) -> list[str]:
    """The answer as HTML messages, at least one."""
    if answer.outcome is Outcome.NOT_FOUND:
        return messages(_not_found(answer))
    numbers = _numbers(answer)
    blocks = _disputed(answer, numbers) if answer.outcome is Outcome.DISPUTED else _answered(answer, numbers)
    return messages([*blocks, *_source_list(answer, numbers)])


def render_context(citation: Citation, article: Article | None) -> str:
    """The quote, bold, with the text around it; from its passage alone when the article has changed."""
    text, offset = citation.passage.text, citation.passage.start
    if article is not None and article.text[citation.start : citation.end] == citation.quote:
        text, offset = article.text, 0
    start, end = citation.start - offset, citation.end - offset
    before, after = _before(text, start), _after(text, end)
    return messages(
        [
            _title(citation.source),
            Block([Run(before), Run(citation.quote, bold=True), Run(after)], Quote.PLAIN),
        ]
    )[0]


def render_others(passages: Sequence[Passage], page: int) -> str:
    """One page of passages, each under the title of its article."""
    shown = passages[page * OTHERS_PER_PAGE : (page + 1) * OTHERS_PER_PAGE]
    blocks = [paragraph(Run(tr(texts.OTHERS_TITLE), bold=True))]
    for passage in shown:
        text = passage.text if len(passage.text) <= 1000 else f"{passage.text[:1000].rsplit(' ', 1)[0]} …"
        blocks += [_title(passage.source, gap="\n\n"), Block([Run(text)], _quote_style(text))]
    return messages(blocks)[0]


def render_sources(sources: Sequence[Source], page: int) -> str:
    """One page of the list of articles."""
    if not sources:
        return tr(texts.NO_SOURCES)
    first = page * SOURCES_PER_PAGE
    blocks = [paragraph(Run(f"{tr(texts.SOURCES_TITLE)} ({len(sources)})", bold=True))]
    for number, source in enumerate(sources[first : first + SOURCES_PER_PAGE], first + 1):
        gap = "\n\n" if number == first + 1 else "\n"
        blocks.append(paragraph(f"{number}. ", *_described(source), gap=gap))
    return messages(blocks)[0]


def other_passages(answer: Answer) -> list[Passage]:
    """The retrieved passages that the answer does not quote."""
    quoted = {citation.passage.id for citation in answer.citations}
    return [passage for passage in answer.passages if passage.id not in quoted]


def pages(count: int, per_page: int) -> int:
    """How many pages so many entries take; at least one."""
    return max(1, -(-count // per_page))


def _answered(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    blocks: list[Block] = []
    is_list = len(answer.statements) > 1
    for statement in answer.statements:
        first = statement.citations[0]
        marks = _marks(statement, numbers)
        gap = "\n\n" if blocks else "\n"
        if _same(statement.text, first.quote):  # a sentence is its own quote: shown once
            if is_list:
                blocks.append(paragraph("• ", Run(statement.text), marks, gap="\n"))
            else:
                blocks.append(Block([Run(first.quote, bold=True)], Quote.PLAIN))
        else:
            blocks.append(paragraph(Run(statement.text, bold=True), marks, gap=gap))
            blocks.append(_quoted(first, statement.text))
        blocks += _other_quotes(statement, numbers)
    return blocks


def _disputed(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    blocks = [paragraph(Run(tr(texts.DISPUTED), bold=True))]
    for statement in answer.statements:
        said_by = [_who_and_when(citation.source) for citation in _originals(statement.citations)]
        voices = tr(texts.NEXT_VOICE).join(dict.fromkeys(said_by))
        value = Run(statement.text, bold=True)
        blocks.append(paragraph(value, f" — {voices}", _marks(statement, numbers), gap="\n\n"))
        if not _same(statement.text, statement.citations[0].quote):
            blocks.append(_quoted(statement.citations[0], statement.text))
        blocks += _other_quotes(statement, numbers)
    return blocks


def _not_found(answer: Answer) -> list[Block]:
    blocks = [paragraph(tr(texts.NOT_FOUND))]
    nearest = list({passage.source.article_id: passage.source for passage in answer.passages}.values())
    if nearest:
        blocks.append(paragraph(tr(texts.NEAREST), gap="\n\n"))
        blocks += [paragraph("• ", *_described(source)) for source in nearest[:MAX_NEAREST]]
    return blocks


def _other_quotes(statement: Statement, numbers: dict[int, int]) -> list[Block]:
    """What independent sources besides the first say, folded."""
    blocks: list[Block] = []
    for citation in _originals(statement.citations)[1 : 1 + MAX_OTHER_QUOTES]:
        blocks.append(paragraph(tr(texts.ALSO_SAYS).format(number=numbers[citation.origin])))
        runs = _with_bold(citation.quote, statement.text)
        blocks.append(Block(runs, Quote.EXPANDABLE))
    return blocks


def _source_list(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    blocks: list[Block] = []
    for origin, number in numbers.items():
        told_by = (citation.source for citation in answer.citations if citation.origin == origin)
        first, *copies = {source.article_id: source for source in told_by}.values()
        runs: list[Run | str] = [f"[{number}] ", *_described(first)]
        for position, copy in enumerate(copies[:MAX_COPIES]):
            runs.append(f"{tr(texts.ALSO_IN)} " if position == 0 else ", ")
            runs.append(Run(copy.publisher or _name(copy), url=copy.url))
        blocks.append(paragraph(*runs, gap="\n" if blocks else "\n\n"))
    return blocks


def _numbers(answer: Answer) -> dict[int, int]:
    """Origin to the number of its source, 1, 2, ... in the order of the citations."""
    origins = dict.fromkeys(citation.origin for citation in answer.citations)
    return {origin: number for number, origin in enumerate(origins, 1)}


def _originals(citations: Sequence[Citation]) -> list[Citation]:
    """The first citation of each origin: a copy of a story is not a second voice."""
    first: dict[int, Citation] = {}
    for citation in citations:
        first.setdefault(citation.origin, citation)
    return list(first.values())


def _marks(statement: Statement, numbers: dict[int, int]) -> Run:
    origins = dict.fromkeys(citation.origin for citation in statement.citations)
    return Run(" " + "".join(f"[{numbers[origin]}]" for origin in origins))


def _quoted(citation: Citation, answer_text: str) -> Block:
    return Block(_with_bold(citation.quote, answer_text), _quote_style(citation.quote))


def _quote_style(text: str) -> Quote:
    return Quote.EXPANDABLE if len(text) > LONG_QUOTE_CHARS else Quote.PLAIN


def _with_bold(quote: str, words: str) -> list[Run]:
    """The quote with these words bold where they stand in it, as whole words rather than inside others."""
    if words.strip():
        plain = re.escape(words.strip())
        for pattern in (rf"(?<!\w){plain}(?!\w)", plain):
            if found := re.search(pattern, quote, re.IGNORECASE):
                before, bold, after = quote[: found.start()], found.group(), quote[found.end() :]
                return [Run(before), Run(bold, bold=True), Run(after)]
    return [Run(quote)]


def _same(text: str, quote: str) -> bool:
    return text.strip().rstrip(".") == quote.strip().rstrip(".")


def _title(source: Source, gap: str = "\n") -> Block:
    return paragraph(*_described(source), gap=gap)


def _described(source: Source) -> list[Run]:
    """Title, linked where there is a URL, then publisher and date as far as they are known."""
    facts = [source.publisher, _day(source.published)]
    known = ", ".join(fact for fact in facts if fact and fact.strip())
    title = Run(_name(source), url=source.url)
    return [title, Run(f" — {known}")] if known else [title]


def _name(source: Source) -> str:
    name = source.title.strip() or source.article_id
    return name if len(name) <= 200 else f"{name[:200].rstrip()}…"


def _who_and_when(source: Source) -> str:
    return ", ".join(filter(None, [source.publisher or _name(source), _day(source.published)]))


def _day(published: date | None) -> str | None:
    return None if published is None else on_day(published)


def _before(text: str, start: int) -> str:
    if start <= CONTEXT_CHARS:
        return text[:start].lstrip()
    shown = text[start - CONTEXT_CHARS : start]
    return "… " + re.sub(r"^\S*\s+(?=\S)", "", shown)


def _after(text: str, end: int) -> str:
    if len(text) - end <= CONTEXT_CHARS:
        return text[end:].rstrip()
    return re.sub(r"\s+\S*$", "", text[end : end + CONTEXT_CHARS]) + " …"
