"""Logs on standard error, as text or one JSON object a line, without the bot's token."""

import json
import logging
import sys
import warnings
from datetime import UTC, datetime

from bot.log_redaction import hide_token
from citebot.settings import LogLevel, Settings

NOISY = (
    "apscheduler",
    "asyncio",
    "faiss",
    "filelock",
    "hpack",
    "htmldate",
    "httpcore",
    "httpx",
    "pypdfium2",
    "sentence_transformers",
    "trafilatura",
    "transformers",
    "urllib3",
)
"""Libraries whose INFO is of no use to who runs the bot; LOG_LEVEL=DEBUG lets them speak."""


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, ISO 8601), level, logger, message and perhaps exception."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_text or record.exc_info:
            entry["exception"] = record.exc_text or self.formatException(record.exc_info or sys.exc_info())
        return json.dumps(entry, ensure_ascii=False)


def configure_logging(settings: Settings, default_level: LogLevel = "WARNING") -> None:
    """Sends every log to standard error at LOG_LEVEL, or at `default_level` when that is not set."""
    if settings.telegram_bot_token:
        hide_token(settings.telegram_bot_token.get_secret_value())
    if settings.telegram_webhook_secret:
        hide_token(settings.telegram_webhook_secret.get_secret_value())
    handler = logging.StreamHandler(sys.stderr)
    text = logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else text)
    level = settings.log_level or default_level
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    if level != "DEBUG":
        warnings.simplefilter("ignore")
        for name in NOISY:
            logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
