"""A restored backup numbers its changes like those it never saw: nothing derived from those may answer."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.store import database as database_module
from index.store.embedded import EmbeddedStore
from tests.index.store.conformance import (
    DIMENSION,
    EMBEDDER,
    EVERYTHING,
    article_of,
    found,
    put,
    vector_of,
)

Restore = Callable[[Path, Path], None]


def replaced(backup: Path, truth: Path) -> None:
    """As with `mv`, SQLite's own files of the old one put away."""
    for suffix in ("-wal", "-shm"):
        truth.with_name(truth.name + suffix).unlink(missing_ok=True)
    shutil.copy(backup, truth.with_name("restored"))
    truth.with_name("restored").rename(truth)


def written_over(backup: Path, truth: Path) -> None:
    """As with `.restore` of SQLite's shell: a transaction on the file as it is."""
    source, target = sqlite3.connect(backup), sqlite3.connect(truth)
    source.backup(target)
    source.close()
    target.close()


def opened(directory: Path) -> EmbeddedStore:
    return EmbeddedStore.open(directory, embedder_name=EMBEDDER, dimension=DIMENSION)


def everything_is_found_and_nothing_else(store: EmbeddedStore) -> None:
    """Each hit is the very passage that is stored, scored as its own words and vector deserve."""
    texts = {p.id: p.text for s in store.sources() for p in store.article_passages(s.article_id)}
    query = vector_of("a question")
    candidates = store.search(query, "lorry", EVERYTHING, 1000)

    assert {hit.passage.id: hit.passage.text for hit in candidates.dense} == texts
    for hit in candidates.dense:
        assert hit.score == pytest.approx(float(vector_of(hit.passage.text) @ query), abs=1e-5)
    assert {hit.passage.id for hit in candidates.keyword} == {i for i, t in texts.items() if "lorry" in t}
    for passage_id, text in texts.items():
        assert passage_id in found(store, text)[1]


@pytest.mark.parametrize("restore", [replaced, written_over])
@pytest.mark.parametrize("held_open", [False, True])
def test_a_restored_backup_never_answers_with_what_it_does_not_hold(
    tmp_path: Path, restore: Restore, held_open: bool
) -> None:
    directory = tmp_path / "index"
    store = opened(directory)
    put(store, article_of("kept", "A lorry left. It came back"))
    store.flush()
    shutil.copy(directory / "truth.sqlite", tmp_path / "backup")
    for i in range(3):
        put(store, article_of(f"lost{i}", f"The lost lorry {i} left. Nobody saw it"))
    found(store, "lorry")
    if not held_open:
        store.close()

    restore(tmp_path / "backup", directory / "truth.sqlite")
    if not held_open:
        store = opened(directory)
    other = opened(directory)
    for i in range(3):
        put(other, article_of(f"new{i}", f"A new lorry {i} came. Somebody greeted it"))

    for one in (store, other):
        assert [s.article_id for s in one.sources()] == ["kept", "new0", "new1", "new2"]
        everything_is_found_and_nothing_else(one)
        assert one.health().ok
    put(store, article_of("last", "The last lorry. It is late"))
    for one in (store, other):
        everything_is_found_and_nothing_else(one)
    store.flush()
    assert other.verify() == []
    store.close()
    other.close()


def test_removals_long_followed_are_forgotten_and_who_lags_behind_them_loads_what_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_FOLLOWED", 2)
    reader, writer = opened(tmp_path / "index"), opened(tmp_path / "index")
    put(writer, article_of("kept", "A lorry left. It came back"))
    everything_is_found_and_nothing_else(reader)
    for i in range(10):
        put(writer, article_of("changing", f"A lorry {i} left. It did not come back"))

    writer.flush()

    with writer._database.reading() as connection:
        rows = [connection.execute(f"SELECT generation FROM {t}").fetchall() for t in ("removal", "history")]
    assert rows == [[(10,), (11,)], [(9,), (10,), (11,)]]
    put(writer, article_of("last", "The last lorry. It is late"))
    for store in (reader, writer, opened(tmp_path / "index")):
        everything_is_found_and_nothing_else(store)
        assert store.verify() == []


Step = tuple[
    Literal["put", "put two", "remove", "flush", "reopen", "back up", "replace", "write over"], int, int
]
steps = st.lists(
    st.tuples(
        st.sampled_from(["put two", "replace", "write over", "put", "remove", "flush", "reopen", "back up"]),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    min_size=6,
    max_size=16,
)


@settings(max_examples=25, deadline=None)
@given(steps, st.sampled_from([0, 3, 10_000]))
def test_whatever_is_written_and_restored_a_search_finds_what_is_stored(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Step], followed: int
) -> None:
    """Two open stores, of which any may write; each always finds exactly what is stored now."""
    directory = tmp_path_factory.mktemp("restored") / "index"
    truth, backup = directory / "truth.sqlite", directory.with_name("backup")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database_module, "_FOLLOWED", followed)
        stores = [opened(directory), opened(directory)]
        put(stores[0], article_of("a0", "The first lorry left. It came back"))
        stores[0].flush()
        shutil.copy(truth, backup)
        for i, (step, number, asked) in enumerate(steps):
            store = stores[number % 2]
            if step in ("put", "put two"):
                for j in (number, number + 1)[: 1 + (step == "put two")]:
                    put(store, article_of(f"a{j}", f"Car or lorry {i} left. Number {j} of {i}"))
            elif step == "remove":
                store.remove_article(f"a{number}")
            elif step == "flush":
                store.flush()
            elif step == "reopen":
                store.close()
                stores[number % 2] = opened(directory)
            elif step == "back up":
                written_over(truth, backup)
            elif step == "replace":
                replaced(backup, truth)
            else:
                written_over(backup, truth)
            if asked < 2:
                everything_is_found_and_nothing_else(stores[asked])
        for store in stores:
            everything_is_found_and_nothing_else(store)
            store.close()
