"""What the bot remembers across restarts, in one SQLite file: conversations, answers, votes, preferences."""
