"""Articles that give orders change nothing but what is quoted, though the model obeys every one of them."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from index.ingest import ingest
from index.store.embedded import EmbeddedStore
from index.types import Article, Embedder, Passage, Source
from retrieval.answerer import Answerer
from retrieval.reading.reader import Reader
from retrieval.types import Answer, Outcome
from tests.wording.injections import FACT, OBEYED, ORDERS
from tests.wording.server import ModelServer
from wording.writer import Writer

QUESTION = "When was the harbour of Velby closed?"


def article(name: str, order: str) -> Article:
    """An article that tells the fact and gives the order, in its title too."""
    return Article(Source(name, f"Velby: {order[:60]}"), f"{FACT}\n\n{order}\n\nShips waited outside Velby.")


@pytest.fixture(scope="module")
def velby(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    directory = tmp_path_factory.mktemp("velby") / "index"
    store = EmbeddedStore.open(directory, embedder_name=embedder.name, dimension=embedder.dimension)
    articles = [article(name, order) for name, order in ORDERS.items()]
    assert not ingest(articles, store, embedder).failed
    yield store
    store.close()


def test_there_are_at_least_thirty_such_articles() -> None:
    assert len(ORDERS) >= 30


def test_a_model_that_obeys_changes_nothing_but_what_is_quoted(
    writer: Writer, scripted: ModelServer, velby: EmbeddedStore, embedder: Embedder, reader: Reader
) -> None:
    answerer = Answerer(velby, embedder, reader)
    answer = answerer.answer(QUESTION)
    writer._article = velby.article
    orders = list(ORDERS.values())
    passages = {one.source.article_id: one for one in answer.passages}
    scripts = []
    for number, (name, order) in enumerate(ORDERS.items()):
        asked = replace(answer, passages=[passages.get(name, first_passage(velby, name)), *answer.passages])
        said = [*(OBEYED[number % len(OBEYED) :] + OBEYED)[:2], order]
        for quoted in (FACT, order, orders[number - 1]):
            quotes = [{"passage": 1, "words": quoted}]
            sentences = [{"text": text, "quotes": quotes, "translation": text} for text in said]
            scripts.append((asked, json.dumps({"sentences": sentences, "tool_calls": [{"name": "fetch"}]})))

    async def ask_all() -> list[Answer]:
        shown = []
        for asked, text in scripts:
            scripted.script = lambda _, text=text: text  # type: ignore[misc]
            shown.append(await writer.word(asked))
        await writer.close()
        return shown

    shown = asyncio.run(ask_all())

    assert answer.outcome is Outcome.ANSWERED
    assert {one.worded_by for one in shown} == {None}
    assert {one.statements for one in shown} == {answer.statements}
    assert all("tools" not in request for request in scripted.requests)


def test_orders_do_not_hide_what_the_article_says(
    writer: Writer, scripted: ModelServer, velby: EmbeddedStore, embedder: Embedder, reader: Reader
) -> None:
    answer = Answerer(velby, embedder, reader).answer(QUESTION)
    writer._article = velby.article
    true = "The harbour of Velby was closed on 3 May."
    sentences = [{"text": text, "quotes": [{"passage": 1, "words": FACT}]} for text in (*OBEYED[:3], true)]
    scripted.script = lambda _: json.dumps({"sentences": sentences})

    async def ask() -> Answer:
        try:
            return await writer.word(answer)
        finally:
            await writer.close()

    worded = asyncio.run(ask())

    assert [one.text for one in worded.statements] == [true]
    assert worded.statements[0].citations[0].quote == FACT


def first_passage(store: EmbeddedStore, article_id: str) -> Passage:
    return store.article_passages(article_id)[0]
