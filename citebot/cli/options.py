"""Options that several commands share, and the settings made from them."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer

from citebot.cli.output import Style
from citebot.errors import USAGE, CitebotError, UsageError
from citebot.logs import configure_logging
from citebot.settings import LogLevel, Settings, load_settings, unsupported

IndexDir = Annotated[
    Path | None,
    typer.Option("--index-dir", metavar="DIR", help="The index to use (else INDEX_DIR, else data/index)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def remember_index_dir(context: typer.Context, index_dir: IndexDir = None) -> None:
    """Callback of a command group: an --index-dir before the command counts too. Without command, help."""
    context.obj = index_dir or context.obj
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit(USAGE)


def settings_for(
    context: typer.Context, index_dir: Path | None = None, default_level: LogLevel = "WARNING"
) -> Settings:
    """The settings of this call, with logging set up as they say; raises SettingsError."""
    settings = load_settings()
    configure_logging(settings, default_level)
    for name in unsupported():
        warn(f"{name} is set, but not supported yet: it has no effect")
    chosen = index_dir or context.obj
    return settings.model_copy(update={"index_dir": chosen}) if chosen else settings


def style_for(stream: TextIO) -> Style:
    """Colour and wrapping for a terminal; neither for a file or a pipe, no colour with NO_COLOR."""
    if not stream.isatty():
        return Style()
    width = min(shutil.get_terminal_size().columns, 100)
    return Style(color=not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb", width=width)


def print_json(value: object, *, indent: int | None = 2) -> None:
    """The value as JSON on standard output, flushed at once."""
    try:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")
    except UnicodeEncodeError:  # half a surrogate pair in the id of a question
        sys.stdout.write(json.dumps(value, indent=indent) + "\n")
    sys.stdout.flush()


def warn(line: str) -> None:
    print(f"citebot: {line}", file=sys.stderr, flush=True)


def print_error(error: CitebotError | Exception) -> None:
    """Print the error, each line after "citebot:"."""
    for line in str(error).splitlines() or [type(error).__name__]:
        warn(line)


def with_llm(settings: Settings, wanted: bool | None) -> Settings:
    """The settings without the language model where it is not wanted.

    Raises UsageError when it is, and none is set.
    """
    if wanted and settings.llm_base_url is None:
        raise UsageError("--llm needs LLM_BASE_URL and LLM_MODEL: see docs/llm.md")
    return (
        settings.model_copy(update={"llm_base_url": None, "llm_model": None}) if wanted is False else settings
    )
