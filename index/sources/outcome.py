"""What reading sources again works with, and what is noted of each source once it was read."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from index.errors import SourceError
from index.ingest import Progress
from index.loading.visits import PACE_S
from index.sources.database import FollowedSource, SourceDatabase
from index.types import Embedder, LoadFailure, LoadNote, Store

PAUSED_AFTER = 8  # failures one after another: at the least interval some two days
MAX_BACK_OFF = 5  # doublings of the interval


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of one source: ids of articles, and what could not be read."""

    source: FollowedSource
    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    waiting: int = 0  # pages that the next refreshes will read
    failed: list[LoadFailure] = field(default_factory=list)
    notes: list[LoadNote] = field(default_factory=list)
    error: str = ""  # why the source itself could not be read
    just_paused: bool = False


@dataclass(frozen=True, slots=True)
class Refreshing:
    """Reads sources of one index. `now` and `pace_s` for tests; `going_on` false ends it early."""

    database: SourceDatabase
    store: Store
    embedder: Embedder
    ocr_languages: str = ""
    pace_s: float = PACE_S
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    going_on: Callable[[], bool] = lambda: True
    on_progress: Callable[[Progress], None] | None = None

    def still_listed(self, source: FollowedSource, article_ids: Iterable[str]) -> set[str]:
        ids = list(article_ids)
        own = {item.article_id for item in self.database.items(source.id).values() if item.article_id}
        return self.database.listed_elsewhere(ids, source.id) | own.intersection(ids)

    def outlived(self, source: FollowedSource) -> list[str]:
        """Articles beyond the age or number that the source is to keep; they are not read again."""
        if not source.keep_days and not source.keep_articles:
            return []
        published = {one.article_id: one.published_order for one in self.store.sources()}
        items = [item for item in self.database.items(source.id).values() if item.article_id]
        items.sort(key=lambda item: published.get(item.article_id or "") or item.first_seen, reverse=True)
        oldest = self.now() - timedelta(days=source.keep_days) if source.keep_days else None
        outlived = [
            item
            for i, item in enumerate(items)
            if (source.keep_articles and i >= source.keep_articles)
            or (oldest and (published.get(item.article_id or "") or item.first_seen) < oldest)
        ]
        self.database.store_items(
            source.id, (replace(item, article_id=None, expired=True) for item in outlived)
        )
        ids = [item.article_id for item in outlived if item.article_id]
        return [one for one in ids if one not in self.still_listed(source, ids)]

    def succeeded(self, source: FollowedSource, done: Refreshed) -> Refreshed:
        now = self.now()
        again = now if done.waiting else now + source.every
        read = replace(source, failures=0, error="", checked_at=now, next_at=again)
        return replace(done, source=self._stored(source, read))

    def failed(self, source: FollowedSource, reason: str, done: Refreshed | None = None) -> Refreshed:
        now, failures = self.now(), source.failures + 1
        pauses = failures >= PAUSED_AFTER and not source.paused
        read = replace(
            source,
            failures=failures,
            error=str(reason),
            checked_at=now,
            next_at=now + source.every * 2 ** min(failures, MAX_BACK_OFF),
            paused=f"it failed {failures} times, last: {reason}" if pauses else source.paused,
        )
        stored = self._stored(source, read)
        return replace(done or Refreshed(stored), source=stored, error=str(reason), just_paused=pauses)

    def _stored(self, before: FollowedSource, read: FollowedSource) -> FollowedSource:
        """What reading it gave, beside what was asked for it meanwhile: to pause, or to read it again."""

        def change(now: FollowedSource) -> FollowedSource:
            paused = read.paused if now.paused == before.paused else now.paused
            next_at = read.next_at if now.next_at == before.next_at else now.next_at
            return replace(read, paused=paused, next_at=next_at)

        try:
            return self.database.update(read.id, change)
        except SourceError:
            return read  # removed meanwhile
