"""The language the bot speaks in: set once an update, used by everything that is said meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ENGLISH = "en"

_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


def tr(message: str) -> str:
    """The message of bot/texts.py in the language being spoken; the message itself where it has none."""
    return message


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything said meanwhile, in this task, is said in the language."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)
