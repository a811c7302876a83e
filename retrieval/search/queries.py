"""Several searches for one question become one list of candidates."""

from collections.abc import Sequence

from retrieval.search.fusion import Candidate

RRF_K = 60  # Cormack et al. 2009


def fuse_searches(
    found: Sequence[Sequence[Candidate]], weights: Sequence[float], limit: int
) -> list[Candidate]:
    """The best of several ranked lists by reciprocal ranks, a list counting as much as its weight."""
    scores: dict[str, float] = {}
    by_id: dict[str, Candidate] = {}
    for candidates, weight in zip(found, weights, strict=True):
        for rank, candidate in enumerate(candidates, 1):
            name = candidate.passage.id
            scores[name] = scores.get(name, 0.0) + weight / (RRF_K + rank)
            by_id.setdefault(name, candidate)
    return [by_id[name] for name in sorted(scores, key=lambda name: -scores[name])[:limit]]
