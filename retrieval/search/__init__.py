"""Passages for a question: the lists of the store fused, and what the dates of articles count.

The indexes themselves belong to index.store.
"""
