"""The current language, set for each update, and translation into it.

A language is a catalogue in bot/i18n/locale, such as fr.po, with every text of bot/i18n/texts.py.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import resources

from babel.messages.pofile import read_po

from index.errors import Reason

ENGLISH = "en"

_CATALOGUES = resources.files("bot.i18n").joinpath("locale")
_current: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def tr(message: str) -> str:
    """The text in the current language; the text itself where it has no translation."""
    language = _current.get()
    return message if language == ENGLISH else catalogue(language).get(message, message)


def explain(reason: str) -> str:
    """A reason given by the index, in the current language."""
    return tr(reason.template).format(**reason.values) if isinstance(reason, Reason) else tr(reason)


def current_language() -> str:
    """The current language."""
    return _current.get()


def set_language(language: str) -> None:
    """Set the language of the current task."""
    _current.set(language)


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Set the language of the current task while the block runs."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


@cache
def languages() -> tuple[str, ...]:
    """All supported languages, English first."""
    names = (entry.name for entry in _CATALOGUES.iterdir())
    return (ENGLISH, *sorted(name.removesuffix(".po") for name in names if name.endswith(".po")))


def supported_language(language_code: str | None) -> str:
    """The language for a code such as fr, fr-CA or FR_ca; English for unsupported ones."""
    language = (language_code or "").replace("_", "-").partition("-")[0].lower()
    return language if language in languages() else ENGLISH


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The translations into the language, by message."""
    with _CATALOGUES.joinpath(f"{language}.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale=language) if one.id}
