"""A whole collection is removed: its articles, and the sources that would bring them again."""

from filelock import FileLock

from index.sources.database import SourceDatabase
from index.types import Store


def remove_collection(name: str, store: Store, database: SourceDatabase) -> list[str]:
    """Follow its sources no longer and forget its articles; their ids.

    Blocks while sources are being read. Raises StoreError.
    """
    with FileLock(database.lock_path):
        for source in database.sources():
            if source.collection == name:
                database.remove(source.id)
        ids = [source.article_id for source in store.sources() if source.collection == name]
        return [article_id for article_id in ids if store.remove_article(article_id)]
