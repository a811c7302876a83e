"""Answers, passages and settings as Telegram HTML and keyboards.

Pure functions: no Telegram, no database.
"""
