"""`citebot run`: the Telegram bot, or how to get there."""

import logging
import sys
from typing import TYPE_CHECKING

from citebot.settings import Settings

if TYPE_CHECKING:
    from bot.transport.webhook import Webhook

HOW_TO_BEGIN = """\
No bot token is set. To get one takes a minute:
  1. In Telegram, open a chat with @BotFather, send /newbot and answer its two questions.
  2. It sends a token like 123456789:AAE... Put it in a file named .env here:
       TELEGRAM_BOT_TOKEN=<the token>
  3. Run this again, then write to your bot.
Until then you can try it: the same bot on a page in your browser (`citebot chat` has it in the terminal)."""

log = logging.getLogger(__name__)


def run_bot(settings: Settings) -> None:
    """Runs the bot until Ctrl-C; without a token explains how to get one and serves the preview."""
    if settings.telegram_bot_token is None:
        from citebot.cli.preview import run_page

        print(f"{HOW_TO_BEGIN}\n", file=sys.stderr, flush=True)
        run_page(settings)
        return
    from bot.admin.channels import ChannelPosts
    from bot.admin.commands import AdminHandlers
    from bot.admin.group_articles import GroupArticles, GroupLimits
    from bot.admin.sources import SourceHandlers
    from bot.application import build_application
    from bot.application import run as run_application
    from bot.transport.inbox import Inbox
    from bot.transport.webhook import WebhookReceiver
    from citebot.assembly import (
        expect_languages,
        open_bot_database,
        open_service,
        open_sources,
        open_writer,
        transcriber_for,
    )
    from index.refresh import OLDER_READERS, read_by_older

    admin_ids, token = settings.telegram_admin_ids, settings.telegram_bot_token.get_secret_value()
    with (
        open_service(settings, may_be_empty=bool(admin_ids)) as service,
        open_bot_database(settings) as database,
        open_sources(settings) as followed,
        open_writer(settings, service.reader, service.store.article) as writer,
    ):
        store, embedder, allowed_chats = service.store, service.embedder, settings.telegram_allowed_chats
        sources = SourceHandlers(
            admin_ids,
            followed,
            store,
            embedder,
            ocr_languages=settings.ocr_languages,
            bot_database=database,
        )
        limits = GroupLimits(
            settings.group_max_articles, settings.group_max_passages, settings.group_max_sources
        )
        groups = GroupArticles(database, store, followed, limits, allowed_chats)
        log.info("answering from %d articles", service.store.count().articles)
        expect_languages(service)
        if older := len(read_by_older(service.store)):
            log.warning(OLDER_READERS.format(count=older))
        application = build_application(
            token,
            service.answerer,
            service.store,
            database,
            base_url=settings.telegram_base_url,
            base_file_url=settings.telegram_file_url,
            allowed_chats=allowed_chats,
            on_other_language=service.answerer.expect_other_languages,
            writer=writer,
            transcriber=transcriber_for(settings),
            admins=AdminHandlers(admin_ids, store, embedder, database, sources, groups),
            sources=sources,
            followed=followed,
            channels=ChannelPosts(admin_ids, followed, service.store, service.embedder),
        )
        inbox = Inbox(application, database)
        webhook = webhook_of(settings, token)
        receiver = None if webhook is None else WebhookReceiver(webhook, inbox, database, service.store)
        run_application(application, inbox, receiver)


def webhook_of(settings: Settings, token: str) -> "Webhook | None":
    """The webhook of the settings, None for polling; a secret that is not set is derived."""
    from bot.log_redaction import hide_token
    from bot.transport.webhook import Webhook, derived_secret

    url = settings.telegram_webhook_url
    if url is None:
        return None
    chosen = settings.telegram_webhook_secret
    secret = derived_secret(token, url) if chosen is None else chosen.get_secret_value()
    hide_token(secret)
    host, _, port = settings.telegram_webhook_listen.rpartition(":")
    return Webhook(url, secret, host.strip("[]"), int(port))
