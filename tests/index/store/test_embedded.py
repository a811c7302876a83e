"""The embedded store: what every store must do, and what becomes of torn files, locks and other processes."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tantivy

from index.errors import StoreDamaged, StoreError, StoreLocked, StoreMismatch
from index.store import schema
from index.store.dense import DenseIndex
from index.store.embedded import EmbeddedStore
from index.store.verify import Verdict
from index.types import PUBLIC_ONLY, Store, StoreCount, Vectors
from tests.index.store.conformance import (
    DIMENSION,
    EMBEDDER,
    EVERYTHING,
    GAO,
    LAGOS,
    SECRET,
    OpenStore,
    StoreConformance,
    TakeBackup,
    article_of,
    found,
    put,
    vector_of,
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


def opened(directory: Path, **settings: object) -> EmbeddedStore:
    return EmbeddedStore.open(directory, embedder_name=EMBEDDER, dimension=DIMENSION, **settings)  # type: ignore[arg-type]


@pytest.fixture
def filled(directory: Path) -> Path:
    """An index of three articles, closed."""
    store = opened(directory)
    for article in (GAO, LAGOS, SECRET):
        put(store, article)
    store.close()
    return directory


@pytest.fixture
def take_backup(directory: Path, tmp_path: Path) -> TakeBackup:
    """Copies of the one file that cannot be derived."""
    truth, copy = directory / "truth.sqlite", tmp_path / "backup.sqlite"

    def take() -> Callable[[], None]:
        shutil.copy(truth, copy)

        def restore() -> None:
            shutil.copy(copy, truth)

        return restore

    return take


class TestEmbeddedStore(StoreConformance):
    @pytest.fixture
    def open_store(self, directory: Path) -> Iterator[OpenStore]:
        stores: list[Store] = []

        def open_store() -> Store:
            stores.append(opened(directory))
            return stores[-1]

        yield open_store
        for store in stores:
            store.close()
        assert opened(directory).verify() == []


class TestApproximateEmbeddedStore(StoreConformance):
    """The same promises when there are so many passages that FAISS only looks at some of them,
    while another thread looks for words."""

    @pytest.fixture
    def open_store(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenStore]:
        monkeypatch.setattr("index.store.hybrid_search._SIDE_BY_SIDE_FROM", 0)
        stores: list[Store] = []

        def open_store() -> Store:
            stores.append(opened(directory, flat_up_to=1))
            return stores[-1]

        yield open_store
        for store in stores:
            store.close()
        assert opened(directory, flat_up_to=1).verify() == []


def test_an_index_of_another_embedder_is_refused_with_advice(filled: Path) -> None:
    with pytest.raises(StoreMismatch) as caught:
        EmbeddedStore.open(filled, embedder_name="bge-m3", dimension=1024)

    assert str(caught.value) == (
        "the index was built with words-by-hash (16), settings ask for bge-m3 (1024): "
        'run "citebot index rebuild"'
    )


def test_an_index_cut_by_other_rules_is_refused(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "PASSAGE_RULES", schema.PASSAGE_RULES + 1)

    with pytest.raises(StoreMismatch, match="index rebuild"):
        opened(filled)


def test_an_index_of_another_schema_is_refused(filled: Path) -> None:
    connection = sqlite3.connect(filled / "truth.sqlite")
    connection.execute("UPDATE meta SET value = 99 WHERE name = 'schema'")
    connection.commit()
    connection.close()

    with pytest.raises(StoreMismatch, match="schema 99"):
        opened(filled)


def test_work_that_embeds_nothing_needs_no_embedder(filled: Path, tmp_path: Path) -> None:
    store = EmbeddedStore.open(filled)
    assert store.remove_article("gao")
    store.close()

    assert opened(filled).count() == StoreCount(2, 4)
    with pytest.raises(StoreError, match="index add"):
        EmbeddedStore.open(tmp_path / "nothing here")
    assert not (tmp_path / "nothing here").exists()


def test_a_reading_store_never_writes(filled: Path) -> None:
    shutil.rmtree(filled / "keyword")
    before = sorted(p.name for p in filled.iterdir())
    store = opened(filled, read_only=True)

    assert found(store, "convoy near Gao")[1] == ["gao#0", "memo#0"]
    with pytest.raises(StoreError, match="reading only"):
        put(store, GAO)
    writer = opened(filled)
    put(writer, article_of("new", "A convoy of camels"))
    writer.remove_article("gao")
    assert set(found(store, "convoy")[1]) == {"new#0", "memo#0"}
    writer.abandon()
    store.close()
    sqlites_own = {"truth.sqlite-shm", "truth.sqlite-wal"}
    assert sorted({p.name for p in filled.iterdir()} - sqlites_own) == before


@pytest.mark.parametrize("garbage", [b"not a database, but long enough to be looked at" * 99, b""])
def test_a_destroyed_truth_is_named_and_not_overwritten(filled: Path, garbage: bytes) -> None:
    (filled / "truth.sqlite").write_bytes(garbage)

    with pytest.raises(StoreDamaged, match=r"truth\.sqlite .* backup"):
        opened(filled)

    assert (filled / "truth.sqlite").read_bytes() == garbage


def test_a_torn_truth_is_named(filled: Path) -> None:
    size = (filled / "truth.sqlite").stat().st_size
    os.truncate(filled / "truth.sqlite", size // 2)

    with pytest.raises(StoreDamaged, match="backup"):
        opened(filled).verify()


def test_another_programs_database_is_not_taken_over(directory: Path) -> None:
    directory.mkdir()
    connection = sqlite3.connect(directory / "truth.sqlite")
    connection.execute("CREATE TABLE recipe (name)")
    connection.close()

    with pytest.raises(StoreDamaged):
        opened(directory)


def test_a_file_in_place_of_the_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "index").write_text("")

    with pytest.raises(StoreError, match="is a file"):
        opened(tmp_path / "index")
    with pytest.raises(StoreError, match="cannot use"):
        opened(tmp_path / "index" / "below")


def test_a_full_disk_is_named(filled: Path) -> None:
    """SQLite's own page limit reports the error that a full disk does."""
    store = opened(filled)
    with store._database.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1")

    with pytest.raises(StoreError, match="no space left"):
        put(store, article_of("long", "word " * 100_000))

    assert store.count() == StoreCount(3, 6)


