"""The message of /settings: its text, its buttons and their callback data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from babel import Locale
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.i18n import texts
from bot.i18n.language import languages, tr
from bot.rendering.telegram_html import Run, paragraph, split_messages
from bot.state.preferences import Length, QuietHours, Settings, Topics

DATA = re.compile(r"set:([a-z]{1,12}):([a-z0-9-]{1,12})", re.ASCII)
CLOCKS_PER_ROW = 4
LANGUAGES_PER_ROW = 3


TOPICS_LABELS = {
    Topics.SHARED: texts.BUTTON_TOPICS_SHARED,
    Topics.CONVERSATIONS: texts.BUTTON_TOPICS_CONVERSATIONS,
    Topics.APART: texts.BUTTON_TOPICS_APART,
}
ABOUT_TOPICS = {
    Topics.SHARED: texts.ABOUT_TOPICS_SHARED,
    Topics.CONVERSATIONS: texts.ABOUT_TOPICS_CONVERSATIONS,
    Topics.APART: texts.ABOUT_TOPICS_APART,
}


class Page(StrEnum):
    MAIN = "main"
    QUIET = "quiet"
    CLOCK = "clock"  # which of 24 clocks shows the time of the group
    HALF_CLOCK = "half"  # those half an hour apart from them, as in India
    ARTICLES = "articles"  # and topics


_QUIET = ("quiet", "begin", "end", "offset")  # what is chosen on the page of quiet hours
_ARTICLES = ("own", "topics")


@dataclass(frozen=True, slots=True)
class Choice:
    """The content of a button's callback data: a value for a setting, or another page."""

    name: str
    value: str

    @property
    def data(self) -> str:
        return f"set:{self.name}:{self.value}"

    @property
    def page(self) -> Page:
        """The page that is shown then. Raises ValueError when there is none such."""
        if self.name == "page":
            return Page(self.value)
        if self.name in _ARTICLES:
            return Page.ARTICLES
        return Page.QUIET if self.name in _QUIET else Page.MAIN


CLOSE = Choice("close", "now")


def parse_choice(data: str | None) -> Choice | None:
    """The parsed callback data; None when it has another form."""
    found = DATA.fullmatch(data or "")
    return None if found is None else Choice(*found.groups())


def apply_choice(choice: Choice, settings: Settings, *, in_group: bool) -> Settings:
    """The settings after the choice. Raises ValueError for a choice that does not exist there."""
    name, value, page = choice.name, choice.value, choice.page
    if not in_group and (page is not Page.MAIN or name == "replies"):
        raise ValueError(f"{choice} is for groups")
    if choice == CLOSE or name == "page":
        return settings
    if name == "language" and value in ("auto", *languages()):
        return replace(settings, language=None if value == "auto" else value)
    if name == "length":
        return replace(settings, length=Length(value))
    if name == "worded" and value in ("yes", "no"):
        return replace(settings, is_worded=value == "yes")
    if name == "replies" and value in ("yes", "no"):
        return replace(settings, answers_replies=value == "yes")
    if name == "quiet" and value in ("on", "off"):
        return replace(settings, quiet=replace(settings.quiet, is_on=value == "on"))
    if name == "begin":
        return replace(settings, quiet=replace(settings.quiet, begin=int(value)))
    if name == "end":
        return replace(settings, quiet=replace(settings.quiet, end=int(value)))
    if name == "offset":
        return replace(settings, quiet=replace(settings.quiet, offset=int(value)))
    if name == "own" and value in ("yes", "no"):
        return replace(settings, own_articles_only=value == "yes")
    if name == "topics":
        return replace(settings, topics=Topics(value))
    raise ValueError(f"there is no {choice}")


