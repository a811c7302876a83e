"""Spans that may answer a question: the reader models and what is looked up in tables and abbreviations.

Which span is right is decided in retrieval.evidence.features.
"""
