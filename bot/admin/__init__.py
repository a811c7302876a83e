"""Commands of the admins (TELEGRAM_ADMIN_IDS) in private chats, and the command menus."""
