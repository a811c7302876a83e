"""What stops the bot on purpose.

BotError
├── MemoryUnusable   the file that holds what the bot remembers cannot be used
└── TokenRejected    Telegram does not know the token

Every message names what was expected, what came and what to do next, and never holds the token.
"""


class BotError(Exception):
    """The bot cannot start or go on."""


class MemoryUnusable(BotError):
    """The file that holds what the bot remembers cannot be used."""


class TokenRejected(BotError):
    """Telegram does not accept the token."""
