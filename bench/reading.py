"""How fast files become passages, without embedding, beside another checkout of the project.

    python -m bench.reading PATH... [--against CHECKOUT] [--runs 3] [--store]

With --store the articles are stored and both search indexes derived too, with vectors that cost nothing.

Each run is a process of its own, and the runs of the two checkouts take turns. The time is that of the
processor, child processes counted in: other work on the machine moves it little. Prints a table.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--against", type=Path, help="a folder with another version of the code")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--store", action="store_true")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.once:
        print(json.dumps(stored_once(options.paths) if options.store else once(options.paths)))
        return
    checkouts = [HERE, *([options.against.resolve()] if options.against else [])]
    print(
        "| corpus | code | articles | passages | words to embed | processor | clock |\n|---|---|"
        + "---:|" * 5
    )
    for path in options.paths:
        runs: dict[Path, list[dict[str, float]]] = {checkout: [] for checkout in checkouts}
        for _ in range(options.runs):
            for checkout, told in runs.items():
                told.append(run(checkout, path.resolve(), store=options.store))
        for checkout, told in runs.items():
            cpu_s, wall_s = (statistics.median(one[name] for one in told) for name in ("cpu_s", "wall_s"))
            name = "this" if checkout == HERE else "other"
            print(
                f"| {path.name} | {name} | {told[0]['articles']:.0f} | {told[0]['passages']:.0f} "
                f"| {told[0]['words']:,.0f} | {cpu_s:.2f} s | {wall_s:.2f} s |",
                flush=True,
            )


def run(checkout: Path, path: Path, *, store: bool = False) -> dict[str, float]:
    """One run of the code in the checkout."""
    how = ["--once", "--store"] if store else ["--once"]
    command = [sys.executable, str(Path(__file__).resolve()), *how, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    told = subprocess.run(command, cwd=checkout, env=environment, check=True, stdout=subprocess.PIPE)
    figures: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return figures


def once(paths: Sequence[Path]) -> dict[str, float]:
    """Figures of reading and cutting all articles of the paths, in this process."""
    from index.loading.files import load
    from index.passages.chunking import chunk, embedded_text
    from index.types import Article

    articles = passages = words = 0
    began, began_s = time.perf_counter(), processor_s()
    for path in paths:
        for one in load(str(path)):
            if isinstance(one, Article):
                cut = chunk(one)
                articles += 1
                passages += len(cut)
                words += sum(len(embedded_text(passage).split()) for passage in cut)
    return {
        "articles": articles,
        "passages": passages,
        "words": words,
        "cpu_s": processor_s() - began_s,
        "wall_s": time.perf_counter() - began,
    }


def stored_once(paths: Sequence[Path]) -> dict[str, float]:
    """Figures of reading, cutting, storing and deriving, in this process."""
    import numpy as np

    from index.ingest import ingest
    from index.loading.files import load
    from index.store.embedded import EmbeddedStore
    from index.types import Vectors

    class Idle:
        name, dimension, words = "idle", 384, 0
        pool = np.random.default_rng(0).normal(size=(5000, 384)).astype(np.float32)

        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            self.words += sum(len(text.split()) for text in texts)
            rows = np.resize(self.pool, (len(texts), self.dimension))
            vectors: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
            return vectors

        def embed_question(self, text: str) -> Vectors:
            return self.embed_passages([text])

    embedder = Idle()
    with TemporaryDirectory() as directory:
        began, began_s = time.perf_counter(), processor_s()
        store = EmbeddedStore.open(Path(directory), embedder_name=embedder.name, dimension=embedder.dimension)
        ingest((one for path in paths for one in load(str(path))), store, embedder)
        store.flush()
        took_s, cpu_s = time.perf_counter() - began, processor_s() - began_s
        count = store.count()
        store.close()
    figures = {"articles": count.articles, "passages": count.passages, "words": embedder.words}
    return {**figures, "cpu_s": cpu_s, "wall_s": took_s}


def processor_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
