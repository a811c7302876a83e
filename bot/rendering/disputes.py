"""A dispute as a card: a line for each value, then the sentences that say so. No value is picked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.attribution import day, marks, originals, publisher, same, voice, with_bold
from bot.rendering.telegram_html import Block, Quote, Run, filled, paragraph
from index.types import Source
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

    A story is as old as its first copy with a date. A voice without any might be newer than the rest.
    """
    told = [
        (published, statement)
        for statement in answer.statements
        for published in _first_published(statement.citations)
    ]
    days = [published for published, _ in told if published is not None]
    if len(days) < len(told) or not days:
        return None
    latest = [statement for published, statement in told if published == max(days)]
    is_alone = all(statement is latest[0] for statement in latest) and len(answer.statements) > 1
    return Newest(latest[0], max(days)) if is_alone else None


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


def _first_published(citations: Sequence[Citation]) -> list[date | None]:
    """For each origin the day on which the story first stood somewhere, as far as that is known."""
    days: dict[int, list[date]] = {}
    for citation in citations:
        known = days.setdefault(citation.origin, [])
        known += [citation.source.published] if citation.source.published else []
    return [min(known, default=None) for known in days.values()]
