"""The door: what files, folders and the seeds become."""

import gzip
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.loading import files as loading
from index.loading.cleaning import clean_text
from index.loading.files import canonical_url, load
from index.loading.formats import KIND_WORDS, SUFFIXES
from index.types import Article, LoadFailure, LoadNote

SEEDS = Path(__file__).parents[3] / "seeds"
BODY = "The river rose by two metres overnight, the mayor said."


def _only(origin: Path | str) -> Article | LoadFailure:
    [found] = load(str(origin))
    return found


def _reason(origin: Path | str) -> str:
    found = _only(origin)
    assert isinstance(found, LoadFailure)
    assert found.origin == str(origin)
    assert "\n" not in found.reason
    return found.reason


def test_every_seed_has_a_title_that_reads_well_and_its_stated_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(SEEDS.parent)

    sources = [found.source for found in load("seeds") if isinstance(found, Article)]

    assert [(s.article_id, s.title, s.publisher, s.author, s.url, s.path, s.published) for s in sources] == [
        (
            "000_170700bfd4fe060e",
            "Islamist Attacks in Mali Highlight Regional Security Crisis",
            "moderntokyotimes.com",
            "Marcus Chen",
            None,
            "seeds/000_170700bfd4fe060e.txt",
            None,
        ),
        (
            "001_e6bfd7204b90a32a",
            "The al-Qaeda-linked group JNIM has claimed duty for a brutal morning assault in Mali",
            None,
            None,
            None,
            "seeds/001_e6bfd7204b90a32a.txt",
            None,
        ),
        (
            "002_84dafc6d3e36b6d2",
            "Mali’s capital, Bamako, has experienced its first major jihadist attack",
            None,
            None,
            None,
            "seeds/002_84dafc6d3e36b6d2.txt",
            None,
        ),
        (
            "003_0e0fe15111b26536",
            "Bamako International Airport became the stage for an audacious terrorist attack",
            None,
            None,
            None,
            "seeds/003_0e0fe15111b26536.txt",
            None,
        ),
        (
            "004_7f7ea21eb3102d1d",
            "Escalating Violence in Mali: A Growing Threat to Regional Stability",
            "time.news",
            None,
            None,
            "seeds/004_7f7ea21eb3102d1d.txt",
            None,
        ),
    ]


BOILERPLATE_OF_SEEDS = {
    "000_170700bfd4fe060e": [
        "View all posts by Marcus Chen →",
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *",
    ],
    "003_0e0fe15111b26536": ["Loading..."],
}


@pytest.mark.parametrize("seed", sorted(SEEDS.glob("*.txt")), ids=lambda seed: seed.stem)
def test_a_seed_loses_its_boilerplate_and_not_one_line_more(seed: Path) -> None:
    article = _only(seed)

    assert isinstance(article, Article)
    lines = clean_text(seed.read_text(encoding="utf-8")).split("\n")
    kept = article.text.split("\n")
    gone = [line for line in lines if line and line not in kept]
    assert gone == BOILERPLATE_OF_SEEDS.get(seed.stem, [])
    assert [line for line in lines if line and line not in gone] == [line for line in kept if line]


def test_a_seed_without_boilerplate_is_stored_to_the_letter() -> None:
    seed = SEEDS / "004_7f7ea21eb3102d1d.txt"
    article = _only(seed)

    assert isinstance(article, Article)
    assert article.text == seed.read_text(encoding="utf-8")
    assert (
        article.text[1340:1412] == "At least five trucks were destroyed by the Islamic State (IS) jihadists,"
    )


def test_a_folder_is_read_in_order_of_names_without_hidden_files_and_pictures(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.md", "a/1.TXT", ".hidden/x.txt", ".secret.txt", "picture.jpg", "notes.py"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(BODY)
    (tmp_path / "c.jsonl").write_text('{"id": "line", "text": "One."}')

    loaded = list(load(str(tmp_path)))

    assert [found.source.article_id for found in loaded if isinstance(found, Article)] == [
        "1",
        "2",
        "b",
        "line",
    ]
    passed_over = "passed over: 2 hidden files or folders, 1 image, 1 of other kinds (.py)"
    assert loaded[4:] == [LoadNote(str(tmp_path), passed_over)]


def test_a_document_that_cannot_be_read_is_reported_also_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "b.txt").write_text(BODY)

    failure, article = load(str(tmp_path))

    assert isinstance(failure, LoadFailure)
    assert "got .doc: save it as PDF or DOCX" in failure.reason
    assert isinstance(article, Article)


