"""The command line: one module for each command, and the printing of results."""

from citebot.cli.commands import main

__all__ = ["main"]
