"""Before anything is said about an update: in which language."""

import logging

from telegram import Update
from telegram.ext import ContextTypes

from bot.errors import MemoryUnusable
from bot.i18n.language import speak, understood
from bot.state.database import Memory
from bot.state.preferences import language_for

logger = logging.getLogger(__name__)

FIRST = -1  # python-telegram-bot's handler group that comes before the others


class Interpreter:
    """Chooses the language of each update, for all handlers that come after it in the same task."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def on_update(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        """Speak the language of who wrote, pressed or asked."""
        user, chat = update.effective_user, update.effective_chat
        user_id, code = (None, None) if user is None else (user.id, user.language_code)
        is_ours = chat is not None and update.guest_message is None  # a guest chat's id may be another's
        group_id = chat.id if is_ours and chat is not None and chat.type != chat.PRIVATE else None
        try:
            speak(await self._memory.run(lambda notes: language_for(notes, user_id, code, group_id)))
        except MemoryUnusable as error:  # which the next handler will report
            logger.debug("what was chosen cannot be looked up: %s", error)
            speak(understood(code))
