"""What an update is before it is handled: what it wants, in which language, whether its sender may ask.

Nothing here sends an answer.
"""
