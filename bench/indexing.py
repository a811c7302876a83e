"""How fast articles become an index, and how large it gets: python -m bench.indexing PATH...

Prints what it measures on this machine; nothing is asserted.
"""

import itertools
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from index.embedded import EmbeddedStore
from index.embedding import load_embedder
from index.ingest import Progress, ingest
from index.loading import load
from index.types import Embedder, SearchFilter

QUESTIONS = ("Who attacked the convoy?", "How many people died?", "What did the president say about prices?")


def main(origins: list[str]) -> None:
    started = time.perf_counter()
    embedder = load_embedder()
    print(f"load the embedder     {time.perf_counter() - started:9.2f} s")
    with tempfile.TemporaryDirectory() as directory:
        store = EmbeddedStore.open(Path(directory), embedder_name=embedder.name, dimension=embedder.dimension)

        started = time.perf_counter()
        loaded = (article for origin in origins for article in load(origin))
        report = ingest(loaded, store, embedder, on_progress=show)
        seconds = time.perf_counter() - started
        passages = store.count().passages
        print(f"\ningest                {seconds:9.2f} s  {len(report.added)} articles")
        print(f"                      {passages / seconds:9.1f} passages/s  {passages} passages")

        started = time.perf_counter()
        store.flush()
        print(f"derive both indexes   {time.perf_counter() - started:9.2f} s")

        started = time.perf_counter()
        ingest((article for origin in origins for article in load(origin)), store, embedder)
        print(f"second run, unchanged {time.perf_counter() - started:9.2f} s")

        print(f"embed and search      {search_ms(store, embedder):9.1f} ms  median")
        stats = store.stats()
        for name in ("truth", "dense", "keyword"):
            print(f"{name:<22}{getattr(stats, f'{name}_bytes') / 1e6:9.1f} MB")
        store.close()
    print(f"peak resident memory  {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:9.0f} MiB")


def search_ms(store: EmbeddedStore, embedder: Embedder, times: int = 60) -> float:
    """The median time of embedding a question and searching with it, in milliseconds."""
    times_ms = []
    for question in itertools.islice(itertools.cycle(QUESTIONS), times):
        started = time.perf_counter()
        store.search(embedder.embed_question(question), question, SearchFilter(), 50)
        times_ms.append(1000 * (time.perf_counter() - started))
    return statistics.median(times_ms)


def show(progress: Progress) -> None:
    if progress.articles % 20 == 0:
        print(f"\r{progress.articles} articles, {progress.passages} passages", end="", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:] or ["seeds"])
