"""Articles read in a process of their own are the same articles, and nothing is left behind."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.loading import isolated
from index.loading.files import load
from index.loading.isolated import PIECE_CHARS, Bounds, ReadingApart
from index.passages.chunking import chunk
from index.types import Article, LoadFailure, Passage
from tests.bot.seeds import SEEDS


def passages(one: Article | LoadFailure, cut: Callable[[Article], list[Passage]]) -> list[Passage]:
    return cut(one) if isinstance(one, Article) else []


def test_articles_read_apart_are_the_same(tmp_path: Path):
    shutil.copytree(SEEDS, tmp_path / "seeds")
    long = "The ferry was late again. " * (2 * PIECE_CHARS // 25)
    lines = ('{"text": "The mayor opened the bridge."}', "{}", json.dumps({"text": long}))
    (tmp_path / "week.jsonl").write_text("\n".join(lines))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    with ReadingApart([str(tmp_path)]) as reading:
        read = [(one, passages(one, reading.passages)) for one in reading.articles()]
    expected = [(one, passages(one, chunk)) for one in load(str(tmp_path))]
    assert read == expected
    assert len(read) == len(list(SEEDS.glob("*"))) + 4


def test_the_passages_are_those_of_the_article_under_its_new_name(tmp_path: Path):
    (tmp_path / "bridge.txt").write_text("The mayor opened the bridge.")
    with ReadingApart([str(tmp_path / "bridge.txt")]) as reading:
        (one,) = reading.articles()
        assert isinstance(one, Article)
        (passage,) = reading.passages(Article(one.source, one.text))
    assert (passage.id, passage.source, passage.text) == ("bridge#0", one.source, one.text)


def test_a_process_that_breaks_off_is_a_failure_to_load(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with ReadingApart(["seeds"]) as reading:
        (failure,) = reading.articles()
    assert failure == LoadFailure("seeds", "reading it broke off: save it anew or split it")


_HANGS = """
import sys, time
sys.path[:] = {path!r}
from index.loading import files, isolated
read = files.read
def hang(content, form, **options):
    if b"hang" in content:
        time.sleep(600)
    if b"grow" in content:
        content = bytes(10**10)
    return read(content, form, **options)
files.read = hang
isolated.read_for_parent()
"""


def test_a_file_that_hangs_or_grows_is_a_failure_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(isolated, "_PROGRAM", _HANGS)
    for name, text in (("a", "One came."), ("b", "hang"), ("c", "grow"), ("d", "Two came.")):
        (tmp_path / f"{name}.txt").write_text(text)
    alone = tmp_path / "e"
    alone.mkdir()
    (alone / "f.txt").write_text("Three came.")
    origins = [str(tmp_path / "b.txt"), str(tmp_path), str(alone)]
    with ReadingApart(origins, bounds=Bounds(file_s=5)) as reading:
        read = [one.text if isinstance(one, Article) else one for one in reading.articles()]
    late = "reading took longer than 5 s: split it or save it anew"
    assert read[:3] == [LoadFailure(origins[0], late), "One came.", LoadFailure(origins[0], late)]
    assert read[3] == LoadFailure(str(tmp_path / "c.txt"), "reading it broke off: save it anew or split it")
    assert read[4:] == ["Two came.", "Three came.", "Three came."]


def test_reading_as_a_whole_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(isolated, "_PROGRAM", _HANGS)
    (tmp_path / "b.txt").write_text("hang")
    with ReadingApart([str(tmp_path), "never"], bounds=Bounds(file_s=600, total_s=2)) as reading:
        (failure,) = reading.articles()
    assert failure.reason == "reading took longer than 2 s: split it or save it anew"


_PARENT = """
import sys
from index.loading.isolated import ReadingApart
with ReadingApart([sys.argv[1]], allow_private=True) as reading:
    list(reading.articles())
"""


def test_the_process_ends_when_the_one_that_began_it_is_killed():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(30)
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        with subprocess.Popen((sys.executable, "-c", _PARENT, address)) as parent:
            page, _ = mute.accept()
            page.settimeout(5)  # it would itself wait longer for the page
            with page:
                assert page.recv(65_536).startswith(b"GET / ")
                parent.kill()
                assert page.recv(65_536) == b""
