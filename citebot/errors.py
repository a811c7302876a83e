"""Errors of the program itself.

CitebotError       printed on standard error in one line; exit code 1
├── SettingsError  a setting is unknown or unusable; exit code 2
└── UsageError     the command line asks for something that makes no sense; exit code 2
"""

FAILURE, USAGE, NOT_FOUND = 1, 2, 3
INTERRUPTED = 130  # what shells expect after Ctrl-C


class CitebotError(Exception):
    """An error of the program itself."""

    exit_code = FAILURE


class SettingsError(CitebotError):
    """A setting is unknown or unusable; the message names it, what came and what is expected."""

    exit_code = USAGE


class UsageError(CitebotError):
    """The arguments make no sense together."""

    exit_code = USAGE
