"""Articles, passages and vectors kept on disk and searched: all in SQLite, FAISS and Tantivy derived from it.

The Protocol it fulfils stands in index.types.
"""
