"""Pages from a real server on loopback, and the addresses that are never connected to."""

from datetime import date

import pytest

from index.loading.files import load
from index.types import Article
from tests.index.loading.websites import FRENCH, Site, reason_at


def test_a_page_becomes_an_article_under_the_address_it_ends_at(site: Site) -> None:
    [moved] = load(f"{site.url}/moved", allow_private=True)
    [direct] = load(f"{site.url}/news/floods#comments", allow_private=True)

    assert isinstance(moved, Article)
    assert moved == direct
    assert moved.source.article_id.startswith(f"127.0.0.1-{site.port}-news-floods-")
    assert (moved.source.title, moved.source.url, moved.source.path, moved.source.published) == (
        "Floods reach Arlen",
        f"{site.url}/news/floods",
        None,
        date(2024, 3, 5),
    )
    assert moved.text.endswith("Schools stay closed until Friday, the council decided.")


def test_text_and_markdown_come_from_the_web_too(site: Site) -> None:
    [latin] = load(f"{site.url}/latin", allow_private=True)
    [markdown] = load(f"{site.url}/a.md", allow_private=True)
    [liar] = load(f"{site.url}/liar", allow_private=True)

    assert isinstance(latin, Article)
    assert isinstance(markdown, Article)
    assert isinstance(liar, Article)
    assert liar.text == FRENCH
    assert latin.text == "Le café rouvre lundi."
    assert markdown.text == "Floods\nThe river rose."


def test_a_redirect_to_the_same_address_with_a_new_cookie_is_no_loop(site: Site) -> None:
    [found] = load(f"{site.url}/cookiewall", allow_private=True)

    assert isinstance(found, Article)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gone", "the server answered 404 Not Found"),
        ("/paywall", "the server answered 402 Payment Required"),
        ("/down", "the server answered 503 Service Unavailable"),
        ("/members", "a login page came instead of an article"),
        ("/loginform", "a login page came instead of an article"),
        ("/app", "no article text in this page"),
    ],
)
def test_what_is_no_article_is_named(site: Site, path: str, reason: str) -> None:
    assert reason in reason_at(site.url + path)


def test_a_server_that_is_not_there_is_named(site: Site) -> None:
    site.close()
    closed_port = site.port
    assert "the server cannot be reached" in reason_at(f"http://127.0.0.1:{closed_port}/")
