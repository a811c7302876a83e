"""What a store lets in: passages that quote their article, vectors of unit length."""

from collections.abc import Sequence

import numpy as np

from index.errors import EmbeddingError, StoreError
from index.types import Article, Passage, Vectors


def check_article(article: Article, passages: Sequence[Passage]) -> None:
    """Raises StoreError when the source is not one or a passage is not what the article says."""
    source = article.source
    if not source.article_id or "\0" in source.article_id:
        raise StoreError(
            f"{source.article_id!r} is no article id: it needs one character or more, and no NUL"
        )
    if source.published is not None and type(source.published).__name__ != "date":
        raise StoreError(
            f"{source.article_id}: `published` is a date without a time, not {source.published!r}"
        )
    for passage in passages:
        if passage.id != f"{source.article_id}#{passage.start}" or passage.source != source:
            raise StoreError(f"passage {passage.id} does not belong to article {source.article_id}")
        if article.text[passage.start : passage.end] != passage.text:
            raise StoreError(f"passage {passage.id} is not what the article says there")


def check_vectors(vectors: Vectors, rows: int, dimension: int) -> None:
    """Raises EmbeddingError unless these are `rows` unit-length vectors of this dimension."""
    if vectors.shape != (rows, dimension):
        raise EmbeddingError(f"vectors of shape {(rows, dimension)} expected, {vectors.shape} came")
    if rows and not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3):
        raise EmbeddingError("unit-length vectors expected, others came: normalise them")
