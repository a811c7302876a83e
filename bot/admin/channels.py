"""Telegram channels as sources: each post becomes an article, cited by its link, and follows its edits.

A channel is followed when one of the bot's admins adds the bot to it. Telegram tells of no deletions.
"""

import asyncio
import logging
import re
from dataclasses import replace
from datetime import UTC

from telegram import Chat, Message, Update
from telegram.constants import ChatType
from telegram.ext import ContextTypes

from bot.transport.unreachable_chats import is_member
from bot.workers import run_in_daemon_thread
from index.errors import IndexingError, SourceError
from index.ingest import ingest
from index.loading.cleaning import clean_text
from index.loading.telegram_export import LEAST_WORDS, article_id_of_post
from index.loading.titles import title_of
from index.sources.database import FollowedSource, Item, SourceDatabase, SourceKind
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Source

Context = ContextTypes.DEFAULT_TYPE
logger = logging.getLogger(__name__)


class ChannelPosts:
    """Handles posts of channels and the bot's coming and going there; `ids` are the bot's admins."""

    def __init__(
        self, ids: frozenset[int], database: SourceDatabase, store: EmbeddedStore, embedder: Embedder
    ) -> None:
        self._ids = ids
        self._database = database
        self._store = store
        self._embedder = embedder
        self._turn = asyncio.Lock()

    async def on_my_chat_member(self, update: Update, context: Context) -> None:
        """Follow a channel to which an admin has added the bot."""
        change = update.my_chat_member
        if change is None or change.chat.type != ChatType.CHANNEL or change.from_user.id not in self._ids:
            return
        if is_member(change.new_chat_member) and not is_member(change.old_chat_member):
            await run_in_daemon_thread(lambda: self._follow(change.chat))

    async def on_post(self, update: Update, context: Context) -> None:
        """Store a post, or its edited version, of a channel that is followed."""
        post = update.channel_post or update.edited_channel_post
        if post is None:
            return
        async with self._turn:
            try:
                await run_in_daemon_thread(lambda: self._store_post(post))
            except IndexingError as error:
                logger.warning("a post of channel %s was not stored: %s", post.chat.id, error)

    def _follow(self, chat: Chat) -> None:
        address = channel_address(chat)
        try:
            self._database.add(FollowedSource(address, SourceKind.CHANNEL, title=chat.title))
        except SourceError:
            for source in self._database.sources():
                if source.address == address and source.paused:
                    self._database.update(source.id, lambda one: replace(one, paused=""))

    def _store_post(self, post: Message) -> None:
        address = channel_address(post.chat)
        followed = [one for one in self._database.sources() if one.address == address and not one.paused]
        article = article_of_post(post)
        if not followed or article is None:
            return
        source = followed[0]
        article = replace(article, source=replace(article.source, collection=source.collection))
        report = ingest([article], self._store, self._embedder)
        for failure in report.failed:
            logger.warning("a post of channel %s was not stored: %s", post.chat.id, failure.reason)
        article_id, url = article.source.article_id, article.source.url
        now = post.date.astimezone(UTC)
        item = Item(url or article_id, url, "", now, article_id, visited_at=now)
        self._database.store_items(source.id, [item])
        title = post.chat.title or source.title
        self._database.update(source.id, lambda one: replace(one, title=title, checked_at=now))


def channel_address(chat: Chat) -> str:
    """The link of a channel, by its number: its name may change."""
    return f"https://t.me/c/{_number(chat)}"


def article_of_post(post: Message) -> Article | None:
    """The article that a post is; None for one of a few words."""
    text = clean_text(post.text or post.caption or "")
    if len(re.findall(r"\w+", text)) < LEAST_WORDS:
        return None
    public = f"https://t.me/{post.chat.username}" if post.chat.username else channel_address(post.chat)
    at = post.date.astimezone(UTC)
    article_id = article_id_of_post(_number(post.chat), post.message_id)
    source = Source(
        article_id=article_id,
        title=title_of(text, otherwise=article_id),
        publisher=post.chat.title,
        author=post.author_signature,
        url=f"{public}/{post.message_id}",
        published=at.date(),
        published_at=at,
    )
    return Article(source, text)


def _number(chat: Chat) -> str:
    """The channel's number as links have it: Telegram puts -100 before it elsewhere."""
    return str(chat.id).removeprefix("-100")
