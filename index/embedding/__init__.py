"""Texts become vectors: the bundled model, or any other that sentence-transformers can load.

Searching those vectors belongs to the store.
"""
