"""Permanent links to answers.

The id in a link cannot be guessed: whoever has the link may open the answer. It shows the stored answer and
its question, not who asked or where. It opens in a private chat with the bot, and where
TELEGRAM_ALLOWED_CHATS is set, only in those on the list.
"""

import re

from telegram import User

START = "ask"  # a parameter of /start that only opens the private chat
_PREFIX = "a_"
_PARAMETER = re.compile(rf"{_PREFIX}([A-Za-z0-9]{{1,32}})", re.ASCII)


def answer_link(username: str, answer_id: str) -> str:
    """The link that opens the answer with this id; `username` is the bot's, without @."""
    return f"https://t.me/{username}?start={_PREFIX}{answer_id}"


def share_query(answer_id: str) -> str:
    """The inline query that offers only this answer, for sharing it."""
    return f"{_PREFIX}{answer_id}"


def can_share(me: User) -> bool:
    """Whether inline mode, by which answers are shared, is switched on in @BotFather."""
    return bool(me.supports_inline_queries)


def is_answer_link(parameter: str) -> bool:
    """Whether a parameter of /start, or an inline query, is a link to an answer."""
    return parameter.strip().startswith(_PREFIX)


def parse_answer_id(parameter: str) -> str:
    """The id of the linked answer; empty when it has not the form of an id."""
    found = _PARAMETER.fullmatch(parameter.strip())
    return found[1] if found else ""