def test_links_that_lead_in_circles_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text(BODY)
    (tmp_path / "sub" / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone.txt")
    (tmp_path / "itself.txt").symlink_to(tmp_path / "itself.txt")

    article, note = load(str(tmp_path))

    assert isinstance(article, Article)
    assert note == LoadNote(str(tmp_path), "passed over: 2 broken links")


def test_a_large_folder_says_what_was_passed_over_by_kind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_text(BODY)
    for count, name in (
        (117, "{}.png"),
        (7, "{}.css"),
        (2, "{}.tar.gz"),
        (1, "{}.zip"),
        (2, "{}.xyz"),
        (1, "{}"),
    ):
        for number in range(count):
            (tmp_path / name.format(number)).touch()
    (tmp_path / "locked").mkdir()
    listdir = os.listdir
    monkeypatch.setattr(
        os, "listdir", lambda path: listdir(path) if Path(path).name != "locked" else listdir("/gone")
    )

    _, note = load(str(tmp_path))

    assert note == LoadNote(
        str(tmp_path),
        "passed over: 117 images, 7 style sheets, 3 archives, 3 of other kinds (.xyz, without ending), "
        f"1 folder that cannot be read ({tmp_path / 'locked'})",
    )


def test_a_folder_without_documents_says_what_was_expected(tmp_path: Path) -> None:
    assert _reason(tmp_path).startswith("no articles in this folder: expected text, Markdown")


def test_articles_are_loaded_as_they_are_asked_for(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(BODY)
    articles = load(str(tmp_path))
    next(articles)
    (tmp_path / "b.txt").write_text("Changed in the meantime.")

    second = next(articles)

    assert isinstance(second, Article)
    assert second.text == "Changed in the meantime."


def test_a_path_is_relative_inside_the_working_directory_and_absolute_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    for file in (tmp_path / "here" / "a.txt", tmp_path / "b.txt"):
        file.write_text(BODY)
    monkeypatch.chdir(tmp_path / "here")

    inside, outside = _only(tmp_path / "here" / "a.txt"), _only("../b.txt")

    assert isinstance(inside, Article)
    assert isinstance(outside, Article)
    assert inside.source.path == "a.txt"
    assert outside.source.path == (tmp_path / "b.txt").as_posix()


def test_the_headline_of_a_text_stays_its_first_line(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text(f"Floods reach Arlen\n{BODY}")
    article = _only(file)

    assert isinstance(article, Article)
    assert article.source.title == "Floods reach Arlen"
    assert article.text == f"Floods reach Arlen\n{BODY}"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"", "empty: expected an article"),
        ("a.txt", b" \n\t\n", "expected an article, got no words"),
        ("a.txt", b"***", "expected an article, got no words"),
        ("a.txt", b"Leave a Reply\nLoading...", "expected an article, got only page furniture"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0", "expected text, got binary content"),
        ("a.txt", bytes(range(128, 256)) * 4, "bytes in no encoding that can be told"),
        ("a.txt", b"\xff\xfea\x00b", "not valid utf-16"),
        ("a.zip", b"PK", f"expected {KIND_WORDS}, got .zip"),
        ("noending", b"text", "got a name without ending"),
    ],
)
def test_a_bad_file_gives_one_clear_line(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    assert reason in _reason(file)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.txt"
    with file.open("wb") as huge:
        huge.truncate(200_000_000)

    assert _reason(file).startswith("200 MB is more than the 50 MB an article may have")


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)

    assert _reason(pipe) == "expected a file or folder, got a device or pipe"
    assert _reason(tmp_path / "gone.txt").startswith("no such file or folder")
    assert _reason("a\0b.txt").startswith("no such file or folder")
    assert _reason("ftp://arlenpost.example/a") == "expected an http or https address, a file or a folder"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(
    content=st.binary(max_size=300)
    | st.sampled_from([b"%PDF-1.4\n", b"PK\x03\x04", b"<html><p>", b"---\na: b\n---"]),
    tail=st.binary(max_size=60),
    suffix=st.sampled_from([*SUFFIXES, ".jsonl", ".jsonl.gz"]),
    packed=st.booleans(),
)
def test_loading_never_raises_whatever_a_file_holds(
    tmp_path: Path, content: bytes, tail: bytes, suffix: str, packed: bool
) -> None:
    file = tmp_path / f"any{suffix}"
    file.write_bytes(gzip.compress(content + tail) if packed else content + tail)

    for found in load(str(file)):
        assert isinstance(found, Article | LoadFailure)
        if isinstance(found, Article):
            assert found.text == clean_text(found.text) != ""
            assert found.source.title


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://News.Example:443/A?utm_source=x&id=3#top", "https://news.example/A?id=3"),
        ("http://news.example", "http://news.example/"),
        ("https://news.example/a?b=1&b=2", "https://news.example/a?b=1&b=2"),
    ],
)
def test_one_page_has_one_address(written: str, canonical: str) -> None:
    assert canonical_url(written).rstrip("/") == canonical.rstrip("/")
    assert canonical_url(canonical_url(written)) == canonical_url(written)


def test_the_id_of_a_page_is_readable_and_its_own() -> None:
    ids = [
        loading._id_from_url(url)
        for url in (
            "https://www.news.example/2024/Flütě-x",
            "https://news.example/?p=1",
            "https://news.example/?p=2",
        )
    ]

    assert [article_id.rpartition("-")[0] for article_id in ids] == [
        "news.example-2024-flute-x",
        "news.example",
        "news.example",
    ]
    assert len(set(ids)) == 3


def test_an_address_that_is_no_web_address_is_never_shown_as_a_link(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "One.", "url": "javascript:alert(1)"}')
    article = _only(file)

    assert isinstance(article, Article)
    assert article.source.url is None
