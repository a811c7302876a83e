"""haiku.rag: Docling's Markdown and hybrid chunker as it comes, LanceDB, and its search.

Its interface is asynchronous: one event loop lives as long as the process.
"""

import asyncio
from collections.abc import Iterable
from itertools import batched
from pathlib import Path

from haiku.rag.chunkers import get_chunker
from haiku.rag.client import DocumentImport, HaikuRAG
from haiku.rag.config import AppConfig
from haiku.rag.converters import get_converter
from haiku.rag.embeddings import get_embedder
from haiku.rag.store.models.chunk import SearchType
from harness import FOUND, Article, Found, Peer, Way, articles, distinct, run, weights_folder

DIMENSION = 384
WRITTEN_AT_ONCE = 100  # articles, as they stay in memory until then: 150 took 114 MiB more than 50
LOOP = asyncio.Runner()


def config() -> AppConfig:
    """The defaults, but for the weights, by whose tokens the passages are also measured (256 of them)."""
    weights = weights_folder()
    model = {"provider": "sentence-transformers", "name": weights, "vector_dim": DIMENSION}
    return AppConfig.model_validate(
        {"embeddings": {"model": model}, "processing": {"chunking_tokenizer": weights}}
    )


def build(corpus: Path, folder: Path) -> int:
    return LOOP.run(imported(articles(corpus), folder))


async def imported(found: Iterable[Article], folder: Path) -> int:
    """What its `create_document` does, with one write for many articles: its `import_documents`."""
    settings = config()
    converter, chunker = get_converter(settings), get_chunker(settings)
    passages = 0
    async with HaikuRAG(folder, config=settings, create=True) as rag:
        for some in batched(found, WRITTEN_AT_ONCE):
            documents = []
            for article in some:
                document = await converter.convert_text(article.text)
                documents.append(DocumentImport(document, await chunker.chunk(document), uri=article.id))
            await rag.import_documents(documents)
            passages += sum(len(document.chunks) for document in documents)
    return passages


def find(folder: Path) -> Way:
    """By its default: meaning and words, joined by reciprocal ranks."""
    return searching(folder, "hybrid")


def find_by_meaning(folder: Path) -> Way:
    return searching(folder, "vector")


def searching(folder: Path, search_type: SearchType) -> Way:
    rag = LOOP.run(HaikuRAG(folder, config=config(), read_only=True).__aenter__())

    def found(question: str) -> Found:
        hits = LOOP.run(rag.search(question, limit=FOUND, search_type=search_type))
        return Found(distinct(hit.document_uri for hit in hits))

    return found


def embedder():
    embedding = get_embedder(config())
    return lambda texts: LOOP.run(embedding.embed_documents(texts))


if __name__ == "__main__":
    run(
        Peer(
            packages=("haiku.rag-slim", "lancedb", "docling", "pydantic-ai-slim", "sentence-transformers"),
            build=build,
            ways={"dense": find_by_meaning, "hybrid": find},
            embedder=embedder,
        )
    )
