"""The short form of an answer, for groups: statement and source, with the evidence in an expandable quote."""

from collections.abc import Sequence

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.answer import MAX_NEAREST, render_answer
from bot.rendering.attribution import (
    citation_marks,
    describe_source,
    highlight,
    is_beside,
    list_copies,
    number_origins,
    publisher_and_day,
    publisher_name,
    source_name,
    worded_line,
)
from bot.rendering.disputes import dispute_card
from bot.rendering.quote_changes import QuoteChange, change_notes
from bot.rendering.spelling_note import correction_lines
from bot.rendering.telegram_html import Block, Quote, Run, paragraph, split_messages, to_html
from bot.state.preferences import Length
from index.types import Passage
from retrieval.sentence_links import passage_link, quote_link
from retrieval.types import Answer, Outcome

MAX_STATEMENTS = 3  # of a list; the others are evidence, and stand in the full form
MAX_QUESTION_CHARS = 60  # of a collapsed answer, which is to stay one line
MAX_ANSWER_CHARS = 80
MAX_NAME_CHARS = 40

_Words = Sequence[Run | str]


def render(answer: Answer, length: Length, changes: Sequence[QuoteChange] = ()) -> list[str]:
    """The answer in its short or full form with `changes` of its quotes, as HTML messages, at least one."""
    return render_brief(answer, changes) if length is Length.SHORT else render_answer(answer, changes)


def render_brief(answer: Answer, changes: Sequence[QuoteChange] = ()) -> list[str]:
    """The short form as HTML messages: one, unless a dispute has more values than fit."""
    notes = [*worded_line(answer), *change_notes(answer, changes)]
    match answer.outcome:
        case Outcome.NOT_FOUND:
            return _with_expandable_quote(
                [*correction_lines(answer), paragraph(tr(texts.NOT_FOUND))], _nearest_parts(answer)
            )
        case Outcome.DISPUTED:
            card = dispute_card(answer, number_origins(answer))
            return _with_expandable_quote([*correction_lines(answer), *card, *notes], _evidence_parts(answer))
        case _:
            return _with_expandable_quote(
                [*correction_lines(answer), *_answer_blocks(answer), *notes], _evidence_parts(answer)
            )


def render_collapsed(answer: Answer) -> str:
    """The answer as one line of HTML: question, answer, publishers."""
    question = _truncate(answer.question, MAX_QUESTION_CHARS)
    if not answer.statements:
        return to_html(tr(texts.COLLAPSED_NOT_FOUND).format(question=question))
    said = " / ".join(_truncate(one.text, MAX_ANSWER_CHARS) for one in answer.statements[:MAX_STATEMENTS])
    said += " / …" if len(answer.statements) > MAX_STATEMENTS else ""
    sources = [one.citations[0].source for one in answer.statements]
    publishers = ", ".join(
        dict.fromkeys(_truncate(publisher_name(one) or source_name(one), MAX_NAME_CHARS) for one in sources)
    )
    line = tr(texts.COLLAPSED).format(question=question, answer=said, sources=publishers)
    return to_html(line)


def _answer_blocks(answer: Answer) -> list[Block]:
    """The statements, then publisher and day of the first one."""
    numbers = number_origins(answer)
    shown = answer.statements[:MAX_STATEMENTS]
    leads = [tr(texts.ALSO) if is_beside(answer, one) else "" for one in shown]
    if not any(leads) and len(answer.statements) > 1:
        leads = ["• "] * len(shown)
    blocks = [
        paragraph(lead, Run(one.text.strip(), bold=True), *citation_marks(one, numbers))
        for lead, one in zip(leads, shown, strict=True)
    ]
    if (left_out := len(answer.statements) - MAX_STATEMENTS) > 0:
        blocks.append(paragraph(tr(texts.BRIEF_MORE).format(count=left_out)))
    return [*blocks, paragraph(*publisher_and_day(answer.statements[0].citations[0].source))]


def _evidence_parts(answer: Answer) -> list[_Words]:
    """Every quote; the first one of an origin below its article and copies."""
    return [
        part
        for origin, number in number_origins(answer).items()
        for part in _origin_parts(answer, origin, number)
    ]


def _origin_parts(answer: Answer, origin: int, number: int) -> list[_Words]:
    told = [(one, cited) for one in answer.statements for cited in one.citations if cited.origin == origin]
    cited = [citation for _, citation in told]
    first = cited[0]
    quotes: dict[str, str] = {}  # and which words in it are the answer
    for statement, citation in told:
        if citation.source == first.source:
            quotes.setdefault(citation.quote, statement.text)
    first_quote, *more = (highlight(quote, said) for quote, said in quotes.items())
    above = [f"[{number}] ", *describe_source(first.source, quote_link(first)), *list_copies(cited), "\n"]
    return [[*above, *first_quote], *more]


def _nearest_parts(answer: Answer) -> list[_Words]:
    passages: dict[str, Passage] = {}
    for passage in answer.passages:
        passages.setdefault(passage.source.article_id, passage)
    nearest = list(passages.values())[:MAX_NEAREST]
    shown: list[_Words] = [["• ", *describe_source(one.source, passage_link(one))] for one in nearest]
    return [[tr(texts.NEAREST)], *shown] if shown else []


def _with_expandable_quote(head: list[Block], parts: Sequence[_Words]) -> list[str]:
    """The head, and as many of the parts as fit into the message, in one expandable quote."""
    for count in range(len(parts), 0, -1):
        runs: list[Run | str] = []
        for part in parts[:count]:
            runs += ["\n", *part] if runs else part
        runs += ["\n…"] if count < len(parts) else []
        found = split_messages([*head, Block(paragraph(*runs).runs, Quote.EXPANDABLE)])
        if len(found) == 1:
            return found
    return split_messages(head)


def _truncate(text: str, max_chars: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= max_chars else f"{words[:max_chars].rstrip()}…"
