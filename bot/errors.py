"""What stops the bot on purpose.

BotError
└── TokenRejected    Telegram does not know the token

Every message names what was expected, what came and what to do next, and never holds the token.
"""


class BotError(Exception):
    """The bot cannot start or go on."""


class TokenRejected(BotError):
    """Telegram does not accept the token."""
