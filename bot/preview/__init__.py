"""The bot without Telegram: a chat page on loopback, behind it the same handlers.

`chats` keeps what is said and who looks on, `botapi` lets python-telegram-bot speak to it as it speaks
to Telegram, `server` carries it to the page in page/, `running` starts and ends it all.
"""
