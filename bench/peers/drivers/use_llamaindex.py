"""LlamaIndex: VectorStoreIndex and its retriever; passages of 256 tokens, the most that the model reads."""

from pathlib import Path

from harness import FOUND, Found, Peer, Way, articles, distinct, run, weights_folder
from llama_index.core import Document, Settings, StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding

CHUNK_TOKENS = 256  # by default 1024 and 200 overlapping, of which the model would read the first quarter
OVERLAP_TOKENS = 50


def embedding() -> HuggingFaceEmbedding:
    return HuggingFaceEmbedding(model_name=weights_folder())


def build(corpus: Path, folder: Path) -> int:
    Settings.embed_model = embedding()
    Settings.chunk_size, Settings.chunk_overlap = CHUNK_TOKENS, OVERLAP_TOKENS
    documents = [Document(text=a.text, id_=a.id) for a in articles(corpus)]
    index = VectorStoreIndex.from_documents(documents)
    index.storage_context.persist(str(folder))
    return len(index.docstore.docs)


def find(folder: Path) -> Way:
    Settings.embed_model = embedding()
    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=str(folder)))
    retriever = index.as_retriever(similarity_top_k=FOUND)
    return lambda question: Found(distinct(n.node.ref_doc_id for n in retriever.retrieve(question)))


if __name__ == "__main__":
    run(
        Peer(
            packages=("llama-index-core", "llama-index-embeddings-huggingface"),
            build=build,
            ways={"dense": find},
            embedder=lambda: embedding().get_text_embedding_batch,
        )
    )
