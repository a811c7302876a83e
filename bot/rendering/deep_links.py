"""Permanent links to answers.

A link opens the answer for whoever has it: ids cannot be guessed, so that only those can open an answer
whom somebody gave the link, or a message that carries it. What opens is the frozen answer and its question,
never who asked, where, or what else was said there. It opens in a private chat with the bot only, and where
TELEGRAM_ALLOWED_CHATS restricts the bot, only in the private chats on that list: a link carried out of a
closed newsroom shows nothing to the world outside.
"""

import re

from telegram import User

START = "ask"  # a parameter of /start that only opens the private chat
_PREFIX = "a_"
_PARAMETER = re.compile(rf"{_PREFIX}([A-Za-z0-9]{{1,32}})", re.ASCII)


def answer_link(username: str, answer_id: str) -> str:
    """The address that reopens the answer with this id; `username` is the bot's, without @."""
    return f"https://t.me/{username}?start={_PREFIX}{answer_id}"


def share_query(answer_id: str) -> str:
    """The inline query that offers just this answer: whoever sends it shares the answer."""
    return f"{_PREFIX}{answer_id}"


def can_share(me: User) -> bool:
    """Whether answers can be shared by inline query: not before @BotFather has switched inline mode on."""
    return bool(me.supports_inline_queries)


def is_link(parameter: str) -> bool:
    """Whether the parameter of /start, or an inline query, means to be a link to an answer."""
    return parameter.strip().startswith(_PREFIX)


def linked_id(parameter: str) -> str:
    """The id of the answer that it links to; empty when it cannot be one of ours."""
    found = _PARAMETER.fullmatch(parameter.strip())
    return found[1] if found else ""
