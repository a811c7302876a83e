"""The command menus and the bot's descriptions, in every language."""

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
from bot.i18n.language import ENGLISH, languages, tr, use_language

logger = logging.getLogger(__name__)


class Audience(StrEnum):
    """Who sees a command in their menu; Telegram shows the most specific list."""

    PRIVATE = "private"
    OPERATOR = "operator"  # TELEGRAM_ADMIN_IDS in their private chats
    GROUP = "group"
    GROUP_ADMIN = "group admin"


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A command in the menus of some audiences; `text` is one of bot/i18n/texts.py."""

    name: str
    text: str
    whose: frozenset[Audience]


IN_PRIVATE = frozenset({Audience.PRIVATE, Audience.OPERATOR})
IN_GROUPS = frozenset({Audience.GROUP, Audience.GROUP_ADMIN})
EVERYWHERE = IN_PRIVATE | IN_GROUPS

MENU = (
    MenuEntry("ask", texts.COMMAND_ASK, EVERYWHERE),
    MenuEntry("whisper", texts.COMMAND_WHISPER, IN_GROUPS),
    MenuEntry("sources", texts.COMMAND_SOURCES, EVERYWHERE),
    MenuEntry("watch", texts.COMMAND_WATCH, EVERYWHERE),
    MenuEntry("watches", texts.COMMAND_WATCHES, EVERYWHERE),
    MenuEntry("digest", texts.COMMAND_DIGEST, EVERYWHERE),
    MenuEntry("new", texts.COMMAND_NEW, EVERYWHERE),
    MenuEntry("settings", texts.COMMAND_SETTINGS, IN_PRIVATE),
    MenuEntry("settings", texts.COMMAND_SETTINGS_OF_GROUP, frozenset({Audience.GROUP_ADMIN})),
    *(MenuEntry(name, text, frozenset({Audience.OPERATOR})) for name, text in texts.OPERATOR_COMMANDS),
    *(
        MenuEntry(name, text, frozenset({Audience.GROUP_ADMIN}))
        for name, text in texts.GROUP_ARTICLE_COMMANDS
    ),
    MenuEntry("forget", texts.COMMAND_FORGET, EVERYWHERE),
    MenuEntry("help", texts.COMMAND_HELP, EVERYWHERE),
)


def menu(whose: Audience) -> list[tuple[str, str]]:
    """Name and description of each command of the audience, in the current language."""
    return [(entry.name, tr(entry.text)) for entry in MENU if whose in entry.whose]


async def publish_profile(bot: Bot, operator_ids: Iterable[int] = ()) -> None:
    """Set the menus and descriptions in every language, where they differ from what Telegram has.

    `admin_ids` are users with additional commands. Refusals are logged: the bot works without a menu.
    """
    scopes: list[tuple[Audience, BotCommandScope]] = [
        (Audience.PRIVATE, BotCommandScopeAllPrivateChats()),
        (Audience.GROUP, BotCommandScopeAllGroupChats()),
        (Audience.GROUP_ADMIN, BotCommandScopeAllChatAdministrators()),
        *((Audience.OPERATOR, BotCommandScopeChat(user_id)) for user_id in sorted(operator_ids)),
    ]
    for language in languages():
        code = None if language == ENGLISH else language  # what has no code is for every other language
        with use_language(language):
            for whose, scope in scopes:
                try:
                    await _set_commands(bot, whose, scope, code)
                except TelegramError as error:  # an operator may not have written to the bot yet
                    logger.warning("the commands for %s could not be set: %s", scope.to_dict(), error)
            try:
                await _set_descriptions(bot, code)
            except TelegramError as error:
                logger.warning("the bot's description could not be set: %s", error)


async def _set_commands(bot: Bot, whose: Audience, scope: BotCommandScope, code: str | None) -> None:
    commands = tuple(BotCommand(name, description) for name, description in menu(whose))
    if await bot.get_my_commands(scope, code) != commands:
        await bot.set_my_commands(commands, scope, code)


async def _set_descriptions(bot: Bot, code: str | None) -> None:
    if (await bot.get_my_description(code)).description != tr(texts.DESCRIPTION):
        await bot.set_my_description(tr(texts.DESCRIPTION), code)
    if (await bot.get_my_short_description(code)).short_description != tr(texts.SHORT_DESCRIPTION):
        await bot.set_my_short_description(tr(texts.SHORT_DESCRIPTION), code)
