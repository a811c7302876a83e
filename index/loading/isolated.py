"""Reading and cutting in a process of its own, bounded in time and memory.

Parsers hang, grow and crash over hostile files, and they keep the interpreter to themselves in whatever
thread they run: an HTML page of 20 MB for 1.5 s at a time. The process takes a second to start and reads one
file after another; where it hangs or dies, the file it was at is a failure, and another process goes on.
"""

import json
import os
import select
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime
from queue import Queue
from threading import Thread
from time import monotonic
from types import TracebackType
from typing import IO, Any, Self

from index.errors import LoadError, Reason
from index.loading.dates import StatedDate
from index.loading.files import load
from index.loading.listings import Entry, Listing, ListingKind
from index.loading.visits import PACE_S, Target, Visit, Visitor, VisitStatus
from index.loading.web import Validators
from index.passages.chunking import chunk
from index.types import (
    PUBLIC,
    Article,
    Loaded,
    LoadFailure,
    LoadNote,
    Mark,
    Passage,
    Source,
    outline_of,
    outline_rows,
)

PIECE_CHARS = 1_000_000  # of text sent at once: 20 MB of it would hold up the parent for 0.1 s
READ_BYTES = 1_000_000
START_S = 120  # takes one second of the processor, and longer where others want it too

TICK_S = 0.2  # between two looks at whether to go on

