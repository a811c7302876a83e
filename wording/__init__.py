"""Answers worded by a language model behind an OpenAI-compatible server: each sentence is checked in code.

Optional: nothing here runs without LLM_BASE_URL, and retrieval does not know of it.
"""
