"""The bot put together, and run until it is told to stop."""

import asyncio
import logging
import signal
from contextlib import suppress

from telegram import Bot, LinkPreviewOptions, Update
from telegram.constants import ParseMode, UpdateType
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    Defaults,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import BaseRequest, HTTPXRequest

from bot.answering import Answers, Desk
from bot.buttons import Buttons
from bot.choosing import Choosing
from bot.delivery import BotApplication
from bot.errors import TokenRejected
from bot.failures import on_error
from bot.handlers import Handlers
from bot.interpreter import FIRST, Interpreter
from bot.logs import hide_token
from bot.memory import Memory
from bot.menu import introduce
from bot.network import PAUSES_S, CarefulRequest, PatientLimiter
from bot.ordering import InOrderPerChat
from bot.polling import FIRST_PAUSE_S, POLL_TIMEOUT_S, REJECTED, Persistence, poll
from bot.settings_page import DATA as SETTINGS_DATA
from index.types import Store

logger = logging.getLogger(__name__)

ALLOWED_UPDATES = (UpdateType.MESSAGE, UpdateType.EDITED_MESSAGE, UpdateType.CALLBACK_QUERY)
GRACE_S = 3.0  # for answers under way when the bot is told to stop


def build_application(
    token: str,
    answerer: Answers,
    store: Store,
    memory: Memory,
    *,
    base_url: str | None = None,
    base_file_url: str | None = None,
    allowed_chats: frozenset[int] = frozenset(),
    retry_pauses_s: tuple[float, ...] = PAUSES_S,
    request: BaseRequest | None = None,
) -> BotApplication:
    """The bot, ready for `run` or `serve`; from here on no log record holds the token.

    `base_url` and `base_file_url` are those of a Bot API server of one's own, the token is appended.
    `allowed_chats` empty: everyone. `request` carries the requests instead of HTTP. Raises TokenRejected
    for a token that cannot be one. The application closes neither `answerer` nor `store` nor `memory`.
    """
    hide_token(token)
    desk = Desk(answerer, store)
    handlers = Handlers(desk, memory, allowed_chats)
    buttons = Buttons(desk, memory, allowed_chats)
    defaults = Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True))

    async def close_desk(_: BotApplication) -> None:
        desk.close()

    builder = ApplicationBuilder().token(token).updater(None).job_queue(None).defaults(defaults)
    builder.request(request or CarefulRequest(retry_pauses_s))
    builder.get_updates_request(request or HTTPXRequest(connection_pool_size=1))
    builder.rate_limiter(PatientLimiter()).concurrent_updates(InOrderPerChat()).post_shutdown(close_desk)
    if base_url is not None:
        builder.base_url(base_url)
    if base_file_url is not None:
        builder.base_file_url(base_file_url)
    try:
        application = builder.build()
    except InvalidToken:
        raise TokenRejected(REJECTED) from None
    application.add_handler(TypeHandler(Update, Interpreter(memory).on_update), group=FIRST)
    choosing = Choosing(memory, allowed_chats)
    application.add_handler(CallbackQueryHandler(choosing.on_press, pattern=SETTINGS_DATA))
    application.add_handler(CallbackQueryHandler(buttons.on_press))
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE, handlers.on_message))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, handlers.on_edited_message))
    application.add_error_handler(on_error)
    return application


def run(application: BotApplication) -> None:
    """Poll Telegram until SIGINT or SIGTERM; returns within seconds of it, outage or not.

    Raises TokenRejected when Telegram does not know the token.
    """
    asyncio.run(_run_until_signal(application))


async def serve(
    application: BotApplication,
    stop: asyncio.Event,
    *,
    first_pause_s: float = FIRST_PAUSE_S,
    poll_timeout_s: int = POLL_TIMEOUT_S,
) -> None:
    """Run the bot until `stop` is set. Network trouble is waited out, at the start as well.

    Raises TokenRejected when Telegram does not know the token.
    """
    persistence = Persistence(first_pause_s)
    running = asyncio.create_task(_fetch_and_handle(application, persistence, poll_timeout_s))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (running, stopping):
            task.cancel()
        await asyncio.gather(running, stopping, return_exceptions=True)
        await _shut_down(application)
    if not running.cancelled() and (error := running.exception()) is not None:
        raise error


async def _run_until_signal(application: BotApplication) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C ends asyncio.run by KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    await serve(application, stop)


async def _fetch_and_handle(
    application: BotApplication, persistence: Persistence, poll_timeout_s: int
) -> None:
    bot: Bot = application.bot
    await persistence.until_success(application.initialize)
    # While a webhook is set, getUpdates is refused. A webhook mode would branch off here.
    await persistence.until_success(bot.delete_webhook)
    await application.start()
    application.create_task(introduce(bot))
    logger.info("answering as @%s", bot.username)
    await poll(bot, application.update_queue, ALLOWED_UPDATES, persistence, poll_timeout_s)


async def _shut_down(application: BotApplication) -> None:
    """Let answers under way be finished for a moment, then release everything."""
    if application.running:
        try:
            async with asyncio.timeout(GRACE_S):
                await application.stop()
        except TimeoutError:
            logger.warning("stopped with answers under way: Telegram or the answerer took too long")
            await application.update_processor.shutdown()
    with suppress(TelegramError, TimeoutError):
        async with asyncio.timeout(1):
            await application.bot.shutdown()
            await application.shutdown()
    if application.post_shutdown is not None:
        await application.post_shutdown(application)