@pytest.mark.parametrize("derived", ["dense.faiss", "keyword"])
@pytest.mark.parametrize("harm", ["missing", "torn", "garbage", "older", "of another index"])
def test_a_derived_index_that_is_unusable_is_built_anew(
    filled: Path, tmp_path: Path, derived: str, harm: str
) -> None:
    path = filled / derived
    files = [path] if path.is_file() else [f for f in path.iterdir() if f.stat().st_size and f.name[0] != "."]
    if harm == "missing":
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    elif harm == "torn":
        for file in files:
            os.truncate(file, file.stat().st_size * 2 // 3)
    elif harm == "garbage":
        for file in files:
            file.write_bytes(b"\xff{" * 300)
    else:
        other = filled
        if harm == "of another index":
            other = tmp_path / "other"
            foreign = opened(other)
            for article in (article_of("x", "Foreign words. More of them"), GAO, LAGOS):
                put(foreign, article)
            foreign.close()
        shutil.copytree(other, tmp_path / "copy")
        store = opened(filled)
        put(store, article_of("late", "A late convoy"))
        store.remove_article("lagos")
        store.close()
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        (tmp_path / "copy" / derived).rename(path)

    store = opened(filled)

    late = ["late#0"] if harm in ("older", "of another index") else []
    assert sorted(found(store, "convoy")[1]) == ["gao#0", *late, "memo#0"]
    expected = store.count().passages
    assert len(found(store, "convoy", k=99)[0]) == expected
    store.flush()
    assert store.verify() == []


def test_damage_that_shows_only_while_searching_is_mended(filled: Path) -> None:
    store = opened(filled)
    found(store, "convoy")
    for file in (filled / "keyword").glob("*.*"):
        if file.suffix in (".idx", ".term", ".fast", ".store") and file.name[0] != ".":
            file.unlink()  # Tantivy maps it: emptied in place, it would take the process down
            file.write_bytes(b"")
    put(store, article_of("late", "A late convoy"))

    assert sorted(found(store, "convoy")[1]) == ["gao#0", "late#0", "memo#0"]
    assert store.verify() == []


def test_a_keyword_index_of_other_fields_is_built_anew(filled: Path) -> None:
    """As an older version of Citebot, with other analyzers, has left it."""
    shutil.rmtree(filled / "keyword")
    (filled / "keyword").mkdir()
    fields = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="en_stem").build()
    tantivy.Index(fields, path=str(filled / "keyword"))

    store = opened(filled)

    assert words_found(store) == ["gao#0", "memo#0"]
    assert store.verify() == []


def words_found(store: EmbeddedStore) -> list[str]:
    return sorted(found(store, "convoy")[1])


def words_known(store: EmbeddedStore) -> list[str]:
    return list(store.vocabulary("conv", EVERYTHING))


@pytest.mark.parametrize(("ask", "expected"), [(words_found, ["gao#0", "memo#0"]), (words_known, ["convoy"])])
def test_words_that_turn_out_to_be_unreadable_are_learnt_anew(
    filled: Path, ask: Callable[[EmbeddedStore], list[str]], expected: list[str]
) -> None:
    [terms] = (filled / "keyword").glob("*.term")
    whole = terms.read_bytes()
    first, last = len(whole) * 45 // 100, len(whole) * 72 // 100  # opening it does not read these
    terms.unlink()
    terms.write_bytes(whole[:first] + b"\xff" * (last - first) + whole[last:])
    store = opened(filled)
    assert store._keyword.fault() is None

    assert ask(store) == expected
    assert store.verify() == []


