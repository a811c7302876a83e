"""Answers, passages and settings as Telegram HTML and keyboards.

Pure: nothing here talks to Telegram or a database.
"""
