"""Who has to wait for an answer, because many are asking, is told so; the line goes when the answer comes."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot, Message

from bot.i18n import texts
from bot.i18n.language import tr
from bot.transport.delivery import delete, say
from bot.workers import Desk

MANY = 6  # questions ahead; fewer are soon done
LONG_S = 3.0  # what "typing" alone does not explain


@asynccontextmanager
async def told_to_wait(bot: Bot, desk: Desk, message: Message) -> AsyncIterator[None]:
    """Says how long the wait will be, where it will be long, until the block has ended."""
    ahead, wait_s = desk.ahead, desk.wait_s
    told = None
    if ahead >= MANY and wait_s >= LONG_S:
        line = tr(texts.IN_LINE).format(number=ahead + 1, seconds=math.ceil(wait_s))
        told = await say(bot, message, line)
    try:
        yield
    finally:
        if told is not None:
            await delete(bot, told.chat.id, told.message_id)
