from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.store.dense import Allowed, DenseIndex
from index.store.state import KeyRange, Keys, Stamp
from index.types import Vectors

STAMP = Stamp("an index", 3, 3)


def unit_vectors(rows: int, dimension: int = 24, seed: int = 0) -> Vectors:
    """Clustered, as the vectors of texts are: shape (rows, dimension)."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(40, dimension))
    vectors = centres[random.integers(0, 40, rows)] + 0.6 * random.normal(size=(rows, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def flat(keys: Keys, vectors: Vectors) -> DenseIndex:
    index = DenseIndex(vectors.shape[1], STAMP)
    index.add(keys, vectors)
    return index


def approximate(keys: Keys, vectors: Vectors) -> DenseIndex:
    index = DenseIndex(vectors.shape[1], STAMP, flat_up_to=10)
    index.train(vectors[: index.training_rows(len(keys))], len(keys))
    index.add(keys, vectors)
    return index


@given(st.sets(st.integers(0, 60)))
def test_what_is_allowed_is_exactly_what_its_ranges_name(keys: set[int]) -> None:
    allowed = Allowed.of([KeyRange(key, key) for key in sorted(keys)] + [KeyRange(9, 8)])

    assert allowed.count == len(keys)
    assert {key for key in range(80) if key in allowed} == keys


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 120),
    st.integers(1, 30),
    st.lists(st.tuples(st.integers(1, 400), st.integers(0, 60)), max_size=6) | st.none(),
    st.integers(0, 2**32),
)
def test_a_flat_search_finds_exactly_the_nearest_that_are_allowed(
    rows: int, k: int, spans: list[tuple[int, int]] | None, seed: int
) -> None:
    keys = np.arange(rows, dtype=np.int64) * 3 + 1
    vectors = unit_vectors(rows, seed=seed)
    question = unit_vectors(1, seed=seed + 1)[0]
    allowed = None
    seen = set(keys.tolist())
    if spans is not None:
        chosen = sorted({key for first, length in spans for key in range(first, first + length)} & seen)
        allowed, seen = Allowed.of([KeyRange(key, key) for key in chosen]), set(chosen)

    found = flat(keys, vectors).search(question, k, allowed, lambda _: vectors)

    cosines = {int(key): float(v @ question) for key, v in zip(keys, vectors, strict=True) if key in seen}
    assert [key for key, _ in found] == sorted(cosines, key=lambda key: -cosines[key])[:k]
    assert [score for _, score in found] == pytest.approx(
        sorted(cosines.values(), reverse=True)[:k], abs=1e-5
    )


def test_a_large_index_finds_nearly_all_of_the_nearest_with_their_exact_cosines() -> None:
    vectors = unit_vectors(6000)
    keys = np.arange(6000, dtype=np.int64) + 7
    index = approximate(keys, vectors)
    questions = unit_vectors(50, seed=1)

    shared = 0
    for question in questions:
        found = index.search(question, 10, None, lambda ks: vectors[np.array(ks) - 7])
        cosines = vectors @ question
        shared += len({key - 7 for key, _ in found} & set(np.argsort(-cosines)[:10].tolist()))
        assert [s for _, s in found] == pytest.approx([float(cosines[key - 7]) for key, _ in found], abs=1e-6)

    assert index.approximate
    assert shared / 500 >= 0.95


def test_a_large_index_behind_a_narrow_filter_still_finds_all_that_is_allowed() -> None:
    vectors = unit_vectors(6000)
    keys = np.arange(6000, dtype=np.int64)
    index = approximate(keys, vectors)
    question = unit_vectors(1, seed=5)[0]
    allowed = Allowed.of([KeyRange(17, 19), KeyRange(4000, 4001), KeyRange(5999, 5999), KeyRange(30, 29)])

    found = index.search(question, 10, allowed, lambda ks: vectors[np.array(ks)])

    expected = sorted([17, 18, 19, 4000, 4001, 5999], key=lambda key: -float(vectors[key] @ question))
    assert [key for key, _ in found] == expected


@pytest.mark.parametrize("share", [2, 20])
def test_a_large_index_behind_a_filter_finds_nearly_all_of_the_nearest_that_are_allowed(share: int) -> None:
    vectors = unit_vectors(20_000)
    keys = np.arange(20_000, dtype=np.int64)
    index = approximate(keys, vectors)
    allowed = Allowed.of([KeyRange(first, first + 4) for first in range(0, 20_000, 5 * share)])
    seen = keys[keys % (5 * share) < 5]

    shared = 0
    for question in unit_vectors(40, seed=1):
        found = index.search(question, 10, allowed, lambda ks: vectors[np.array(ks)])
        best = seen[np.argsort(-(vectors[seen] @ question))[:10]]
        shared += len({key for key, _ in found} & set(best.tolist()))

    assert allowed.count == len(seen) == 20_000 // share
    assert shared / 400 >= 0.97


@pytest.mark.parametrize("build", [flat, approximate])
def test_removed_keys_are_gone_and_others_stay(build: type) -> None:
    vectors = unit_vectors(2000)
    keys = np.arange(2000, dtype=np.int64)
    index = build(keys, vectors)

    index.remove([KeyRange(0, 9), KeyRange(1990, 5000), KeyRange(7, 6)])

    assert len(index) == 1980
    assert index.keys().tolist() == list(range(10, 1990))
    assert index.strangers(keys, vectors) == []


def test_a_vector_that_is_not_the_stored_one_is_noticed() -> None:
    vectors = unit_vectors(50)
    index = flat(np.arange(50, dtype=np.int64), vectors)
    altered = vectors.copy()
    altered[13] = altered[14]

    assert index.strangers(np.arange(50, dtype=np.int64), altered) == [13]


def test_an_index_is_outgrown_at_its_threshold_and_when_its_lists_are_four_times_too_long() -> None:
    vectors = unit_vectors(2000)
    small = DenseIndex(24, STAMP, flat_up_to=2000)
    large = approximate(np.arange(2000, dtype=np.int64), vectors)

    assert not small.outgrown(2000)
    assert small.outgrown(2001)
    assert not large.outgrown(2000)
    assert large.outgrown(9000)


def test_an_index_of_half_a_million_is_not_outgrown_the_moment_it_is_trained() -> None:
    index = DenseIndex(2, STAMP)

    index.train(unit_vectors(index.training_rows(500_000), dimension=2), 500_000)

    assert not index.outgrown(500_000)
    assert not index.outgrown(1_990_000)
    assert index.outgrown(2_010_000)


@pytest.mark.parametrize("build", [flat, approximate])
def test_a_saved_index_comes_back_as_it_was(build: type, tmp_path: Path) -> None:
    vectors = unit_vectors(800)
    index = build(np.arange(800, dtype=np.int64), vectors)
    index.save(tmp_path / "dense.faiss")

    loaded = DenseIndex.load(tmp_path / "dense.faiss", 24)

    assert DenseIndex.stamp_of(tmp_path / "dense.faiss") == STAMP
    assert loaded is not None
    assert (loaded.stamp, loaded.approximate, len(loaded)) == (STAMP, index.approximate, 800)
    question = unit_vectors(1, seed=9)[0]
    assert loaded.search(question, 5, None, lambda ks: vectors[ks]) == index.search(
        question, 5, None, lambda ks: vectors[ks]
    )
    assert [p.name for p in tmp_path.iterdir()] == ["dense.faiss"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_torn_or_altered_file_is_never_loaded(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("torn") / "dense.faiss"
    flat(np.arange(30, dtype=np.int64), unit_vectors(30)).save(path)
    whole = bytearray(path.read_bytes())
    body = whole.index(b"\n") + 1
    place = data.draw(st.integers(0, len(whole) - 1))
    if data.draw(st.booleans()) or place < body:
        path.write_bytes(whole[:place])
    else:
        whole[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(whole)

    assert DenseIndex.load(path, 24) is None


def test_a_file_of_another_dimension_is_not_loaded(tmp_path: Path) -> None:
    flat(np.arange(3, dtype=np.int64), unit_vectors(3)).save(tmp_path / "dense.faiss")

    assert DenseIndex.load(tmp_path / "dense.faiss", 25) is None
    assert DenseIndex.load(tmp_path / "nothing", 24) is None
    assert DenseIndex.stamp_of(tmp_path / "nothing") is None
