"""The commands and their arguments. Each imports what it needs when called, so that `--help` is quick."""

import logging
import os
import sys
from typing import Annotated

import typer
from typer.exceptions import TyperException

from citebot.cli import evaluate, feedback, source
from citebot.cli import index as index_commands
from citebot.cli.options import (
    IndexDir,
    Json,
    print_error,
    remember_index_dir,
    settings_for,
    warn,
    with_llm,
)
from citebot.errors import FAILURE, INTERRUPTED, USAGE, CitebotError, UsageError

app = typer.Typer(
    name="citebot",
    help="Answers from your articles, each with the exact sentence and where it was published.",
    epilog='First steps: citebot index add FOLDER, then citebot ask "QUESTION" or citebot preview.',
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback(invoke_without_command=True)(remember_index_dir)
app.add_typer(index_commands.app, name="index")
app.add_typer(source.app, name="source")
app.add_typer(feedback.app, name="feedback")


@app.command()
def run(context: typer.Context, index_dir: IndexDir = None) -> None:
    """Start the Telegram bot (needs TELEGRAM_BOT_TOKEN; without it, serves the preview)."""
    settings = settings_for(context, index_dir, default_level="INFO")
    from citebot.cli.run import run_bot

    run_bot(settings)


@app.command()
def preview(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="The port to serve it on (else 8010, or a free one).")
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="The address to serve it on (else PREVIEW_HOST, else 127.0.0.1); "
            "on any other, one needs the random key in the address that is printed.",
        ),
    ] = None,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only say where the page is.")] = False,
    index_dir: IndexDir = None,
) -> None:
    """Talk to the bot in the browser, on a page like a chat in Telegram; no token needed."""
    settings = settings_for(context, index_dir)
    from citebot.cli.preview import run_page

    run_page(settings, port, host, open_browser=not no_open)


@app.command()
def chat(context: typer.Context, index_dir: IndexDir = None) -> None:
    """Talk to the bot in the terminal."""
    settings = settings_for(context, index_dir)
    from citebot.cli.chat import run_chat

    run_chat(settings)


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[list[str] | None, typer.Argument(help="The question, in plain words.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the Answer object.")] = False,
    jsonl: Annotated[
        bool,
        typer.Option(
            "--jsonl",
            help='Read {"id", "question", "conversation"?} lines from standard input; answer each on a line.',
        ),
    ] = False,
    collection: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Answer from this collection, not the public one (can be repeated)."
        ),
    ] = None,
    llm: Annotated[
        bool | None,
        typer.Option(
            "--llm/--no-llm", help="Have the model of LLM_BASE_URL word the answer (it does when set)."
        ),
    ] = None,
    index_dir: IndexDir = None,
) -> None:
    """Answer one question. Exit code: 0 answered or disputed, 3 not found, 2 usage, 1 failure."""
    words = " ".join(question or []).strip()
    if jsonl and question:
        raise UsageError("--jsonl reads its questions from standard input; leave the question out")
    if not jsonl and not words:
        raise UsageError('ask needs a question: citebot ask "who attacked the Gao convoy?"')
    settings = with_llm(settings_for(context, index_dir), llm)
    from citebot.cli.ask import ask_one, ask_stream
    from index.types import PUBLIC, SearchFilter

    where = SearchFilter(frozenset(collection or [PUBLIC]))
    raise typer.Exit(
        ask_stream(settings, sys.stdin.buffer, where)
        if jsonl
        else ask_one(settings, words, where, as_json=as_json)
    )


app.command()(evaluate.evaluate)


@app.command()
def doctor(context: typer.Context, as_json: Json = False, index_dir: IndexDir = None) -> None:
    """Check settings, token, models, index and disk, and say what to do. Exit code 1 if anything fails."""
    from citebot.cli.doctor import run_doctor

    raise typer.Exit(run_doctor(index_dir or context.obj, as_json=as_json))


def main() -> None:
    """Runs `citebot` on the process's arguments and exits; never with a traceback."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        sys.exit(app(prog_name="citebot", standalone_mode=False))
    except TyperException as error:
        sys.exit(_refuse(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except CitebotError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001  # the last stop before the user
        sys.exit(_fail(error))


def _refuse(error: TyperException) -> int:
    """Print one line for arguments that cannot be parsed; the exit code."""
    context = getattr(error, "ctx", None)
    command = "citebot" if context is None else context.command_path
    said = " ".join(error.format_message().split()).rstrip(".")
    warn(f"{said[:1].lower()}{said[1:]} (`{command} --help` says more)")
    return USAGE


def _fail(error: Exception) -> int:
    """Print one line for the error; the exit code."""
    from bot.errors import BotError
    from bot.log_redaction import redact
    from index.errors import IndexingError
    from retrieval.errors import RetrievalError

    logging.getLogger(__name__).debug("the error in full", exc_info=error)
    if isinstance(error, IndexingError | RetrievalError | BotError):
        print_error(error)
    elif isinstance(error, OSError) and error.strerror:
        name = f": {error.filename}" if error.filename else ""
        warn(f"{error.strerror}{name}")
    else:
        said = " ".join(str(error).split())
        warn(redact(f"unexpected {type(error).__name__}: {said} (LOG_LEVEL=DEBUG shows where)"))
    return FAILURE
