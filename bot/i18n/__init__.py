"""Every text the bot says, its translations in locale/, and the language an update is answered in."""
