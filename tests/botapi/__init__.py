"""A Bot API server for tests: on loopback, strict where Telegram is strict, and able to fail on demand."""
