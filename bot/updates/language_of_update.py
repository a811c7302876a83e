"""The language in which an update is answered."""

import logging
from collections.abc import Callable

from telegram import Update
from telegram.ext import ContextTypes

from bot.errors import DatabaseUnusable
from bot.i18n.language import ENGLISH, current_language, set_language, supported_language
from bot.state.database import Database
from bot.state.preferences import language_for

logger = logging.getLogger(__name__)

FIRST = -1  # python-telegram-bot's handler group that comes before the others


class LanguageSelector:
    """Sets the language of each update, for the handlers after it in the same task."""

    def __init__(self, database: Database, on_other_language: Callable[[], None] = lambda: None) -> None:
        """`on_other_language` is called at each update that is not answered in English."""
        self._database = database
        self._on_other_language = on_other_language

    async def on_update(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """Set the language of the update's user."""
        user, chat = update.effective_user, update.effective_chat
        user_id, code = (None, None) if user is None else (user.id, user.language_code)
        is_ours = chat is not None and update.guest_message is None  # a guest chat's id may be another's
        group_id = chat.id if is_ours and chat is not None and chat.type != chat.PRIVATE else None
        try:
            set_language(await self._database.run(language_for, user_id, code, group_id))
        except DatabaseUnusable as error:  # the next handler reports it
            logger.debug("what was chosen cannot be looked up: %s", error)
            set_language(supported_language(code))
        if current_language() != ENGLISH:
            self._on_other_language()
