"""Between the bot and the Bot API: polling and webhook, one queue a chat, rate limits, retries, delivery."""
