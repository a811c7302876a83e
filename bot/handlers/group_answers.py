"""Answers from the articles of a group: for its members only, wherever they are shown."""

from telegram import Bot

from bot.state.answers import StoredAnswer
from bot.state.database import Database
from bot.state.group_collections import groups_of
from bot.updates.group_admins import GroupMembers


class GroupAnswers:
    """Decides who may see an answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._members = GroupMembers()

    async def may_see(self, bot: Bot, answered: StoredAnswer, chat_id: int) -> bool:
        """Whether the answer may be shown in this chat: in its group, and to its members in private."""
        groups = await self._database.run(groups_of, answered.collections)
        for group in groups:
            is_there = chat_id == group or (
                chat_id > 0 and group is not None and await self._members.include(bot, group, chat_id)
            )
            if not is_there:
                return False
        return True