_PROGRAM = """
import sys
sys.path[:] = {path!r}
from index.loading.isolated import read_for_parent
read_for_parent()
"""
_SIZE = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading may take."""

    file_s: float = 300  # of one file; a manual of 4,000 pages takes some 80 s
    total_s: float | None = None
    memory_mib: int = 3_000  # of the process; 1,000 for a line of 50 MB, 550 for a page of 20 MB


class _Abandoned(Exception):
    """Nobody wants the rest."""


class ReadingApart:
    """What `load` and `chunk` make of origins, in a process that ends with the `with`. For one thread.

    Without `origins` those that `visits` is given.
    """

    def __init__(
        self,
        origins: Sequence[str] | Sequence[Target] = (),
        *,
        collection: str = PUBLIC,
        allow_private: bool = False,
        ocr_languages: str = "",
        pace_s: float = PACE_S,
        bounds: Bounds = Bounds(),
        going_on: Callable[[], bool] = lambda: True,
    ) -> None:
        self._origins = origins
        self._bounds = bounds
        self._going_on = going_on
        self._asked = {
            "collection": collection,
            "allow_private": allow_private,
            "ocr_languages": ocr_languages,
            "pace_s": pace_s,
            "memory_mib": bounds.memory_mib,
        }
        self.at: str | None = None  # the file, address or line that is being read or came last
        self._ready = False  # whether the process has said that it is
        self._cuts: list[tuple[int, int, str, tuple[Mark, ...]]] = []

    def __enter__(self) -> Self:
        self._ends = monotonic() + self._bounds.total_s if self._bounds.total_s is not None else None
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def articles(self) -> Iterator[Loaded]:
        """As `load` for each origin; a LoadFailure for a file at which the process hangs or breaks off.

        Ends soon after `going_on` has become false.
        """
        return (one for one in self.visits() if not isinstance(one, Visit))

    def visits(self, targets: Sequence[Target] = ()) -> Iterator[Loaded | Visit]:
        """As `articles`, of these targets; of each also the Visit, unless reading it hung or broke off.

        It can be called again once it has ended.
        """
        waiting: list[str | Target] = list(targets or self._origins)
        behind = None
        while waiting:
            self.at = None
            try:
                self._send(
                    {**self._asked, "origins": [_written_origin(o) for o in waiting], "behind": behind}
                )
                if not self._ready:
                    self._receive(START_S)
                    self._ready = True
                while (told := self._receive())["kind"] != "end":
                    if told["kind"] != "begun":
                        yield self._decode_loaded(told)
                        continue
                    self.at = told["name"]
                    del waiting[: len(waiting) - told["waiting"]]
                return
            except _Abandoned:
                return
            except LoadError as late:
                reason = late.reason
            except (OSError, EOFError, ValueError, KeyError):  # also what is no message of ours
                reason = LoadError("reading it broke off: save it anew or split it").reason
            self._stop()
            yield LoadFailure(self.at or _name(waiting[0]), reason)
            if self._ends is not None and monotonic() > self._ends:
                return
            behind = self.at
            if self.at in (None, _name(waiting[0])):
                del waiting[0]
                behind = None
            self._start()

    def passages(self, article: Article) -> list[Passage]:
        """As `chunk`, for the article that came last, whatever its id is by now."""
        source, text = article.source, article.text
        return [
            Passage(f"{source.article_id}#{start}", source, start, end, text[start:end], heading, outline)
            for start, end, heading, outline in self._cuts
        ]

    def _decode_loaded(self, told: dict[str, Any]) -> Loaded | Visit:
        if told["kind"] == "visit":
            return _visit(told["visit"])
        if told["kind"] == "failure":
            return LoadFailure(told["origin"], _reason(told["reason"]))
        if told["kind"] == "note":
            return LoadNote(told["origin"], told["note"])
        text = "".join(self._receive()["piece"] for _ in range(told["pieces"]))
        self._cuts = [
            (start, end, heading, outline_of(marks)) for start, end, heading, marks in self._receive()["cuts"]
        ]
        return Article(_source(told["source"]), text, outline_of(told["outline"]), told["read_by"])

    def _start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 -- nothing of it comes from outside
            (sys.executable, "-P", "-c", _PROGRAM.format(path=sys.path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl+C is for this process, which then ends that one
        )
        self._buffer = bytearray()
        self._ready = False

    def _stop(self) -> None:
        self._process.kill()
        with suppress(BrokenPipeError), self._process:  # closes the pipes and waits for it
            pass

    def _send(self, message: dict[str, object]) -> None:
        if self._process.stdin is None:
            raise RuntimeError("the process has no pipe")
        _write(message, self._process.stdin)

    def _receive(self, within_s: float | None = None) -> Any:
        """The next message. Raises LoadError when it does not come in time, EOFError when none can come."""
        deadline = monotonic() + (within_s or self._bounds.file_s)
        if self._ends is not None:
            deadline = min(deadline, self._ends)
        size = _SIZE.unpack(self._take(_SIZE.size, deadline))[0]
        return json.loads(self._take(size, deadline))

    def _take(self, size: int, deadline: float) -> bytes:
        if self._process.stdout is None:
            raise RuntimeError("the process has no pipe")
        whence = self._process.stdout.fileno()
        while len(self._buffer) < size:
            ready, _, _ = select.select([whence], [], [], max(0.0, min(TICK_S, deadline - monotonic())))
            if not self._going_on():
                raise _Abandoned
            if not ready:
                if monotonic() < deadline:
                    continue
                raise self._too_late()
            if not (piece := os.read(whence, READ_BYTES)):
                raise EOFError
            self._buffer += piece
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _too_late(self) -> LoadError:
        limit = self._bounds.file_s
        if self._ends is not None and monotonic() > self._ends:
            limit = self._bounds.total_s or limit
        return LoadError("reading took longer than {limit} s: split it or save it anew", limit=f"{limit:g}")


def _name(origin: str | Target) -> str:
    return origin if isinstance(origin, str) else origin.entry.key


def _write(message: dict[str, object], where: IO[bytes]) -> None:
    written = json.dumps(message, default=date.isoformat).encode()  # a datetime is a date as well
    where.write(_SIZE.pack(len(written)) + written)
    where.flush()


def _source(fields: dict[str, Any]) -> Source:
    published, published_at = fields["published"], fields["published_at"]
    times = {
        "published": published and date.fromisoformat(published),
        "published_at": published_at and datetime.fromisoformat(published_at),
    }
    return Source(**{**fields, **times})


def _written_origin(origin: str | Target) -> str | dict[str, Any]:
    return origin if isinstance(origin, str) else asdict(origin)


def _target(fields: dict[str, Any]) -> Target:
    return Target(_entry(fields["entry"]), fields["feed_url"], Validators(**fields["validators"]))


def _entry(fields: dict[str, Any]) -> Entry:
    published = fields["published"]
    if published is not None:
        at = published["at"] and datetime.fromisoformat(published["at"])
        published = StatedDate(date.fromisoformat(published["day"]), at)
    return Entry(**{**fields, "published": published})


def _visit(fields: dict[str, Any]) -> Visit:
    listing = fields["listing"]
    if listing is not None:
        entries = tuple(map(_entry, listing["entries"]))
        kind, nested = ListingKind(listing["kind"]), tuple(listing["nested"])
        listing = Listing(kind, listing["title"], entries, nested)
    return Visit(
        fields["key"],
        VisitStatus(fields["status"]),
        Validators(**fields["validators"]),
        listing,
        tuple(fields["feeds"]),
        fields["reason"],
    )


def _reason(told: dict[str, Any] | str) -> str:
    return told if isinstance(told, str) else Reason(told["template"], told["values"])


def read_for_parent() -> None:
    """In the process: the articles of the origins that each message on stdin names, with their passages."""
    waiting: Queue[dict[str, Any]] = Queue()
    Thread(target=_take_messages, args=(waiting,), daemon=True).start()
    asked = waiting.get()
    _limit_memory(asked["memory_mib"])
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as parent:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is not for the parent
        _write({"kind": "ready"}, parent)
        while True:
            _tell_all(asked, parent)
            asked = waiting.get()


def _tell_all(asked: dict[str, Any], parent: IO[bytes]) -> None:
    behind: str | None = asked["behind"]
    waiting: list[str | dict[str, Any]] = asked["origins"]
    visitor = Visitor(allow_private=asked["allow_private"], pace_s=asked["pace_s"])

    def begun(name: str) -> bool:
        """Whether to read it: those up to the one where the process before this broke off were read."""
        nonlocal behind
        if behind is not None:
            behind = None if name == behind else behind
            return False
        _write({"kind": "begun", "name": name, "waiting": len(waiting)}, parent)
        return True

    options = {name: asked[name] for name in ("collection", "allow_private", "ocr_languages")}
    while waiting:
        if isinstance(waiting[0], str):
            for one in load(waiting[0], begun=begun, **options):
                _tell(one, parent)
        elif begun((target := _target(waiting[0])).entry.key):
            for found in visitor.visit(target, asked["collection"], asked["ocr_languages"]):
                _tell(found, parent)
        behind = None
        del waiting[0]
    _write({"kind": "end"}, parent)


def _tell(one: Loaded | Visit, parent: IO[bytes]) -> None:
    match one:
        case Visit():
            _write({"kind": "visit", "visit": asdict(one)}, parent)
        case LoadFailure(origin, Reason() as reason):
            told = {"template": reason.template, "values": dict(reason.values)}
            _write({"kind": "failure", "origin": origin, "reason": told}, parent)
        case LoadFailure(origin, reason):
            _write({"kind": "failure", "origin": origin, "reason": reason}, parent)
        case LoadNote(origin, note):
            _write({"kind": "note", "origin": origin, "note": note}, parent)
        case Article(source, text, outline, read_by):
            pieces = [text[first : first + PIECE_CHARS] for first in range(0, len(text), PIECE_CHARS)]
            cuts = [(one.start, one.end, one.heading, outline_rows(one.outline)) for one in chunk(one)]
            head = {
                "source": asdict(source),
                "outline": outline_rows(outline),
                "read_by": read_by,
                "pieces": len(pieces),
            }
            _write({"kind": "article", **head}, parent)
            for piece in pieces:
                _write({"piece": piece}, parent)
            _write({"cuts": cuts}, parent)


def _limit_memory(mib: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # not on Windows, and not above a limit there is already
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (mib << 20, mib << 20))


def _take_messages(waiting: "Queue[dict[str, Any]]") -> None:
    """Put aside what the parent asks; end the process when it has closed the pipe, or is gone."""
    pipe = sys.stdin.buffer
    while len(head := pipe.read(_SIZE.size)) == _SIZE.size:
        waiting.put(json.loads(pipe.read(_SIZE.unpack(head)[0])))
    os._exit(1)
