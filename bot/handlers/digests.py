"""`/digest`: once a day, what new articles of followed sources say, to the chat's watches first."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from telegram import Bot, Message
from telegram.ext import ContextTypes

from bot.i18n import texts
from bot.i18n.language import current_language, tr, use_language
from bot.rendering.attribution import same_words
from bot.rendering.digest import render_digest
from bot.state.database import Database
from bot.state.digests import (
    Digest,
    digest_in,
    digests_due,
    next_time,
    note_due,
    note_told,
    remove_digest,
    save_digest,
)
from bot.state.group_collections import searched_in
from bot.state.preferences import load_settings
from bot.state.watches import watches_in
from bot.transport.delivery import place_of, reply, send
from bot.updates.group_admins import GroupAdmins
from bot.updates.intents import sender_id
from bot.workers import WorkerPool, run_in_daemon_thread
from index.errors import IndexingError
from index.passages.sentences import split_sentences
from index.sources.database import SourceDatabase
from index.types import Article, Passage, SearchFilter
from retrieval.evidence.citations import origins
from retrieval.types import Answer, Citation, Conversation, Outcome

Context = ContextTypes.DEFAULT_TYPE
logger = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0  # for digests that are due
MAX_READ = 50  # new articles that are compared with each other and quoted, the newest first
LEAST_WORDS = 8  # of the sentence by which an article is shown: fewer are a title or a byline
_TIME = re.compile(
    r"(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)"
    r"(?:\s*(?:UTC|GMT)?\s*(?P<sign>[+\-−])(?P<hours>0?\d|1[0-4])(?::?(?P<minutes>[0-5]\d))?|\s*(?P<utc>UTC|GMT))?",
    re.IGNORECASE,
)


class Digests:
    """Handles the command, and sends digests when they are due. `now` for tests."""

    def __init__(
        self,
        workers: WorkerPool,
        database: Database,
        followed: SourceDatabase | None,
        allowed_chats: frozenset[int],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._workers = workers
        self._database = database
        self._followed = followed
        self._allowed_chats = allowed_chats
        self._admins = GroupAdmins()
        self._now = now

    async def on_command(self, message: Message, argument: str, context: Context) -> None:
        """`/digest 8:00` on the clock of the chat's settings, `/digest 8:00 +2`, `/digest off`, `/digest`."""
        place, at = place_of(message), _TIME.fullmatch(argument.strip())
        earlier = await self._database.run(digest_in, place)
        stops = argument.strip().casefold() == "off"
        if (at or stops) and not await self._admins.decide(message):
            said = tr(texts.DIGEST_FOR_ADMINS)
        elif at:
            clock = (await self._database.run(load_settings, place.chat_id)).quiet.offset
            now, minute, offset = self._now(), 60 * int(at["hour"]) + int(at["minute"]), _offset(at, clock)
            due = next_time(minute, offset, now)
            since = earlier.since if earlier else now
            digest = Digest(place, current_language(), minute, offset, since, due)
            await self._database.run(save_digest, digest, sender_id(message))
            said = tr(texts.DIGEST_SET).format(time=digest.clock)
        elif stops:
            await self._database.run(remove_digest, place)
            said = tr(texts.DIGEST_ENDED if earlier else texts.NO_DIGEST)
        else:
            said = tr(texts.DIGEST_SET).format(time=earlier.clock) if earlier else tr(texts.NO_DIGEST)
        await reply(context.bot, message, said)

    async def keep_sending(self, bot: Bot) -> None:
        """Send each digest when it is due, until cancelled."""
        while True:
            try:
                for digest in await self._database.run(digests_due, self._now()):
                    await self._send(digest, bot)
            except IndexingError as error:
                logger.warning("a digest was not made: %s", error)
            except Exception:
                logger.exception("a digest was not made")
            await asyncio.sleep(LOOK_EVERY_S)

    async def _send(self, digest: Digest, bot: Bot) -> None:
        """Send it, unless nothing is new. Its next time is noted first: it never comes twice a day."""
        await self._database.run(note_due, digest, next_time(digest.minute, digest.offset, self._now()))
        if self._followed is None or (
            self._allowed_chats and digest.place.chat_id not in self._allowed_chats
        ):
            return
        followed = self._followed
        new, until = await run_in_daemon_thread(lambda: followed.articles_since(digest.since))
        with use_language(digest.language):
            html = await self._compose(digest, new) if new else None
            if html is not None and await send(bot, digest.place, html) is None:
                return  # the chat cannot be written to: it is told tomorrow
        await self._database.run(note_told, digest, until)

    async def _compose(self, digest: Digest, came: Sequence[str]) -> str | None:
        """What these articles say, where questions in this place are answered from them; None for nothing."""
        where = await self._database.run(searched_in, digest.place)
        admitted = {source.article_id for source in await self._workers.sources(where)}
        new = [article_id for article_id in came if article_id in admitted]
        only_new = replace(where, article_ids=frozenset(new))
        answers: list[Answer] = []
        for watch in await self._database.run(watches_in, digest.place.chat_id):
            if new and watch.place == digest.place:
                answer = await self._workers.answer_in_background(watch.question, Conversation(), only_new)
                answers += [answer] if answer.outcome is not Outcome.NOT_FOUND else []
        articles = list((await self._workers.articles(new[:MAX_READ], where)).values())
        if not articles:
            return None
        stories = await run_in_daemon_thread(lambda: origins(articles))
        told = {stories.get(one.source.article_id) for answer in answers for one in answer.citations}
        others = {stories[one.source.article_id]: one for one in reversed(articles)}
        leads = [await self._lead(one, where) for story, one in reversed(others.items()) if story not in told]
        news = [lead for lead in leads if lead is not None]
        return render_digest(answers, news, max(0, len(new) - MAX_READ)) if answers or news else None

    async def _lead(self, article: Article, where: SearchFilter) -> Citation | None:
        """The first sentence of the article that is no title."""
        _, passages = await self._workers.article_with_passages(article.source.article_id, where)
        return next((found for passage in passages if (found := _first_sentence(passage))), None)


def _first_sentence(passage: Passage) -> Citation | None:
    for start, end in split_sentences(passage.text):
        sentence = passage.text[start:end]
        if len(sentence.split()) >= LEAST_WORDS and not same_words(sentence, passage.source.title):
            return Citation(passage, sentence, passage.start + start, passage.start + end)
    return None


def _offset(at: re.Match[str], of_chat: int) -> int:
    """Minutes ahead of UTC, as they were written, or else as the chat's clock is set."""
    if at["sign"] is None:
        return 0 if at["utc"] else of_chat
    minutes = 60 * int(at["hours"]) + int(at["minutes"] or 0)
    return minutes if at["sign"] == "+" else -minutes
