"""Citebot through its own Python interface: ingest, search and fuse, and the Answerer."""

import sys
from pathlib import Path

from harness import FOUND, Found, Peer, Way, distinct, run

sys.path.append(str(Path(__file__).parents[3]))  # the checkout, whose requirements are installed

from index.embedding.embedder import load_embedder
from index.ingest import ingest
from index.loading.files import load
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC_ONLY
from retrieval.answerer import SEARCHED, Answerer
from retrieval.reading.reader import load_reader
from retrieval.search.fusion import fuse


def build(corpus: Path, folder: Path) -> int:
    embedder = load_embedder()
    store = EmbeddedStore.open(folder, embedder_name=embedder.name, dimension=embedder.dimension)
    ingest(load(str(corpus)), store, embedder)
    passages = store.count().passages
    store.close()
    return passages


def find(folder: Path) -> Way:
    """The articles of the fused passages, before anything is read."""
    embedder = load_embedder()
    store = EmbeddedStore.open(folder)

    def found(question: str) -> Found:
        vector = embedder.embed_question(question)
        hits = store.search(vector, question, PUBLIC_ONLY, SEARCHED)
        cosines = {hit.passage.id: hit.score for hit in hits.dense}
        if unknown := [hit.passage.id for hit in hits.keyword if hit.passage.id not in cosines]:
            cosines |= dict(zip(unknown, (store.vectors(unknown) @ vector).tolist(), strict=True))
        return Found(distinct(c.passage.source.article_id for c in fuse(hits, cosines, FOUND)))

    return found


def answer(folder: Path) -> Way:
    embedder = load_embedder()
    answerer = Answerer(EmbeddedStore.open(folder), embedder, load_reader())

    def answered(question: str) -> Found:
        said = answerer.answer(question)
        return Found(said.retrieved, said.statements[0].text if said.statements else None)

    return answered


if __name__ == "__main__":
    run(
        Peer(
            packages=("sentence-transformers", "faiss-cpu", "tantivy", "onnxruntime"),
            build=build,
            ways={"hybrid": find, "reader": answer},
            embedder=lambda: load_embedder().embed_passages,
        )
    )
