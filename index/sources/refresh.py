"""Reading sources again: what is new or changed is stored, what is gone is removed, the rest costs nothing.

First every source's list is visited (a feed, a sitemap, a folder), then the pages that are new, that the list
says have changed, that the list no longer names, or that were not looked at for a while. Servers are told
which version is stored, so that an unchanged page is not sent.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import SourceError
from index.ingest import IngestReport, Progress, ingest, removed_files
from index.loading.files import files_of
from index.loading.isolated import ReadingApart
from index.loading.listings import Entry, Listing, ListingKind
from index.loading.visits import PACE_S, Target, Visit, VisitStatus
from index.loading.web import NONE_STATED
from index.sources.database import FollowedSource, Item, SourceDatabase, SourceKind
from index.types import Article, Embedder, Loaded, LoadFailure, LoadNote, Store

PAUSED_AFTER = 8  # failures one after another: at the least interval some two days
MAX_BACK_OFF = 5  # doublings of the interval
MAX_NEW = 1_000  # pages of one source in one refresh, the newest first; the others follow in the next ones
MAX_NESTED = 200  # sitemaps that a sitemap names
MAX_ITEM_FAILURES = 5  # a page that could not be read as often is left until its entry changes
LEAST_AGAIN, MOST_AGAIN = timedelta(hours=1), timedelta(days=7)  # between two looks at a page that is listed


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


class Refresher:
    """Refreshes sources of one index. `now` and `pace_s` for tests; `going_on` false ends it early."""

    def __init__(
        self,
        database: SourceDatabase,
        store: Store,
        embedder: Embedder,
        *,
        ocr_languages: str = "",
        pace_s: float = PACE_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        going_on: Callable[[], bool] = lambda: True,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._database = database
        self._store = store
        self._embedder = embedder
        self._ocr_languages = ocr_languages
        self._pace_s = pace_s
        self._now = now
        self._going_on = going_on
        self._on_progress = on_progress

    def due(self) -> list[FollowedSource]:
        """The sources whose time has come."""
        now = self._now()
        return [
            source
            for source in self._database.sources()
            if not source.paused
            and source.kind is not SourceKind.CHANNEL
            and (source.next_at is None or source.next_at <= now)
        ]

    def refresh(self, sources: Sequence[FollowedSource], *, every_page: bool = False) -> list[Refreshed]:
        """Read these sources again, whether they are due or not. Raises StoreError and EmbeddingError,
        SourceError while another process reads some.

        `every_page`: look at each page, also where nothing says that it changed. Interrupted at any
        moment, the next refresh does what is left.
        """
        lock = FileLock(self._database.lock_path)
        try:
            with lock.acquire(timeout=0):
                return self._refresh(sources, every_page)
        except Timeout:
            raise SourceError("another process is reading sources: let it finish, then try again") from None

    def _refresh(self, sources: Sequence[FollowedSource], every_page: bool) -> list[Refreshed]:
        done = [Refreshed(source) for source in sources if source.kind is SourceKind.CHANNEL]
        by_reading = sorted((one for one in sources if one.kind is not SourceKind.CHANNEL), key=_reading)
        for _, group in groupby(by_reading, key=_reading):
            together = list(group)
            folders = [source for source in together if source.kind is SourceKind.FOLDER]
            visited = [source for source in together if source.kind is not SourceKind.FOLDER]
            done += [self._refresh_folder(folder) for folder in folders]
            if visited:
                with self._reading(visited[0]) as reading:
                    done += self._refresh_listed(visited, every_page, reading)
        return sorted(done, key=lambda one: one.source.id)

    # Folders

    def _refresh_folder(self, source: FollowedSource) -> Refreshed:
        now, folder = self._now(), Path(source.address)
        known = self._database.items(source.id)
        if not folder.is_dir():
            return self._failed(source, "no such folder: is its disk attached? its articles stay")
        versions = {str(path): _version_of_file(path) for path in files_of(folder)}
        changed = [path for path, version in versions.items() if version != _version(known.get(path))]
        report = IngestReport()
        if changed or known.keys() - versions.keys():
            reading = ReadingApart(
                changed,
                collection=source.collection,
                ocr_languages=self._ocr_languages,
                going_on=self._going_on,
            )
            with reading:
                report = ingest(
                    reading.articles(),
                    self._store,
                    self._embedder,
                    remove=removed_files(folder, self._store),
                    on_progress=self._on_progress,
                    cut=reading.passages,
                )
        ids = {str(Path(one.path).absolute()): one.article_id for one in self._store.sources() if one.path}
        items = (
            Item(path, None, versions[path], now, ids.get(path), visited_at=now)
            for path in changed
            if self._going_on()
        )
        self._database.store_items(source.id, items)
        self._database.forget_items(source.id, sorted(known.keys() - versions.keys()))
        done = _refreshed(source, report, unchanged=len(versions) - len(changed))
        done.removed.extend(one for one in self._outlived(source) if self._store.remove_article(one))
        return self._succeeded(source, done)

    # Feeds, sitemaps and pages

    def _reading(self, source: FollowedSource) -> ReadingApart:
        return ReadingApart(
            collection=source.collection,
            allow_private=source.allow_private,
            ocr_languages=self._ocr_languages,
            pace_s=self._pace_s,
            going_on=self._going_on,
        )

    def _refresh_listed(
        self, sources: Sequence[FollowedSource], every_page: bool, reading: ReadingApart
    ) -> list[Refreshed]:
        """All of one collection, in two passes: their lists, then their pages."""
        listings = self._visit_listings([one for one in sources if one.kind is not SourceKind.PAGE], reading)
        done, work = [], list[tuple[FollowedSource, dict[str, Item], list[Target], int]]()
        for source in sources:
            known = self._database.items(source.id)
            if source.kind is SourceKind.PAGE:
                page = Entry(source.address, source.address, "")
                items = {page.key: known.get(page.key) or self._new(page)}
                work.append((source, items, [_target(page, source, items[page.key])], 0))
                continue
            seen = listings[source.id]
            if seen.status is VisitStatus.FAILED or seen.status is VisitStatus.GONE:
                done.append(self._failed(source, seen.reason))
                continue
            entries = {entry.key: entry for entry in seen.listing.entries} if seen.listing else {}
            items = self._listed_now(known, entries) if seen.listing else known
            targets = self._to_visit(source, known, items, entries, every_page)
            if seen.listing is not None:
                title = source.title or seen.listing.title
                whole = len(targets) <= MAX_NEW  # else the list is read again for what waits
                source = replace(source, title=title, validators=seen.validators if whole else NONE_STATED)
            work.append((source, items, targets[:MAX_NEW], max(0, len(targets) - MAX_NEW)))
        done += self._read(work, reading)
        return done

    def _visit_listings(self, sources: Sequence[FollowedSource], reading: ReadingApart) -> dict[int, Visit]:
        """What stands at the address of each source; the sitemaps that one names are read with it."""
        targets = {
            str(source.id): Target(
                Entry(str(source.id), source.address, ""), source.address, source.validators
            )
            for source in sources
        }
        visits = _visits_of(reading, list(targets.values()))
        for source in sources:
            visit = visits.get(str(source.id)) or Visit("", VisitStatus.FAILED, reason="reading it broke off")
            if visit.status is VisitStatus.READ and visit.listing is None:
                visit = replace(
                    visit, status=VisitStatus.FAILED, reason="expected a feed or sitemap, got a page"
                )
            elif visit.listing is not None and visit.listing.nested:
                visit = _with_nested(source, visit, visit.listing, reading)
            visits[str(source.id)] = visit
        return {source.id: visits[str(source.id)] for source in sources}

    def _new(self, entry: Entry) -> Item:
        return Item(entry.key, entry.url, "", self._now())

    def _listed_now(self, known: dict[str, Item], entries: dict[str, Entry]) -> dict[str, Item]:
        """All items, those before them included; each knows whether it is listed."""
        listed = {
            key: replace(known.get(key) or self._new(entry), listed=True) for key, entry in entries.items()
        }
        return {**{key: replace(item, listed=False) for key, item in known.items()}, **listed}

    def _to_visit(
        self,
        source: FollowedSource,
        known: dict[str, Item],
        items: dict[str, Item],
        entries: dict[str, Entry],
        every_page: bool,
    ) -> list[Target]:
        """What to look at: entries that are new or changed, newest first, then pages that are due."""
        now = self._now()
        oldest = now - timedelta(days=source.keep_days) if source.keep_days else None
        changed = [
            entry
            for key, entry in entries.items()
            if not (known[key].expired if key in known else False)
            and not (oldest and entry.published and entry.published.day < oldest.date())
            and (key not in known or known[key].version != entry.version or known[key].visited_at is None)
        ]
        changed.sort(key=lambda entry: entry.published.day if entry.published else now.date(), reverse=True)
        if source.keep_articles:
            changed = changed[: source.keep_articles]
        new = {entry.key for entry in changed}
        due = [
            entries.get(key) or Entry(key, item.url, item.version)
            for key, item in items.items()
            if key not in new
            and item.url
            and not item.expired
            and (every_page or _is_due(item, known.get(key), now))
        ]
        return [_target(entry, source, items[entry.key]) for entry in (*changed, *due)]

    def _read(
        self,
        work: Sequence[tuple[FollowedSource, dict[str, Item], list[Target], int]],
        reading: ReadingApart,
    ) -> list[Refreshed]:
        """Visit the pages of all sources, store what they say, and note what was seen."""
        if not work:
            return []
        visits: dict[str, Visit] = {}
        articles: dict[str, str] = {}  # ids by key of their target
        targets = {target.entry.key: target for _, _, wanted, _ in work for target in wanted}

        def loaded() -> Iterator[Loaded]:
            for one in reading.visits(_by_host(list(targets.values()))):
                if isinstance(one, Visit):
                    visits[one.key] = one
                    continue
                if isinstance(one, Article):
                    one = one.in_collection(one.source.collection)
                    articles[reading.at or ""] = one.source.article_id
                yield one

        report = IngestReport()
        if targets:
            report = ingest(
                _first_of_each(loaded()),
                self._store,
                self._embedder,
                on_progress=self._on_progress,
                cut=reading.passages,
            )
        return [self._noted(*one, visits, articles, report) for one in work]

    def _noted(
        self,
        source: FollowedSource,
        items: dict[str, Item],
        targets: list[Target],
        waiting: int,
        visits: dict[str, Visit],
        articles: dict[str, str],
        report: IngestReport,
    ) -> Refreshed:
        now = self._now()
        stored = {*report.added, *report.replaced, *report.skipped}
        removed: list[str] = []
        seen: list[Item] = []
        for target in targets:
            key = target.entry.key
            item = items[key]
            visit = visits.get(key)
            if visit is None and not self._going_on():
                continue  # another time
            if visit is None or visit.status is VisitStatus.FAILED:
                failures = item.failures + 1
                version = target.entry.version if failures >= MAX_ITEM_FAILURES else item.version
                seen.append(replace(item, failures=failures, version=version, visited_at=now))
            elif visit.status is VisitStatus.GONE:
                if item.article_id:
                    removed.append(item.article_id)
                seen.append(
                    replace(
                        item,
                        article_id=None,
                        version=target.entry.version,
                        validators=NONE_STATED,
                        visited_at=now,
                        failures=0,
                    )
                )
            else:
                article_id = articles.get(key, item.article_id)
                if key in articles and article_id not in stored:
                    article_id = item.article_id
                if item.article_id and article_id != item.article_id:
                    removed.append(item.article_id)  # the page has moved
                seen.append(
                    replace(
                        item,
                        article_id=article_id,
                        version=target.entry.version,
                        validators=visit.validators,
                        visited_at=now,
                        failures=0,
                    )
                )
        visited = {item.key for item in seen}
        unlisted = [item for item in items.values() if not item.listed and item.key not in visited]
        self._database.store_items(source.id, (*unlisted, *seen))
        removed = [one for one in removed if one not in self._still_listed(source, removed)]
        removed += self._outlived(source)
        gone = [article_id for article_id in removed if self._store.remove_article(article_id)]
        own = {articles[target.entry.key] for target in targets if target.entry.key in articles}
        names = {name for target in targets for name in (target.entry.key, target.entry.url)}
        done = Refreshed(
            source,
            added=[one for one in report.added if one in own],
            replaced=[one for one in report.replaced if one in own],
            removed=gone,
            unchanged=sum(1 for item in items.values() if item.article_id and item.article_id not in own),
            waiting=waiting,
            failed=[one for one in report.failed if one.origin in names],
            notes=[one for one in report.notes if one.origin in names],
        )
        if not self._going_on():
            return done  # its list is read again next time
        only = targets[0].entry.key if source.kind is SourceKind.PAGE else ""
        if only and (visit := visits.get(only)) and visit.status in (VisitStatus.FAILED, VisitStatus.GONE):
            return self._failed(source, visit.reason, done)
        return self._succeeded(source, done)

    def _still_listed(self, source: FollowedSource, article_ids: Iterable[str]) -> set[str]:
        ids = list(article_ids)
        own = {item.article_id for item in self._database.items(source.id).values() if item.article_id}
        return self._database.listed_elsewhere(ids, source.id) | own.intersection(ids)

    def _outlived(self, source: FollowedSource) -> list[str]:
        """Articles beyond the age or number that the source is to keep; they are not read again."""
        if not source.keep_days and not source.keep_articles:
            return []
        published = {one.article_id: one.published_order for one in self._store.sources()}
        items = [item for item in self._database.items(source.id).values() if item.article_id]
        items.sort(key=lambda item: published.get(item.article_id or "") or item.first_seen, reverse=True)
        oldest = self._now() - timedelta(days=source.keep_days) if source.keep_days else None
        outlived = [
            item
            for i, item in enumerate(items)
            if (source.keep_articles and i >= source.keep_articles)
            or (oldest and (published.get(item.article_id or "") or item.first_seen) < oldest)
        ]
        self._database.store_items(
            source.id, (replace(item, article_id=None, expired=True) for item in outlived)
        )
        ids = [item.article_id for item in outlived if item.article_id]
        return [one for one in ids if one not in self._still_listed(source, ids)]

    def _succeeded(self, source: FollowedSource, done: Refreshed) -> Refreshed:
        now = self._now()
        again = now if done.waiting else now + source.every
        read = replace(source, failures=0, error="", checked_at=now, next_at=again)
        return replace(done, source=self._stored(source, read))

    def _failed(self, source: FollowedSource, reason: str, done: Refreshed | None = None) -> Refreshed:
        now, failures = self._now(), source.failures + 1
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
            return self._database.update(read.id, change)
        except SourceError:
            return read  # removed meanwhile


def _visits_of(reading: ReadingApart, targets: Sequence[Target]) -> dict[str, Visit]:
    """Visits of listings, by key; articles that stand in their place are let be."""
    found = reading.visits(targets) if targets else ()
    return {one.key: one for one in found if isinstance(one, Visit)}


def _with_nested(source: FollowedSource, visit: Visit, listing: Listing, reading: ReadingApart) -> Visit:
    """The listing with all that the sitemaps it names list."""
    if listing.kind is ListingKind.OPML:
        return replace(visit, status=VisitStatus.FAILED, reason="it has become a list of feeds: add it anew")
    nested = [Target(Entry(url, url, ""), source.address) for url in listing.nested[:MAX_NESTED]]
    found = _visits_of(reading, nested)
    if lost := [one for one in found.values() if one.listing is None]:
        return replace(visit, status=VisitStatus.FAILED, reason=lost[0].reason or "no sitemap")
    entries = [entry for one in found.values() if one.listing for entry in one.listing.entries]
    whole = replace(listing, entries=(*listing.entries, *entries), nested=())
    # Sitemaps within it may change while it stays: it is read whole each time.
    return replace(visit, listing=whole, validators=NONE_STATED)


def _reading(source: FollowedSource) -> tuple[str, bool]:
    """What sources that are read together have in common."""
    return source.collection, source.allow_private


def _target(entry: Entry, source: FollowedSource, item: Item) -> Target:
    return Target(entry, source.address, item.validators if item.article_id else NONE_STATED)


def _is_due(item: Item, before: Item | None, now: datetime) -> bool:
    """Whether to look at a page of which nothing says that it changed: young ones often, old ones seldom."""
    if item.visited_at is None:
        return True
    if before is not None and before.listed and not item.listed:
        return True  # taken off the list: withdrawn, or only old
    if item.failures:
        return item.failures < MAX_ITEM_FAILURES
    age = item.visited_at - item.first_seen
    return now - item.visited_at >= min(max(age / 2, LEAST_AGAIN), MOST_AGAIN)


def _by_host(targets: Sequence[Target]) -> list[Target]:
    """In turn of one host each, so that the pause that a host is due passes with others."""
    queues: dict[str, list[Target]] = {}
    for target in targets:
        host = (target.entry.url or target.feed_url).split("/")[2]
        queues.setdefault(host, []).append(target)
    longest = max(map(len, queues.values()), default=0)
    return [queue[i] for i in range(longest) for queue in queues.values() if i < len(queue)]


def _first_of_each(loaded: Iterable[Loaded]) -> Iterator[Loaded]:
    """Without the second article of one id: two addresses that lead to the same page."""
    seen = set[str]()
    for one in loaded:
        if isinstance(one, Article):
            if one.source.article_id in seen:
                continue
            seen.add(one.source.article_id)
        yield one


def _refreshed(source: FollowedSource, report: IngestReport, unchanged: int) -> Refreshed:
    return Refreshed(
        source,
        report.added,
        report.replaced,
        report.removed,
        unchanged + len(report.skipped),
        0,
        report.failed,
        report.notes,
    )


def _version(item: Item | None) -> str | None:
    return item.version if item else None


def _version_of_file(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_mtime_ns}-{stat.st_size}"
