"""A dispute: a line for each value with its sources, then the quotes. No value is preferred."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import (
    citation_marks,
    first_of_each_origin,
    highlight,
    is_its_quote,
    publisher_and_day,
    publisher_name,
)
from bot.rendering.dates import day_run
from bot.rendering.telegram_html import Block, Quote, Run, fill_template, paragraph
from index.types import Source
from retrieval.search.dates import day_of, newness
from retrieval.types import Answer, Citation, Statement

MAX_SOURCES = 3  # named in the line of a value; its marks lead to all of them
MAX_QUOTES = 4  # of one value


@dataclass(frozen=True, slots=True)
class NewestClaim:
    """The statement of the newest article, and when that was published."""

    statement: Statement
    published: date


def newest_claim(answer: Answer) -> NewestClaim | None:
    """The statement of the newest article, which others contradict; None where the dates do not tell.

    A story is as old as its first dated copy. A source without a date might be the newest; one dated after
    the day of the question does not count.
    """
    told = [
        (first, statement)
        for statement in answer.statements
        for first in _first_published(statement.citations)
    ]
    dated = [(first, statement) for first, statement in told if first is not None]
    if len(dated) < len(told):
        return None
    known = [(first, statement) for first, statement in dated if newness(first, answer.asked_on)]
    to_the_minute = all(first.published_at for first, _ in known)
    last = max((_published_time(first, to_the_minute) for first, _ in known), default=None)
    latest = [(one, statement) for one, statement in known if _published_time(one, to_the_minute) == last]
    if not latest or len(answer.statements) < 2 or len({id(statement) for _, statement in latest}) > 1:
        return None
    source, statement = latest[0]
    published = source.published or day_of(source)
    return NewestClaim(statement, published) if published else None


def dispute_card(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    """A line for each value: publishers, dates, number of independent sources, which is the newest."""
    last = newest_claim(answer)
    blocks = [paragraph(Run(tr(texts.DISPUTED), bold=True))]
    for statement in answer.statements:
        is_newest = last is not None and statement is last.statement
        blocks.append(_value_line(statement, numbers, is_newest, gap="\n\n" if len(blocks) == 1 else "\n"))
    if last is not None and last.statement is not answer.statements[0]:
        said, when = Run(last.statement.text.strip(), bold=True), day_run(last.published) or ""
        blocks.append(paragraph(*fill_template(tr(texts.NEWEST_DIFFERS), day=when, value=said), gap="\n\n"))
    return blocks


def dispute_quotes(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    """The quotes of each value, expandable; none for a value that is a whole sentence itself."""
    return [
        Block(_quotes(statement, numbers), Quote.EXPANDABLE, gap="\n\n" if position == 0 else "\n")
        for position, statement in enumerate(
            one for one in answer.statements if len(one.citations) > 1 or not is_its_quote(one)
        )
    ]


def _value_line(statement: Statement, numbers: dict[int, int], is_newest: bool, gap: str) -> Block:
    runs: list[Run | str] = ["• ", Run(statement.text.strip(), bold=True), " — "]
    independent = _independent_sources(statement.citations)
    for position, source in enumerate(independent[:MAX_SOURCES]):
        runs += [tr(texts.NEXT_VOICE)] if position else []
        runs += publisher_and_day(source)
    if len(independent) > MAX_SOURCES:
        runs += [tr(texts.NEXT_VOICE), "…"]
    runs += citation_marks(statement, numbers)
    if len(independent) > 1:
        runs.append(f" · {tr(texts.INDEPENDENT).format(count=len(independent))}")
    if is_newest:
        runs += [" · ", Run(tr(texts.NEWEST), bold=True)]
    return paragraph(*runs, gap=gap)


def _quotes(statement: Statement, numbers: dict[int, int]) -> list[Run]:
    runs: list[Run] = []
    for citation in first_of_each_origin(statement.citations)[:MAX_QUOTES]:
        runs.append(Run(f"{'' if not runs else chr(10)}[{numbers[citation.origin]}] "))
        runs += highlight(citation.quote, statement.text)
    return runs


def _independent_sources(citations: Sequence[Citation]) -> list[Source]:
    """One source for each origin and publisher."""
    told: dict[str, Source] = {}
    for citation in first_of_each_origin(citations):
        source = citation.source
        told.setdefault((publisher_name(source) or source.article_id).casefold(), source)
    return list(told.values())


def _first_published(citations: Sequence[Citation]) -> list[Source | None]:
    """For each origin the source that was published first, None where no date is known."""
    told: dict[int, list[Source]] = {}
    for citation in citations:
        known = told.setdefault(citation.origin, [])
        known += [source for source in (citation.source,) if source.published_order is not None]
    return [min(known, key=_published_order, default=None) for known in told.values()]


def _published_order(source: Source) -> datetime:
    return source.published_order or datetime.max.replace(tzinfo=UTC)


def _published_time(source: Source, to_the_minute: bool) -> datetime:
    """The time of publication, reduced to the day where only days are comparable."""
    order = _published_order(source)
    return order if to_the_minute else datetime.combine(order.astimezone(UTC), time(), UTC)
