"""The notice to people who have to wait because many are asking; it is deleted with the answer."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot, Message

from bot.i18n import texts
from bot.i18n.language import tr
from bot.transport.delivery import delete, reply
from bot.workers import WorkerPool

MANY = 6  # questions ahead; fewer are soon done
LONG_S = 3.0  # what "typing" alone does not explain


@asynccontextmanager
async def queue_notice(bot: Bot, workers: WorkerPool, message: Message) -> AsyncIterator[None]:
    """Send the notice, if the wait will be long, and delete it after the block."""
    ahead, wait_s = workers.ahead, workers.wait_s
    told = None
    if ahead >= MANY and wait_s >= LONG_S:
        line = tr(texts.IN_LINE).format(number=ahead + 1, seconds=math.ceil(wait_s))
        told = await reply(bot, message, line)
    try:
        yield
    finally:
        if told is not None:
            await delete(bot, told.chat.id, told.message_id)
