"""The menu of commands and what stands on the bot's profile, in every language and for everyone's part."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from bot.i18n import texts
from bot.i18n.language import ENGLISH, languages, speaking, tr

logger = logging.getLogger(__name__)


class Whose(StrEnum):
    """Who sees a command in their menu. Telegram shows the first of the lists that are for somebody."""

    PRIVATE = "private"
    OPERATOR = "operator"  # TELEGRAM_ADMIN_IDS in their private chats
    GROUP = "group"
    GROUP_ADMIN = "group admin"


@dataclass(frozen=True, slots=True)
class Entry:
    """A command in the menus of some, with one of bot/i18n/texts.py to describe it."""

    name: str
    text: str
    whose: frozenset[Whose]


IN_PRIVATE = frozenset({Whose.PRIVATE, Whose.OPERATOR})
IN_GROUPS = frozenset({Whose.GROUP, Whose.GROUP_ADMIN})
EVERYWHERE = IN_PRIVATE | IN_GROUPS

MENU = (
    Entry("ask", texts.COMMAND_ASK, EVERYWHERE),
    Entry("whisper", texts.COMMAND_WHISPER, IN_GROUPS),
    Entry("sources", texts.COMMAND_SOURCES, EVERYWHERE),
    Entry("new", texts.COMMAND_NEW, EVERYWHERE),
    Entry("settings", texts.COMMAND_SETTINGS, IN_PRIVATE),
    Entry("settings", texts.COMMAND_SETTINGS_OF_GROUP, frozenset({Whose.GROUP_ADMIN})),
    *(Entry(name, text, frozenset({Whose.OPERATOR})) for name, text in texts.OPERATOR_COMMANDS),
    Entry("forget", texts.COMMAND_FORGET, EVERYWHERE),
    Entry("help", texts.COMMAND_HELP, EVERYWHERE),
)


def menu(whose: Whose) -> list[tuple[str, str]]:
    """Name and description of each command that they see, in the language being spoken."""
    return [(entry.name, tr(entry.text)) for entry in MENU if whose in entry.whose]


async def introduce(bot: Bot, operator_ids: Iterable[int] = ()) -> None:
    """Tell Telegram the menus and descriptions, in every language; what it knows already is left alone.

    `operator_ids` are people with commands of their own. Telegram's refusals are logged: the bot works as
    well without a menu.
    """
    scopes: list[tuple[Whose, BotCommandScope]] = [
        (Whose.PRIVATE, BotCommandScopeAllPrivateChats()),
        (Whose.GROUP, BotCommandScopeAllGroupChats()),
        (Whose.GROUP_ADMIN, BotCommandScopeAllChatAdministrators()),
        *((Whose.OPERATOR, BotCommandScopeChat(user_id)) for user_id in sorted(operator_ids)),
    ]
    for language in languages():
        code = None if language == ENGLISH else language  # what has no code is for every other language
        with speaking(language):
            for whose, scope in scopes:
                try:
                    await _show_menu(bot, whose, scope, code)
                except TelegramError as error:  # an operator may not have written to the bot yet
                    logger.warning("the commands for %s could not be set: %s", scope.to_dict(), error)
            try:
                await _describe(bot, code)
            except TelegramError as error:
                logger.warning("the bot's description could not be set: %s", error)


async def _show_menu(bot: Bot, whose: Whose, scope: BotCommandScope, code: str | None) -> None:
    commands = tuple(BotCommand(name, description) for name, description in menu(whose))
    if await bot.get_my_commands(scope, code) != commands:
        await bot.set_my_commands(commands, scope, code)


async def _describe(bot: Bot, code: str | None) -> None:
    if (await bot.get_my_description(code)).description != tr(texts.DESCRIPTION):
        await bot.set_my_description(tr(texts.DESCRIPTION), code)
    if (await bot.get_my_short_description(code)).short_description != tr(texts.SHORT_DESCRIPTION):
        await bot.set_my_short_description(tr(texts.SHORT_DESCRIPTION), code)
