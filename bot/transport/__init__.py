"""Between the bot and the Bot API: fetching updates, one queue a chat, rate limits, retries, delivery.

Nothing here knows what an answer is but for `answer_messages`, which sends one.
"""
