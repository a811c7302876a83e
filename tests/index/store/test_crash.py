"""Killed at any moment, the index opens, agrees with itself and has every acknowledged article."""

import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.store.embedded import EmbeddedStore
from index.types import PUBLIC_ONLY
from tests.index.store.conformance import DIMENSION, EMBEDDER, article_of, put, vector_of

# Says what it is about to do and what it has done. A version of 0 stands for a removed article.
_WRITER = """
import sys
from pathlib import Path
from index.store.embedded import EmbeddedStore
from tests.index.store.conformance import DIMENSION, EMBEDDER, article_of, found, put

def change(article_id, version):
    print("try", article_id, version, flush=True)
    if version:
        text = f"Lorry {article_id} left for the north. " * 20 + f"Version {version}"
        put(store, article_of(article_id, text))
    else:
        store.remove_article(article_id)
    print("done", article_id, version, flush=True)

store = EmbeddedStore.open(Path(sys.argv[1]), embedder_name=EMBEDDER, dimension=DIMENSION)
print("open", flush=True)
for i in range(100_000):
    name = f"{sys.argv[2]}-{i}"
    change(name, 1)
    if i % 3 == 0:
        change(name, 2)
    if i % 4 == 0:
        change(name, 0)
    if i % 2 == 0:
        found(store, "lorry")
    if i % 5 == 0:
        store.flush()
"""


def kill_again_and_again(directory: Path, kills: int) -> None:
    chance = random.Random(kills)
    acknowledged: dict[str, str] = {}
    changes = 0
    for turn in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(directory), str(turn)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "open\n"
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(chance.uniform(0, 0.5))
            writer.kill()
            told = writer.stdout.read()
        pending: dict[str, str] = {}
        for line in told[: told.rfind("\n") + 1].splitlines():
            word, article_id, version = line.split()
            pending = {article_id: version} if word == "try" else {}
            if word == "done":
                acknowledged[article_id] = version
                changes += 1

        store = EmbeddedStore.open(directory, embedder_name=EMBEDDER, dimension=DIMENSION)
        hits = store.search(vector_of("lorry"), "lorry", PUBLIC_ONLY, 5)
        stored = {}
        for source in store.sources():
            article = store.article(source.article_id)
            assert article is not None
            stored[source.article_id] = article.text.rpartition(" ")[2]

        assert stored in (_present(acknowledged), _present(acknowledged | pending))
        assert len(hits.keyword) == min(5, store.count().passages) == len(hits.dense)
        assert store.verify() == []
        assert store.health().ok
        store.abandon()  # leave the derived indexes to the next process as they were
        acknowledged |= {article_id: stored.get(article_id, "0") for article_id in pending}
    assert changes > kills


def _present(versions: dict[str, str]) -> dict[str, str]:
    return {article_id: version for article_id, version in versions.items() if version != "0"}


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "index", kills=3)


# Asks when told to, and says what the passages it finds by vector and by word say.
_ASKER = """
import sys
from pathlib import Path
from index.store.embedded import EmbeddedStore
from tests.index.store.conformance import DIMENSION, EMBEDDER, EVERYTHING, vector_of

store = EmbeddedStore.open(Path(sys.argv[1]), embedder_name=EMBEDDER, dimension=DIMENSION)
for line in sys.stdin:
    text = line.strip()
    found = store.search(vector_of(text), text, EVERYTHING, 1)
    print([hit.passage.text for hit in (*found.dense, *found.keyword)], flush=True)
"""


def test_a_process_that_has_an_index_open_while_a_backup_is_restored_finds_only_what_is_in_it(
    tmp_path: Path,
) -> None:
    directory, truth = tmp_path / "index", tmp_path / "index" / "truth.sqlite"
    store = EmbeddedStore.open(directory, embedder_name=EMBEDDER, dimension=DIMENSION)
    put(store, article_of("gao", "Gunmen attacked a convoy"))
    store.flush()
    shutil.copy(truth, tmp_path / "backup")
    for i in range(3):
        put(store, article_of(f"lost{i}", f"Nobody saw ship {i}"))
    store.close()
    asker = subprocess.Popen(
        [sys.executable, "-c", _ASKER, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def asked(text: str) -> str:
        assert asker.stdin is not None
        assert asker.stdout is not None
        print(text, file=asker.stdin, flush=True)
        return asker.stdout.readline()

    with asker:
        assert asked("Nobody saw ship 2") == "['Nobody saw ship 2', 'Nobody saw ship 2']\n"
        for suffix in ("-wal", "-shm"):
            truth.with_name(truth.name + suffix).unlink(missing_ok=True)
        (tmp_path / "backup").rename(truth)
        store = EmbeddedStore.open(directory, embedder_name=EMBEDDER, dimension=DIMENSION)
        for i in range(3):
            put(store, article_of(f"new{i}", f"Somebody greeted train {i}"))

        assert asked("Nobody saw ship 2") != "['Nobody saw ship 2', 'Nobody saw ship 2']\n"
        for text in ("Somebody greeted train 2", "Gunmen attacked a convoy"):
            assert asked(text) == f"['{text}', '{text}']\n"
        assert store.verify() == []
        store.close()


@pytest.mark.slow
def test_a_writer_killed_sixty_times_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path / "index", kills=60)
