"""/add: one import at a time, each with a progress message."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial

from telegram import Document, Message, MessageEntity
from telegram.error import TelegramError

from bot.admin import views as views
from bot.admin.article_import import Document as SentDocument
from bot.admin.article_import import (
    ImportProgress,
    ImportResult,
    ImportStopped,
    Phase,
    import_articles,
    safe_name,
)
from bot.admin.group_articles import GroupArticles
from bot.handlers.commands import Context
from bot.i18n import texts
from bot.i18n.language import tr
from bot.log_redaction import redact
from bot.state.database import Database
from bot.state.group_collections import collection_to_fill
from bot.transport.delivery import BotApplication, place_of, reply
from bot.transport.progress_message import ProgressMessage
from bot.updates.intents import entity_text
from bot.workers import run_in_daemon_thread
from index.errors import IndexingError
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC, Embedder

logger = logging.getLogger(__name__)

MAX_WAITING = 10  # imports of one group
MAX_FILE_BYTES = 20_000_000  # what Telegram gives to bots
DOWNLOAD_TIMEOUT_S = 60.0  # for each piece of the file

Fetch = Callable[[], Awaitable[str | SentDocument]]


class ArticleImports:
    """Imports articles one after the other, in the order of the commands."""

    def __init__(
        self, store: EmbeddedStore, embedder: Embedder, database: Database, groups: GroupArticles | None
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._database = database
        self._limits = groups.limits if groups else None
        self._turn = groups.writing if groups else asyncio.Lock()
        self._imports: Counter[int] = Counter()  # of each chat, under way or waiting

    async def begin(self, message: Message, context: Context) -> None:
        """Start an import for each link or document of the message, in tasks of their own."""
        replied = message.reply_to_message
        document = message.document or (replied.document if replied else None)
        if document is not None:
            await self._begin_document(message, document, context)
            return
        links = _find_links(message) or (_find_links(replied) if replied else [])
        if not links:
            await reply(context.bot, message, tr(texts.ADD_WHAT).format(kinds=tr(texts.KINDS)))
        for link in links:
            self._begin(message, link, partial(_just, link), context)

    async def _begin_document(self, message: Message, document: Document, context: Context) -> None:
        name, size = safe_name(document.file_name, document.mime_type), document.file_size or 0
        if name is None:
            await reply(context.bot, message, tr(texts.ADD_KIND).format(kinds=tr(texts.KINDS)))
        elif size > MAX_FILE_BYTES:
            megabytes, limit = f"{size / 1e6:.1f}", MAX_FILE_BYTES // 1_000_000
            await reply(context.bot, message, tr(texts.ADD_TOO_LARGE).format(size=megabytes, limit=limit))
        else:
            self._begin(message, name, partial(_download, context, document, name), context)

    def _begin(self, message: Message, what: str, fetch: Fetch, context: Context) -> None:
        context.application.create_task(self._import(message, views.shorten(what), fetch, context))

    async def _import(self, message: Message, what: str, fetch: Fetch, context: Context) -> None:
        chat_id, ahead = message.chat.id, self._imports.total()
        if chat_id < 0 and self._imports[chat_id] >= MAX_WAITING:
            await reply(context.bot, message, tr(texts.ADD_TOO_MANY).format(what=what))
            return
        self._imports[chat_id] += 1
        fetching = views.progress_line(what, ImportProgress(Phase.FETCHING))
        begin = tr(texts.ADD_WAITING).format(what=what, ahead=ahead) if ahead else fetching
        try:
            async with ProgressMessage(context.bot, place_of(message), begin) as line, self._turn:
                line.say(fetching)
                try:
                    line.say(await self._run_import(message, what, fetch, line, context.application))
                except IndexingError as error:
                    line.say(views.index_error_text(error))
                except TelegramError as error:
                    line.say(tr(texts.ADD_NOT_FETCHED).format(reason=redact(error.message)))
                except ImportStopped:
                    line.say(tr(texts.ADD_STOPPED).format(what=what))
                except Exception:
                    logger.exception("an import broke off")
                    line.say(tr(texts.ADD_BROKE).format(what=what))
        finally:
            self._imports[chat_id] -= 1

    async def _run_import(
        self,
        message: Message,
        what: str,
        fetch: Fetch,
        line: ProgressMessage,
        application: BotApplication,
    ) -> str:
        """Run the import; the line that tells its result."""
        if not application.running:
            raise ImportStopped
        origin = await fetch()
        loop = asyncio.get_running_loop()
        collection, limits = PUBLIC, None
        if message.chat.type != message.chat.PRIVATE:
            collection = await self._database.run(collection_to_fill, place_of(message))
            limits = self._limits

        def tell(step: ImportProgress) -> None:
            loop.call_soon_threadsafe(line.say, views.progress_line(what, step))

        def work() -> ImportResult:
            return import_articles(
                origin, self._store, self._embedder, tell, lambda: application.running, collection, limits
            )

        return views.result_text(what, await run_in_daemon_thread(work))


def _find_links(message: Message) -> list[str]:
    """The web addresses in the message, each once."""
    kinds = (MessageEntity.URL, MessageEntity.TEXT_LINK)
    text, entities = message.text or message.caption or "", message.entities or message.caption_entities
    links = [entity.url or entity_text(entity, text) for entity in entities if entity.type in kinds]
    return list(dict.fromkeys(link if "://" in link else f"https://{link}" for link in links))


async def _just(link: str) -> str:
    return link


async def _download(context: Context, document: Document, name: str) -> SentDocument:
    """The document's content. Raises TelegramError."""
    file = await context.bot.get_file(document)
    content = await file.download_as_bytearray(read_timeout=DOWNLOAD_TIMEOUT_S)
    return SentDocument(name, bytes(content))
