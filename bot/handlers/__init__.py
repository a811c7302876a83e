"""Handlers, one module for each kind of update: messages, commands, callbacks, inline and guest queries.

Handlers are thin: they read state, call retrieval through `bot.workers`, render and deliver. How an answer
looks belongs to rendering; how requests reach Telegram to transport.
"""
