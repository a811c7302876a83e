"""What the bot does with each kind of update: questions, commands, button presses, inline and guest queries.

Handlers are thin: they read state, call retrieval through `bot.workers`, render and deliver. How an answer
looks belongs to rendering; how requests reach Telegram to transport.
"""
