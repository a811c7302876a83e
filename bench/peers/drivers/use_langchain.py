"""LangChain: recursive splitter, FAISS, retriever; sizes of its own retrieval tutorial (1000, 200)."""

from pathlib import Path

from harness import FOUND, Found, Peer, Way, articles, distinct, run, weights_folder
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter


def embeddings() -> HuggingFaceEmbeddings:
    return HuggingFaceEmbeddings(model_name=weights_folder())


def build(corpus: Path, folder: Path) -> int:
    documents = [Document(a.text, metadata={"article_id": a.id}) for a in articles(corpus)]
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    passages = splitter.split_documents(documents)
    FAISS.from_documents(passages, embeddings()).save_local(str(folder))
    return len(passages)


def find(folder: Path) -> Way:
    store = FAISS.load_local(str(folder), embeddings(), allow_dangerous_deserialization=True)
    retriever = store.as_retriever(search_kwargs={"k": FOUND})
    return lambda question: Found(distinct(d.metadata["article_id"] for d in retriever.invoke(question)))


if __name__ == "__main__":
    run(
        Peer(
            packages=("langchain", "langchain-core", "langchain-community", "faiss-cpu"),
            build=build,
            ways={"dense": find},
            embedder=lambda: embeddings().embed_documents,
        )
    )
