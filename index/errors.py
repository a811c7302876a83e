"""What can go wrong while articles become an index.

IndexingError
├── LoadError            an article cannot be read from where it is said to be
├── SourceError          a source cannot be followed as asked
├── EmbeddingError       the embedding model cannot be loaded or does not fit
└── StoreError
    ├── StoreLocked      another process is writing
    ├── StoreMismatch    the index was built with another embedder or schema
    │   └── PassagesOutdated   by the same embedder, from passages cut by older rules
    └── StoreDamaged     the SQLite file that holds the articles cannot be read

Every message names what was expected, what came and what to do next.
"""

from collections.abc import Mapping
from typing import Self


class Reason(str):
    """What went wrong, as a sentence in English that can be said in another language too.

    `template` has a {name} for each of `values`.
    """

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        reason = super().__new__(cls, template.format(**values) if values else template)
        reason.template, reason.values = template, values
        return reason

    def __getnewargs__(self) -> tuple[str, Mapping[str, object]]:  # type: ignore[override]  # for pickle
        return self.template, self.values


class IndexingError(Exception):
    """Anything the index raises on purpose."""

    def __init__(self, template: str, **values: object) -> None:
        self.reason = Reason(template, values)
        super().__init__(str(self.reason))


class LoadError(IndexingError):
    """One article cannot be loaded; the others still can."""


class SourceError(IndexingError):
    """A source cannot be followed, or is not known."""


class EmbeddingError(IndexingError):
    """The embedding model cannot be loaded, or its vectors do not fit."""


class StoreError(IndexingError):
    """The store cannot do what was asked."""


class StoreLocked(StoreError):
    """Another process is writing to this index."""


class StoreMismatch(StoreError):
    """The index was built with another embedder or by another version."""


class PassagesOutdated(StoreMismatch):
    """The passages were cut by older rules: cutting and embedding them anew is all it takes."""


class StoreDamaged(StoreError):
    """The SQLite file cannot be read as an index."""
