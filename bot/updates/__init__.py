"""Before an update is handled: its intent, its language, and whether its sender may ask now."""
