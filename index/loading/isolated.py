"""Reading and cutting in a process of its own, for a program that has others to serve meanwhile.

Parsers and regular expressions keep the interpreter to themselves, in whatever thread they run: an HTML page
of 20 MB for 1.5 s at a time. The process takes half a second to start, and its memory goes with it.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from threading import Thread
from types import TracebackType
from typing import IO, Any, Self

from index.loading.files import load
from index.passages.chunking import chunk
from index.types import Article, Loaded, LoadFailure, Passage

PIECE_CHARS = 1_000_000  # of text sent at once: 20 MB of it would hold up the parent for 0.1 s

_PROGRAM = """
import sys
sys.path[:] = {path!r}
from index.loading.isolated import read_for_parent
read_for_parent()
"""

Cuts = list[tuple[int, int, str]]
"""Start, end and heading of each passage of an article."""


class ReadingApart:
    """What `load` and `chunk` make of an origin, in a process that ends with the `with`. For one thread."""

    def __init__(self, origin: str, *, allow_private: bool = False) -> None:
        self._origin = origin
        self._allow_private = allow_private
        self._cuts: Cuts = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 -- nothing of it comes from outside
            (sys.executable, "-P", "-c", _PROGRAM.format(path=sys.path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for this process, which then ends that one
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        with suppress(BrokenPipeError), self._process:  # closes the pipes and waits for it
            pass

    def articles(self) -> Iterator[Loaded]:
        """As `load`; a LoadFailure where the process breaks off."""
        asked, told = self._process.stdin, self._process.stdout
        if asked is None or told is None:
            raise RuntimeError("the process has no pipes")
        try:
            _send((self._origin, self._allow_private), asked)
            while (one := _received(told)) is not None:
                if isinstance(one, Article):
                    one = replace(one, text="".join(_received(told) for _ in range(_received(told))))
                    self._cuts = _received(told)
                yield one
        except (OSError, EOFError, pickle.UnpicklingError):
            yield LoadFailure(self._origin, "reading it broke off: save it anew or split it")

    def passages(self, article: Article) -> list[Passage]:
        """As `chunk`, for the article that came last, whatever its id is by now."""
        source, text = article.source, article.text
        return [
            Passage(f"{source.article_id}#{start}", source, start, end, text[start:end], heading)
            for start, end, heading in self._cuts
        ]


def _send(one: object, where: IO[bytes]) -> None:
    pickle.dump(one, where, pickle.HIGHEST_PROTOCOL)
    where.flush()


def _received(whence: IO[bytes]) -> Any:
    return pickle.load(whence)  # noqa: S301 -- from this very module in the other process


def read_for_parent() -> None:
    """Send the articles of the origin that stdin names, each with its cuts, and None in the end."""
    origin, allow_private = _received(sys.stdin.buffer)
    Thread(target=_end_with_parent, daemon=True).start()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as parent:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is not for the parent
        for one in load(origin, allow_private=allow_private):
            if not isinstance(one, Article):
                _send(one, parent)
                continue
            pieces = [one.text[first : first + PIECE_CHARS] for first in range(0, len(one.text), PIECE_CHARS)]
            cuts: Cuts = [(passage.start, passage.end, passage.heading) for passage in chunk(one)]
            for part in (replace(one, text=""), len(pieces), *pieces, cuts):
                _send(part, parent)
        _send(None, parent)


def _end_with_parent() -> None:
    os.read(sys.stdin.fileno(), 1)  # returns when the parent has closed it, or is gone
    os._exit(1)
