"""Sources on a real site that changes, breaks, redirects and withdraws."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from index.sources.database import FollowedSource, SourceDatabase, SourceKind
from index.sources.following import follow
from index.sources.listed import MAX_ITEM_FAILURES
from index.sources.outcome import PAUSED_AFTER, Refreshed
from index.sources.refresh import Refresher
from index.store.embedded import EmbeddedStore
from tests.index.sources.site import NewsSite, Story
from tests.index.store.conformance import DIMENSION, EMBEDDER
from tests.index.test_ingest import HashEmbedder

FLOOD = "The river rose by {} metres on Monday, the mayor told reporters in Arlen."


class Place:
    """An index with its sources, and a clock that the test moves."""

    def __init__(self, directory: Path) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.store = EmbeddedStore.open(directory, embedder_name=EMBEDDER, dimension=DIMENSION)
        self.sources = SourceDatabase.in_index(directory)
        self.embedder = HashEmbedder()
        self.refresher = Refresher(self.sources, self.store, self.embedder, pace_s=0, now=lambda: self.now)

    def follow(self, address: str, **stated: object) -> FollowedSource:
        asked = FollowedSource(address, SourceKind.PAGE, allow_private=True)
        [source] = follow(replace(asked, **stated), self.sources, pace_s=0)  # type: ignore[arg-type]
        return source

    def refresh(self, *, every_page: bool = False) -> Refreshed:
        """The only source, whether it is due or not."""
        [done] = self.refresher.refresh(self.sources.sources(), every_page=every_page)
        return done

    def texts(self) -> dict[str, str]:
        """What is stored, by the path of its page."""
        articles = [self.store.article(source.article_id) for source in self.store.sources()]
        return {f"/{one.source.url.split('/', 3)[3]}": one.text for one in articles if one and one.source.url}

    def close(self) -> None:
        self.sources.close()
        self.store.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path / "index")
    yield place
    assert place.store.verify() == []
    place.close()


@pytest.fixture
def site() -> Iterator[NewsSite]:
    site = NewsSite({f"/{i}": Story(f"Flood {i} in Arlen", FLOOD.format(i + 2)) for i in range(3)})
    yield site
    site.close()


@pytest.mark.parametrize(("path", "kind"), [("/feed.xml", "feed"), ("/sitemap.xml", "sitemap")])
def test_what_a_list_names_is_read_and_costs_nothing_while_it_stays(
    site: NewsSite, place: Place, path: str, kind: str
) -> None:
    source = place.follow(site.url + path)
    assert source.kind == kind
    first = place.refresh()
    assert (len(first.added), first.failed, first.error) == (3, [], "")
    assert place.texts().keys() == {"/0", "/1", "/2"}
    site.requests.clear()
    site.sent.clear()
    again = place.refresh()
    assert (again.added, again.replaced, again.removed, again.unchanged) == ([], [], [], 3)
    assert site.sent.total() == 0  # the list was not sent again
    assert set(site.requests) == {path, "/robots.txt"}


def test_a_page_is_read_again_when_its_entry_changes_and_stays_the_same_article(
    site: NewsSite, place: Place
) -> None:
    place.follow(f"{site.url}/feed.xml")
    first = place.refresh()
    site.stories["/1"] = Story("Flood 1: a correction", FLOOD.format("9.5"), edition=1)
    site.stories["/3"] = Story("Storm in Belo", FLOOD.format("7"))
    again = place.refresh()
    assert again.replaced == [one for one in first.added if "-1-" in one]
    assert len(again.added) == 1
    assert "9.5" in place.texts()["/1"]


def test_a_correction_that_the_feed_is_silent_about_is_found_in_time(site: NewsSite, place: Place) -> None:
    place.follow(f"{site.url}/feed.xml")
    place.refresh()
    site.stories["/1"].text = FLOOD.format("9.5")
    assert place.refresh().replaced == []
    place.now += timedelta(hours=2)
    site.sent.clear()
    assert len(place.refresh().replaced) == 1
    assert site.sent["/0"] == 0, "pages that did not change are not sent"


def test_a_withdrawn_page_is_removed_at_once_when_the_list_drops_it(site: NewsSite, place: Place) -> None:
    place.follow(f"{site.url}/sitemap.xml")
    place.refresh()
    del site.stories["/0"]
    site.stories["/1"].listed = False  # an old story, still there
    done = place.refresh()
    assert len(done.removed) == 1
    assert place.texts().keys() == {"/1", "/2"}


def test_a_page_that_moves_is_one_article(site: NewsSite, place: Place) -> None:
    place.follow(f"{site.url}/feed.xml")
    place.refresh()
    site.stories["/new"] = Story(site.stories["/1"].title, site.stories["/1"].text, listed=False)
    site.stories["/1"].moved_to = "/new"
    place.now += timedelta(days=1)
    place.refresh()
    assert place.texts().keys() == {"/0", "/2", "/new"}


def test_a_page_that_fails_is_said_tried_again_and_then_left(site: NewsSite, place: Place) -> None:
    site.broken.add("/1")
    place.follow(f"{site.url}/feed.xml")
    for tries in range(1, MAX_ITEM_FAILURES + 1):
        assert [one.origin for one in place.refresh().failed] == [f"{site.url}/1"], tries
    assert place.refresh().failed == []
    site.broken.clear()
    site.stories["/1"].edition += 1
    assert len(place.refresh().added) == 1


def test_a_source_that_keeps_failing_is_asked_ever_more_seldom_then_paused_and_its_articles_stay(
    site: NewsSite, place: Place
) -> None:
    place.follow(f"{site.url}/feed.xml")
    place.refresh()
    site.broken.add("/feed.xml")
    waits, done = [], None
    for _ in range(PAUSED_AFTER):
        done = place.refresh()
        assert done.source.next_at
        waits.append(done.source.next_at - place.now)
        assert done.just_paused == (done.source.failures == PAUSED_AFTER)
    assert waits == sorted(waits)
    assert done
    assert "500" in done.source.paused
    place.now += timedelta(days=30)
    assert place.refresher.due() == []
    assert len(place.texts()) == 3


def test_what_is_asked_for_a_source_while_it_is_read_stands(site: NewsSite, place: Place) -> None:
    source = place.follow(f"{site.url}/feed.xml")
    asked = place.now + timedelta(seconds=1)
    place.sources.update(source.id, lambda one: replace(one, paused="by an admin", next_at=asked))
    [done] = place.refresher.refresh([source])
    assert len(done.added) == 3
    assert done.source == place.sources.source(source.id)
    assert (done.source.paused, done.source.next_at) == ("by an admin", asked)
    place.sources.remove(source.id)
    [done] = place.refresher.refresh([source])
    assert not done.error


def test_robots_txt_is_obeyed_and_the_bot_says_who_it_is(site: NewsSite, place: Place) -> None:
    site.robots = "User-agent: *\nDisallow: /1\n"
    place.follow(f"{site.url}/feed.xml")
    done = place.refresh()
    assert [one.origin for one in done.failed] == [f"{site.url}/1"]
    assert "robots.txt" in done.failed[0].reason
    assert site.requests["/1"] == 0
    assert all(agent.startswith("citebot/") for agent in site.agents)


def test_only_so_many_articles_are_kept_and_what_was_removed_stays_away(site: NewsSite, place: Place) -> None:
    place.follow(f"{site.url}/feed.xml", keep_articles=2)
    place.refresh()
    assert len(place.texts()) == 2
    place.now += timedelta(days=1)
    place.refresh(every_page=True)
    assert len(place.texts()) == 2


def test_a_watched_page_follows_its_changes_and_its_end(site: NewsSite, place: Place) -> None:
    source = place.follow(f"{site.url}/0")
    assert source.kind is SourceKind.PAGE
    assert len(place.refresh().added) == 1
    site.stories["/0"].text = FLOOD.format("11")
    assert len(place.refresh().replaced) == 1
    del site.stories["/0"]
    gone = place.refresh()
    assert len(gone.removed) == 1
    assert "404" in gone.error


def test_an_article_that_two_sources_list_stays_until_both_have_dropped_it(
    site: NewsSite, place: Place
) -> None:
    feed, page = place.follow(f"{site.url}/feed.xml"), place.follow(f"{site.url}/0")
    place.refresher.refresh([feed, page])
    [item] = place.sources.items(page.id).values()
    assert item.article_id
    assert place.sources.remove(page.id) == []
    assert len(place.sources.remove(feed.id)) == 3


def test_two_collections_follow_one_page_without_sharing_it(site: NewsSite, place: Place) -> None:
    for collection in ("public", "team"):
        place.follow(f"{site.url}/0", collection=collection)
    place.refresher.refresh(place.sources.sources())
    assert sorted(one.collection for one in place.store.sources()) == ["public", "team"]


def test_a_folder_is_followed_file_by_file(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"Note {name}: {FLOOD.format(3)}")
    place.follow(str(folder))
    assert len(place.refresh().added) == 2
    assert place.refresh().unchanged == 2
    (folder / "a.txt").write_text(f"Note a: {FLOOD.format(44)}")
    (folder / "b.txt").unlink()
    done = place.refresh()
    assert (len(done.replaced), len(done.removed)) == (1, 1)
    folder.rename(tmp_path / "elsewhere")
    assert "no such folder" in place.refresh().error
    assert len(place.store.sources()) == 1


def test_of_a_folder_too_only_so_many_articles_are_kept(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"Note {name}: {FLOOD.format(3)}")
    place.follow(str(folder), keep_articles=2)
    assert len(place.refresh().removed) == 1
    assert place.refresh().added == []
    assert len(place.store.sources()) == 2


def test_what_a_feed_alone_carries_is_read_from_it(site: NewsSite, place: Place) -> None:
    text = " ".join(FLOOD.format(i) for i in range(6))
    site.other["/notes.json"] = (
        "application/feed+json",
        '{"version": "https://jsonfeed.org/version/1.1", "title": "Notes", "items": ['
        f'{{"id": "1", "title": "A note", "content_html": "<p>{text}</p>", "date_published": "2026-02-03"}},'
        f'{{"id": "1", "title": "Another note", "content_html": "<p>Other. {text}</p>"}}]}}',
    )
    place.follow(f"{site.url}/notes.json")
    assert len(place.refresh().added) == 2
    dated = [one.published.isoformat() for one in place.store.sources() if one.published]
    assert dated == ["2026-02-03"]


_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "silent", "withdraw", "unlist", "break", "mend", "move", "retitle"]),
        st.integers(0, 4),
    ),
    max_size=6,
)


HISTORIES = {
    "histories": st.lists(_CHANGES, min_size=1, max_size=3),
    "path": st.sampled_from(["/feed.xml", "/sitemap.xml"]),
}


@given(**HISTORIES)
@settings(max_examples=2, phases=[Phase.explicit, Phase.generate])
def test_after_each_refresh_the_index_equals_the_site(
    histories: list[list[tuple[str, int]]], path: str
) -> None:
    play(histories, path)


@pytest.mark.slow
@given(**HISTORIES)
@settings(max_examples=60, phases=[Phase.explicit, Phase.generate])
def test_after_each_refresh_of_many_histories_the_index_equals_the_site(
    histories: list[list[tuple[str, int]]], path: str
) -> None:
    play(histories, path)


def play(histories: list[list[tuple[str, int]]], path: str) -> None:
    """Change a site and refresh, history by history; compare."""
    site = NewsSite({"/0": Story("Flood 0 in Arlen", FLOOD.format(0))})
    folder = TemporaryDirectory()
    place = Place(Path(folder.name) / "index")
    try:
        place.follow(site.url + path)
        for number, history in enumerate(histories, 1):
            for change, which in history:
                _change(site, change, f"/{which}", number)
            place.now += timedelta(days=8)
            place.refresh()
            site.broken.clear()
            place.now += timedelta(days=8)
            place.refresh()
            assert place.texts().keys() == {
                story.moved_to or where
                for where, story in site.stories.items()
                if where in place_paths(place) or story.listed
            }
            for where, text in place.texts().items():
                assert site.stories[where].text in text
        assert place.store.verify() == []
    finally:
        place.close()
        site.close()
        folder.cleanup()


def place_paths(place: Place) -> set[str]:
    """The pages that were ever listed and are there."""
    [source] = place.sources.sources()
    items = place.sources.items(source.id).values()
    return {f"/{item.url.split('/', 3)[3]}" for item in items if item.url and item.article_id}


def _change(site: NewsSite, change: str, path: str, number: int) -> None:
    story = site.stories.get(path)
    if change == "add" and story is None:
        site.stories[path] = Story(f"Flood {path} in Arlen", FLOOD.format(f"{number}{path[1:]}"))
    if story is None:
        return
    match change:
        case "edit":
            story.text, story.edition = FLOOD.format(f"{number}.5"), story.edition + 1
        case "silent":
            story.text = FLOOD.format(f"{number}.7")
        case "retitle":
            story.title, story.edition = f"{story.title}, again", story.edition + 1
        case "withdraw" if not story.moved_to:
            del site.stories[path]
        case "unlist":
            story.listed = False
        case "break":
            site.broken.add(path)
        case "mend":
            site.broken.discard(path)
        case "move" if not story.moved_to and len(path) == 2:
            target = f"{path}-moved"
            site.stories[target] = Story(story.title, story.text, listed=False)
            story.moved_to = target
