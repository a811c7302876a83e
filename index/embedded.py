"""The embedded store: SQLite as the truth, FAISS and Tantivy derived from it, in one directory.

    truth.sqlite   every acknowledged article
    dense.faiss    derived; replaced whole by a rename
    keyword/       derived; Tantivy commits in place, and is replaced whole when damaged
    write.lock     held during each write, by whichever process writes

A derived index knows which state of the truth it stands at. Before a search the dense index catches
up in memory and the keyword index on disk; whatever is missing, torn or of another index is built anew.
"""

import logging
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock
import numpy as np

from index.dense import FLAT_UP_TO, Allowed, DenseIndex
from index.errors import EmbeddingError, StoreDamaged, StoreError, StoreLocked, StoreMismatch
from index.keyword import KeywordDamaged, KeywordIndex
from index.sqlite import PASSAGE_RULES, REBUILD, Meta, Stamp, Truth, explained
from index.types import (
    Article,
    Candidates,
    Hit,
    Passage,
    SearchFilter,
    Source,
    StoreCount,
    StoreHealth,
    Vectors,
)

log = logging.getLogger(__name__)

_TRUTH, _DENSE, _KEYWORD, _LOCK = "truth.sqlite", "dense.faiss", "keyword", "write.lock"
_SIDE_BY_SIDE_FROM = 20_000  # passages; with fewer, waking a thread takes longer than it saves
_STALE_OVERSAMPLE = 4  # a keyword index that lags behind still names passages that are gone
_VERIFY_SAMPLE = 300  # passages searched for by their own words and vector


@dataclass(frozen=True, slots=True)
class StoreStats:
    embedder: str
    dimension: int
    generation: int
    count: StoreCount
    per_collection: dict[str, StoreCount]
    truth_bytes: int
    dense_bytes: int
    keyword_bytes: int