def render(page: Page, settings: Settings, now: datetime, *, in_group: bool, can_word: bool = False) -> str:
    """The page as HTML; `now` is in UTC. `can_word`: there is a language model."""
    match page:
        case Page.MAIN:
            title = tr(texts.SETTINGS_OF_GROUP if in_group else texts.SETTINGS_OF_PERSON)
            lines = _summary(settings, in_group)
            if can_word:
                worded = texts.ANSWERS_WORDED if settings.is_worded else texts.ANSWERS_QUOTED
                lines.append(tr(texts.SETTING_WORDED).format(chosen=tr(worded)))
        case Page.QUIET:
            title, lines = tr(texts.QUIET_TITLE), _about_quiet(settings.quiet, now)
        case Page.CLOCK | Page.HALF_CLOCK:
            title, lines = tr(texts.QUIET_TITLE), [tr(texts.WHICH_CLOCK)]
        case Page.ARTICLES:
            title, lines = tr(texts.ARTICLES_SETTINGS_TITLE), _about_articles(settings)
    blocks = [paragraph(line, gap="\n\n" if number == 0 else "\n") for number, line in enumerate(lines)]
    (html,) = split_messages([paragraph(Run(title, bold=True)), *blocks])
    return html


def keyboard(
    page: Page, settings: Settings, now: datetime, *, in_group: bool, can_word: bool = False
) -> InlineKeyboardMarkup:
    """The buttons under the page; `now` is in UTC. `can_word`: there is a language model."""
    match page:
        case Page.MAIN:
            rows = [*_language_rows(settings), _length_row(settings)]
            if can_word:
                rows.append(_worded_row(settings))
            if in_group:
                quiet = [_button(tr(texts.BUTTON_QUIET), Choice("page", Page.QUIET))]
                articles = [_button(tr(texts.BUTTON_ARTICLES), Choice("page", Page.ARTICLES))]
                rows = [_replies_row(settings), *rows, quiet, articles]
            rows.append([_button(tr(texts.BUTTON_CLOSE), CLOSE)])
        case Page.QUIET:
            rows = _quiet_rows(settings.quiet, now)
        case Page.CLOCK | Page.HALF_CLOCK:
            rows = _clock_rows(page, now)
        case Page.ARTICLES:
            rows = _articles_rows(settings)
    return InlineKeyboardMarkup(rows)


def _summary(settings: Settings, in_group: bool) -> list[str]:
    chosen = tr(texts.LANGUAGE_OF_WRITER if in_group else texts.LANGUAGE_OF_TELEGRAM)
    if settings.language is not None:
        chosen = _name_of(settings.language)
    is_short = settings.length is Length.SHORT
    lines = [
        tr(texts.SETTING_LANGUAGE).format(chosen=chosen),
        tr(texts.SETTING_LENGTH).format(chosen=tr(texts.LENGTH_SHORT if is_short else texts.LENGTH_FULL)),
    ]
    if not in_group:
        return lines
    when = tr(texts.ANSWERS_REPLIES if settings.answers_replies else texts.ANSWERS_MENTIONS)
    quiet = tr(texts.QUIET_OFF)
    if settings.quiet.is_on:
        quiet = tr(texts.QUIET_ON).format(
            begin=_hour(settings.quiet.begin),
            end=_hour(settings.quiet.end),
            zone=_zone(settings.quiet.offset),
        )
    return [
        tr(texts.SETTING_WHEN).format(chosen=when),
        *lines,
        tr(texts.SETTING_QUIET).format(chosen=quiet),
    ]


def _about_quiet(quiet: QuietHours, now: datetime) -> list[str]:
    about = texts.ABOUT_QUIET_ON if quiet.is_on else texts.ABOUT_QUIET_OFF
    clock = tr(texts.ABOUT_CLOCK).format(now=_clock(now, quiet.offset), zone=_zone(quiet.offset))
    return [tr(about).format(begin=_hour(quiet.begin), end=_hour(quiet.end)), clock]


def _about_articles(settings: Settings) -> list[str]:
    about = texts.ABOUT_OWN_ARTICLES if settings.own_articles_only else texts.ABOUT_ALL_ARTICLES
    return [tr(about), tr(ABOUT_TOPICS[settings.topics])]


def _articles_rows(settings: Settings) -> list[list[InlineKeyboardButton]]:
    own = [
        _option(tr(texts.BUTTON_ALL_ARTICLES), Choice("own", "no"), not settings.own_articles_only),
        _option(tr(texts.BUTTON_OWN_ARTICLES), Choice("own", "yes"), settings.own_articles_only),
    ]
    topics = [
        [_option(tr(label), Choice("topics", value), settings.topics is value)]
        for value, label in TOPICS_LABELS.items()
    ]
    return [own, *topics, [_button(tr(texts.BUTTON_NEVER_MIND), Choice("page", Page.MAIN))]]


