"""Real files of each format, good and broken."""

from datetime import date
from pathlib import Path

import pytest

from tests.index.loading.loaded import article_of, reason_of

PAGE = """<!doctype html><html><head><title>Floods reach Arlen | The Arlen Post</title>
<meta property="og:site_name" content="The Arlen Post"><meta name="author" content="Jane Roe">
<link rel="canonical" href="https://arlenpost.example/floods">{meta}</head><body>
<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><article><h1>Floods reach Arlen</h1>
<p>The river <b>Arl</b> rose by 3.2 metres on Monday, the <a href="/m">mayor</a> told reporters in town.</p>
<h2>What was lost</h2><p>Losses by village:</p>
<table><tr><th>Village</th><th>Houses lost</th></tr><tr><td>Upper Arlen</td><td>12</td></tr>
<tr><td>Lower Arlen</td><td><p>30</p><p>or so</p></td></tr></table>
<p>The council has sent:</p><ul><li>Boats: <b>two</b> of them.</li><li>Food<ul><li>bread</li></ul></li></ul>
<blockquote><p>“We will rebuild,” the mayor said.</p></blockquote>
<p>Schools stay closed until Friday, the council of the town decided in the evening.</p></article>
<div class="comments"><p>First!</p></div>
<footer>© 2019 The Arlen Post. All rights reserved.</footer></body></html>"""


def test_a_page_becomes_plain_lines_with_what_it_states(tmp_path: Path) -> None:
    meta = '<meta property="article:published_time" content="2024-03-05T10:00:00Z">'
    article = article_of(tmp_path, "floods.html", PAGE.format(meta=meta).encode())

    source = article.source
    assert (
        source.article_id,
        source.title,
        source.publisher,
        source.author,
        source.url,
        source.published,
    ) == (
        "floods",
        "Floods reach Arlen",
        "The Arlen Post",
        "Jane Roe",
        "https://arlenpost.example/floods",
        date(2024, 3, 5),
    )
    assert article.text == (
        "Floods reach Arlen\n"
        "The river Arl rose by 3.2 metres on Monday, the mayor told reporters in town.\n"
        "What was lost\n"
        "Losses by village:\n"
        "Village | Houses lost |\n"
        "---|---|\n"
        "Upper Arlen | 12 |\n"
        "Lower Arlen | 30 or so |\n"
        "The council has sent:\n"
        "- Boats: two of them.\n"
        "- Food\n"
        "- bread\n"
        "“We will rebuild,” the mayor said.\n"
        "Schools stay closed until Friday, the council of the town decided in the evening."
    )


@pytest.mark.parametrize(
    ("meta", "published"),
    [
        ("", None),  # the footer's year and the text's weekdays are no publication date
        ('<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", '
         '"datePublished": "2024-03-06"}]}</script>', date(2024, 3, 6)),
        ('<meta name="date" content="5 March 2024">', date(2024, 3, 5)),
        ('<meta property="article:modified_time" content="2024-03-09">', None),
        ('<meta name="date" content="soon">', None),
        ('<script type="application/ld+json">{broken</script>', None),
    ],
)  # fmt: skip
def test_a_publication_date_is_taken_only_where_the_page_states_it(
    tmp_path: Path, meta: str, published: date | None
) -> None:
    assert article_of(tmp_path, "a.html", PAGE.format(meta=meta).encode()).source.published == published


def test_a_page_in_its_own_encoding_is_read(tmp_path: Path) -> None:
    page = PAGE.format(meta='<meta charset="iso-8859-2">').replace("“", "").replace("”", "").replace("©", "")
    article = article_of(tmp_path, "a.html", page.replace("mayor", "starosta Łoś").encode("iso-8859-2"))

    assert "the starosta Łoś told reporters" in article.text


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (
            "<html><body><form>Log in <input type='password'></form></body></html>",
            "a login page came instead",
        ),
        (
            "<html><body><div id='app'></div><script>go()</script></body></html>",
            "no article text in this page",
        ),
        ("", "no article text in this page"),
    ],
)
def test_a_page_without_an_article_says_why(tmp_path: Path, page: str, reason: str) -> None:
    assert reason in reason_of(tmp_path, "a.html", page.encode())


def test_markdown_loses_its_marks_and_no_word(tmp_path: Path) -> None:
    article = article_of(
        tmp_path,
        "a.md",
        b"---\ntitle: 'Floods'\nauthor: Jane Roe\ndate: 2024-03-05\nurl: https://arlenpost.example/f\n---\n"
        b"# Floods reach Arlen\n\nThe **river** [Arl](https://x.example) rose\nby `3.2` metres.<br>\n\n"
        b"![map](m.png)\n\n1. *Boats*: two\n2. Food\n   - bread\n\n"
        b"| Village | Lost |\n|:--|--:|\n| Upper | 12 |\n\n"
        b"> Quoted line\n\n<!-- note -->\n<div>Inside a tag</div>\n\n```\ncode line\n```\n",
    )

    assert (article.source.title, article.source.author, article.source.url, article.source.published) == (
        "Floods",
        "Jane Roe",
        "https://arlenpost.example/f",
        date(2024, 3, 5),
    )
    assert article.text == (
        "Floods reach Arlen\nThe river Arl rose by 3.2 metres.\n- Boats: two\n- Food\n- bread\n"
        "Village | Lost |\n---|---|\nUpper | 12 |\nQuoted line\nInside a tag\ncode line"
    )


def test_the_first_heading_of_markdown_is_its_title(tmp_path: Path) -> None:
    assert (
        article_of(tmp_path, "a.md", b"Intro words.\n\n## The *flood*\n\nText.").source.title == "The flood"
    )
