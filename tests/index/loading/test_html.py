"""What no small page can show: size, depth, warnings, and the page beside what is stored of it."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.errors import LoadError
from index.loading.document import without_marks
from index.loading.files import load
from index.loading.html.comparison import ShownBlock, shown_blocks
from index.loading.html.page import read_html
from index.types import LoadNote, MarkKind

SENTENCE = "The pier of Tula is three hundred metres long. "
MARKUP = (
    "<p>", "</p>", "<div class=nav>", "</div>", "<table>", "<tr>", "<td rowspan=3>", "</table>", "<td>",
    "<ul>", "<li>", "<pre>", "</pre>", "<br>", "<h2>", "</h2>", "<a href=x>", "</a>", "<q>", "<dl><dt>",
    "<dd>", "<article>", "a b", "word, ", SENTENCE * 2, "&nbsp;",
)  # fmt: skip


def _text(body: str) -> str:
    return without_marks(read_html(f"<html><body>{body}</body></html>").text)[0]


@pytest.mark.parametrize("tag", ["div", "font", "section", "q", "x-y"])
def test_text_below_ten_thousand_nested_elements_is_read(tag: str) -> None:
    assert SENTENCE.strip() in _text(f"<p>Above.</p>{f'<{tag}>' * 10_000}{SENTENCE}{f'</{tag}>' * 10_000}")


def test_nested_tables_are_read_in_bounded_time() -> None:
    started = time.monotonic()

    assert "deep" in _text("<p>Above.</p>" + "<table><tr><td>" * 200 + "deep")
    assert time.monotonic() - started < 20


def test_a_line_of_ten_megabytes_is_read_whole() -> None:
    assert len(_text(f"<main><p>{SENTENCE * 220_000}</p></main>")) == 220_000 * len(SENTENCE) - 1


def test_a_cell_that_spans_a_million_rows_is_not_repeated_for_ever() -> None:
    rows = '<tr><td rowspan="99999" colspan="99999">North</td><td>1</td></tr>' * 300

    assert len(_text(f"<main><table><tr><th>A</th><th>B</th></tr>{rows}</table></main>")) < 500_000


def test_dated_teasers_beside_an_article_do_not_make_a_thread_of_the_page() -> None:
    card = f"<div><time>3 March</time><div class=words>{SENTENCE * 2}</div></div>"

    assert "It was built by hand." in _text(
        f"<main><h1>Pier</h1><p>{SENTENCE * 3} It was built by hand.</p></main><div>{card * 4}</div>"
    )


def test_attributes_without_end_cost_no_time() -> None:
    many = " ".join(f'data-{i}="{"x" * 50}"' for i in range(10_000))

    assert _text(f"<main {many}><p {many}>The pier is long.</p></main>") == "The pier is long."


@example(["<td rowspan=3>", "<p>", "<p>"])
@given(st.lists(st.sampled_from(MARKUP), max_size=40))
@settings(max_examples=40, deadline=None)
def test_whatever_the_markup_there_are_lines_of_words_or_a_reason(parts: list[str]) -> None:
    try:
        text = _text("".join(parts))
    except LoadError:
        return
    assert "<" not in text
    assert all(line.strip() for line in text.split("\n"))


def test_a_page_of_which_little_is_kept_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "keth.html"
    promo = f"<div class='promo'><p>{'Read what others say about it. ' * 14}</p></div>"
    file.write_text(f"<html><body><article><p>{SENTENCE * 4}</p></article>{promo * 3}</body></html>")

    [_, note] = load(str(file))

    assert note == LoadNote(
        str(file),
        'kept 12 % of the text that this page shows: "citebot index show --html" shows what is left out',
    )


def test_a_page_beside_what_is_stored_of_it_shows_what_is_left_out() -> None:
    page = """<html><body><nav><a href="/">Home</a></nav><main><h2>Fees</h2>
    <p>A ship <b>pays</b> 12 florins.</p>
    <pre>pay --now</pre></main><p hidden>Never seen.</p></body></html>"""

    assert shown_blocks(page, without_marks(read_html(page).text)[0]) == [
        ShownBlock("Home", kept=False),
        ShownBlock("Fees", kept=True, kind=MarkKind.HEADING),
        ShownBlock("A ship pays 12 florins.", kept=True),
        ShownBlock("pay --now", kept=True, kind=MarkKind.CODE),
    ]


def test_what_is_no_page_cannot_be_compared() -> None:
    with pytest.raises(LoadError, match="no page to compare"):
        shown_blocks("", "text")
