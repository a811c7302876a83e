"""The bot's texts, their translations in locale/, and the current language."""
