"""Haystack: its splitter (200 words), InMemoryDocumentStore, retriever, and its extractive reader."""

from pathlib import Path

from harness import FOUND, Found, Peer, Way, articles, distinct, reader_folder, run, weights_folder
from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from haystack_integrations.components.readers.transformers import TransformersExtractiveReader

STORE = "store.json"


def build(corpus: Path, folder: Path) -> int:
    documents = [Document(content=a.text, meta={"article_id": a.id}) for a in articles(corpus)]
    store = InMemoryDocumentStore()
    indexing = Pipeline()
    indexing.add_component("splitter", DocumentSplitter())
    indexing.add_component(
        "embedder", SentenceTransformersDocumentEmbedder(model=weights_folder(), progress_bar=False)
    )
    indexing.add_component("writer", DocumentWriter(store))
    indexing.connect("splitter", "embedder")
    indexing.connect("embedder", "writer")
    indexing.run({"splitter": {"documents": documents}})
    folder.mkdir(parents=True)
    store.save_to_disk(str(folder / STORE))
    return store.count_documents()


def opened(folder: Path) -> InMemoryDocumentStore:
    return InMemoryDocumentStore.load_from_disk(str(folder / STORE))


def retrieval(store: InMemoryDocumentStore, **retriever: int) -> Pipeline:
    querying = Pipeline()
    querying.add_component(
        "embedder", SentenceTransformersTextEmbedder(model=weights_folder(), progress_bar=False)
    )
    querying.add_component("retriever", InMemoryEmbeddingRetriever(store, **retriever))
    querying.connect("embedder.embedding", "retriever.query_embedding")
    return querying


def find(folder: Path) -> Way:
    querying = retrieval(opened(folder), top_k=FOUND)

    def found(question: str) -> Found:
        documents = querying.run({"embedder": {"text": question}})["retriever"]["documents"]
        return Found(distinct(d.meta["article_id"] for d in documents))

    return found


def find_by_both(folder: Path) -> Way:
    """As in its tutorial on hybrid retrieval, with its reciprocal ranks in place of a further model."""
    store = opened(folder)
    querying = retrieval(store, top_k=FOUND)
    querying.add_component("words", InMemoryBM25Retriever(store, top_k=FOUND))
    querying.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=FOUND))
    querying.connect("retriever", "joiner")
    querying.connect("words", "joiner")

    def found(question: str) -> Found:
        result = querying.run({"embedder": {"text": question}, "words": {"query": question}})
        return Found(distinct(d.meta["article_id"] for d in result["joiner"]["documents"]))

    return found


def answer(folder: Path) -> Way:
    """The reader over the retriever's ten, both with their defaults; the best answer that has words."""
    querying = retrieval(opened(folder))
    reader = TransformersExtractiveReader(model=reader_folder())
    reader.warm_up()
    tell_segments(reader)
    querying.add_component("reader", reader)
    querying.connect("retriever.documents", "reader.documents")

    def answered(question: str) -> Found:
        answers = querying.run({"embedder": {"text": question}, "reader": {"query": question}})["reader"]
        spoken = [a for a in answers["answers"] if a.data]
        return Found(
            distinct(a.document.meta["article_id"] for a in spoken), spoken[0].data if spoken else None
        )

    return answered


def tell_segments(reader: TransformersExtractiveReader) -> None:
    """Tell the model which tokens are the passage, as it was trained: Haystack's reader leaves that out."""
    model, separator = reader.model, reader.tokenizer.sep_token_id
    forward = model.forward

    def with_segments(input_ids, **rest):
        after = (input_ids == separator).int().cumsum(-1) - (input_ids == separator).int()
        return forward(input_ids=input_ids, token_type_ids=(after > 0).long(), **rest)

    model.forward = with_segments


def embedder():
    component = SentenceTransformersDocumentEmbedder(model=weights_folder(), progress_bar=False)
    component.warm_up()
    return lambda texts: [
        d.embedding for d in component.run([Document(content=t) for t in texts])["documents"]
    ]


if __name__ == "__main__":
    run(
        Peer(
            packages=("haystack-ai", "sentence-transformers-haystack", "transformers-haystack"),
            build=build,
            ways={"dense": find, "hybrid": find_by_both, "reader": answer},
            embedder=embedder,
        )
    )
