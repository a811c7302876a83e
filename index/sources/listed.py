"""Feeds, sitemaps and pages that are followed: their lists are visited, then the pages.

The pages are those that are new, that a list says have changed, that it no longer names, or that were not
looked at for a while. Servers are told which version is stored, so that an unchanged page is not sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from index.ingest import IngestReport, ingest
from index.loading.isolated import ReadingApart
from index.loading.listings import Entry, Listing, ListingKind
from index.loading.visits import Target, Visit, VisitStatus
from index.loading.web import NONE_STATED
from index.sources.database import FollowedSource, Item, SourceKind
from index.sources.outcome import Refreshed, Refreshing
from index.types import Article, Loaded

MAX_NEW = 1_000  # pages of one source in one refresh, the newest first; the others follow in the next ones
MAX_NESTED = 200  # sitemaps that a sitemap names
MAX_ITEM_FAILURES = 5  # a page that could not be read as often is left until its entry changes
LEAST_AGAIN, MOST_AGAIN = timedelta(hours=1), timedelta(days=7)  # between two looks at a page that is listed


class ListedSources:
    """Refreshes sources of one collection that are read together."""

    def __init__(self, work: Refreshing) -> None:
        self._work = work

    def refresh(
        self, sources: Sequence[FollowedSource], every_page: bool, reading: ReadingApart
    ) -> list[Refreshed]:
        """All of one collection, in two passes: their lists, then their pages."""
        listings = self._visit_listings([one for one in sources if one.kind is not SourceKind.PAGE], reading)
        done, work = [], list[tuple[FollowedSource, dict[str, Item], list[Target], int]]()
        for source in sources:
            known = self._work.database.items(source.id)
            if source.kind is SourceKind.PAGE:
                page = Entry(source.address, source.address, "")
                items = {page.key: known.get(page.key) or self._new(page)}
                work.append((source, items, [_target(page, source, items[page.key])], 0))
                continue
            seen = listings[source.id]
            if seen.status is VisitStatus.FAILED or seen.status is VisitStatus.GONE:
                done.append(self._work.failed(source, seen.reason))
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
        return Item(entry.key, entry.url, "", self._work.now())

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
        now = self._work.now()
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
                self._work.store,
                self._work.embedder,
                on_progress=self._work.on_progress,
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
        now = self._work.now()
        stored = {*report.added, *report.replaced, *report.skipped}
        removed: list[str] = []
        seen: list[Item] = []
        for target in targets:
            key = target.entry.key
            item = items[key]
            visit = visits.get(key)
            if visit is None and not self._work.going_on():
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
        self._work.database.store_items(source.id, (*unlisted, *seen))
        removed = [one for one in removed if one not in self._work.still_listed(source, removed)]
        removed += self._work.outlived(source)
        gone = [article_id for article_id in removed if self._work.store.remove_article(article_id)]
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
        if not self._work.going_on():
            return done  # its list is read again next time
        only = targets[0].entry.key if source.kind is SourceKind.PAGE else ""
        if only and (visit := visits.get(only)) and visit.status in (VisitStatus.FAILED, VisitStatus.GONE):
            return self._work.failed(source, visit.reason, done)
        return self._work.succeeded(source, done)


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
