"""Removes the bot's token from all log records."""

import logging
import traceback
from collections.abc import Callable
from typing import Any

HIDDEN = "[token]"
SHORTEST_SECRET = 8  # Telegram's have 35 characters; hiding "a" would make every log unreadable

_secrets: set[str] = set()
_original_factory: Callable[..., logging.LogRecord] | None = None


def hide_token(token: str) -> None:
    """From now on no log record of this process holds the token, in message, arguments or traceback.

    Works where records are made and not in a handler's filter: a handler added later by anyone is
    covered too. httpx logs every URL, and Telegram's URLs hold the token; it is quietened besides.
    """
    global _original_factory
    # The part after the colon is the secret; hiding it also covers the percent-encoded colon in URLs.
    secret = token.rpartition(":")[2]
    if len(secret) >= SHORTEST_SECRET:
        _secrets.add(secret)
    if _original_factory is None:
        _original_factory = logging.getLogRecordFactory()
        logging.setLogRecordFactory(_make_record)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def redact(text: str) -> str:
    """The text without any token that `hide_token` has heard of."""
    for secret in _secrets:
        text = text.replace(secret, HIDDEN)
    return text


def _make_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    assert _original_factory is not None  # noqa: S101  # set before this function is installed
    record = _original_factory(*args, **kwargs)
    try:
        message = record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit: show both, unformatted
        message = f"{record.msg} {record.args!r}"
    record.msg, record.args = redact(message), ()
    if record.stack_info:
        record.stack_info = redact(record.stack_info)
    if record.exc_info and record.exc_info[0] is not None:
        text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        hidden = redact(text)
        if hidden != text:  # formatters print exc_text as it is; without exc_info they cannot redo it
            record.exc_text, record.exc_info = hidden, None
    return record
