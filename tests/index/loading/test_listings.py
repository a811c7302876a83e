"""Feeds, sitemaps and lists of feeds in the shapes that sites really send."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import LoadError
from index.loading.listings import Entry, Listing, ListingKind, feeds_of_page, is_listing, read_listing

URL = "https://example.org/feed"

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Arlen News</title>{}</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Arlen</title><entry><title>Flood</title><id>tag:1</id>
<link rel="enclosure" href="/a.mp3"/><link href="/flood"/><updated>2026-03-02T23:30:00-05:00</updated>
</entry></feed>"""


def read(text: str) -> Listing:
    assert is_listing(text.encode())
    return read_listing(text.encode(), URL)


def test_items_with_one_guid_are_told_apart_by_their_links() -> None:
    items = "".join(f"<item><guid>same</guid><link>/story/{i}</link></item>" for i in range(10))
    found = read(RSS.format(items))
    assert [entry.url for entry in found.entries] == [f"https://example.org/story/{i}" for i in range(10)]
    assert found.title == "Arlen News"


def test_an_edited_headline_and_guid_are_the_same_entry_in_another_version() -> None:
    item = "<item><title>{}</title><guid isPermaLink='false'>{}</guid><link>/story</link></item>"
    [before] = read(RSS.format(item.format("Flood", "1"))).entries
    [after] = read(RSS.format(item.format("Flood, corrected", "2"))).entries
    assert before.key == after.key
    assert before.version != after.version


def test_items_without_links_are_told_apart_by_guid_or_text() -> None:
    item = "<item><guid isPermaLink='false'>{}</guid><description>{}</description></item>"
    found = read(RSS.format(item.format("a", "One.") + item.format("b", "Two.") + item.format("b", "Three.")))
    assert len({entry.key for entry in found.entries}) == 3
    assert all(entry.key.startswith(f"{URL}#") for entry in found.entries)


def test_a_guid_that_is_an_address_is_the_link_where_there_is_none() -> None:
    [entry] = read(RSS.format("<item><guid>https://example.org/x</guid><title>X</title></item>")).entries
    assert entry.url == "https://example.org/x"


def test_atom_takes_the_page_not_its_enclosure_and_the_day_as_it_is_written() -> None:
    [entry] = read(ATOM).entries
    assert entry.url == "https://example.org/flood"
    assert entry.published
    assert entry.published.day == date(2026, 3, 2)


def test_a_sitemap_gives_addresses_and_news_dates() -> None:
    found = read(
        """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc> https://example.org/a </loc>
        <news:news><news:publication_date>2026-03-02</news:publication_date><news:title>A</news:title>
        </news:news></url><url><loc>javascript:alert(1)</loc></url></urlset>"""
    )
    assert (found.kind, len(found.entries)) == (ListingKind.SITEMAP, 1)
    [entry] = found.entries
    assert (entry.url, entry.title) == ("https://example.org/a", "A")
    assert entry.published
    assert entry.published.day == date(2026, 3, 2)


def test_a_sitemap_of_sitemaps_and_an_opml_list_name_others() -> None:
    maps = read("<sitemapindex><sitemap><loc>https://example.org/1.xml</loc></sitemap></sitemapindex>")
    assert maps.nested == ("https://example.org/1.xml",)
    opml = read(
        "<?xml version='1.0'?><opml><head><title>Mine</title></head><body><outline text='News'>"
        "<outline xmlUrl='https://example.org/rss'/><outline xmlUrl='https://example.org/rss'/></outline>"
        "</body></opml>"
    )
    assert (opml.kind, opml.title, opml.nested) == (ListingKind.OPML, "Mine", ("https://example.org/rss",))


@pytest.mark.parametrize(
    "content",
    [
        b"<rss",
        b"<rss version='2.0'><channel><item><title>cut off",
        b"<?xml version='1.0'?><urlset><url><loc>https://example.org/a</loc></url>",
        b"<!DOCTYPE opml [<!ENTITY a 'aaaa'>]><opml><body/></opml>",
        b'{"version": "https://jsonfeed.org/version/1", "items": 3}',
        b'{"version": "https://jsonfeed.org/version/1", "items": [3, {"id": 7}, {"url": ["a"]}]}',
        b"\xff\xfe\x00<rss>",
    ],
)
def test_broken_listings_are_read_as_far_as_they_go_or_refused(content: bytes) -> None:
    assert len(entries_of(content)) <= 1


@given(st.sampled_from([RSS.format("<item><link>/a</link></item>"), ATOM]), st.data())
def test_whatever_is_cut_out_of_a_feed_it_is_read_or_refused(feed: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(feed)))
    end = data.draw(st.integers(start, len(feed)))
    assert len(entries_of((feed[:start] + feed[end:]).encode())) <= 1


def test_entities_are_not_expanded() -> None:
    bomb = "<!DOCTYPE urlset [<!ENTITY a 'https://example.org/'><!ENTITY b '&a;&a;&a;&a;'>]>"
    assert entries_of(f"{bomb}<urlset><url><loc>&b;</loc></url></urlset>".encode()) == ()


def entries_of(content: bytes) -> tuple[Entry, ...]:
    """None where the content is refused, as it should be: with a LoadError."""
    try:
        return read_listing(content, URL).entries
    except LoadError:
        return ()


def test_a_page_names_its_feeds() -> None:
    page = (
        "<head><link rel='alternate' type='application/rss+xml' href='/rss'><link rel=stylesheet href=a>"
        "<link rel='alternate' hreflang='fr' href='/fr'></head>"
    )
    assert feeds_of_page(page, "https://example.org/news") == ("https://example.org/rss",)
    assert feeds_of_page("", URL) == ()
    assert not is_listing(page.encode())
