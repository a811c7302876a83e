"""Progress of indexing: a live line on a terminal, a line every few seconds elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from citebot.cli.output import counted
from index.ingest import Progress

EVERY_S = 5.0  # between plain lines, and before the first: what is quicker needs none


@contextmanager
def show_progress(total: int | None = None) -> Iterator[Callable[[Progress], None]]:
    """The `on_progress` callback for `ingest`; `total` is the number of articles, if known."""
    if sys.stderr.isatty():
        with _live(total) as tell:
            yield tell
    else:
        yield _plain(total)


@contextmanager
def _live(total: int | None) -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    console = Console(stderr=True)
    how_far = [BarColumn(), MofNCompleteColumn()] if total else []
    columns = [SpinnerColumn(), TextColumn("{task.description}"), *how_far, TimeElapsedColumn()]
    with Display(*columns, console=console, transient=True) as display:
        task = display.add_task("loading the model", total=total)

        def tell(progress: Progress) -> None:
            display.update(task, completed=progress.articles, description=_words(progress))

        yield tell


def _plain(total: int | None) -> Callable[[Progress], None]:
    next_at = time.monotonic() + EVERY_S

    def tell(progress: Progress) -> None:
        nonlocal next_at
        if time.monotonic() >= next_at:
            next_at = time.monotonic() + EVERY_S
            share = f"{100 * progress.articles // total}%, " if total else ""
            print(f"{share}{_words(progress)}", file=sys.stderr, flush=True)

    return tell


def _words(progress: Progress) -> str:
    return counted(progress.articles, progress.passages)