def test_many_writes_in_a_row_leave_the_derived_files_alone_until_flushed(filled: Path) -> None:
    before = (filled / "dense.faiss").stat().st_mtime_ns, (filled / "keyword" / "meta.json").read_bytes()
    store = opened(filled)
    for i in range(20):
        put(store, article_of(f"a{i}", f"Lorry {i} left"))

    assert before == (
        (filled / "dense.faiss").stat().st_mtime_ns,
        (filled / "keyword" / "meta.json").read_bytes(),
    )
    store.flush()
    assert before[0] < (filled / "dense.faiss").stat().st_mtime_ns
    assert store.verify() == []


def test_verify_says_where_the_three_disagree(filled: Path) -> None:
    store = opened(filled)
    assert store.verify() == []
    with store._database.writing() as connection:
        connection.execute("UPDATE passage SET text = 'Gunmen attacked no convoy near Gao' WHERE start = 0")
        connection.execute("UPDATE passage SET vector = zeroblob(64) WHERE text LIKE 'Ships%'")

    problems = store.verify()

    assert "gao#0: the article does not say this there" in problems
    assert "lagos#28: not a unit-length vector of 16" in problems
    assert "the dense index holds another vector for 1 passages (4)" in problems
    (filled / "dense.faiss").write_bytes(b"x")
    assert any(p.startswith("dense.faiss is torn") for p in store.verify())


FAULTS = {
    "missing": "missing",
    "torn": "torn, or not made by this version of Citebot",
    "of another index": "of another index",
    "of another history": "of another history of this index, as before a backup was restored",
}


