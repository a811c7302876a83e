"""Builds the parts from the settings."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bot.log_redaction import hide_token
from bot.state.database import Database
from citebot.errors import CitebotError
from citebot.settings import Settings
from index.embedding.embedder import DIMENSION, installed_name, load_embedder
from index.languages import ENGLISH
from index.sources.database import SourceDatabase
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Store, Vectors
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader, load_reader
from retrieval.types import Answer
from wording.budget import Budget
from wording.client import ChatModel, Server
from wording.transcription import Transcriber
from wording.writer import Tally, Writer

NO_ARTICLES = "no articles yet: run `citebot index add seeds/`"


class LazyEmbedder:
    """A model of the installation, loaded when first used: adding what is unchanged embeds nothing."""

    dimension = DIMENSION

    def __init__(self, name: str) -> None:
        self.name = name

    @cached_property
    def _embedder(self) -> Embedder:
        return load_embedder(self.name)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_passages(texts)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)


def embedder_for(settings: Settings) -> Embedder:
    """The embedder that the settings name; one that comes with the installation only loads when used."""
    name = installed_name(settings.embedding_model)
    return LazyEmbedder(name) if name else load_embedder(settings.embedding_model)


@contextmanager
def open_store(settings: Settings, embedder: Embedder | None = None) -> Iterator[EmbeddedStore]:
    """The store of these settings, closed at the end; with an embedder, made when there is none.

    Raises StoreError, StoreMismatch when it was made with another embedder.
    """
    if embedder is None:
        store = EmbeddedStore.open(settings.index_dir)
    else:
        name, dimension = embedder.name, embedder.dimension
        store = EmbeddedStore.open(settings.index_dir, embedder_name=name, dimension=dimension)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_sources(settings: Settings) -> Iterator[SourceDatabase]:
    """The sources that the index follows. Raises StoreError."""
    database = SourceDatabase.in_index(settings.index_dir)
    try:
        yield database
    finally:
        database.close()


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that answering needs, loaded."""

    answerer: Answerer
    store: EmbeddedStore
    embedder: Embedder
    reader: Reader


@contextmanager
def open_service(
    settings: Settings, *, may_be_empty: bool = False, asked_today: bool = True
) -> Iterator[Service]:
    """An answerer over an index that holds articles, or where it `may_be_empty` will hold some.

    `asked_today`: "this week" is the one of now. Otherwise it is that of the day given with a question.

    Raises CitebotError when there are none yet, EmbeddingError, ReaderError and StoreError.
    """
    if not may_be_empty and not settings.index_dir.exists():  # opening would make one
        raise CitebotError(NO_ARTICLES)
    embedder = embedder_for(settings)
    with open_store(settings, embedder) as store:
        if not may_be_empty and store.count().articles == 0:
            raise CitebotError(NO_ARTICLES)
        embedder.embed_question("warm up")  # the first question should not pay for loading
        reader = load_reader(settings.reader_model, embedder)
        answerer = Answerer(store, embedder, reader, today=_today if asked_today else lambda: None)
        yield Service(answerer, store, embedder, reader)


def expect_languages(service: Service) -> None:
    """Load in the background what reads other languages than English, if any article is in one."""
    if set(service.store.languages()) - {ENGLISH}:
        service.answerer.expect_other_languages()


def llm_server(settings: Settings) -> Server | None:
    """The server of the language model; None where none is set. Raises CitebotError for half of one."""
    return _server("LLM", settings.llm_base_url, settings.llm_model, settings)


def transcriber_for(settings: Settings) -> Transcriber | None:
    """What hears voice messages, by the key and time-out of the language model; None where none is set."""
    server = _server("TRANSCRIBE", settings.transcribe_base_url, settings.transcribe_model, settings)
    return None if server is None else Transcriber(server)


def _server(name: str, url: str | None, model: str | None, settings: Settings) -> Server | None:
    if url is None and model is None:
        return None
    if url is None or model is None:
        raise CitebotError(f"{name}_BASE_URL and {name}_MODEL belong together: set both, or neither")
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    if key is not None:
        hide_token(key)
    return Server(url, model, key, settings.llm_timeout_s)


@contextmanager
def open_writer(
    settings: Settings, reader: Reader, article: Callable[[str], Article | None]
) -> Iterator[Writer | None]:
    """What words answers by the language model of the settings; None where there is none.

    `article` gives the stored article of an id. Raises CitebotError when only half of the server is set.
    """
    server = llm_server(settings)
    if server is None:
        yield None
        return
    budget = Budget(llm_usage_path(settings), settings.llm_daily_tokens)
    try:
        yield Writer(ChatModel(server), reader, article, budget)
    finally:
        budget.close()


class Answering(Protocol):
    """What a Service and a Respondent of evaluation/ have: where quotes are checked, and by what."""

    @property
    def store(self) -> Store:
        """Where the articles are."""

    @property
    def reader(self) -> Reader:
        """What reads them."""


@contextmanager
def open_wording(
    settings: Settings, answering: Answering
) -> Iterator[tuple[Callable[[Answer], Answer], Tally | None]]:
    """Words one answer after another where a language model is set, and counts; else changes nothing."""
    with (
        open_writer(settings, answering.reader, answering.store.article) as writer,
        asyncio.Runner() as runner,
    ):
        if writer is None:
            yield lambda answer: answer, None
            return
        try:
            yield lambda answer: runner.run(writer.word(answer)), writer.tally
        finally:
            runner.run(writer.close())


def llm_usage_path(settings: Settings) -> Path:
    """The file that counts the tokens of each day, beside the index."""
    index_dir = settings.index_dir.resolve()
    return index_dir.parent / f"{index_dir.name}-llm.sqlite3"


def _today() -> date:
    return datetime.now(UTC).date()


def bot_database_path(settings: Settings) -> Path:
    """The file of the bot database, beside the index."""
    index_dir = settings.index_dir.resolve()
    return index_dir.parent / f"{index_dir.name}-bot.sqlite3"


@contextmanager
def open_bot_database(settings: Settings) -> Iterator[Database]:
    """The bot database of this index, created if missing. Raises DatabaseUnusable."""
    database = Database(bot_database_path(settings))
    try:
        yield database
    finally:
        database.close()
