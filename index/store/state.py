"""What an index says about itself: which it is, how it was made, and where it stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.errors import PassagesOutdated, StoreMismatch
from index.store import schema
from index.types import StoreCount

_REBUILD = '"citebot index rebuild"'
REBUILD = f"run {_REBUILD}"

Keys = NDArray[np.int64]
"""Row numbers of passages; within one index no key is ever used twice."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which index, and which state of it, something was derived from.

    Numbers of generations come again after a backup was restored; the nonce of one never does.
    """

    index: str
    generation: int
    nonce: int


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The passages of one article: first..last, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Meta:
    """What the index says about itself."""

    index: str
    embedder: str
    dimension: int
    passage_rules: int

    def check(self, embedder: str, dimension: int | None) -> None:
        """Raises StoreMismatch when another embedder or other rules made the index."""
        if self.embedder != embedder or (dimension is not None and self.dimension != dimension):
            raise StoreMismatch(
                "the index was built with {built} ({built_dimension}), "
                "settings ask for {asked} ({asked_dimension}): run {command}",
                built=self.embedder,
                built_dimension=self.dimension,
                asked=embedder,
                asked_dimension=dimension,
                command=_REBUILD,
            )
        if self.passage_rules < schema.PASSAGE_RULES:
            raise PassagesOutdated(
                "the passages were cut by rules {built}, "
                "this version of Citebot uses rules {asked}: run {command}",
                built=self.passage_rules,
                asked=schema.PASSAGE_RULES,
                command=_REBUILD,
            )
        if self.passage_rules > schema.PASSAGE_RULES:
            raise StoreMismatch(
                "the passages were cut by rules {built} of a newer version of Citebot, "
                "this one uses rules {asked}: use the newer one, or run {command}",
                built=self.passage_rules,
                asked=schema.PASSAGE_RULES,
                command=_REBUILD,
            )


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What is stored, how it was made and how much room it takes."""

    embedder: str
    dimension: int
    generation: int
    count: StoreCount
    per_collection: dict[str, StoreCount]
    truth_bytes: int
    dense_bytes: int
    keyword_bytes: int
