"""One writer at a time among all threads and processes that have an index open."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from index.errors import StoreLocked
from index.store.sqlite import as_store_errors


class WriteLock:
    """Held by whoever writes to the index in `path`'s directory. Safe for several threads."""

    def __init__(self, path: Path, wait_s: float) -> None:
        self._path = path
        self._wait_s = wait_s
        self._threads = threading.Lock()
        self._processes = filelock.FileLock(
            path, thread_local=False, fallback_to_soft=False, poll_interval=0.02
        )

    @contextmanager
    def held(self, wait_s: float | None = None) -> Iterator[None]:
        """Keeps every other writer out; waits for it as long as set, or `wait_s`.

        Raises StoreLocked when it waited in vain, StoreError when the file cannot be used.
        """
        wait_s = self._wait_s if wait_s is None else wait_s
        until = time.monotonic() + wait_s
        locked = StoreLocked(
            "another process is writing to the index in {folder}, and still was after {seconds} s: "
            "let it finish, then try again",
            folder=self._path.parent,
            seconds=f"{wait_s:g}",
        )
        if not self._threads.acquire(timeout=wait_s):
            raise locked
        try:
            with as_store_errors(self._path):
                try:
                    self._processes.acquire(timeout=max(0.0, until - time.monotonic()))
                except filelock.Timeout:
                    raise locked from None
            try:
                yield
            finally:
                self._processes.release()
        finally:
            self._threads.release()
