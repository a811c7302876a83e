"""Lists of articles elsewhere: RSS, Atom and JSON feeds, sitemaps, and OPML lists of feeds."""

import calendar
import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import etree, html

from index.errors import LoadError
from index.loading.dates import StatedDate, read_date
from index.loading.encodings import decode

MAX_ENTRIES = 50_000  # as many as the sitemap protocol allows in one file
MAX_NESTED = 2  # a sitemap of sitemaps, or a list of feeds
_OPENING_BYTES = 4_096
_XML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>|<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^>]*>|\s)*"
    rb"<(?:\w+:)?(rss|feed|RDF|urlset|sitemapindex|opml)\b",
    re.DOTALL,
)
_JSON_FEED = re.compile(r"https?://(?:www\.)?jsonfeed\.org/version/")


class ListingKind(StrEnum):
    FEED = "feed"
    SITEMAP = "sitemap"
    OPML = "opml"


@dataclass(frozen=True, slots=True)
class Entry:
    """One article as a feed or sitemap lists it.

    `key` tells it from the other entries, also when its headline or its guid is edited: its address, where
    it has one. `version` changes with whatever the listing says of it.
    """

    key: str
    url: str | None
    version: str
    title: str | None = None
    published: StatedDate | None = None
    html: str | None = None  # the text that the feed itself carries


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands at the address of a feed, sitemap or OPML list; `nested` are addresses of further ones."""

    kind: ListingKind
    title: str | None
    entries: tuple[Entry, ...]
    nested: tuple[str, ...] = ()


def is_listing(content: bytes) -> bool:
    """Whether the bytes begin as a feed, sitemap or OPML list does, whatever the server calls them."""
    opening = content[:_OPENING_BYTES]
    return bool(_XML.match(opening)) or (
        opening.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and b"jsonfeed.org" in opening
    )


def read_listing(content: bytes, url: str) -> Listing:
    """The listing in these bytes, which came from `url`. Raises LoadError, whatever they are."""
    root = _XML.match(content[:_OPENING_BYTES])
    if root is None:
        return _json_feed(content, url)
    match root[1]:
        case b"urlset" | b"sitemapindex":
            return _sitemap(_parsed(content), url)
        case b"opml":
            return _opml(_parsed(content), url)
        case _:
            return _feed(content, url)


def _feed(content: bytes, url: str) -> Listing:
    """RSS or Atom, of which feedparser also reads much that is broken."""
    found = feedparser.parse(content, response_headers={"content-location": url}, sanitize_html=False)
    if not found.version and not found.entries:
        error = " ".join(str(found.get("bozo_exception")).split())[:120]
        raise LoadError("expected a feed, got broken XML ({error})", error=error)
    stated = [_stated(entry, url) for entry in found.entries[:MAX_ENTRIES]]
    return Listing(ListingKind.FEED, _words(found.feed.get("title")), tuple(_told_apart(stated, url)))


def _stated(entry: Mapping[str, Any], base: str) -> dict[str, Any]:
    contents = [part.get("value") for part in entry.get("content", ())]
    texts = [text for text in (*contents, entry.get("summary")) if text]
    link = next((link.get("href") for link in entry.get("links", ()) if link.get("rel") == "alternate"), None)
    return {
        "guid": entry.get("id"),
        "url": _web_address(link or entry.get("link"), base) or _web_address(entry.get("id")),
        "title": _words(entry.get("title")),
        "published": _dated(entry, "published") or _dated(entry, "updated"),
        "updated": entry.get("updated") or entry.get("published"),
        "html": max(texts, key=len, default=None),
    }


def _json_feed(content: bytes, url: str) -> Listing:
    try:
        found = json.loads(decode(content, None))
    except (ValueError, RecursionError) as error:
        raise LoadError("expected a feed or sitemap, got neither XML nor JSON") from error
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or not _JSON_FEED.match(str(found.get("version"))):
        raise LoadError("expected a JSON feed with version and items, got other JSON")
    stated = [
        {
            "guid": item.get("id"),
            "url": _web_address(item.get("url") or item.get("external_url"), url)
            or _web_address(item.get("id")),
            "title": _words(item.get("title")),
            "published": _read_date(item.get("date_published") or item.get("date_modified")),
            "updated": item.get("date_modified"),
            "html": item.get("content_html") or item.get("content_text"),
        }
        for item in items[:MAX_ENTRIES]
        if isinstance(item, dict)
    ]
    return Listing(ListingKind.FEED, _words(found.get("title")), tuple(_told_apart(stated, url)))


def _told_apart(stated: list[dict[str, Any]], feed_url: str) -> Iterator[Entry]:
    """Entries by their address; those without one by their guid, or where several share it by their text."""
    guids = Counter(one["guid"] for one in stated)
    seen = set()
    for one in stated:
        text = "\0".join(str(one[name] or "") for name in ("title", "html"))
        if not one["url"] and not one["html"]:
            continue  # nothing to read
        alone = one["guid"] and guids[one["guid"]] == 1
        key = one["url"] or f"{feed_url}#{one['guid'] if alone else _digest(text)}"
        if key in seen:
            continue
        seen.add(key)
        version = _digest(f"{text}\0{one['updated']}\0{one['published']}")
        yield Entry(key, one["url"], version, one["title"], one["published"], one["html"])


def _sitemap(root: etree._Element, url: str) -> Listing:
    entries, nested = dict[str, Entry](), []
    for place in root.iterchildren(etree.Element):
        facts = {_name(one): (one.text or "").strip() for one in place.iter(etree.Element)}
        address = _web_address(facts.get("loc"), url)
        if address is None:
            continue
        if _name(place) == "sitemap":
            nested.append(address)
            continue
        published = _read_date(facts.get("publication_date"))
        version = _digest("\0".join(facts.get(name, "") for name in ("lastmod", "title", "publication_date")))
        entries[address] = Entry(address, address, version, _words(facts.get("title")), published)
    return Listing(ListingKind.SITEMAP, None, tuple(entries.values())[:MAX_ENTRIES], tuple(nested))


def _opml(root: etree._Element, url: str) -> Listing:
    stated = (_web_address(outline.get("xmlUrl"), url) for outline in root.iter("outline"))
    feeds = tuple(dict.fromkeys(address for address in stated if address))
    if not feeds:
        raise LoadError("expected an OPML list of feeds, got one without any xmlUrl")
    return Listing(ListingKind.OPML, _words(root.findtext("head/title")), (), feeds)


def _parsed(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(content, parser)
    if root is None:
        raise LoadError("expected a sitemap or OPML list, got broken XML")
    return root


def _name(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _web_address(stated: object, base: str = "") -> str | None:
    try:
        address = urljoin(base, stated.strip()) if isinstance(stated, str) and stated.strip() else ""
    except ValueError:
        return None
    return address if re.match(r"https?://[^/\s]", address, re.IGNORECASE) else None


def _dated(entry: Mapping[str, Any], name: str) -> StatedDate | None:
    """The date as the feed writes it; where only feedparser understands it, its moment in UTC."""
    if stated := _read_date(entry.get(name)):
        return stated
    parsed: time.struct_time | None = entry.get(f"{name}_parsed")
    try:
        at = datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError):
        return None
    return StatedDate(at.date(), at) if at else None


def _read_date(stated: object) -> StatedDate | None:
    return read_date(stated) if isinstance(stated, str) else None


def _words(stated: object) -> str | None:
    return " ".join(stated.split()) or None if isinstance(stated, str) else None


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()[:16]


def feeds_of_page(page: str, url: str) -> tuple[str, ...]:
    """The addresses of the feeds that an HTML page names in its head."""
    try:
        root = html.document_fromstring(page)
    except (etree.LxmlError, ValueError, AssertionError):
        return ()
    links = root.iterfind(".//link[@rel]")
    stated = (
        _web_address(link.get("href"), url)
        for link in links
        if "alternate" in link.get("rel", "").lower().split()
        and re.search(r"\b(?:rss|atom|feed)\b", link.get("type", ""), re.IGNORECASE)
    )
    return tuple(dict.fromkeys(address for address in stated if address))
