"""Building the bot's application, and running it until it is stopped."""

import asyncio
import gc
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from functools import partial

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

from bot.admin.channels import ChannelPosts
from bot.admin.command_menu import publish_profile
from bot.admin.commands import AdminHandlers
from bot.admin.sources import SourceHandlers
from bot.errors import DatabaseUnusable, TokenRejected
from bot.handlers.callbacks import CallbackHandlers
from bot.handlers.digests import Digests
from bot.handlers.error_handler import on_error
from bot.handlers.guests import GuestHandlers
from bot.handlers.inline import InlineHandlers
from bot.handlers.messages import MessageHandlers
from bot.handlers.settings import SettingsHandlers
from bot.handlers.suggestions import PAUSE_S, SuggestionOffers
from bot.handlers.watches import Watches
from bot.handlers.wording import tell_budget_spent
from bot.log_redaction import hide_token
from bot.rendering.settings_page import DATA as SETTINGS_DATA
from bot.state.database import Database
from bot.transport.delivery import BotApplication
from bot.transport.inbox import Inbox
from bot.transport.polling import FIRST_PAUSE_S, POLL_TIMEOUT_S, REJECTED, OutageRetry, poll
from bot.transport.rate_limiter import TelegramRateLimiter
from bot.transport.retry import PAUSES_S, RetryingRequest
from bot.transport.unreachable_chats import UnreachableChats
from bot.transport.update_queue import PerChatUpdateProcessor
from bot.transport.webhook import WebhookReceiver
from bot.updates.language_of_update import FIRST, LanguageSelector
from bot.updates.membership import MembershipTracker
from bot.updates.question_limits import QuestionLimits
from bot.workers import AnswerWriter, QuestionAnswerer, Transcriber, WorkerPool
from index.sources.database import SourceDatabase
from index.types import Store

logger = logging.getLogger(__name__)

ALLOWED_UPDATES = (
    UpdateType.MESSAGE,
    UpdateType.EDITED_MESSAGE,
    UpdateType.CALLBACK_QUERY,
    UpdateType.MY_CHAT_MEMBER,
    UpdateType.INLINE_QUERY,
    UpdateType.GUEST_MESSAGE,
    UpdateType.CHANNEL_POST,
    UpdateType.EDITED_CHANNEL_POST,
)
ADMIN_IDS = "operator ids"  # in the application's bot_data
BACKGROUND, TASKS = "background work", "tasks of it"
SHUTDOWN_GRACE_S = 3.0  # for answers under way when the bot is told to stop


def build_application(
    token: str,
    answerer: QuestionAnswerer,
    store: Store,
    database: Database,
    *,
    base_url: str | None = None,
    base_file_url: str | None = None,
    allowed_chats: frozenset[int] = frozenset(),
    admins: AdminHandlers | None = None,
    sources: SourceHandlers | None = None,
    channels: ChannelPosts | None = None,
    followed: SourceDatabase | None = None,
    limits: QuestionLimits | None = None,
    retry_pauses_s: tuple[float, ...] = PAUSES_S,
    request: BaseRequest | None = None,
    suggest_after_s: float = PAUSE_S,
    on_other_language: Callable[[], None] = lambda: None,
    writer: AnswerWriter | None = None,
    transcriber: Transcriber | None = None,
) -> BotApplication:
    """The bot, ready for `run` or `serve`; from here on no log record holds the token.

    `base_url` and `base_file_url` are those of a Bot API server of one's own, the token is appended.
    `allowed_chats` empty: everyone. `admins` may add and remove articles; `sources` are kept up to date while
    the bot runs, `channels` become articles, digests tell what came from those `followed`. `limits`: how much
    people may ask, usually what bot/updates/question_limits.py says. `request` carries the requests
    instead of HTTP. Next questions are sought `suggest_after_s` after an answer. `on_other_language` is
    called when somebody writes whom it does not answer in English. `writer` words answers, `transcriber`
    hears voice messages; both are closed with the application. Raises TokenRejected for a token that
    cannot be one. The application closes neither `answerer` nor `store` nor `database`.
    """
    hide_token(token)
    workers = WorkerPool(answerer, store, writer=writer)
    unreachable = UnreachableChats(database)
    membership = MembershipTracker(database, unreachable, allowed_chats)
    offers = SuggestionOffers(workers, database, suggest_after_s)
    watches = Watches(workers, database, allowed_chats)
    digests = Digests(workers, database, followed, allowed_chats)
    handlers = MessageHandlers(
        workers,
        database,
        allowed_chats,
        unreachable,
        limits or QuestionLimits(),
        offers,
        watches,
        digests,
        transcriber,
    )
    buttons = CallbackHandlers(workers, database, allowed_chats, offers, handlers.ask_suggested, watches)
    defaults = Defaults(parse_mode=ParseMode.HTML, link_preview_options=LinkPreviewOptions(is_disabled=True))

    async def close_workers(_: BotApplication) -> None:
        offers.close()
        workers.close()
        for one in (writer, transcriber):
            if one is not None:
                await one.close()

    builder = ApplicationBuilder().token(token).updater(None).job_queue(None).defaults(defaults)
    builder.request(request or RetryingRequest(retry_pauses_s))
    builder.get_updates_request(request or HTTPXRequest(connection_pool_size=1))
    builder.rate_limiter(TelegramRateLimiter(unreachable)).concurrent_updates(
        PerChatUpdateProcessor()
    ).post_shutdown(close_workers)
    if base_url is not None:
        builder.base_url(base_url)
    if base_file_url is not None:
        builder.base_file_url(base_file_url)
    try:
        application = builder.build()
    except InvalidToken:
        raise TokenRejected(REJECTED) from None
    selector = LanguageSelector(database, on_other_language)
    application.add_handler(TypeHandler(Update, selector.on_update), group=FIRST)
    application.add_handler(TypeHandler(Update, membership.on_update), group=FIRST - 1)
    application.add_handler(ChatMemberHandler(membership.on_my_chat_member, ChatMemberHandler.MY_CHAT_MEMBER))
    settings_handlers = SettingsHandlers(database, allowed_chats, can_word=writer is not None)
    application.add_handler(CallbackQueryHandler(settings_handlers.on_press, pattern=SETTINGS_DATA))
    application.bot_data[BACKGROUND] = [watches.keep_watching, digests.keep_sending]
    if channels is not None:
        application.add_handler(MessageHandler(filters.UpdateType.CHANNEL_POSTS, channels.on_post))
        coming = ChatMemberHandler(channels.on_my_chat_member, ChatMemberHandler.MY_CHAT_MEMBER)
        application.add_handler(coming, group=FIRST - 2)  # a group of its own: others see it too
    if sources is not None:
        application.bot_data[BACKGROUND].append(sources.keep_up_to_date)
    if writer is not None:
        writer.on_budget_spent = partial(tell_budget_spent, application.bot, admins.ids if admins else ())
    if admins is not None:
        application.bot_data[ADMIN_IDS] = admins.ids
        application.add_handlers(admins.handlers())
        if admins.groups is not None:
            application.bot_data[BACKGROUND].append(admins.groups.keep_erasing)
    application.add_handler(CallbackQueryHandler(buttons.on_press))
    application.add_handler(InlineQueryHandler(InlineHandlers(workers, database, allowed_chats).on_query))
    guests = GuestHandlers(workers, database, allowed_chats)
    application.add_handler(MessageHandler(filters.UpdateType.GUEST_MESSAGE, guests.on_message))
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE, handlers.on_message))
    application.add_handler(MessageHandler(filters.UpdateType.EDITED_MESSAGE, handlers.on_edited_message))
    application.add_error_handler(on_error)
    return application


