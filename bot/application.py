"""The bot put together, and run until it is told to stop."""

import asyncio
import gc
import logging
import signal
from contextlib import suppress

from telegram import Bot, LinkPreviewOptions, Update
from telegram.constants import ParseMode, UpdateType
from telegram.error import InvalidToken, TelegramError
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    ChatMemberHandler,
    Defaults,
    InlineQueryHandler,
    MessageHandler,
    TypeHandler,
    filters,
)
from telegram.request import BaseRequest, HTTPXRequest

from bot.admin.command_menu import introduce
from bot.admin.commands import Operators
from bot.errors import TokenRejected
from bot.handlers.callbacks import Buttons
from bot.handlers.error_handler import on_error
from bot.handlers.guests import Guests
from bot.handlers.inline import Inline
from bot.handlers.messages import Handlers
from bot.handlers.settings import Choosing
from bot.handlers.suggestions import PAUSE_S, Suggesting
from bot.log_redaction import hide_token
from bot.rendering.settings_page import DATA as SETTINGS_DATA
from bot.state.database import Memory
from bot.transport.delivery import BotApplication
from bot.transport.inbox import Inbox
from bot.transport.polling import FIRST_PAUSE_S, POLL_TIMEOUT_S, REJECTED, Persistence, poll
from bot.transport.rate_limiter import PatientLimiter
from bot.transport.retry import PAUSES_S, CarefulRequest
from bot.transport.unreachable_chats import Reach
from bot.transport.update_queue import InOrderPerChat
from bot.transport.webhook import Receiver
from bot.updates.language_of_update import FIRST, Interpreter
from bot.updates.membership import Presence
from bot.updates.question_limits import Limits
from bot.workers import Answers, Desk
from index.types import Store

logger = logging.getLogger(__name__)

ALLOWED_UPDATES = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
    UpdateType.INLINE_QUERY,
    UpdateType.GUEST_MESSAGE,
)
OPERATOR_IDS = "operator ids"  # in the application's bot_data
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
    operators: Operators | None = None,
    limits: Limits | None = None,
    retry_pauses_s: tuple[float, ...] = PAUSES_S,
    request: BaseRequest | None = None,
    suggest_after_s: float = PAUSE_S,
) -> BotApplication:
    """The bot, ready for `run` or `serve`; from here on no log record holds the token.

    `base_url` and `base_file_url` are those of a Bot API server of one's own, the token is appended.
    `allowed_chats` empty: everyone. `operators` may add and remove articles. `limits`: how much
    people may ask, usually what bot/updates/question_limits.py says. `request` carries the requests
    instead of HTTP. Next questions are sought `suggest_after_s` after an answer. Raises TokenRejected for a
    token that cannot be one. The application closes neither `answerer` nor `store` nor `memory`.
    """
    hide_token(token)
    desk = Desk(answerer, store)
    reach = Reach(memory)
    presence = Presence(memory, reach, allowed_chats)
    suggesting = Suggesting(desk, memory, suggest_after_s)
    handlers = Handlers(desk, memory, allowed_chats, reach, limits or Limits(), suggesting)
    buttons = Buttons(desk, memory, allowed_chats, suggesting, handlers.ask_suggested)
    defaults = Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True))

    async def close_desk(_: BotApplication) -> None:
        suggesting.close()
        desk.close()

    builder = ApplicationBuilder().token(token).updater(None).job_queue(None).defaults(defaults)
    builder.request(request or CarefulRequest(retry_pauses_s))
    builder.get_updates_request(request or HTTPXRequest(connection_pool_size=1))
    builder.rate_limiter(PatientLimiter(reach)).concurrent_updates(InOrderPerChat()).post_shutdown(close_desk)
    if base_url is not None:
        builder.base_url(base_url)
    if base_file_url is not None:
        builder.base_file_url(base_file_url)
    try:
        application = builder.build()
    except InvalidToken:
        raise TokenRejected(REJECTED) from None
    application.add_handler(TypeHandler(Update, Interpreter(memory).on_update), group=FIRST)
    application.add_handler(TypeHandler(Update, presence.on_update), group=FIRST - 1)
    application.add_handler(ChatMemberHandler(presence.on_my_chat_member, ChatMemberHandler.MY_CHAT_MEMBER))
    choosing = Choosing(memory, allowed_chats)
    application.add_handler(CallbackQueryHandler(choosing.on_press, pattern=SETTINGS_DATA))
    if operators is not None:
        application.bot_data[OPERATOR_IDS] = operators.ids
        application.add_handlers(operators.handlers())
    application.add_handler(CallbackQueryHandler(buttons.on_press))
    application.add_handler(InlineQueryHandler(Inline(desk, memory, allowed_chats).on_query))
    guests = Guests(desk, memory, allowed_chats)
    application.add_handler(MessageHandler(filters.UpdateType.GUEST_MESSAGE, guests.on_message))
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE, handlers.on_message))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, handlers.on_edited_message))
    application.add_error_handler(on_error)
    return application


def run(application: BotApplication, inbox: Inbox | None = None, receiver: Receiver | None = None) -> None:
    """Run the bot until SIGINT or SIGTERM (see `serve`); returns within seconds of it, outage or not."""
    spare_collector()
    asyncio.run(_run_until_signal(application, inbox, receiver))


def spare_collector() -> None:
    """Keep what is loaded out of the garbage collector: looking at it stopped the event loop for 0.1 s."""
    gc.collect()
    gc.freeze()


async def serve(
    application: BotApplication,
    stop: asyncio.Event,
    inbox: Inbox | None = None,
    receiver: Receiver | None = None,
    *,
    first_pause_s: float = FIRST_PAUSE_S,
    poll_timeout_s: int = POLL_TIMEOUT_S,
) -> None:
    """Run the bot until `stop` is set. Network trouble is waited out, at the start as well.

    With a receiver updates are brought to it, else they are fetched; what an earlier one accepted into the
    inbox is handled either way. Raises TokenRejected when Telegram does not know the token, CannotListen
    and WebhookRefused when updates cannot be received.
    """
    persistence = Persistence(first_pause_s)
    running = asyncio.create_task(
        _fetch_and_handle(application, persistence, poll_timeout_s, inbox)
        if receiver is None
        else _receive_and_handle(application, persistence, receiver)
    )
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


async def _run_until_signal(
    application: BotApplication, inbox: Inbox | None, receiver: Receiver | None
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C ends asyncio.run by KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    await serve(application, stop, inbox, receiver)


async def _fetch_and_handle(
    application: BotApplication, persistence: Persistence, poll_timeout_s: int, inbox: Inbox | None
) -> None:
    bot: Bot = application.bot
    await persistence.until_success(application.initialize)
    # While a webhook is set, getUpdates is refused.
    await persistence.until_success(bot.delete_webhook)
    await _start(application)
    if inbox is not None:
        await inbox.handle_waiting()
    await poll(bot, application.update_queue, ALLOWED_UPDATES, persistence, poll_timeout_s)


async def _receive_and_handle(
    application: BotApplication, persistence: Persistence, receiver: Receiver
) -> None:
    async with receiver.listening():
        await persistence.until_success(application.initialize)
        await _start(application)
        await receiver.begin(application.bot, ALLOWED_UPDATES, persistence)
        await asyncio.Event().wait()


async def _start(application: BotApplication) -> None:
    await application.start()
    application.create_task(introduce(application.bot, application.bot_data.get(OPERATOR_IDS, ())))
    logger.info("answering as @%s", application.bot.username)


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
