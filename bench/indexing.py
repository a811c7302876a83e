"""How fast articles become an index, and how much of that is embedding: python -m bench.indexing [PATH...]

Writes bench/results/indexing.json and indexing.md. Each figure is of the machine named beside it.
"""

import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench import table, timed_ms, write_results
from bench.answering import QUESTIONS
from evaluation.machine import describe, machine, peak_rss_mib
from index.embedding.embedder import load_embedder
from index.ingest import Progress, ingest
from index.loading.files import load
from index.passages.chunking import embedded_text
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC_ONLY, Embedder, Loaded, Vectors

SEARCHES = 90
ALONE = 20_000  # passages embedded once more without anything else, at most


def main(origins: list[str]) -> None:
    figures = {**machine(), "corpus": ", ".join(Path(origin).name for origin in origins), **measure(origins)}
    write_results("indexing", figures, as_markdown(figures))


def measure(origins: Sequence[str]) -> dict[str, object]:
    began = time.perf_counter()
    embedder = TimedEmbedder(load_embedder())
    embedder.embed_passages(["warm up"])
    loaded_s = time.perf_counter() - began
    embedder.busy_s = 0.0
    with tempfile.TemporaryDirectory() as directory:
        store = EmbeddedStore.open(Path(directory), embedder_name=embedder.name, dimension=embedder.dimension)

        began = time.perf_counter()
        report = ingest(load_articles(origins), store, embedder, on_progress=show_progress)
        ingest_s = time.perf_counter() - began
        embedding_s = embedder.busy_s

        began = time.perf_counter()
        store.flush()
        derive_s = time.perf_counter() - began
        indexing_peak_mib = peak_rss_mib()

        began = time.perf_counter()
        ingest(load_articles(origins), store, embedder)
        again_s = time.perf_counter() - began

        passages = store.count().passages
        ids = report.added
        texts = [embedded_text(p) for i in ids for p in store.article_passages(i)][:ALONE]
        began = time.perf_counter()
        embedder.embed_passages(texts)
        alone_s = time.perf_counter() - began
        search_ms = [
            timed_ms(embed_and_search, store, embedder, question)
            for question in itertools.islice(itertools.cycle(QUESTIONS), SEARCHES)
        ]
        stats = store.stats()
        store.close()
    return {
        "articles": len(ids),
        "failed": len(report.failed),
        "passages": passages,
        "load_embedder_s": round(loaded_s, 2),
        "ingest_s": round(ingest_s, 2),
        "derive_s": round(derive_s, 2),
        "passages_per_s": round(passages / (ingest_s + derive_s), 1),
        "inside_embedder": round(embedding_s / (ingest_s + derive_s), 3),
        "embedder_alone_passages_per_s": round(len(texts) / alone_s, 1),
        "unchanged_again_s": round(again_s, 2),
        "embed_and_search_p50_ms": round(statistics.median(search_ms), 1),
        "peak_rss_mib": indexing_peak_mib,
        "truth_mb": round(stats.truth_bytes / 1e6, 1),
        "dense_mb": round(stats.dense_bytes / 1e6, 1),
        "keyword_mb": round(stats.keyword_bytes / 1e6, 1),
    }


class TimedEmbedder:
    """An embedder and the seconds spent inside it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.dimension = embedder.name, embedder.dimension
        self.busy_s = 0.0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        began = time.perf_counter()
        try:
            return self._embedder.embed_passages(texts)
        finally:
            self.busy_s += time.perf_counter() - began

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)


def load_articles(origins: Sequence[str]) -> Iterator[Loaded]:
    return (article for origin in origins for article in load(origin))


def embed_and_search(store: EmbeddedStore, embedder: Embedder, question: str) -> None:
    store.search(embedder.embed_question(question), question, PUBLIC_ONLY, 50)


def show_progress(progress: Progress) -> None:
    if progress.articles % 20 == 0:
        print(f"\r{progress.articles} articles, {progress.passages} passages", end="", file=sys.stderr)


def as_markdown(figures: dict[str, object]) -> str:
    rows = (
        ("passages a second, everything included", f"{figures['passages_per_s']}"),
        ("passages a second, the embedder alone", f"{figures['embedder_alone_passages_per_s']}"),
        ("share of the time inside the embedder", f"{figures['inside_embedder']}"),
        ("load, cut, embed and store", f"{figures['ingest_s']} s"),
        ("derive both indexes", f"{figures['derive_s']} s"),
        ("second run, all unchanged", f"{figures['unchanged_again_s']} s"),
        ("load the embedder", f"{figures['load_embedder_s']} s"),
        ("embed a question and search, p50", f"{figures['embed_and_search_p50_ms']} ms"),
        ("peak memory", f"{figures['peak_rss_mib']} MiB"),
        ("truth (SQLite)", f"{figures['truth_mb']} MB"),
        ("dense (FAISS)", f"{figures['dense_mb']} MB"),
        ("keyword (Tantivy)", f"{figures['keyword_mb']} MB"),
    )
    lines = [
        f"# Indexing {figures['corpus']}: {figures['articles']} articles, {figures['passages']} passages",
        "",
        f"{describe(figures)}.",
        "",
        *table(("", "measured"), rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:] or ["seeds"])
