from index.types import Passage, Source
from retrieval.search.fusion import Candidate
from retrieval.search.queries import fuse_searches


def candidate(name: str) -> Candidate:
    return Candidate(Passage(f"{name}#0", Source(name, name), 0, len(name), name), 0.5)


A, B, C = map(candidate, "abc")


def test_what_two_searches_find_comes_before_what_one_finds() -> None:
    assert fuse_searches([[A, B], [C, B]], [1.0, 1.0], 3) == [B, A, C]


def test_a_search_counts_as_much_as_its_weight() -> None:
    assert fuse_searches([[A, B], [B, A]], [0.5, 1.0], 2) == [B, A]


def test_no_more_is_kept_than_can_be_read() -> None:
    assert fuse_searches([[A, B, C]], [1.0], 2) == [A, B]
