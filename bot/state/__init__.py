"""The bot's state in one SQLite file: conversations, answers, votes, preferences."""
