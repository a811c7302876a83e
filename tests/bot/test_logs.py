"""The token never stands in a log, wherever it came from."""

import io
import logging

import pytest

from bot.log_redaction import HIDDEN, hide_token

SECRET = "AAsecret-part_of-a-token"
TOKEN = f"987654:{SECRET}"


@pytest.fixture
def log() -> io.StringIO:
    """What a handler writes that knows nothing of tokens."""
    hide_token(TOKEN)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    logger = logging.getLogger("tests.bot.logs")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    return stream


def test_a_token_in_message_argument_url_or_traceback_is_hidden(log: io.StringIO):
    logger = logging.getLogger("tests.bot.logs")
    logger.info(f"token {TOKEN}")
    logger.info("url %s", f"https://api.telegram.org/bot987654%3A{SECRET}/getMe")
    logger.info("odd %d", TOKEN)
    try:
        raise ValueError(TOKEN)
    except ValueError:
        logger.exception("failed with %s", {"token": TOKEN})
    written = log.getvalue()
    assert (SECRET in written, written.count(HIDDEN) >= 5, "Traceback" in written) == (False, True, True)


def test_other_records_stay_as_they_are(log: io.StringIO):
    logging.getLogger("tests.bot.logs").info("%s of %d", "one", 2)
    assert log.getvalue().endswith("tests.bot.logs one of 2\n")


def test_what_is_too_short_to_be_a_token_hides_nothing(log: io.StringIO):
    for no_token in ("", "a", "1:a"):
        hide_token(no_token)
    logging.getLogger("tests.bot.logs").info("a banana")
    assert log.getvalue().endswith("a banana\n")
