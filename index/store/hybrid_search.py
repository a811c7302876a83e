"""One search of both derived indexes: the nearest vectors and the best words among what a filter admits."""

from concurrent.futures import ThreadPoolExecutor, wait

from index.store.database import ArticleDatabase
from index.store.dense import Allowed, DenseIndex, Scored
from index.store.keyword import KeywordIndex
from index.store.state import Stamp
from index.types import Candidates, Hit, SearchFilter, Vectors

_SIDE_BY_SIDE_FROM = 20_000  # passages; with fewer, waking a thread takes longer than it saves
_STALE_OVERSAMPLE = 4  # a keyword index that lags behind still names passages that are gone
_FILTERS_KEPT = 100


class HybridSearch:
    """Searches for one thread at a time; its caller holds the lock of the indexes, inside `reading`."""

    def __init__(self, database: ArticleDatabase) -> None:
        self._database = database
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="keyword")
        self._allowed: dict[SearchFilter, Allowed | None] = {}
        self._allowed_at: Stamp | None = None

    def close(self) -> None:
        self._beside.shutdown()

    def search(
        self,
        dense: DenseIndex,
        keyword: KeywordIndex,
        vector: Vectors,
        text: str,
        where: SearchFilter,
        k: int,
    ) -> Candidates:
        """At most k hits of each index. `dense` stands where the database does, `keyword` may lag behind."""
        allowed = self.allowed_keys(where)
        enough = k if keyword.stamp == dense.stamp else _STALE_OVERSAMPLE * k
        words = (keyword, text, enough, where, allowed, len(dense))
        if len(dense) < _SIDE_BY_SIDE_FROM:
            nearest = dense.search(vector, k, allowed, self._database.vectors_by_key)
            best = _by_words(*words)
        else:
            beside = self._beside.submit(_by_words, *words)
            try:
                nearest = dense.search(vector, k, allowed, self._database.vectors_by_key)
            finally:
                wait([beside])  # the keyword index is used by one thread at a time
            best = beside.result()
        found = self._database.passages_by_key([key for key, _ in nearest + best])
        return Candidates(
            [Hit(found[key], score) for key, score in nearest if key in found],
            [Hit(found[key], score) for key, score in best if key in found][:k],
        )

    def allowed_keys(self, where: SearchFilter) -> Allowed | None:
        """What the filter lets through, None when that is everything; found out once for each state."""
        stamp = self._database.stamp()
        if self._allowed_at != stamp or len(self._allowed) > _FILTERS_KEPT:
            self._allowed, self._allowed_at = {}, stamp
        if where not in self._allowed:
            ranges = self._database.allowed(where)
            self._allowed[where] = None if ranges is None else Allowed.of(ranges)
        return self._allowed[where]


def _by_words(
    keyword: KeywordIndex, text: str, k: int, where: SearchFilter, allowed: Allowed | None, searched: int
) -> Scored:
    """The best by BM25 of what is allowed (None: everything) among `searched` passages."""
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