@pytest.mark.parametrize("derived", ["dense.faiss", "keyword"])
@pytest.mark.parametrize("harm", FAULTS)
def test_repair_says_what_was_wrong_and_builds_it_anew(
    filled: Path, tmp_path: Path, derived: str, harm: str
) -> None:
    path = filled / derived
    if harm in ("of another index", "of another history"):
        other = tmp_path / "other"
        if harm == "of another history":
            shutil.copytree(filled, other)
        elsewhere = opened(other)
        put(elsewhere, GAO)
        elsewhere.close()
    if harm == "torn":
        for file in path.iterdir() if path.is_dir() else [path]:
            os.truncate(file, file.stat().st_size * 2 // 3)
    else:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    if harm in ("of another index", "of another history"):
        (other / derived).rename(path)
    name = "keyword/" if derived == "keyword" else derived
    store = opened(filled)

    verdict = store.repair()

    assert verdict == Verdict([], [f"{name} was {FAULTS[harm]}: built anew from the articles"])
    assert opened(filled).repair() == Verdict([], [])
    assert words_found(store) == ["gao#0", "memo#0"]


def test_an_index_that_was_saved_empty_is_whole(directory: Path) -> None:
    store = opened(directory)
    store.flush()
    put(store, GAO)

    assert store.verify() == []
    assert store.repair() == Verdict([], [])


def test_repair_builds_anew_what_disagrees_with_sound_articles_only(filled: Path) -> None:
    store = opened(filled)
    with store._database.writing() as connection:
        before = connection.execute("SELECT vector FROM passage WHERE key = 4").fetchone()
        connection.execute(
            "UPDATE passage SET vector = (SELECT vector FROM passage WHERE key = 1) WHERE key = 4"
        )

    assert store.repair() == Verdict(
        [],
        ["the dense index holds another vector for 1 passages (4): both search indexes built anew"],
    )
    with store._database.writing() as connection:
        connection.execute("UPDATE passage SET vector = ? WHERE key = 4", before)
        connection.execute("UPDATE passage SET vector = zeroblob(64) WHERE key = 1")
    verdict = store.repair()
    assert verdict.repaired == []
    assert verdict.problems == [
        "gao#0: not a unit-length vector of 16",
        "the dense index holds another vector for 2 passages (1, 4)",
    ]


def test_rebuild_derives_both_indexes_again(filled: Path) -> None:
    store = opened(filled)
    before = store.search(vector_of("convoy"), "convoy", EVERYTHING, 9)
    (filled / "dense.faiss").write_bytes(b"x")
    (filled / "keyword" / "meta.json").write_bytes(b"x")

    store.rebuild()

    assert store.verify() == []
    assert store.search(vector_of("convoy"), "convoy", EVERYTHING, 9) == before


def test_stats_count_what_is_stored(filled: Path) -> None:
    stats = opened(filled).stats()

    assert (stats.embedder, stats.dimension, stats.generation) == (EMBEDDER, DIMENSION, 3)
    assert stats.count == StoreCount(3, 6)
    assert stats.per_collection == {"private": StoreCount(1, 2), "public": StoreCount(2, 4)}
    assert min(stats.truth_bytes, stats.dense_bytes, stats.keyword_bytes) > 100


_HOLD = """
import sys
from pathlib import Path
from index.store.embedded import EmbeddedStore
store = EmbeddedStore.open(Path(sys.argv[1]))
with store.exclusive():
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_writer_waits_then_is_told_while_readers_go_on(filled: Path) -> None:
    reader = opened(filled, lock_wait_s=0.2)
    shutil.rmtree(filled / "keyword")
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(filled)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    with pytest.raises(StoreLocked, match=r"another process is writing .* after 0\.2 s"):
        put(reader, article_of("late", "A late convoy"))
    assert sorted(found(reader, "convoy")[1]) == ["gao#0", "memo#0"]

    holder.stdin.write("\n")
    holder.stdin.flush()
    patient = opened(filled, lock_wait_s=30)
    put(patient, article_of("late", "A late convoy"))
    assert holder.wait(30) == 0
    assert sorted(found(reader, "convoy")[1]) == ["gao#0", "late#0", "memo#0"]
    assert patient.verify() == []


def test_searches_go_on_while_a_larger_dense_index_is_trained(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(filled, flat_up_to=4)
    train = DenseIndex.train
    answers: list[list[str]] = []

    def asked_meanwhile(index: DenseIndex, sample: Vectors, expected: int) -> None:
        asking = threading.Thread(target=lambda: answers.append(found(store, "convoy near Gao")[1]))
        asking.start()
        asking.join(10)
        train(index, sample, expected)

    monkeypatch.setattr(DenseIndex, "train", asked_meanwhile)
    put(store, article_of("late", "A late lorry"))

    store.flush()

    assert answers == [["gao#0", "memo#0"]]
    assert "late#0" in found(store, "late lorry", k=99)[0]
    assert store.verify() == []


def test_an_index_that_is_trained_anew_without_a_new_article_is_saved_too(filled: Path) -> None:
    store = opened(filled, flat_up_to=4)

    store.flush()

    saved = DenseIndex.load(filled / "dense.faiss", DIMENSION)
    assert saved is not None
    assert saved.approximate
    assert store.verify() == []


def test_a_process_that_only_reads_takes_over_the_larger_dense_index_of_the_writer(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = opened(filled, flat_up_to=4), opened(filled, flat_up_to=4)
    found(reader, "convoy")
    put(writer, article_of("late", "A late lorry"))
    writer.flush()
    put(writer, article_of("later", "A later lorry"))
    monkeypatch.setattr(DenseIndex, "train", lambda *_: pytest.fail("the reader trained one of its own"))

    assert "later#0" in found(reader, "later lorry", k=99)[0]
    assert reader._dense.current().approximate
    assert len(found(reader, "later lorry", k=99)[0]) == reader.count().passages


@pytest.mark.parametrize("k", [5, 15, 40])
def test_words_are_found_behind_a_filter_that_hides_the_best_of_them(directory: Path, k: int) -> None:
    store = opened(directory)
    for i in range(20):
        put(store, article_of(f"secret{i}", f"Convoy of {i}", collection="private"))
    for i in range(40):
        put(store, article_of(f"known{i}", f"{'Lorries left the port ' * (i % 7 + 1)} with a convoy"))

    ids = found(store, "convoy", PUBLIC_ONLY, k)[1]

    everything = found(store, "convoy", EVERYTHING, 60)[1]
    assert [i for i in everything[:20] if i.startswith("secret")] == everything[:20]
    assert ids == [i for i in everything if i.startswith("known")][:k]


def test_a_search_that_comes_while_the_store_is_closed_is_told_so(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.hybrid_search._SIDE_BY_SIDE_FROM", 0)
    store = opened(filled)
    found(store, "convoy")
    told: list[str] = []

    def ask_until_told() -> None:
        while not told:
            try:
                found(store, "convoy")
            except StoreError as error:
                told.append(str(error))

    asking = [threading.Thread(target=ask_until_told) for _ in range(4)]
    for thread in asking:
        thread.start()
    store.close()
    for thread in asking:
        thread.join(10)

    assert set(told) == {f"the index at {filled} is closed"}


def test_a_statement_that_is_wrong_is_not_taken_for_a_closed_index(filled: Path) -> None:
    store = opened(filled)

    with pytest.raises(sqlite3.ProgrammingError, match="bindings"), store._database.reading() as connection:
        connection.execute("SELECT ?")

    store.close()
    with pytest.raises(StoreError, match="is closed"):
        store.count()
