"""`citebot source ...` as a person types it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.citebot.conftest import Citebot
from tests.index.sources.site import NewsSite, Story


@pytest.fixture
def site() -> Iterator[NewsSite]:
    site = NewsSite(
        {"/flood": Story("Flood in Arlen", "The river rose by 3 metres on Monday, the mayor said.")}
    )
    yield site
    site.close()


def test_a_feed_is_followed_read_listed_paused_and_removed(
    citebot: Citebot, site: NewsSite, tmp_path: Path
) -> None:
    index = ("--index-dir", str(tmp_path / "index"))
    home = "<head><link rel=alternate type='application/rss+xml' href='/feed.xml'></head><body>Hi</body>"
    site.other["/"] = ("text/html", home)

    added = citebot(*index, "source", "add", "--allow-private", f"{site.url}/")
    assert (added.returncode, added.stdout) == (0, f"1  feed  News, {site.url}/feed.xml\n")
    twice = citebot(*index, "source", "add", "--allow-private", f"{site.url}/feed.xml")
    assert (twice.returncode, "followed already" in twice.stdout) == (1, True)
    read = citebot(*index, "source", "refresh")
    assert (read.returncode, read.stdout) == (0, f"1  News, {site.url}/feed.xml: 1 added\n")
    asked = citebot(*index, "ask", "--json", "How much did the river rise in Arlen?")
    answer = json.loads(asked.stdout)
    assert answer["citations"][0]["url"] == f"{site.url}/flood"

    assert citebot(*index, "source", "pause", "1").returncode == 0
    assert citebot(*index, "source", "refresh").returncode == 1
    [listed] = json.loads(citebot(*index, "source", "list", "--json").stdout)
    assert (listed["articles"], listed["paused"], listed["kind"]) == (1, "by hand", "feed")
    assert citebot(*index, "source", "resume", "1").returncode == 0
    removed = citebot(*index, "source", "remove", "1", "--with-articles")
    assert "articles removed: 1, kept: 0" in removed.stdout
    assert "no sources" in citebot(*index, "source", "list").stdout


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://127.0.0.1:9/feed", "private or reserved address"),
        ("ftp://example.org/feed", "http or https"),
        ("nowhere/at/all", "expected a web address, a folder or an OPML file"),
        ("http://169.254.169.254/latest/meta-data", "private or reserved address"),
    ],
)
def test_what_cannot_be_followed_is_refused_in_a_line(
    citebot: Citebot, tmp_path: Path, address: str, said: str
) -> None:
    done = citebot("--index-dir", str(tmp_path / "index"), "source", "add", address)
    assert done.returncode == 1
    assert said in done.stdout
    assert len(done.stdout.splitlines()) == 1


def test_a_list_of_feeds_is_followed_feed_by_feed(citebot: Citebot, tmp_path: Path) -> None:
    opml = tmp_path / "feeds.opml"
    opml.write_text(
        "<?xml version='1.0'?><opml version='2.0'><body><outline xmlUrl='https://example.org/a'/>"
        "<outline xmlUrl='https://example.org/b'/></body></opml>"
    )
    done = citebot("--index-dir", str(tmp_path / "index"), "source", "add", str(opml), "--json")
    assert [one["address"] for one in json.loads(done.stdout)["added"]] == [
        "https://example.org/a",
        "https://example.org/b",
    ]
