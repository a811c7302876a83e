"""The language the bot speaks: chosen once an update, used by everything that is said meanwhile.

A language is a catalogue in bot/i18n/locale, such as fr.po, which holds every text of bot/i18n/texts.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache
from importlib import resources

from babel.dates import format_date
from babel.messages.pofile import read_po

from bot.i18n import texts
from index.errors import Reason

ENGLISH = "en"

_CATALOGUES = resources.files("bot.i18n").joinpath("locale")
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def tr(message: str) -> str:
    """The message of bot/i18n/texts.py in the language being spoken; the message itself where it has none."""
    language = _spoken.get()
    return message if language == ENGLISH else catalogue(language).get(message, message)


def explained(reason: str) -> str:
    """What the index says went wrong, in the language being spoken."""
    return tr(reason.template).format(**reason.values) if isinstance(reason, Reason) else tr(reason)


def spoken() -> str:
    """The language being spoken."""
    return _spoken.get()


def speak(language: str) -> None:
    """From here on, everything this task says is said in the language."""
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything said meanwhile, in this task, is said in the language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


@cache
def languages() -> tuple[str, ...]:
    """Every language there is, English first."""
    names = (entry.name for entry in _CATALOGUES.iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


def understood(language_code: str | None) -> str:
    """The language for a code such as fr, fr-CA or FR_ca; English for those that there are not."""
    language = (language_code or "").replace("_", "-").partition("-")[0].lower()
    return language if language in languages() else ENGLISH


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translations into the language, by message."""
    with _CATALOGUES.joinpath(f"{language}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id}


def on_day(day: date) -> str:
    """The day as it is written in a sentence: 9 February 2025."""
    pattern = texts.FIRST_OF_MONTH if day.day == 1 else texts.DAY
    return format_date(day, tr(pattern), locale=spoken())
