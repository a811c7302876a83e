"""A dispute as a card: a line for each value, then the sentences that say so. No value is picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import day, marks, originals, publisher, same, voice, with_bold
from bot.rendering.telegram_html import Block, Quote, Run, filled, paragraph
from index.types import Source
from retrieval.times import day_of, newness
from retrieval.types import Answer, Citation, Statement

MAX_VOICES = 3  # named in the line of a value; its marks lead to all of them
MAX_QUOTES = 4  # of one value


@dataclass(frozen=True, slots=True)
class Newest:
    """What only the newest article says, and when it was published."""

    statement: Statement
    published: date


def newest(answer: Answer) -> Newest | None:
    """What the newest article says that others contradict; None where the dates do not tell.

    A story is as old as its first copy with a date. A voice without any might be newer than the rest; one
    dated after the day of the question is not the newest of that day.
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
    last = max((_moment(first, to_the_minute) for first, _ in known), default=None)
    latest = [(one, statement) for one, statement in known if _moment(one, to_the_minute) == last]
    if not latest or len(answer.statements) < 2 or len({id(statement) for _, statement in latest}) > 1:
        return None
    source, statement = latest[0]
    published = source.published or day_of(source)
    return Newest(statement, published) if published else None


def dispute_card(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    """The values, one a line: who says so, when, how many independent sources, and which is the newest."""
    last = newest(answer)
    blocks = [paragraph(Run(tr(texts.DISPUTED), bold=True))]
    for statement in answer.statements:
        is_newest = last is not None and statement is last.statement
        blocks.append(_line(statement, numbers, is_newest, gap="\n\n" if len(blocks) == 1 else "\n"))
    if last is not None and last.statement is not answer.statements[0]:
        said, when = Run(last.statement.text.strip(), bold=True), day(last.published) or ""
        blocks.append(paragraph(*filled(tr(texts.NEWEST_DIFFERS), day=when, value=said), gap="\n\n"))
    return blocks


def dispute_quotes(answer: Answer, numbers: dict[int, int]) -> list[Block]:
    """For each value the sentences that say so, folded; none for a value that is its own sentence."""
    return [
        Block(_quotes(statement, numbers), Quote.EXPANDABLE, gap="\n\n" if position == 0 else "\n")
        for position, statement in enumerate(
            one for one in answer.statements if len(one.citations) > 1 or not _is_its_quote(one)
        )
    ]


def _line(statement: Statement, numbers: dict[int, int], is_newest: bool, gap: str) -> Block:
    runs: list[Run | str] = ["• ", Run(statement.text.strip(), bold=True), " — "]
    independent = _independent(statement.citations)
    for position, source in enumerate(independent[:MAX_VOICES]):
        runs += [tr(texts.NEXT_VOICE)] if position else []
        runs += voice(source)
    if len(independent) > MAX_VOICES:
        runs += [tr(texts.NEXT_VOICE), "…"]
    runs += marks(statement, numbers)
    if len(independent) > 1:
        runs.append(f" · {tr(texts.INDEPENDENT).format(count=len(independent))}")
    if is_newest:
        runs += [" · ", Run(tr(texts.NEWEST), bold=True)]
    return paragraph(*runs, gap=gap)


def _quotes(statement: Statement, numbers: dict[int, int]) -> list[Run]:
    runs: list[Run] = []
    for citation in originals(statement.citations)[:MAX_QUOTES]:
        runs.append(Run(f"{'' if not runs else chr(10)}[{numbers[citation.origin]}] "))
        runs += with_bold(citation.quote, statement.text)
    return runs


def _independent(citations: Sequence[Citation]) -> list[Source]:
    """Those that do not copy each other; a publisher that tells it in two stories is one voice."""
    told: dict[str, Source] = {}
    for citation in originals(citations):
        source = citation.source
        told.setdefault((publisher(source) or source.article_id).casefold(), source)
    return list(told.values())


def _is_its_quote(statement: Statement) -> bool:
    return same(statement.text, statement.citations[0].quote)


def _first_published(citations: Sequence[Citation]) -> list[Source | None]:
    """For each origin where the story first stood, as far as that is known."""
    told: dict[int, list[Source]] = {}
    for citation in citations:
        known = told.setdefault(citation.origin, [])
        known += [source for source in (citation.source,) if source.published_order is not None]
    return [min(known, key=_order, default=None) for known in told.values()]


def _order(source: Source) -> datetime:
    return source.published_order or datetime.max.replace(tzinfo=UTC)


def _moment(source: Source, to_the_minute: bool) -> datetime:
    """When it was published, to compare with others of which the time is known or only the day."""
    order = _order(source)
    return order if to_the_minute else datetime.combine(order.astimezone(UTC), time(), UTC)
