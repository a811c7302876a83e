"""What can go wrong while articles become an index.

IndexingError
├── LoadError            an article cannot be read from where it is said to be
├── EmbeddingError       the embedding model cannot be loaded or does not fit
└── StoreError
    ├── StoreLocked      another process is writing
    ├── StoreMismatch    the index was built with another embedder or schema
    └── StoreDamaged     SQLite itself, the truth, cannot be read

Every message names what was expected, what came and what to do next.
"""


class IndexingError(Exception):
    """Anything the index raises on purpose."""


class LoadError(IndexingError):
    """One article cannot be loaded; the others still can."""


class EmbeddingError(IndexingError):
    """The embedding model cannot be loaded, or its vectors do not fit."""


class StoreError(IndexingError):
    """The store cannot do what was asked."""


class StoreLocked(StoreError):
    """Another process is writing to this index."""


class StoreMismatch(StoreError):
    """The index was built with another embedder or by another version."""


class StoreDamaged(StoreError):
    """The SQLite file cannot be read as an index."""
