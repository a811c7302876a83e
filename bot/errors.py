"""Errors that stop the bot.

BotError
├── CannotListen     the webhook's port cannot be had
├── DatabaseUnusable the file that holds what the bot remembers cannot be used
├── TokenRejected    Telegram does not know the token
└── WebhookRefused   Telegram does not take the webhook's address

Every message names what was expected, what came and what to do next, and never holds the token.
"""


class BotError(Exception):
    """The bot cannot start or go on."""


class CannotListen(BotError):
    """The address on which the webhook is to be awaited cannot be had."""


class DatabaseUnusable(BotError):
    """The file that holds what the bot remembers cannot be used."""


class TokenRejected(BotError):
    """Telegram does not accept the token."""


class WebhookRefused(BotError):
    """Telegram does not bring updates to this address."""
