"""An Answer as JSON, and as text for a terminal."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from index.types import Source
from retrieval.sentence_links import quote_link
from retrieval.types import Answer, Citation, Outcome, Statement

NEAREST = 3  # article titles shown when nothing was found
MAX_COPIES = 3  # named behind "also in"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # an article must not steer the terminal


def answer_json(answer: Answer, id: str | float | None = None) -> dict[str, object]:
    """The contract's Answer object, ready for `json.dumps`; what is not known is None."""
    numbers = {citation: number for number, citation in enumerate(answer.citations, start=1)}
    return {
        "id": id,
        "question": answer.question,
        "standalone": answer.standalone,
        "outcome": answer.outcome.value,
        "worded_by": answer.worded_by,
        "statements": [
            {
                "text": statement.text,
                "confidence": round(float(statement.confidence), 3),
                "citations": [numbers[citation] for citation in statement.citations],
                "articles": statement.articles,
                "origins": statement.origins,
            }
            for statement in answer.statements
        ],
        "citations": [_citation_json(citation, number) for citation, number in numbers.items()],
        "retrieved": answer.retrieved,
        "elapsed_ms": answer.elapsed_ms,
    }


def _citation_json(citation: Citation, number: int) -> dict[str, object]:
    source = citation.source
    return {
        "number": number,
        "article_id": source.article_id,
        "title": source.title,
        "publisher": source.publisher,
        "url": source.url,
        "path": source.path,
        "published": source.published.isoformat() if source.published else None,
        "published_at": source.published_at.isoformat() if source.published_at else None,
        "page": citation.page,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "link": quote_link(citation),
        "origin": citation.origin,
        "copies": [
            {
                "article_id": copy.article_id,
                "title": copy.title,
                "publisher": copy.publisher,
                "url": copy.url,
                "path": copy.path,
            }
            for copy in citation.copies
        ],
    }


def source_json(source: Source) -> dict[str, object]:
    """A source as `citebot index list --json` shows it; what is not known is None."""
    return {
        "article_id": source.article_id,
        "title": source.title,
        "publisher": source.publisher,
        "author": source.author,
        "url": source.url,
        "path": source.path,
        "published": source.published.isoformat() if source.published else None,
        "published_at": source.published_at.isoformat() if source.published_at else None,
        "collection": source.collection,
    }


@dataclass(frozen=True, slots=True)
class Style:
    """Colour codes and wrapping to `width` columns."""

    color: bool = False
    width: int | None = None

    def bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self.color else text

    def dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self.color else text

    def wrap(self, text: str, indent: str) -> list[str]:
        """The text in lines that begin with `indent`; in one line when no width is known."""
        if self.width is None:
            return [indent + text]
        return textwrap.wrap(
            text,
            max(self.width, 30),
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )


PLAIN = Style()


def answer_text(answer: Answer, style: Style = PLAIN) -> str:
    """The answer for a terminal: statements, each with its quotes, then the numbered sources."""
    if answer.outcome is Outcome.NOT_FOUND:
        return "\n".join(_not_found(answer, style))
    sources = {citation.source.article_id: citation.source for citation in answer.citations}
    numbers = {article_id: number for number, article_id in enumerate(sources, start=1)}
    lines = []
    if answer.outcome is Outcome.DISPUTED:
        lines += [style.bold("The articles disagree."), ""]
    for position, statement in enumerate(answer.statements):
        is_beside = position > 0 and answer.outcome is Outcome.ANSWERED and not statement.is_worded
        also = "also: " if is_beside else ""
        lines += _statement(statement, numbers, style, also)
    for source in sources.values():
        lines += _source(source, numbers[source.article_id], style)
        lines += _copies(source, answer, style)
    if answer.worded_by:
        lines.append(
            style.dim(f"Worded by {clean(answer.worded_by)} from these quotes; each sentence was checked.")
        )
    return "\n".join(lines)


def _statement(statement: Statement, numbers: dict[str, int], style: Style, also: str) -> Iterator[str]:
    """The statement, then its quotes; one that is its own quote is printed once."""
    if statement.text != statement.citations[0].quote:
        told_by = dict.fromkeys(numbers[citation.source.article_id] for citation in statement.citations)
        yield f"{also}{style.bold(clean(statement.text))} {''.join(f'[{number}]' for number in told_by)}"
        yield ""
    for citation in statement.citations:
        page = "" if citation.page is None else f", p. {citation.page}"
        number = numbers[citation.source.article_id]
        quote = clean(citation.quote)
        marked = quote if quote.startswith(("“", '"')) else f"“{quote}”"
        yield from style.wrap(f"{marked} [{number}{page}]", "  │ ")
        yield ""


def _source(source: Source, number: int, style: Style) -> Iterator[str]:
    yield f"[{number}] {describe(source)}"
    where = source.url or source.path
    if where:
        yield style.dim(f"    {clean(where)}")


def _copies(source: Source, answer: Answer, style: Style) -> Iterator[str]:
    """Other articles that contain the cited passages, or tell their story."""
    cited = (citation for citation in answer.citations if citation.source == source)
    copies = {copy.article_id: copy for citation in cited for copy in citation.copies}
    named = [clean(copy.url or copy.path or describe(copy)) for copy in copies.values()]
    if named:
        more = [f"{len(named) - MAX_COPIES:,} more"] if len(named) > MAX_COPIES else []
        shown = ", ".join([*named[:MAX_COPIES], *more])
        yield style.dim(f"    also in: {shown} ({len(named) + 1:,} articles, 1 origin)")


def _not_found(answer: Answer, style: Style) -> Iterator[str]:
    yield style.bold("The articles do not say.")
    nearest = {passage.source.article_id: passage.source for passage in answer.passages}
    if nearest:
        yield "Nearest articles:"
        yield from (f"  - {describe(source)}" for source in list(nearest.values())[:NEAREST])


def describe(source: Source) -> str:
    """Title, publisher and date, as far as the source states them."""
    published = source.published.isoformat() if source.published else None
    return clean(", ".join(part for part in (source.title, source.publisher, published) if part))


def counted(articles: int, passages: int) -> str:
    """How many there are: 1 article, 3 passages."""
    numbers = ((articles, "article"), (passages, "passage"))
    return ", ".join(f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in numbers)


def clean(text: str) -> str:
    """The text on one line, without characters that could steer a terminal."""
    return CONTROL.sub("", " ".join(text.split()))
