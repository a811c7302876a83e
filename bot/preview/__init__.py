"""The bot without Telegram: a chat page on loopback, with the same handlers behind it.

`chats` holds the chats and their viewers, `botapi` implements the Bot API on them, `server` serves the page
in page/, `running` starts and stops all of it.
"""
