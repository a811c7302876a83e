"""What those in TELEGRAM_ADMIN_IDS can do in private: add and remove articles, see figures.

The command menu, which differs for them, is here too.
"""
