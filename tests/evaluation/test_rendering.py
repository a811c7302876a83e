"""The measure of stored pages: what is whole, cut, lost and navigation against a page as rendered."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from evaluation.browser import NoChromium
from evaluation.rendered import Rendered, _paragraphs, joined, render_html
from evaluation.rendering import Measured, as_markdown, measure, plain, read_results, rendered

SPHINX = """<html><head><title>Ferries</title><style>.gone {display: none}</style></head><body>
<div class="related"><ul><li><a href="n.html">next</a></li><li><a href="i.html">index</a></li></ul></div>
<div class="body" role="main"><h1>Ferries<a class="headerlink" href="#f">¶</a></h1>
<p>Run the <code>ferry --list</code> tool
to see <em>all</em> ferries.</p><p class="gone">Nobody sees this sentence here.</p>
<pre>ferry --list
ferry --all</pre></div></body></html>"""


def page(path: Path, main: Sequence[str], navigation: Sequence[str] = ()) -> Rendered:
    return Rendered(str(path), "test", tuple(main), tuple(main), tuple(navigation), ())


def measured(tmp_path: Path, stored: str, main: Sequence[str], navigation: Sequence[str] = ()) -> Measured:
    path = tmp_path / "page.txt"
    path.write_text(stored, "utf-8")
    return measure("corpus", [page(path, main, navigation)], sample=50, seed=0)


def test_a_sentence_is_whole_only_in_one_line(tmp_path: Path) -> None:
    told = measured(
        tmp_path,
        "The ferry leaves at nine. It comes back\nlate in the evening.\nThe old harbour is shut.",
        [
            "The ferry leaves at nine. It comes back late in the evening.",
            "The old and very small harbour is shut.",
            "Nobody knows when it opens.",
        ],
    )

    assert told.found == {"whole": 1, "cut": 1, "damaged": 0, "lost": 2}
    assert sorted(failure for failure in told.failures if failure[0] != "words") == [
        ("cut", str(tmp_path / "page.txt"), "It comes back late in the evening."),
        ("lost", str(tmp_path / "page.txt"), "Nobody knows when it opens."),
        ("lost", str(tmp_path / "page.txt"), "The old and very small harbour is shut."),
    ]


def test_a_sentence_that_misses_a_word_is_damaged(tmp_path: Path) -> None:
    told = measured(
        tmp_path,
        "The ferry leaves the old harbour every day at nine in the morning.",
        ["The ferry leaves the old harbour every single day at nine in the morning."],
    )

    assert told.found == {"whole": 0, "cut": 0, "damaged": 1, "lost": 0}


def test_a_stored_line_is_navigation_unless_the_main_text_has_it(tmp_path: Path) -> None:
    told = measured(
        tmp_path,
        "Ferries\nNext\nHarbours of the northern coast\nFerries\nThe ferry leaves at nine.",
        ["Ferries", "The ferry leaves at nine."],
        ["Next", "Ferries", "Harbours of the northern coast and islands"],
    )

    assert (told.stored_lines, told.navigation_lines) == (5, 3)
    assert [text for kind, _, text in told.failures if kind == "navigation"] == [
        "Next",
        "Harbours of the northern coast",
        "Ferries",  # once is the heading, twice is its entry in a list of links
    ]


def test_a_page_that_keeps_too_few_of_its_words_is_counted(tmp_path: Path) -> None:
    told = measured(tmp_path, "one two three four", ["one two three four five six"])

    assert (told.words, told.words_kept, told.pages_losing_words) == (6, 4, 1)
    assert told.failures == [("words", str(tmp_path / "page.txt"), "4 of 6 kept, not: five six")]


def test_a_page_that_is_not_read_loses_all_and_says_why(tmp_path: Path) -> None:
    told = measured(tmp_path, "", ["The ferry leaves at nine."])

    assert (told.failed, told.found["lost"]) == (1, 1)


def test_what_the_end_of_a_line_leaves_open_may_be_either(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("A well-known ferry leaves the harbour at nine/ten.", "utf-8")
    block = "A well-\nknown ferry leaves the har-\nbour at nine/\nten."

    told = measure("pdf", [Rendered(str(path), "PDF", (block,), (block,), (), ())], sample=5, seed=0)

    assert joined(block) == "A wellknown ferry leaves the harbour at nine/ten."
    assert told.found["whole"] == 1


def test_a_short_line_or_a_bullet_of_a_pdf_begins_a_paragraph() -> None:
    lines = [
        "Ferries",
        "The ferry d. The harbour leaves at",
        "nine and comes back at ten o'clock",
        "1. All wait",
    ]

    assert list(_paragraphs(lines)) == [
        "Ferries",
        "The ferry d. The harbour leaves at\nnine and comes back at ten o'clock",
        "All wait",
    ]


def test_what_looks_the_same_compares_the_same() -> None:
    assert plain("The\u00a0o\ufb03ce of\u00ad\n Gao[12]") == "The office of Gao"


def test_the_table_shows_what_was_measured_before(tmp_path: Path) -> None:
    told = measured(tmp_path, "The ferry leaves at nine.", ["The ferry leaves at nine."])
    before = measured(tmp_path, "The ferry\nleaves at nine.", ["The ferry leaves at nine."])
    kept = tmp_path / "before.json"
    kept.write_text(json.dumps([asdict(before)]))

    alone, beside = as_markdown([told]), as_markdown([told], read_results(kept))

    assert alone.splitlines()[-1] == "| corpus | 1 | 1 | 100.0 | 0.0 | 0.0 | 0.0 | 100.0 | 0.0 | 0.0 |"
    assert beside.splitlines()[-1] == (
        "| corpus | 1 | 1 | 0.0 → 100.0 | 100.0 → 0.0 | 0.0 → 0.0 | 0.0 → 0.0 | 100.0 → 100.0 "
        "| 0.0 → 0.0 | 0.0 → 0.0 |"
    )


def test_chromium_tells_main_text_from_navigation(tmp_path: Path) -> None:
    file = tmp_path / "ferries.html"
    file.write_text(SPHINX, "utf-8")
    other = tmp_path / "other.html"
    other.write_text("<p>A page of no known shape.</p>", "utf-8")

    try:
        found = list(render_html([file, other]))
    except NoChromium as missing:
        pytest.skip(str(missing))

    assert found == [
        Rendered(
            str(file),
            "Sphinx",
            main=("Ferries", "Run the ferry --list tool to see all ferries.", "ferry --list", "ferry --all"),
            prose=("Ferries", "Run the ferry --list tool to see all ferries."),
            navigation=("¶", "next", "index"),
            neutral=(),
        ),
        other,
    ]


def test_what_was_rendered_is_kept(tmp_path: Path) -> None:
    kept = tmp_path / "gold" / "corpus-150-0.jsonl"
    kept.parent.mkdir()
    kept.write_text(
        '"no/rule.html"\n{"path": "a.html", "shape": "Sphinx", "main": ["One"], "prose": ["One"], '
        '"navigation": [], "neutral": ["Two"]}\n'
    )

    assert rendered(tmp_path / "corpus", 150, 0, tmp_path / "gold") == [
        Path("no/rule.html"),
        Rendered("a.html", "Sphinx", ("One",), ("One",), (), ("Two",)),
    ]