class EmbeddedStore:
    """The `Store` that needs no server. Safe for several threads and several processes.

    Every write is acknowledged when SQLite has it on disk; the derived indexes follow before the
    next search, at `flush` and at `close`. When another process is writing, a search goes on with
    the keyword index as it is, and sees the newest passages by their vectors alone.
    """

    def __init__(
        self, directory: Path, truth: Truth, *, lock_wait_s: float, read_only: bool, flat_up_to: int
    ) -> None:
        """Use `open`."""
        self.directory = directory
        self.meta: Meta = truth.meta()
        self._truth = truth
        self._lock_wait_s = lock_wait_s
        self._read_only = read_only
        self._flat_up_to = flat_up_to
        self._file_lock = filelock.FileLock(
            directory / _LOCK, thread_local=False, fallback_to_soft=False, poll_interval=0.02
        )
        # Order: _writers, then the file lock, then _lock. A search never waits for another's writing.
        self._writers = threading.Lock()
        self._lock = threading.RLock()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="keyword")
        self._dense: DenseIndex | None = None
        self._dense_on_disk: Stamp | None = None
        self._keyword: KeywordIndex | None = None
        self._keyword_stamp: Stamp | None = None
        self._keyword_in_memory = False
        self._allowed: dict[SearchFilter, Allowed | None] = {}
        self._allowed_at: Stamp | None = None
        self._counted: tuple[Stamp, StoreCount] | None = None
        self._written: int = 0  # the generation of this process's last write
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
        path = directory / _TRUTH
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
        with explained(path):
            directory.mkdir(parents=True, exist_ok=True)
        truth = Truth.open(path, read_only=read_only, wait_s=lock_wait_s)
        try:
            if truth.is_empty_file():
                if embedder_name is None or dimension is None:
                    raise StoreError(f'the index in {directory} is empty: run "citebot index add" first')
                truth.create(embedder_name, dimension)
            if embedder_name is not None:
                _check(truth.meta(), embedder_name, dimension)
            return cls(directory, truth, lock_wait_s=lock_wait_s, read_only=read_only, flat_up_to=flat_up_to)
        except BaseException:
            truth.close()
            raise

    # Writing

    def replace_article(self, article: Article, passages: Sequence[Passage], vectors: Vectors) -> None:
        """See Store. Raises StoreError when a passage is not what the article says, EmbeddingError
        when the vectors are not unit-length rows of the index's dimension.
        """
        _check_article(article, passages)
        _check_vectors(vectors, len(passages), self.meta.dimension)
        with self._writing():
            self._truth.replace_article(article, passages, vectors)
            self._note_write()

    def remove_article(self, article_id: str) -> bool:
        with self._writing():
            removed = self._truth.remove_article(article_id)
            if removed:
                self._note_write()
            return removed

    def flush(self) -> None:
        """Bring the derived indexes on disk to where the truth stands."""
        with self._writing():
            with self._lock, explained(self._truth.path):
                self._write_keyword()  # first, or searches would wait for it
            self._train_beside()
            self._flush()

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
                self._dense = self._keyword = None
                self._beside.shutdown()
                self._truth.close()

    def abandon(self) -> None:
        """Close without bringing the derived indexes up to date."""
        self._unflushed = False
        self.close()

    def rebuild(self) -> None:
        """Throw both derived indexes away and derive them from the truth again."""
        with self._writing(), self._lock, explained(self._truth.path):
            (self.directory / _DENSE).unlink(missing_ok=True)
            self._dense = self._dense_on_disk = None
            self._build_keyword()
            self._flush()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keeps every other writer out. Inside it only `adopt` and reading are possible."""
        with self._writing():
            yield

    def adopt(self, other: "EmbeddedStore") -> None:
        """Hold what `other` holds instead, in one transaction. Call it inside `exclusive`."""
        other._truth.close()
        self._truth.become(other._truth.path)
        with self._lock:
            self.meta = self._truth.meta()
            self._dense = self._keyword = self._keyword_stamp = None
            self._flush()

    def _note_write(self) -> None:
        self._written = self._truth.stamp().generation
        self._unflushed = True

    @contextmanager
    def _writing(self, wait_s: float | None = None) -> Iterator[None]:
        if self._read_only:
            raise StoreError(f"the index in {self.directory} was opened for reading only")
        if self._closed:
            raise StoreError(f"the index in {self.directory} is closed")
        wait_s = self._lock_wait_s if wait_s is None else wait_s
        until = time.monotonic() + wait_s
        locked = StoreLocked(
            f"another process is writing to the index in {self.directory}, "
            f"and still was after {wait_s:g} s: let it finish, then try again"
        )
        if not self._writers.acquire(timeout=wait_s):
            raise locked
        try:
            with explained(self._truth.path):
                try:
                    self._file_lock.acquire(timeout=max(0.0, until - time.monotonic()))
                except filelock.Timeout:
                    raise locked from None
            try:
                self._follow_index()
                yield
            finally:
                self._file_lock.release()
        finally:
            self._writers.release()

    def _follow_index(self) -> None:
        """Notice that the whole index was embedded anew by another process."""
        if self._truth.stamp().index != self.meta.stamp.index:
            with self._lock:
                meta = self._truth.meta()
                _check(meta, self.meta.embedder, self.meta.dimension)
                self.meta = meta

    # Reading

    def search(self, vector: Vectors, text: str, where: SearchFilter, k: int) -> Candidates:
        _check_vectors(np.asarray(vector, dtype=np.float32).reshape(1, -1), 1, self.meta.dimension)
        self._follow_index()
        self._bring_keyword()
        try:
            return self._search(vector, text, where, k)
        except KeywordDamaged as error:
            log.warning("the keyword index in %s is damaged and built anew: %s", self.directory, error)
            with self._lock:
                self._keyword = self._keyword_stamp = None
            self._bring_keyword(damaged=True)
            return self._search(vector, text, where, k)

    def _search(self, vector: Vectors, text: str, where: SearchFilter, k: int) -> Candidates:
        with self._lock, self._truth.reading():
            stamp = self._truth.stamp()
            dense = self._current_dense(stamp)
            allowed = self._admitted(where, stamp)
            if self._keyword is None:
                raise KeywordDamaged("not there")
            enough = k if self._keyword_stamp == stamp else _STALE_OVERSAMPLE * k
            if len(dense) < _SIDE_BY_SIDE_FROM:
                nearest = dense.search(vector, k, allowed, self._stored_vectors)
                best = self._by_words(self._keyword, text, enough, where, allowed, len(dense))
            else:
                words = self._beside.submit(
                    self._by_words, self._keyword, text, enough, where, allowed, len(dense)
                )
                try:
                    nearest = dense.search(vector, k, allowed, self._stored_vectors)
                finally:
                    wait([words])  # the keyword index is used by one thread at a time
                best = words.result()
            found = self._truth.passages_by_key([key for key, _ in nearest + best])
        return Candidates(
            [Hit(found[key], score) for key, score in nearest if key in found],
            [Hit(found[key], score) for key, score in best if key in found][:k],
        )

    @staticmethod
    def _by_words(
        keyword: KeywordIndex, text: str, k: int, where: SearchFilter, allowed: Allowed | None, searched: int
    ) -> list[tuple[int, float]]:
        """The best by BM25 of what is allowed (None: everything)."""
        if allowed is None:
            return keyword.search(text, k, None)
        if 2 * allowed.count > searched:
            # Tantivy takes three times as long behind a filter, for it may no longer skip what cannot
            # be among the best; scores are the same.
            more = k + 2 * k * (searched - allowed.count) // allowed.count + 10
            best = keyword.search(text, more, None)
            left = [(key, score) for key, score in best if key in allowed]
            if len(left) >= k or len(best) < more:
                return left[:k]
        return keyword.search(text, k, where)

    def vocabulary(self, prefix: str, where: SearchFilter) -> dict[str, int]:
        self._bring_keyword()
        with self._lock, self._truth.reading():
            everything = self._admitted(where, self._truth.stamp()) is None
            return self._keyword.vocabulary(prefix, None if everything else where) if self._keyword else {}

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        with self._truth.reading():
            keys = self._truth.keys_of(ids)
            found = self._truth.passages_by_key(list(keys.values()))
        return [found[keys[passage_id]] for passage_id in ids if passage_id in keys]

    def vectors(self, ids: Sequence[str]) -> Vectors:
        with self._truth.reading():
            keys = self._truth.keys_of(ids)
            return self._stored_vectors([keys[passage_id] for passage_id in ids])

    def article(self, article_id: str) -> Article | None:
        return self._truth.article(article_id)

    def article_passages(self, article_id: str) -> list[Passage]:
        return self._truth.article_passages(article_id)

    def sources(self) -> list[Source]:
        return self._truth.sources()

    def stored_hash(self, article_id: str) -> str | None:
        return self._truth.stored_hash(article_id)

    def count(self) -> StoreCount:
        with self._truth.reading():
            stamp = self._truth.stamp()
            if self._counted is None or self._counted[0] != stamp:
                self._counted = stamp, self._truth.count()  # reads every article: 40 ms for 50,000
            return self._counted[1]

    def stats(self) -> StoreStats:
        """What is stored and how much room it takes."""
        with explained(self._truth.path):
            sizes = {
                name: sum(f.stat().st_size for f in self.directory.glob(pattern) if f.is_file())
                for name, pattern in (
                    ("truth", f"{_TRUTH}*"),
                    ("dense", _DENSE),
                    ("keyword", f"{_KEYWORD}/*"),
                )
            }
        return StoreStats(
            embedder=self.meta.embedder,
            dimension=self.meta.dimension,
            generation=self._truth.stamp().generation,
            count=self.count(),
            per_collection=self._truth.passages_per_collection(),
            truth_bytes=sizes["truth"],
            dense_bytes=sizes["dense"],
            keyword_bytes=sizes["keyword"],
        )

    def health(self) -> StoreHealth:
        self._follow_index()
        self._bring_keyword()
        with self._lock, self._truth.reading():
            stamp = self._truth.stamp()
            expected = self._truth.count().passages
            problems = []
            if (dense := len(self._current_dense(stamp))) != expected:
                problems.append(f"the dense index holds {dense} passages, the truth {expected}: {REBUILD}")
            if self._keyword is None or self._keyword_stamp != stamp:
                problems.append("the keyword index is behind while another process writes")
            elif len(self._keyword) != expected:
                problems.append(
                    f"the keyword index holds {len(self._keyword)} passages, the truth {expected}: {REBUILD}"
                )
        return StoreHealth(stamp.generation, problems)

    def verify(self) -> list[str]:
        """Everything in which truth, dense and keyword index disagree, in words; empty when they agree.

        Reads the whole index, the files of the derived ones included; repairs nothing but what lags.
        """
        problems = self._truth.problems(self.meta.dimension)
        path = self.directory / _DENSE
        if path.exists() and DenseIndex.load(path, self.meta.dimension) is None:
            problems.append(f"{_DENSE} is torn or foreign: {REBUILD}")
        if (self.directory / _KEYWORD).exists() and self._open_keyword() is None:
            problems.append(f"{_KEYWORD}/ is torn or foreign: {REBUILD}")
        with self._lock:
            self._dense = self._keyword = self._keyword_stamp = None  # judge the files, not the memory
        self._bring_keyword()
        with self._lock, self._truth.reading():
            stamp = self._truth.stamp()
            dense = self._current_dense(stamp)
            keys: list[int] = []
            for batch, vectors in self._truth.vectors_since(0, self.meta.dimension):
                keys += batch.tolist()
                problems += [
                    f"dense index: another vector for passage {key}"
                    for key in dense.strangers(batch, vectors)
                ]
            keys.sort()
            problems += _difference("dense", dense.keys().tolist(), keys)
            if self._keyword is None:
                problems.append(f"there is no keyword index: {REBUILD}")
            elif self._keyword_stamp == stamp:
                try:
                    problems += _difference("keyword", self._keyword.keys(), keys)
                    problems += self._unfindable(self._keyword, keys)
                except KeywordDamaged as error:
                    problems.append(f"{_KEYWORD}/ cannot be searched ({error}): {REBUILD}")
        return problems

    def _unfindable(self, keyword: KeywordIndex, keys: list[int]) -> list[str]:
        sample = keys[:: max(1, len(keys) // _VERIFY_SAMPLE)]
        lost = []
        for key, passage in self._truth.passages_by_key(sample).items():
            here = SearchFilter(
                frozenset({passage.source.collection}), frozenset({passage.source.article_id})
            )
            hits = keyword.search(passage.text, len(keys), here)
            if any(c.isalnum() for c in passage.text) and key not in dict(hits):
                lost.append(f"keyword index: {passage.id} is not found by its own words")
        return lost

    # The derived indexes

    def _stored_vectors(self, keys: Sequence[int]) -> Vectors:
        return self._truth.vectors_by_key(keys, self.meta.dimension)

    def _admitted(self, where: SearchFilter, stamp: Stamp) -> Allowed | None:
        """What the filter lets through, None when that is everything; found out once for each state."""
        if self._allowed_at != stamp or len(self._allowed) > 100:
            self._allowed, self._allowed_at = {}, stamp
        if where not in self._allowed:
            ranges = self._truth.allowed(where)
            self._allowed[where] = None if ranges is None else Allowed.of(ranges)
        return self._allowed[where]

    def _current_dense(self, stamp: Stamp) -> DenseIndex:
        """The dense index at `stamp`. Call it with the lock, inside `reading`."""
        dense = self._dense
        if dense is not None and dense.stamp == stamp:
            return dense
        expected = self.count().passages
        dense = self._held_dense(stamp, expected)
        self._dense = None  # if this fails half-way, the next search begins anew
        # One that is only somewhat outgrown is let be until a flush: training blocks searches
        if dense.outgrown(expected if len(dense) == 0 else expected // 2):
            dense = self._trained(self._truth, stamp, expected)
        else:
            self._catch_up(dense, self._truth, stamp)
        self._dense = dense
        return dense

    def _held_dense(self, stamp: Stamp, expected: int) -> DenseIndex:
        """The one in memory or the one on disk, wherever it stands; an empty one when both are useless."""
        dense, path = self._dense, self.directory / _DENSE
        if dense is not None and dense.stamp.index != stamp.index:
            dense = None
        if dense is not None and dense.outgrown(expected):
            on_disk = DenseIndex.stamp_of(path)  # another process may have trained a larger one
            if on_disk and on_disk.index == stamp.index and on_disk.generation > dense.stamp.generation:
                dense = None
        if dense is None:
            dense = DenseIndex.load(path, self.meta.dimension, flat_up_to=self._flat_up_to)
            self._dense_on_disk = dense.stamp if dense else None
        if dense is None or dense.stamp.index != stamp.index or dense.stamp.generation > stamp.generation:
            dense = DenseIndex(self.meta.dimension, Stamp(stamp.index, 0), flat_up_to=self._flat_up_to)
        return dense

    def _trained(self, truth: Truth, stamp: Stamp, expected: int) -> DenseIndex:
        """A dense index of everything, clustered anew. Call it inside `reading`."""
        dense = DenseIndex(self.meta.dimension, Stamp(stamp.index, 0), flat_up_to=self._flat_up_to)
        sample = truth.sample_keys(dense.training_rows(expected))
        dense.train(truth.vectors_by_key(sample, self.meta.dimension), expected)
        self._catch_up(dense, truth, stamp)
        return dense

    def _catch_up(self, dense: DenseIndex, truth: Truth, stamp: Stamp) -> None:
        if dense.stamp.generation:
            dense.remove(truth.removed_since(dense.stamp.generation))
        for keys, vectors in truth.vectors_since(dense.stamp.generation, self.meta.dimension):
            dense.add(keys, vectors)
        dense.stamp = stamp

    def _train_beside(self) -> None:
        """Put a larger dense index in place of one that is outgrown; searches go on meanwhile.

        Call it inside `_writing`, without the lock.
        """
        with self._lock, self._truth.reading():
            stamp, expected = self._truth.stamp(), self.count().passages
            dense = self._held_dense(stamp, expected)
            if not dense.outgrown(expected):
                return
            self._dense = dense if len(dense) else None
        own = Truth.open(self._truth.path, read_only=True, wait_s=self._lock_wait_s)
        try:
            with own.reading():
                larger = self._trained(own, stamp, expected)
        finally:
            own.close()
        with self._lock:
            self._dense = larger

    def _flush(self) -> None:
        """Call it inside `_writing`."""
        with self._lock, explained(self._truth.path):
            self._write_keyword()
            with self._truth.reading():
                dense = self._current_dense(self._truth.stamp())
            if self._dense_on_disk != dense.stamp:
                dense.save(self.directory / _DENSE)
                self._dense_on_disk = dense.stamp
            self._unflushed = False

    def _bring_keyword(self, *, damaged: bool = False) -> None:
        """Have the best keyword index there is: up to date, or as far as another writer let it come."""
        with self._lock:
            stamp = self._truth.stamp()
            if self._keyword is not None and self._keyword_stamp == stamp:
                return
            if not self._keyword_in_memory and not damaged:
                self._keyword = self._open_keyword()
                if self._keyword is not None and self._keyword_stamp == stamp:
                    return
            behind = self._keyword_stamp.generation if self._keyword_stamp else -1
            mine = self._written > behind or self._keyword is None
        if not self._read_only:
            try:
                with self._writing(self._lock_wait_s if mine else 0), self._lock:
                    if damaged:
                        self._build_keyword()
                    else:
                        self._write_keyword()
                    return
            except StoreLocked:
                if self._keyword is not None:
                    return
            except StoreDamaged:
                raise
            except StoreError as error:  # no room or no permission: this process can still keep its own
                log.warning("the keyword index is kept in memory: %s", error)
        with self._lock:
            self._catch_up_in_memory()

    def _open_keyword(self) -> KeywordIndex | None:
        """The one on disk, as it stands; None when it cannot be used with this truth."""
        directory = self.directory / _KEYWORD
        if not (directory / "meta.json").exists():
            return None
        try:
            keyword = KeywordIndex(directory)
            stamp = keyword.stamp
        except KeywordDamaged:
            return None
        now = self._truth.stamp()
        if stamp is None or stamp.index != now.index or stamp.generation > now.generation:
            return None
        self._keyword_stamp = stamp
        return keyword

    def _write_keyword(self) -> None:
        """Bring the one on disk up to date. Call it inside `_writing`, with the lock."""
        stamp = self._truth.stamp()
        keyword = self._open_keyword()
        try:
            if keyword is None or self._keyword_stamp is None:
                self._build_keyword()
                return
            if self._keyword_stamp != stamp:
                self._learn(keyword, self._keyword_stamp.generation, stamp)
        except KeywordDamaged as error:
            log.warning("the keyword index in %s is damaged and built anew: %s", self.directory, error)
            self._build_keyword()
            return
        self._keyword, self._keyword_stamp, self._keyword_in_memory = keyword, stamp, False

    def _build_keyword(self) -> None:
        """Build it beside the old one, then change places. Call it inside `_writing`, with the lock."""
        directory = self.directory / _KEYWORD
        unfinished, old = (directory.with_name(f"{_KEYWORD}.{suffix}") for suffix in ("unfinished", "old"))
        stamp = self._truth.stamp()
        try:
            with explained(self._truth.path):
                for leftover in (unfinished, old):
                    shutil.rmtree(leftover, ignore_errors=True)
                unfinished.mkdir()
                self._learn(KeywordIndex(unfinished), 0, stamp)
                if directory.exists():
                    directory.rename(old)
                unfinished.rename(directory)
                shutil.rmtree(old, ignore_errors=True)
                self._keyword, self._keyword_stamp = KeywordIndex(directory), stamp
                self._keyword_in_memory = False
        except KeywordDamaged as error:
            raise StoreError(f"cannot write the keyword index in {directory} ({error})") from error

    def _catch_up_in_memory(self) -> None:
        stamp = self._truth.stamp()
        if not self._keyword_in_memory or self._keyword is None or self._keyword_stamp is None:
            self._keyword, self._keyword_stamp = KeywordIndex(None), Stamp(stamp.index, 0)
            self._keyword_in_memory = True
        elif self._keyword_stamp.index != stamp.index:
            self._keyword, self._keyword_stamp = KeywordIndex(None), Stamp(stamp.index, 0)
        if self._keyword_stamp != stamp:
            self._learn(self._keyword, self._keyword_stamp.generation, stamp)
            self._keyword_stamp = stamp

    def _learn(self, keyword: KeywordIndex, since: int, stamp: Stamp) -> None:
        with self._truth.reading():
            keyword.write(self._truth.removed_since(since), self._truth.passages_since(since), stamp)


def _check(meta: Meta, embedder_name: str, dimension: int | None) -> None:
    if meta.embedder != embedder_name or (dimension is not None and meta.dimension != dimension):
        raise StoreMismatch(
            f"the index was built with {meta.embedder} ({meta.dimension}), "
            f"settings ask for {embedder_name} ({dimension}): {REBUILD}"
        )
    if meta.passage_rules != PASSAGE_RULES:
        raise StoreMismatch(
            f"the passages were cut by rules {meta.passage_rules}, "
            f"this version of Citebot uses rules {PASSAGE_RULES}: {REBUILD}"
        )


def _check_article(article: Article, passages: Sequence[Passage]) -> None:
    source = article.source
    if not source.article_id or "\0" in source.article_id:
        raise StoreError(
            f"{source.article_id!r} is no article id: it needs one character or more, and no NUL"
        )
    if source.published is not None and type(source.published).__name__ != "date":
        raise StoreError(
            f"{source.article_id}: `published` is a date without a time, not {source.published!r}"
        )
    for passage in passages:
        if passage.id != f"{source.article_id}#{passage.start}" or passage.source != source:
            raise StoreError(f"passage {passage.id} does not belong to article {source.article_id}")
        if article.text[passage.start : passage.end] != passage.text:
            raise StoreError(f"passage {passage.id} is not what the article says there")


def _check_vectors(vectors: Vectors, rows: int, dimension: int) -> None:
    if vectors.shape != (rows, dimension):
        raise EmbeddingError(f"vectors of shape {(rows, dimension)} expected, {vectors.shape} came")
    if rows and not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
        raise EmbeddingError("unit-length vectors expected, others came: normalise them")


def _difference(name: str, held: list[int], expected: list[int]) -> list[str]:
    if held == expected:
        return []
    missing, strange = set(expected) - set(held), set(held) - set(expected)
    return [
        f"the {name} index lacks {len(missing)} passages and holds {len(strange)} that are gone "
        f"(or one twice): {REBUILD}"
    ]
