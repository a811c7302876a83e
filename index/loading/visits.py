"""Visiting sites again and again: what robots.txt allows, at a polite pace, and only what is new."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import httpx
from protego import Protego

from index.errors import LoadError
from index.loading import web
from index.loading.encodings import decode
from index.loading.files import read_entry, read_page
from index.loading.formats import page_text
from index.loading.listings import Entry, Listing, feeds_of_page, is_listing, read_listing
from index.loading.web import NONE_STATED, NotModified, Page, PageGone, Validators
from index.types import Article, LoadFailure, LoadNote

PACE_S = 1.0  # between two requests to one host
LEAST_WORDS = 60  # of a feed's own text, to be an article rather than a teaser
MAX_DELAY_S = 30.0  # of what a robots.txt asks for; a slower site would hold up all others
_ROBOTS_LIMITS = web.Limits(body_bytes=512_000)  # as much as RFC 9309 asks to be read
_NOT_FOUND = Protego.parse("")
_AGENT = "citebot"


class VisitStatus(StrEnum):
    READ = "read"
    UNCHANGED = "unchanged"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Target:
    """What to visit: an entry of the listing at `feed_url`, and the version of it that is stored."""

    entry: Entry
    feed_url: str
    validators: Validators = NONE_STATED


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of one target: told beside the articles, to be remembered until the next visit."""

    key: str  # of the entry
    status: VisitStatus
    validators: Validators = NONE_STATED
    listing: Listing | None = None  # what stands there, where it is a feed, sitemap or OPML list
    feeds: tuple[str, ...] = ()  # that the page there names
    reason: str = ""


class Disallowed(LoadError):
    """The site's robots.txt asks programs to stay away from this page."""


class Visitor:
    """Fetches pages as a good guest does. For one thread.

    `sleep` and `clock` for tests.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        pace_s: float = PACE_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._allow_private = allow_private
        self._pace_s = pace_s
        self._clock, self._sleep = clock, sleep
        self._rules = dict[str, Protego]()
        self._next_visit = dict[str, float]()  # by host, on the clock

    def fetch(self, url: str, validators: Validators = NONE_STATED) -> Page:
        """As `web.fetch`. Blocks for the pause that the host is due. Raises LoadError, also Disallowed."""
        try:
            address = httpx.URL(url)
        except (httpx.InvalidURL, UnicodeError):
            return web.fetch(url)  # says what is wrong with it
        rules = self._rules_of(address)
        if not rules.can_fetch(url, _AGENT):
            raise Disallowed("the site's robots.txt asks programs to stay away from this page")
        delay = rules.crawl_delay(_AGENT)
        self._wait(address.host, max(self._pace_s, min(float(delay or 0), MAX_DELAY_S)))
        return web.fetch(url, allow_private=self._allow_private, validators=validators)

    def visit(
        self, target: Target, collection: str, ocr_languages: str = ""
    ) -> Iterator[Article | LoadNote | LoadFailure | Visit]:
        """The article of an entry, or the listing that stands at its address; last a Visit with the outcome.

        A page that cannot be read is told by what the feed itself carries, where that is a text. Where the
        page is gone, so is the article.
        """
        entry, feed_url = target.entry, target.feed_url
        outcome, validators, reason = VisitStatus.READ, NONE_STATED, ""
        feeds: tuple[str, ...] = ()
        try:
            if entry.url is None:
                yield from read_entry(entry, feed_url, collection)
            else:
                page = self.fetch(entry.url, target.validators)
                if is_listing(page.content):
                    listing = read_listing(page.content, page.url)
                    yield Visit(entry.key, VisitStatus.READ, page.validators, listing)
                    return
                validators = page.validators
                if page.form == "html":
                    feeds = feeds_of_page(page_text(page.content, page.charset), page.url)
                yield from read_page(page, entry.url, collection, ocr_languages, entry)
        except NotModified:
            outcome, validators = VisitStatus.UNCHANGED, target.validators
        except PageGone as error:
            outcome, reason = VisitStatus.GONE, error.reason
        except LoadError as error:
            outcome, reason = VisitStatus.FAILED, error.reason
            if not isinstance(error, Disallowed) and len((entry.html or "").split()) >= LEAST_WORDS:
                try:
                    yield from read_entry(entry, feed_url, collection)
                    outcome = VisitStatus.READ
                except LoadError:
                    pass
            if outcome is VisitStatus.FAILED:
                yield LoadFailure(entry.url or entry.key, reason)
        yield Visit(entry.key, outcome, validators, feeds=feeds, reason=str(reason))

    def _rules_of(self, address: httpx.URL) -> Protego:
        """What the robots.txt of the host says; nothing, where it has none. Raises LoadError."""
        site = str(address.copy_with(path="/robots.txt", query=None, fragment=None))
        if site not in self._rules:
            self._wait(address.host, self._pace_s)
            self._rules[site] = self._robots(site)
        return self._rules[site]

    def _robots(self, site: str) -> Protego:
        try:
            page = web.fetch(site, allow_private=self._allow_private, limits=_ROBOTS_LIMITS)
        except (PageGone, web.Refused, web.UnexpectedKind):
            return _NOT_FOUND  # RFC 9309: a robots.txt that is refused forbids nothing
        if page.form != "text":
            return _NOT_FOUND
        return Protego.parse(decode(page.content, page.charset))

    def _wait(self, host: str, pause_s: float) -> None:
        now = self._clock()
        due = self._next_visit.get(host, now)
        if due > now:
            self._sleep(due - now)
        self._next_visit[host] = max(due, now) + pause_s
