"""The command line: one module a command group, and how results are printed.

Settings and the putting together of the parts are beside it, in citebot itself.
"""

from citebot.cli.commands import main

__all__ = ["main"]
