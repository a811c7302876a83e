"""The embedded store: articles in SQLite, FAISS and Tantivy derived from it, in one directory.

    truth.sqlite   every acknowledged article
    dense.faiss    derived; replaced whole by a rename
    keyword/       derived; Tantivy commits in place, and is replaced whole when damaged
    write.lock     held during each write, by whichever process writes

The derived indexes know which state of the database they stand at; `derived` keeps them there.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import numpy as np

from index.errors import StoreDamaged, StoreError, StoreLocked
from index.store import verify
from index.store.database import ArticleDatabase
from index.store.dense import FLAT_UP_TO
from index.store.derived import TORN, DerivedDense, DerivedKeyword
from index.store.hybrid_search import HybridSearch
from index.store.keyword import KeywordDamaged
from index.store.locking import WriteLock
from index.store.sqlite import as_store_errors
from index.store.state import REBUILD, Meta, StoreStats
from index.store.validation import check_article, check_vectors
from index.store.verify import Verdict
from index.types import (
    Article,
    Candidates,
    Passage,
    Revision,
    SearchFilter,
    Source,
    StoreCount,
    StoreHealth,
    Vectors,
)

Found = TypeVar("Found")

log = logging.getLogger(__name__)

_DATABASE, _DENSE, _KEYWORD, _LOCK = "truth.sqlite", "dense.faiss", "keyword", "write.lock"


class EmbeddedStore:
    """The `Store` that needs no server. Safe for several threads and several processes.

    Every write is acknowledged when SQLite has it on disk; the derived indexes follow before the
    next search, at `flush` and at `close`. When another process is writing, a search goes on with
    the keyword index as it is, and sees the newest passages by their vectors alone.
    """

    def __init__(
        self,
        directory: Path,
        database: ArticleDatabase,
        *,
        lock_wait_s: float,
        read_only: bool,
        flat_up_to: int,
    ) -> None:
        """Use `open`."""
        self.directory = directory
        self.meta: Meta = database.meta()
        self._database = database
        self._read_only = read_only
        self._write_lock = WriteLock(directory / _LOCK, lock_wait_s)
        self._lock = threading.RLock()
        self._dense = DerivedDense(database, directory / _DENSE, self._lock, flat_up_to=flat_up_to)
        self._keyword = DerivedKeyword(
            database, directory / _KEYWORD, self._lock, None if read_only else self._write_lock
        )
        self._searcher = HybridSearch(database)
        self._unflushed = False
        self._closed = False

    @classmethod
    def open(
        cls,
        directory: Path,
        *,
        embedder_name: str | None = None,
        dimension: int | None = None,
        lock_wait_s: float = 10.0,
        read_only: bool = False,
        flat_up_to: int = FLAT_UP_TO,
    ) -> "EmbeddedStore":
        """The index in `directory`; a new one if there is none and an embedder is named.

        Without an embedder it opens whatever index is there, for work that embeds nothing.
        Raises StoreMismatch when the index was built with another embedder or by other rules,
        StoreDamaged when SQLite cannot read it, StoreError when the directory cannot be used.
        """
        path = directory / _DATABASE
        if directory.exists() and not directory.is_dir():
            raise StoreError(f"{directory} is a file, an index needs a directory: choose another INDEX_DIR")
        lost = not path.exists() or path.stat().st_size == 0
        if lost and ((directory / _DENSE).exists() or (directory / _KEYWORD).exists()):
            raise StoreDamaged(
                f"{path} is lost or empty but indexes derived from it are there: restore it from a backup, "
                f"or move {directory} away and add the articles again"
            )
        if (read_only or embedder_name is None or dimension is None) and not path.exists():
            raise StoreError(f'there is no index in {directory}: run "citebot index add" first')
        with as_store_errors(path):
            directory.mkdir(parents=True, exist_ok=True)
        database = ArticleDatabase.open(path, read_only=read_only, wait_s=lock_wait_s)
        try:
            if database.is_empty_file():
                if embedder_name is None or dimension is None:
                    raise StoreError(f'the index in {directory} is empty: run "citebot index add" first')
                database.create(embedder_name, dimension)
            if embedder_name is not None:
                database.meta().check(embedder_name, dimension)
            return cls(
                directory, database, lock_wait_s=lock_wait_s, read_only=read_only, flat_up_to=flat_up_to
            )
        except BaseException:
            database.close()
            raise

    # Writing

    def replace_article(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        """See Store. Raises StoreError when a passage is not what the article says, EmbeddingError
        when the vectors are not unit-length rows of the index's dimension.
        """
        check_article(article, passages)
        check_vectors(vectors, len(passages), self.meta.dimension)
        with self._writing():
            self._database.replace_article(article, passages, vectors)
            self._note_write()

    def remove_article(self, article_id: str) -> bool:
        with self._writing():
            removed = self._database.remove_article(article_id)
            if removed:
                self._note_write()
            return removed

    def note_reader(self, article_ids: Sequence[str], version: int) -> None:
        with self._writing():
            self._database.note_reader(article_ids, version)

    def flush(self) -> None:
        """Bring the derived indexes on disk to where the database stands."""
        with self._writing():
            with self._lock, as_store_errors(self._database.path):
                self._keyword.save()  # first, or searches would wait for it
            self._dense.train_beside()
            self._save()

    def close(self) -> None:
        if self._closed:
            return
        try:
            if self._unflushed:
                self.flush()
        except StoreLocked:
            pass  # whoever writes now, or opens next, catches up
        finally:
            self._closed = True
            with self._lock:
                self._forget()
                self._searcher.close()
                self._database.close()

    def abandon(self) -> None:
        """Close without bringing the derived indexes up to date."""
        self._unflushed = False
        self.close()

    def rebuild(self) -> None:
        """Throw both derived indexes away and derive them from the database again."""
        with self._writing(), self._lock, as_store_errors(self._database.path):
            self._dense.path.unlink(missing_ok=True)
            self._dense.forget()
            self._keyword.build()
            self._save()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keeps every other writer out. Inside it only `adopt` and reading are possible."""
        with self._writing():
            yield

    def adopt(self, other: "EmbeddedStore") -> None:
        """Hold what `other` holds instead, in one transaction. Call it inside `exclusive`."""
        other._database.close()
        self._database.become(other._database.path)
        with self._lock:
            self.meta = self._database.meta()
            self._forget()
            self._save()

    def _note_write(self) -> None:
        self._keyword.awaited = self._database.stamp().generation
        self._unflushed = True

    def _save(self) -> None:
        """Bring the derived indexes on disk up to date. Call it inside `_writing`."""
        with self._lock, as_store_errors(self._database.path):
            self._keyword.save()
            stamp = self._dense.save()
            self._unflushed = False
            self._database.forget_followed(stamp)
            self._database.put_aside_log()

    def _forget(self) -> None:
        """Begin anew with the derived indexes on disk. Call it with the lock."""
        self._dense.forget()
        self._keyword.forget()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        if self._read_only:
            raise StoreError(f"the index in {self.directory} was opened for reading only")
        if self._closed:
            raise StoreError(f"the index in {self.directory} is closed")
        with self._write_lock.held():
            self._follow_index()
            yield

    def _follow_index(self) -> None:
        """Notice that the whole index was embedded anew by another process."""
        if self._database.stamp().index != self.meta.index:
            with self._lock:
                meta = self._database.meta()
                meta.check(self.meta.embedder, self.meta.dimension)
                self.meta = meta

    # Reading

    def search(self, vector: Vectors, text: str, where: SearchFilter, k: int) -> Candidates:
        check_vectors(np.asarray(vector, dtype=np.float32).reshape(1, -1), 1, self.meta.dimension)
        self._follow_index()
        return self._with_words(lambda: self._search(vector, text, where, k))

    def _search(self, vector: Vectors, text: str, where: SearchFilter, k: int) -> Candidates:
        with self._lock, self._database.reading():
            dense, keyword = self._dense.current(), self._keyword.usable()
            return self._searcher.search(dense, keyword, vector, text, where, k)

    def vocabulary(self, prefix: str, where: SearchFilter) -> dict[str, int]:
        return self._with_words(lambda: self._vocabulary(prefix, where))

    def _vocabulary(self, prefix: str, where: SearchFilter) -> dict[str, int]:
        with self._lock, self._database.reading():
            keyword = self._keyword.usable()
            # one that lags behind may hold what is gone, in whatever collection it was
            everything = (
                self._searcher.allowed_keys(where) is None and keyword.stamp == self._database.stamp()
            )
            return keyword.vocabulary(prefix, None if everything else where)

    def languages(self) -> tuple[str, ...]:
        """The languages that its articles are in, by their codes; English when there are none."""
        return self._with_words(self._languages)

    def _languages(self) -> tuple[str, ...]:
        with self._lock, self._database.reading():
            return self._keyword.usable().languages

    def _with_words(self, ask: Callable[[], Found]) -> Found:
        """What `ask` finds in the keyword index, which is built anew when it turns out to be damaged."""
        self._keyword.bring()
        try:
            return ask()
        except KeywordDamaged as error:
            log.warning("the keyword index in %s is damaged and built anew: %s", self.directory, error)
            with self._lock:
                self._keyword.forget()
            self._keyword.bring(damaged=True)
            return ask()

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        with self._database.reading():
            keys = self._database.keys_of(ids)
            found = self._database.passages_by_key(list(keys.values()))
        return [found[keys[passage_id]] for passage_id in ids if passage_id in keys]

    def vectors(self, ids: Sequence[str]) -> Vectors:
        with self._database.reading():
            keys = self._database.keys_of(ids)
            return self._database.vectors_by_key([keys[passage_id] for passage_id in ids])

    def article(self, article_id: str) -> Article | None:
        return self._database.article(article_id)

    def revisions(self, article_id: str) -> list[Revision]:
        return self._database.revisions(article_id)

    def article_passages(self, article_id: str) -> list[Passage]:
        return self._database.article_passages(article_id)

    def embedded_passages(self, article_id: str) -> tuple[list[Passage], Vectors]:
        return self._database.embedded_passages(article_id)

    def sources(self) -> list[Source]:
        return self._database.sources()

    def stored_hash(self, article_id: str) -> str | None:
        return self._database.stored_hash(article_id)

    def readers(self) -> dict[str, int | None]:
        return self._database.readers()

    def count(self, where: SearchFilter | None = None) -> StoreCount:
        return self._database.count(where)

    def stats(self) -> StoreStats:
        """What is stored and how much room it takes."""
        with as_store_errors(self._database.path):
            sizes = {
                name: sum(f.stat().st_size for f in self.directory.glob(pattern) if f.is_file())
                for name, pattern in (
                    ("database", f"{_DATABASE}*"),
                    ("dense", _DENSE),
                    ("keyword", f"{_KEYWORD}/*"),
                )
            }
        return StoreStats(
            embedder=self.meta.embedder,
            dimension=self.meta.dimension,
            generation=self._database.stamp().generation,
            count=self.count(),
            per_collection=self._database.passages_per_collection(),
            truth_bytes=sizes["database"],
            dense_bytes=sizes["dense"],
            keyword_bytes=sizes["keyword"],
        )

    def health(self) -> StoreHealth:
        self._follow_index()
        self._keyword.bring()
        with self._lock, self._database.reading():
            stamp, expected = self._database.stamp(), self._database.count().passages
            problems = []
            if (dense := len(self._dense.current())) != expected:
                problems.append(
                    f"the dense index holds {dense} passages, the database has {expected}: {REBUILD}"
                )
            if self._keyword.stamp != stamp:
                problems.append("the keyword index is behind while another process writes")
            elif (keyword := len(self._keyword.index)) != expected:
                problems.append(
                    f"the keyword index holds {keyword} passages, the database has {expected}: {REBUILD}"
                )
        return StoreHealth(stamp.generation, problems)

    def verify(self) -> list[str]:
        """Everything in which database, dense and keyword index disagree, in words; empty when they agree.

        Reads the whole index, the files of the derived ones included; repairs nothing but what lags: a file
        that was never saved, or before a backup was restored, is no problem.
        """
        faults = [f"{name} is {fault}" for name, fault in self._faults() if fault == TORN]
        return [*verify.database_problems(self._database), *faults, *self._disagreements()]

    def repair(self) -> Verdict:
        """Verify, and build anew what is wrong with the derived indexes where the articles are sound."""
        faults = self._faults()
        with self._writing():
            with self._lock:
                self._forget()
            self._save()  # what cannot be used is built anew
        repaired = [f"{name} was {fault}: built anew from the articles" for name, fault in faults]
        wrong = verify.database_problems(self._database)
        disagreements = self._disagreements()
        if disagreements and not wrong:
            self.rebuild()
            repaired += [f"{line}: both search indexes built anew" for line in disagreements]
            disagreements = self._disagreements()
        return Verdict(problems=[*wrong, *disagreements], repaired=repaired)

    def _faults(self) -> list[tuple[str, str]]:
        """Each derived index whose files cannot be used: its name, and what they are."""
        with self._lock, self._database.reading():
            found = ((_DENSE, self._dense.fault()), (f"{_KEYWORD}/", self._keyword.fault()))
            return [(name, fault) for name, fault in found if fault]

    def _disagreements(self) -> list[str]:
        """Where what is in the derived indexes is not what the articles say."""
        with self._lock:
            self._forget()  # judge the files, not the memory
        self._keyword.bring()
        with self._lock, self._database.reading():
            dense = self._dense.current()
            found = verify.dense_problems(dense, self._database)
            try:
                keyword = self._keyword.index
                if keyword.stamp == dense.stamp:
                    found += verify.keyword_problems(keyword, self._database)
            except KeywordDamaged as error:
                found.append(f"{_KEYWORD}/ cannot be searched ({error})")
        return found
