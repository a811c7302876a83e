"""Messages for admins: the list of articles, confirmations, progress, statistics."""

import re
from collections.abc import Sequence
from hashlib import blake2b
from importlib.metadata import version

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.admin.article_import import ImportProgress, ImportResult, Phase
from bot.admin.statistics import OutcomeCounts
from bot.i18n import texts
from bot.i18n.language import explain, tr
from bot.rendering.answer import page_count
from bot.rendering.dates import format_day
from bot.rendering.telegram_html import Run, paragraph, split_messages, to_html
from bot.state.feedback import Rating, Tally
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
EVERYTHING = "all"  # as the argument of /remove
ALL_ID = 16 * "0"  # in place of an article's short id
_CALLBACK_DATA = re.compile(
    rf"{PREFIX}(?:({LIST}):(\d{{1,6}})|({TAKE_OUT}|{LEAVE}):([0-9a-f]{{16}}))", re.ASCII
)


def parse_callback_data(data: str | None) -> tuple[str, str] | None:
    """Action and argument in callback data; None for other data."""
    found = _CALLBACK_DATA.fullmatch(data or "")
    return None if found is None else (found[1] or found[3], found[2] or found[4])


def short_id(article_id: str) -> str:
    """A hash of the article's id, short enough for callback data."""
    return blake2b(article_id.encode(errors="replace"), digest_size=8).hexdigest()


def render_articles(sources: Sequence[Source], page: int) -> tuple[str, InlineKeyboardMarkup | None]:
    """One page of the articles as HTML, and its paging buttons."""
    if not sources:
        return to_html(tr(texts.NO_SOURCES)), None
    count = page_count(len(sources), PER_PAGE)
    page %= count
    title = tr(texts.ARTICLES_TITLE).format(count=len(sources))
    blocks = [paragraph(Run(title, bold=True))]
    first = page * PER_PAGE
    for number, source in enumerate(sources[first : first + PER_PAGE], first + 1):
        blocks.append(paragraph(f"{number}. {describe(source)}"))
    if count == 1:
        return split_messages(blocks)[0], None
    row = [
        InlineKeyboardButton(label, callback_data=f"{PREFIX}{LIST}:{there % count}")
        for label, there in (
            (tr(texts.BUTTON_EARLIER), page - 1),
            (f"{page + 1}/{count}", page),
            (tr(texts.BUTTON_LATER), page + 1),
        )
    ]
    return split_messages(blocks)[0], InlineKeyboardMarkup([row])


def describe(source: Source) -> str:
    """Title, publisher and day in one line, as far as they are known."""
    facts = [source.publisher, source.published and format_day(source.published)]
    known = ", ".join(fact for fact in facts if fact)
    title = shorten(source.title)
    return f"{title} — {known}" if known else title


def shorten(title: str) -> str:
    """The title in at most some 60 characters."""
    line = " ".join(title.split())
    return line if len(line) <= MAX_TITLE_CHARS else f"{line[:MAX_TITLE_CHARS].rstrip()}…"


def render_removal(source: Source) -> tuple[str, InlineKeyboardMarkup]:
    """The confirmation before an article is removed, as HTML, and its buttons."""
    text = tr(texts.REMOVE_SURE).format(article=f"{describe(source)} [{source.article_id}]")
    return to_html(text), _removal_keyboard(short_id(source.article_id))


def render_removal_of_all() -> tuple[str, InlineKeyboardMarkup]:
    """The confirmation before all articles of a group are removed, as HTML, and its buttons."""
    return to_html(tr(texts.REMOVE_ALL_SURE)), _removal_keyboard(ALL_ID)


def _removal_keyboard(about: str) -> InlineKeyboardMarkup:
    row = [
        InlineKeyboardButton(tr(label), callback_data=f"{PREFIX}{action}:{about}")
        for label, action in ((texts.BUTTON_TAKE_OUT, TAKE_OUT), (texts.BUTTON_LEAVE, LEAVE))
    ]
    return InlineKeyboardMarkup([row])


def progress_line(what: str, step: ImportProgress) -> str:
    """The progress of the import of `what`."""
    text = {
        Phase.FETCHING: texts.ADD_FETCHING,
        Phase.READING: texts.ADD_READING,
        Phase.EMBEDDING: texts.ADD_EMBEDDING,
    }[step.phase]
    return tr(text).format(what=what, done=step.done, of=step.of)


def result_text(what: str, imported: ImportResult) -> str:
    """The result of the import of `what`."""
    report = imported.report
    reasons = [explain(failure.reason).rstrip(".") for failure in report.failed]
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
        said = tr(text).format(title=shorten(imported.title), passages=imported.passages)
        return "\n".join([said, *_note_lines(report)])
    said = tr(texts.ADD_SEVERAL).format(
        what=what,
        added=len(report.added),
        replaced=len(report.replaced),
        unchanged=len(report.skipped),
        failed=len(report.failed),
        passages=imported.passages,
    )
    failed = (f"• {reason}" for reason in dict.fromkeys(reasons[:MAX_FAILURES]))
    return "\n".join([said, *failed, *_note_lines(report)])


def _note_lines(report: IngestReport) -> list[str]:
    """Notes of the loader, such as pages of a PDF without text."""
    return [f"• {note}" for note in dict.fromkeys(one.note for one in report.notes[:MAX_FAILURES])]


def stats_text(
    index: StoreStats, today: OutcomeCounts, in_all: OutcomeCounts, ratings: Tally, memory_mib: int | None
) -> str:
    """The statistics as plain text."""
    size = (index.truth_bytes + index.dense_bytes + index.keyword_bytes) / 2**20
    up = ratings.get(Rating.UP, 0)
    said = tr(texts.STATS).format(
        version=version("citebot"),
        articles=index.count.articles,
        passages=index.count.passages,
        index_mib=f"{size:.1f}",
        today=_outcome_counts(today),
        in_all=_outcome_counts(in_all),
        up=up,
        down=sum(ratings.values()) - up,
    )
    if memory_mib is None:
        return said
    return f"{said}\n{tr(texts.STATS_MEMORY).format(memory_mib=memory_mib)}"


def _outcome_counts(found: OutcomeCounts) -> str:
    return tr(texts.STATS_FOUND).format(**{outcome.value: found.get(outcome, 0) for outcome in Outcome})


def index_error_text(error: IndexingError) -> str:
    """The index error as plain text, with what to do."""
    return tr(texts.INDEX_TROUBLE).format(reason=explain(error.reason).rstrip("."))