def _replies_row(settings: Settings) -> list[InlineKeyboardButton]:
    also, only = tr(texts.BUTTON_REPLIES), tr(texts.BUTTON_MENTIONS)
    return [
        _option(also, Choice("replies", "yes"), settings.answers_replies),
        _option(only, Choice("replies", "no"), not settings.answers_replies),
    ]


def _language_rows(settings: Settings) -> list[list[InlineKeyboardButton]]:
    automatic = _option(tr(texts.BUTTON_AUTOMATIC), Choice("language", "auto"), settings.language is None)
    chosen = [
        _option(_name_of(language), Choice("language", language), language == settings.language)
        for language in languages()
    ]
    return [[automatic], *_in_rows(chosen, LANGUAGES_PER_ROW)]


def _length_row(settings: Settings) -> list[InlineKeyboardButton]:
    labels = {Length.SHORT: texts.BUTTON_SHORT, Length.FULL: texts.BUTTON_FULL}
    return [
        _option(tr(label), Choice("length", length), settings.length is length)
        for length, label in labels.items()
    ]


def _worded_row(settings: Settings) -> list[InlineKeyboardButton]:
    return [
        _option(tr(texts.BUTTON_WORDED), Choice("worded", "yes"), settings.is_worded),
        _option(tr(texts.BUTTON_QUOTED), Choice("worded", "no"), not settings.is_worded),
    ]


def _quiet_rows(quiet: QuietHours, now: datetime) -> list[list[InlineKeyboardButton]]:
    here = Choice("page", Page.QUIET)
    rows = [
        [
            _button(tr(texts.BUTTON_MINUS), Choice(name, str((hour - 1) % 24))),
            _button(tr(label).format(hour=_hour(hour)), here),
            _button(tr(texts.BUTTON_PLUS), Choice(name, str((hour + 1) % 24))),
        ]
        for name, label, hour in (
            ("begin", texts.BUTTON_BEGIN, quiet.begin),
            ("end", texts.BUTTON_END, quiet.end),
        )
    ]
    clock = tr(texts.BUTTON_CLOCK).format(now=_clock(now, quiet.offset))
    switch = [
        _option(tr(texts.BUTTON_OFF), Choice("quiet", "off"), not quiet.is_on),
        _option(tr(texts.BUTTON_ON), Choice("quiet", "on"), quiet.is_on),
    ]
    back = [_button(tr(texts.BUTTON_NEVER_MIND), Choice("page", Page.MAIN))]
    return [switch, *rows, [_button(clock, Choice("page", Page.CLOCK))], back]


def _clock_rows(page: Page, now: datetime) -> list[list[InlineKeyboardButton]]:
    half = 30 if page is Page.HALF_CLOCK else 0
    offsets = [60 * hours + half for hours in range(-11, 13)]
    clocks = [_button(_clock(now, offset), Choice("offset", str(offset))) for offset in offsets]
    other = Page.CLOCK if half else Page.HALF_CLOCK
    return [
        *_in_rows(clocks, CLOCKS_PER_ROW),
        [_button(tr(texts.BUTTON_HALF_HOURS), Choice("page", other))],
        [_button(tr(texts.BUTTON_NEVER_MIND), Choice("page", Page.QUIET))],
    ]


def _in_rows(buttons: Sequence[InlineKeyboardButton], width: int) -> list[list[InlineKeyboardButton]]:
    return [list(buttons[first : first + width]) for first in range(0, len(buttons), width)]


def _option(label: str, choice: Choice, is_chosen: bool) -> InlineKeyboardButton:
    return _button(f"{label} ✓" if is_chosen else label, choice)


def _button(label: str, choice: Choice) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=choice.data)


def _name_of(language: str) -> str:
    """The language as it calls itself."""
    name = Locale(language).get_display_name() or language
    return name[0].upper() + name[1:]


def _hour(hour: int) -> str:
    return f"{hour}:00"


def _clock(now: datetime, offset: int) -> str:
    there = now + timedelta(minutes=offset)
    return f"{there.hour}:{there.minute:02}"


def _zone(offset: int) -> str:
    """As in UTC+5:30."""
    hours, minutes = divmod(abs(offset), 60)
    sign = "−" if offset < 0 else "+"
    return "UTC" if offset == 0 else f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")