def run(
    application: BotApplication, inbox: Inbox | None = None, receiver: WebhookReceiver | None = None
) -> None:
    """Run the bot until SIGINT or SIGTERM (see `serve`); returns within seconds of it, outage or not."""
    freeze_garbage_collector()
    asyncio.run(_run_until_signal(application, inbox, receiver))


def freeze_garbage_collector() -> None:
    """Exclude what is loaded from garbage collection, which stopped the event loop for 0.1 s."""
    gc.collect()
    gc.freeze()


async def serve(
    application: BotApplication,
    stop: asyncio.Event,
    inbox: Inbox | None = None,
    receiver: WebhookReceiver | None = None,
    *,
    first_pause_s: float = FIRST_PAUSE_S,
    poll_timeout_s: int = POLL_TIMEOUT_S,
) -> None:
    """Run the bot until `stop` is set. Network trouble is waited out, at the start as well.

    With a receiver updates are brought to it, else they are fetched; what an earlier one accepted into the
    inbox is handled either way. Raises TokenRejected when Telegram does not know the token, CannotListen
    and WebhookRefused when updates cannot be received.
    """
    retry = OutageRetry(first_pause_s)
    running = asyncio.create_task(
        _fetch_and_handle(application, retry, poll_timeout_s, inbox)
        if receiver is None
        else _receive_and_handle(application, retry, receiver)
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
    application: BotApplication, inbox: Inbox | None, receiver: WebhookReceiver | None
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl-C ends asyncio.run by KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    await serve(application, stop, inbox, receiver)


async def _fetch_and_handle(
    application: BotApplication, retry: OutageRetry, poll_timeout_s: int, inbox: Inbox | None
) -> None:
    bot: Bot = application.bot
    await retry.retry_until_success(application.initialize)
    # While a webhook is set, getUpdates is refused.
    await retry.retry_until_success(bot.delete_webhook)
    await _start(application)
    if inbox is not None:
        await inbox.handle_waiting()

    async def accept(update: Update) -> None:
        if inbox is None:
            application.update_queue.put_nowait(update)
            return
        try:
            await inbox.accept_fetched(update)
        except DatabaseUnusable as error:
            logger.error("an update could not be stored and is handled without: %s", error)
            application.update_queue.put_nowait(update)

    await poll(bot, accept, ALLOWED_UPDATES, retry, poll_timeout_s)


async def _receive_and_handle(
    application: BotApplication, retry: OutageRetry, receiver: WebhookReceiver
) -> None:
    async with receiver.listen():
        await retry.retry_until_success(application.initialize)
        await _start(application)
        await receiver.begin(application.bot, ALLOWED_UPDATES, retry)
        await asyncio.Event().wait()


async def _start(application: BotApplication) -> None:
    await application.start()
    application.create_task(publish_profile(application.bot, application.bot_data.get(ADMIN_IDS, ())))
    application.bot_data[TASKS] = [
        asyncio.create_task(work(application.bot)) for work in application.bot_data[BACKGROUND]
    ]
    logger.info("answering as @%s", application.bot.username)


async def _shut_down(application: BotApplication) -> None:
    """Let answers under way be finished for a moment, then release everything."""
    for task in application.bot_data.get(TASKS, ()):
        task.cancel()
    if application.running:
        try:
            async with asyncio.timeout(SHUTDOWN_GRACE_S):
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
