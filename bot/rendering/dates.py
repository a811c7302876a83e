"""How dates are shown."""

from datetime import date

from babel.dates import format_date

from bot.i18n import texts
from bot.i18n.language import current_language, tr
from bot.rendering.telegram_html import Run


def format_day(day: date) -> str:
    """The day in the current language, as in 9 February 2025."""
    pattern = texts.FIRST_OF_MONTH if day.day == 1 else texts.DAY
    return format_date(day, tr(pattern), locale=current_language())


def day_run(published: date | None) -> Run | None:
    """The day as a run, which Telegram shows in the reader's own format."""
    return None if published is None else Run(format_day(published), day=published)
