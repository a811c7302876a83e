"""A follow-up question made self-contained after the turns before it."""
