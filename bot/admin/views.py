"""What those who run the bot are shown: lists, questions before something is removed, how far things are."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from importlib.metadata import version

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.admin.article_import import Imported, Phase, Step
from bot.admin.statistics import Found
from bot.i18n import texts
from bot.i18n.language import explained, on_day, tr
from bot.rendering.answer import pages
from bot.rendering.telegram_html import Run, messages, paragraph
from bot.state.feedback import Tally, Voice
from index.errors import IndexingError
from index.ingest import IngestReport
from index.store.state import StoreStats
from index.types import Source
from retrieval.types import Outcome

PER_PAGE = 10
MAX_TITLE_CHARS = 60  # one or two lines on a phone
MAX_FAILURES = 3  # shown of a collection

PREFIX = "op:"  # of callback data; bot/rendering/keyboards.py has none with a colon in the third place
LIST, TAKE_OUT, LEAVE = "list", "out", "leave"
_PRESSED = re.compile(rf"{PREFIX}(?:({LIST}):(\d{{1,6}})|({TAKE_OUT}|{LEAVE}):([0-9a-f]{{16}}))", re.ASCII)


def pressed(data: str | None) -> tuple[str, str] | None:
    """The action behind callback data and what it is about; None when it is none of these."""
    found = _PRESSED.fullmatch(data or "")
    return None if found is None else (found[1] or found[3], found[2] or found[4])


def short_id(article_id: str) -> str:
    """Stands for the article in callback data, where long ids have no room."""
    return blake2b(article_id.encode(errors="replace"), digest_size=8).hexdigest()


def articles_page(sources: Sequence[Source], page: int) -> tuple[str, InlineKeyboardMarkup | None]:
    """One page of the articles as HTML, and the buttons that turn it."""
    if not sources:
        return messages([paragraph(tr(texts.NO_SOURCES))])[0], None
    count = pages(len(sources), PER_PAGE)
    page %= count
    title = tr(texts.ARTICLES_TITLE).format(count=len(sources))
    blocks = [paragraph(Run(title, bold=True))]
    first = page * PER_PAGE
    for number, source in enumerate(sources[first : first + PER_PAGE], first + 1):
        blocks.append(paragraph(f"{number}. {described(source)}"))
    if count == 1:
        return messages(blocks)[0], None
    row = [
        InlineKeyboardButton(label, callback_data=f"{PREFIX}{LIST}:{there % count}")
        for label, there in (
            (tr(texts.BUTTON_EARLIER), page - 1),
            (f"{page + 1}/{count}", page),
            (tr(texts.BUTTON_LATER), page + 1),
        )
    ]
    return messages(blocks)[0], InlineKeyboardMarkup([row])


def described(source: Source) -> str:
    """Title, publisher and day in one line, as far as they are known."""
    facts = [source.publisher, source.published and on_day(source.published)]
    known = ", ".join(fact for fact in facts if fact)
    title = shortened(source.title)
    return f"{title} — {known}" if known else title


def shortened(title: str) -> str:
    """The title in at most some 60 characters."""
    line = " ".join(title.split())
    return line if len(line) <= MAX_TITLE_CHARS else f"{line[:MAX_TITLE_CHARS].rstrip()}…"


def removal(source: Source) -> tuple[str, InlineKeyboardMarkup]:
    """The question before an article goes, as HTML, and its buttons."""
    text = tr(texts.REMOVE_SURE).format(article=f"{described(source)} [{source.article_id}]")
    row = [
        InlineKeyboardButton(tr(label), callback_data=f"{PREFIX}{action}:{short_id(source.article_id)}")
        for label, action in ((texts.BUTTON_TAKE_OUT, TAKE_OUT), (texts.BUTTON_LEAVE, LEAVE))
    ]
    return messages([paragraph(text)])[0], InlineKeyboardMarkup([row])


def progress(what: str, step: Step) -> str:
    """How far the import of `what` is."""
    text = {
        Phase.FETCHING: texts.ADD_FETCHING,
        Phase.READING: texts.ADD_READING,
        Phase.EMBEDDING: texts.ADD_EMBEDDING,
    }[step.phase]
    return tr(text).format(what=what, done=step.done, of=step.of)


def outcome(what: str, imported: Imported) -> str:
    """What became of the import of `what`."""
    report = imported.report
    reasons = [explained(failure.reason).rstrip(".") for failure in report.failed]
    if report.settled == 1:
        if reasons:
            return tr(texts.ADD_FAILED).format(what=what, reason=reasons[0])
        text = (
            texts.ADD_ADDED
            if report.added
            else texts.ADD_REPLACED
            if report.replaced
            else texts.ADD_UNCHANGED
        )
        said = tr(text).format(title=shortened(imported.title), passages=imported.passages)
        return "\n".join([said, *_noted(report)])
    said = tr(texts.ADD_SEVERAL).format(
        what=what,
        added=len(report.added),
        replaced=len(report.replaced),
        unchanged=len(report.skipped),
        failed=len(report.failed),
        passages=imported.passages,
    )
    failed = (f"• {reason}" for reason in dict.fromkeys(reasons[:MAX_FAILURES]))
    return "\n".join([said, *failed, *_noted(report)])


def _noted(report: IngestReport) -> list[str]:
    """What the loading had to say, as that a page of a PDF has no text."""
    return [f"• {note}" for note in dict.fromkeys(one.note for one in report.notes[:MAX_FAILURES])]


def stats(index: StoreStats, today: Found, in_all: Found, voices: Tally, memory_mib: int | None) -> str:
    """How much there is and what was asked, as plain text."""
    size = (index.truth_bytes + index.dense_bytes + index.keyword_bytes) / 2**20
    up = voices.get(Voice.UP, 0)
    said = tr(texts.STATS).format(
        version=version("citebot"),
        articles=index.count.articles,
        passages=index.count.passages,
        index_mib=f"{size:.1f}",
        today=_found(today),
        in_all=_found(in_all),
        up=up,
        down=sum(voices.values()) - up,
    )
    if memory_mib is None:
        return said
    return f"{said}\n{tr(texts.STATS_MEMORY).format(memory_mib=memory_mib)}"


def _found(found: Found) -> str:
    return tr(texts.STATS_FOUND).format(**{outcome.value: found.get(outcome, 0) for outcome in Outcome})


def trouble(error: IndexingError) -> str:
    """What went wrong with the index and what to do, as plain text."""
    return tr(texts.INDEX_TROUBLE).format(reason=explained(error.reason).rstrip("."))


def plain(text: str) -> str:
    """A line of plain text as HTML."""
    return messages([paragraph(text)])[0]
