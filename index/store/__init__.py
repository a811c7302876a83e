"""Articles, passages and vectors kept on disk and searched: SQLite as the truth, FAISS and Tantivy derived.

The Protocol it fulfils stands in index.types.
"""
