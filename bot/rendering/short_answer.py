"""The short form of an answer, for groups: what it is and who says it, with all the evidence folded."""

from collections.abc import Sequence

from bot.i18n import texts
from bot.i18n.language import tr
from bot.rendering.answer import MAX_NEAREST, render_answer
from bot.rendering.attribution import (
    also_in,
    described,
    marks,
    name,
    numbers_of,
    publisher,
    voice,
    with_bold,
)
from bot.rendering.disputes import dispute_card
from bot.rendering.spelling_note import spelled
from bot.rendering.telegram_html import Block, Quote, Run, messages, paragraph
from bot.state.preferences import Length
from index.types import Passage
from retrieval.sentence_links import passage_link, quote_link
from retrieval.types import Answer, Outcome

MAX_STATEMENTS = 3  # of a list; the others are evidence, and stand in the full form
MAX_QUESTION_CHARS = 60  # of a collapsed answer, which is to stay one line
MAX_ANSWER_CHARS = 80
MAX_NAME_CHARS = 40

_Words = Sequence[Run | str]


def render(answer: Answer, length: Length) -> list[str]:
    """The answer in its short or in its full form, as HTML messages, at least one."""
    return render_brief(answer) if length is Length.SHORT else render_answer(answer)


def render_brief(answer: Answer) -> list[str]:
    """The answer as HTML messages: one, unless a dispute has so many sides that one cannot name them all."""
    match answer.outcome:
        case Outcome.NOT_FOUND:
            return _with_folded([*spelled(answer), paragraph(tr(texts.NOT_FOUND))], _nearest(answer))
        case Outcome.DISPUTED:
            card = dispute_card(answer, numbers_of(answer))
            return _with_folded([*spelled(answer), *card], _evidence(answer))
        case _:
            return _with_folded([*spelled(answer), *_said(answer)], _evidence(answer))


def render_collapsed(answer: Answer) -> str:
    """The answer as one line of HTML: question, answer, publishers."""
    question = _cut(answer.question, MAX_QUESTION_CHARS)
    if not answer.statements:
        return messages([paragraph(tr(texts.COLLAPSED_NOT_FOUND).format(question=question))])[0]
    said = " / ".join(_cut(one.text, MAX_ANSWER_CHARS) for one in answer.statements[:MAX_STATEMENTS])
    said += " / …" if len(answer.statements) > MAX_STATEMENTS else ""
    sources = [one.citations[0].source for one in answer.statements]
    publishers = ", ".join(
        dict.fromkeys(_cut(publisher(one) or name(one), MAX_NAME_CHARS) for one in sources)
    )
    line = tr(texts.COLLAPSED).format(question=question, answer=said, sources=publishers)
    return messages([paragraph(line)])[0]


def _said(answer: Answer) -> list[Block]:
    """The answer, or the first of several, and who says so."""
    numbers = numbers_of(answer)
    bullet = "• " if len(answer.statements) > 1 else ""
    blocks = [
        paragraph(bullet, Run(one.text.strip(), bold=True), *marks(one, numbers))
        for one in answer.statements[:MAX_STATEMENTS]
    ]
    if (left_out := len(answer.statements) - MAX_STATEMENTS) > 0:
        blocks.append(paragraph(tr(texts.BRIEF_MORE).format(count=left_out)))
    return [*blocks, paragraph(*voice(answer.statements[0].citations[0].source))]


def _evidence(answer: Answer) -> list[_Words]:
    """Every sentence that is quoted, the first of an origin below its article and the copies of that."""
    return [part for origin, number in numbers_of(answer).items() for part in _told(answer, origin, number)]


def _told(answer: Answer, origin: int, number: int) -> list[_Words]:
    told = [(one, cited) for one in answer.statements for cited in one.citations if cited.origin == origin]
    cited = [citation for _, citation in told]
    first = cited[0]
    quotes: dict[str, str] = {}  # and which words in it are the answer
    for statement, citation in told:
        if citation.source == first.source:
            quotes.setdefault(citation.quote, statement.text)
    first_quote, *more = (with_bold(quote, said) for quote, said in quotes.items())
    above = [f"[{number}] ", *described(first.source, quote_link(first)), *also_in(cited), "\n"]
    return [[*above, *first_quote], *more]


def _nearest(answer: Answer) -> list[_Words]:
    passages: dict[str, Passage] = {}
    for passage in answer.passages:
        passages.setdefault(passage.source.article_id, passage)
    nearest = list(passages.values())[:MAX_NEAREST]
    shown: list[_Words] = [["• ", *described(one.source, passage_link(one))] for one in nearest]
    return [[tr(texts.NEAREST)], *shown] if shown else []


def _with_folded(head: list[Block], parts: Sequence[_Words]) -> list[str]:
    """The head with as many of the parts, one below the other, in one expandable quote as a message takes."""
    for count in range(len(parts), 0, -1):
        runs: list[Run | str] = []
        for part in parts[:count]:
            runs += ["\n", *part] if runs else part
        runs += ["\n…"] if count < len(parts) else []
        found = messages([*head, Block(paragraph(*runs).runs, Quote.EXPANDABLE)])
        if len(found) == 1:
            return found
    return messages(head)


def _cut(text: str, max_chars: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= max_chars else f"{words[:max_chars].rstrip()}…"
