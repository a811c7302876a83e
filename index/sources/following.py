"""Following a source: what stands at an address decides how it is read from then on."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.errors import LoadError, SourceError
from index.loading.isolated import ReadingApart
from index.loading.listings import Entry, ListingKind, is_listing, read_listing
from index.loading.visits import PACE_S, Target, Visit, VisitStatus
from index.sources.database import FollowedSource, SourceDatabase, SourceKind

_KINDS = {ListingKind.FEED: SourceKind.FEED, ListingKind.SITEMAP: SourceKind.SITEMAP}


def follow(
    source: FollowedSource, database: SourceDatabase, *, as_page: bool = False, pace_s: float = PACE_S
) -> list[FollowedSource]:
    """Follow what stands at `source.address`, whose kind is found out by looking; what is followed now.

    Of a list of feeds (OPML) those that are not followed yet; in place of a page that names a feed, its feed,
    unless the page is to be watched `as_page`. Nothing is read into the index: the first refresh does.
    Blocks while the address is visited. Raises SourceError with what is wrong, and StoreError.
    """
    path = Path(source.address).expanduser()
    if "://" not in source.address:
        if path.is_dir():
            found = replace(source, address=str(path.absolute()), kind=SourceKind.FOLDER)
            return [database.add(found)]
        if not path.is_file():
            raise SourceError("{address}: expected a web address, a folder or an OPML file", address=path)
        return _follow_all(_feeds_of_file(path), source, database)
    visit = _look(source, pace_s)
    listing = visit.listing
    if listing is not None and listing.kind is ListingKind.OPML:
        return _follow_all(listing.nested, source, database)
    if listing is not None:
        return [database.add(replace(source, kind=_KINDS[listing.kind], title=listing.title))]
    if visit.feeds and not as_page:
        return follow(replace(source, address=visit.feeds[0]), database, as_page=True, pace_s=pace_s)
    return [database.add(replace(source, kind=SourceKind.PAGE))]


def _look(source: FollowedSource, pace_s: float) -> Visit:
    target = Target(Entry(source.address, source.address, ""), source.address)
    with ReadingApart([target], allow_private=source.allow_private, pace_s=pace_s) as reading:
        visits = [one for one in reading.visits() if isinstance(one, Visit)]
    visit = visits[0] if visits else Visit(source.address, VisitStatus.FAILED, reason="reading it broke off")
    if visit.status in (VisitStatus.FAILED, VisitStatus.GONE):
        raise SourceError("{address}: {reason}", address=source.address, reason=visit.reason)
    return visit


def _feeds_of_file(path: Path) -> Sequence[str]:
    try:
        content = path.read_bytes()
        listing = read_listing(content, path.absolute().as_uri()) if is_listing(content) else None
    except (OSError, LoadError) as error:
        raise SourceError(
            "{path} cannot be read as a list of feeds ({error})", path=path, error=error
        ) from error
    if listing is None or listing.kind is not ListingKind.OPML:
        raise SourceError("{path}: expected an OPML list; `citebot index add` reads single files", path=path)
    return listing.nested


def _follow_all(
    addresses: Sequence[str], source: FollowedSource, database: SourceDatabase
) -> list[FollowedSource]:
    known = {one.address for one in database.sources() if one.collection == source.collection}
    new = [address for address in addresses if address not in known]
    if not new:
        raise SourceError("all {count} feeds of this list are followed already", count=len(addresses))
    return [database.add(replace(source, address=address, kind=SourceKind.FEED)) for address in new]
