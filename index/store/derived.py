"""Keeping the dense and the keyword index where the database stands: catching up, training, building anew.

Both follow the database by its stamp. Whatever is missing, torn, of another index or of another history of
this one (a restored backup) is built anew.

Three locks, always taken in this order:
    the write lock      one writer among all threads and processes; the files change only under it
    the lock            one thread at a time searches or changes the derived indexes of this process
    `ArticleDatabase.reading`   one unchanging view of the database
A search takes only the last two, so that nobody's writing holds it up. Each method says what its caller
holds; those that wait for the write lock or train for long are called without the lock.
"""

import logging
import shutil
import threading
from pathlib import Path

from index.errors import StoreDamaged, StoreError, StoreLocked
from index.store.database import ArticleDatabase
from index.store.dense import DenseIndex
from index.store.keyword import KeywordDamaged, KeywordIndex
from index.store.locking import WriteLock
from index.store.sqlite import as_store_errors
from index.store.state import Stamp

log = logging.getLogger(__name__)

TORN = "torn, or not made by this version of Citebot"


class DerivedDense:
    """The dense index: in memory it is current before each search, on disk after each `save`."""

    def __init__(
        self, database: ArticleDatabase, path: Path, lock: threading.RLock, *, flat_up_to: int
    ) -> None:
        self.path = path
        self._database = database
        self._lock = lock
        self._flat_up_to = flat_up_to
        self._held: DenseIndex | None = None
        self._saved: Stamp | None = None  # where the file stands, as far as this process knows

    def current(self) -> DenseIndex:
        """The index where the database stands. Its caller holds the lock, inside `reading`."""
        stamp = self._database.stamp()
        if self._held is not None and self._held.stamp == stamp:
            return self._held
        expected = self._database.count().passages
        dense = self._nearest(expected)
        self._held = None  # if this fails half-way, the next search begins anew
        # One that is only somewhat outgrown is let be until it is saved: training blocks searches
        if dense.outgrown(expected if len(dense) == 0 else expected // 2):
            dense = self._train(self._database)
        else:
            _catch_up(dense, self._database)
        self._held = dense
        return dense

    def train_beside(self) -> None:
        """Put a larger index in place of one that is outgrown; searches go on meanwhile.

        Its caller holds the write lock, not the lock.
        """
        with self._lock, self._database.reading():
            expected = self._database.count().passages
            dense = self._nearest(expected)
            if not dense.outgrown(expected):
                return
            self._held = dense if len(dense) else None
        own = self._database.once_more()
        try:
            with own.reading():
                larger = self._train(own)
        finally:
            own.close()
        with self._lock:
            self._held, self._saved = larger, None  # the file is of another kind, even at this stamp

    def save(self) -> Stamp:
        """Bring the file to where the database stands, and say where. Its caller holds both locks."""
        with self._database.reading():
            dense = self.current()
        if self._saved != dense.stamp:
            dense.save(self.path)
            self._saved = dense.stamp
        return dense.stamp

    def forget(self) -> None:
        """Begin anew with the file. Its caller holds the lock."""
        self._held = self._saved = None

    def fault(self) -> str | None:
        """What the file is where it cannot be used; None where it can, however far behind."""
        if not self.path.exists():
            return "missing" if self._database.count().passages else None
        dense = DenseIndex.load(self.path, self._database.dimension())
        return _fault(None if dense is None else dense.stamp, self._database)

    def _nearest(self, expected: int) -> DenseIndex:
        """The one in memory or on disk that can catch up to the database, else an empty one."""
        dense = self._held
        if dense is not None and not self._database.has_been_at(dense.stamp):
            dense = None
        if dense is not None and dense.outgrown(expected):
            on_disk = DenseIndex.stamp_of(self.path)  # another process may have trained a larger one
            if (
                on_disk is not None
                and on_disk.generation > dense.stamp.generation
                and self._database.has_been_at(on_disk)
            ):
                dense = None
        if dense is None:
            dense = DenseIndex.load(self.path, self._database.dimension(), flat_up_to=self._flat_up_to)
            self._saved = dense.stamp if dense is not None else None
        if dense is None or not self._database.has_been_at(dense.stamp):
            dense = self._empty(self._database)
        return dense

    def _train(self, database: ArticleDatabase) -> DenseIndex:
        """An index of everything in `database`, clustered anew. Call it inside its `reading`."""
        expected = database.count().passages
        dense = self._empty(database)
        dense.train(database.vectors_by_key(database.sample_keys(dense.training_rows(expected))), expected)
        _catch_up(dense, database)
        return dense

    def _empty(self, database: ArticleDatabase) -> DenseIndex:
        return DenseIndex(
            database.dimension(), Stamp(database.stamp().index, 0, 0), flat_up_to=self._flat_up_to
        )


def _catch_up(dense: DenseIndex, database: ArticleDatabase) -> None:
    since = dense.stamp.generation
    if since:
        dense.remove(database.removed_since(since))
    for keys, vectors in database.vectors_since(since):
        dense.add(keys, vectors)
    dense.stamp = database.stamp()


def _fault(stamp: Stamp | None, database: ArticleDatabase) -> str | None:
    if stamp is None:
        return TORN
    if stamp.index != database.stamp().index:
        return "of another index"
    if not database.has_been_at(stamp):
        return "of another history of this index, as before a backup was restored"
    return None


class DerivedKeyword:
    """The keyword index: on disk it catches up before a search, as far as other writers let it.

    Where nothing can be written, this process keeps one of its own in memory.
    """

    def __init__(
        self, database: ArticleDatabase, path: Path, lock: threading.RLock, write_lock: WriteLock | None
    ):
        """Without a write lock nothing is ever written."""
        self.path = path
        self.awaited = 0  # the generation of this process's last write: its searches wait to find that
        self._database = database
        self._lock = lock
        self._write_lock = write_lock
        self._held: KeywordIndex | None = None
        self._in_memory = False

    @property
    def index(self) -> KeywordIndex:
        """The best there is. Its caller holds the lock. Raises KeywordDamaged when there is none."""
        if self._held is None:
            raise KeywordDamaged("not there")
        return self._held

    def usable(self) -> KeywordIndex:
        """The best there is, where it holds nothing but what the database holds or held.

        Its caller holds the lock, inside `reading`. Raises KeywordDamaged when there is none, as when a
        backup was restored this very moment: its keys would be those of other passages.
        """
        index = self.index
        if index.stamp is None or not self._database.has_been_at(index.stamp):
            raise KeywordDamaged("it is of another history of this index")
        return index

    @property
    def stamp(self) -> Stamp | None:
        """Where the best there is stands, None when there is none. Its caller holds the lock."""
        return self._held.stamp if self._held is not None else None

    def bring(self, *, damaged: bool = False) -> None:
        """Have an index that is up to date, or as far as another writer let it come.

        Its caller holds no lock. After `damaged` the one on disk is not looked at but built anew.
        """
        with self._lock:
            now = self._database.stamp()
            if self.stamp != now and not damaged and not (self._in_memory and self._leads(self._held)):
                self._held, self._in_memory = self._on_disk(), False
            if self.stamp == now:
                return
            worth_waiting = self.stamp is None or self.stamp.generation < self.awaited
        if self._write_lock is not None:
            try:
                with self._write_lock.held(None if worth_waiting else 0), self._lock:
                    if damaged:
                        self.build()
                    else:
                        self.save()
                    return
            except StoreLocked:
                if self._held is not None:
                    return
            except StoreDamaged:
                raise
            except StoreError as error:  # no room or no permission: this process can still keep its own
                log.warning("the keyword index is kept in memory: %s", error)
        with self._lock:
            self._catch_up_in_memory()

    def save(self) -> None:
        """Bring the one on disk to where the database stands. Its caller holds both locks."""
        index = self._on_disk()
        if index is None:
            self.build()
            return
        try:
            self._catch_up(index)
        except KeywordDamaged as error:
            log.warning("the keyword index in %s is damaged and built anew: %s", self.path.parent, error)
            self.build()
        else:
            self._held, self._in_memory = index, False

    def build(self) -> None:
        """Build it beside the old one, then change places. Its caller holds the write lock and the lock."""
        unfinished, old = (self.path.with_name(f"{self.path.name}.{s}") for s in ("unfinished", "old"))
        try:
            with as_store_errors(self._database.path):
                for leftover in (unfinished, old):
                    shutil.rmtree(leftover, ignore_errors=True)
                unfinished.mkdir()
                self._catch_up(KeywordIndex(unfinished))
                if self.path.exists():
                    self.path.rename(old)
                unfinished.rename(self.path)
                shutil.rmtree(old, ignore_errors=True)
                self._held, self._in_memory = KeywordIndex(self.path), False
        except KeywordDamaged as error:
            raise StoreError(
                "cannot write the keyword index in {path} ({error})", path=self.path, error=error
            ) from error

    def forget(self) -> None:
        """Begin anew with the files. Its caller holds the lock."""
        self._held, self._in_memory = None, False

    def fault(self) -> str | None:
        """What its folder is where it cannot be used; None where it can, however far behind."""
        if not self.path.exists():
            return "missing" if self._database.count().passages else None
        try:
            stamp = KeywordIndex(self.path).stamp if (self.path / "meta.json").exists() else None
        except KeywordDamaged:
            stamp = None
        return _fault(stamp, self._database)

    def _on_disk(self) -> KeywordIndex | None:
        """The one on disk, as it stands; None when it cannot catch up to the database."""
        if not (self.path / "meta.json").exists():
            return None
        try:
            index = KeywordIndex(self.path)
        except KeywordDamaged:
            return None
        return index if self._leads(index) else None

    def _leads(self, index: KeywordIndex | None) -> bool:
        """Whether it can catch up to the database."""
        return index is not None and index.stamp is not None and self._database.has_been_at(index.stamp)

    def _catch_up_in_memory(self) -> None:
        if not self._in_memory or not self._leads(self._held):
            self._held, self._in_memory = KeywordIndex(None), True
        self._catch_up(self.index)

    def _catch_up(self, index: KeywordIndex) -> None:
        with self._database.reading():
            now = self._database.stamp()
            if index.stamp is not None and not self._database.has_been_at(index.stamp):
                raise KeywordDamaged("it is of another history of this index")  # a backup was just restored
            if index.stamp != now:
                since = index.stamp.generation if index.stamp else 0
                index.write(self._database.removed_since(since), self._database.passages_since(since), now)
