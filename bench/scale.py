"""Cost curves: what an index of N passages costs to build, to hold and to search.

    python -m bench.scale [--sizes 1000,10000,100000,1000000] [--corpus seeds] [--questions FILE.jsonl]

Articles are recombined from the corpus (see bench/recombination.py) and put through `ingest` into an
EmbeddedStore. Each step of each size runs in a process of its own, so that memory is its own; what is
finished is kept in the working folder and not done again. Writes bench/results/scale.json and .md.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import numpy as np

from bench import table, timed_ms, write_results
from bench.answering import QUESTIONS
from bench.recombination import FIRST_DAY, Material, MixingEmbedder, fit_mixing_embedder
from evaluation.machine import ROOT, describe, machine, memory_mib, peak_rss_mib, rss_mib
from index.embedding.embedder import load_embedder
from index.ingest import ingest
from index.store.database import ArticleDatabase
from index.store.embedded import EmbeddedStore
from index.types import PUBLIC_ONLY, Article, SearchFilter, Vectors

K = 50
SEARCHES = 400  # per size at least
EXACT_QUESTIONS = 400  # for recall, at most
STEPS = ("build", "search", "recall")
AIM_P95_MS, AIM_RECALL, AIM_MIB = 25, 0.99, 2560
ROWS = (
    ("cut and store", "s", "cut_and_store_s"),
    ("derive both indexes", "s", "derive_s"),
    ("peak memory of building", "MiB", "peak_building_mib"),
    ("truth (SQLite)", "MB", "truth_mb"),
    ("dense (FAISS)", "MB", "dense_mb"),
    ("keyword (Tantivy)", "MB", "keyword_mb"),
    ("open and first search", "s", "open_and_first_search_s"),
    ("search, p50", "ms", "search_p50_ms"),
    (f"**search, p95** (aim {AIM_P95_MS})", "ms", "search_p95_ms"),
    ("search, mean of all cores' time", "ms", "search_cpu_ms"),
    ("search in 1 % of the articles, p95", "ms", "search_1_percent_p95_ms"),
    ("search in 99 % of the articles, p95", "ms", "search_99_percent_p95_ms"),
    (f"**recall@10** (aim {AIM_RECALL})", "", "recall_at_10"),
    ("recall@50", "", "recall_at_50"),
    ("memory of a reader, mapped files included", "MiB", "reader_mib"),
    ("its own, without mapped files", "MiB", "reader_own_mib"),
    (f"**with both models, peak** (aim {AIM_MIB})", "MiB", "answering_peak_mib"),
    ("whole answer, p50", "ms", "answer_p50_ms"),
    ("whole answer, p95", "ms", "answer_p95_ms"),
    ("write one article", "ms", "write_one_article_ms"),
    ("first search after it", "ms", "search_after_write_ms"),
    ("save a small change", "s", "flush_after_small_change_s"),
    ("cosine of the nearest, 10th, 50th", "", "cosine_of_1", "cosine_of_10", "cosine_of_50"),
)
"""Of the table: name, unit, and the figures shown."""
Figures = dict[str, object]


def main() -> None:
    options = parse_arguments()
    work = Path(options.work)
    if options.step:
        step, size = options.step[0], int(options.step[1])
        figures = {"build": build, "search": search, "recall": recall}[step](options, work, size)
        print(json.dumps(figures))
        return
    work.mkdir(parents=True, exist_ok=True)
    about = {"corpus": Path(options.corpus).name, "k": K, **prepare(options, work)}
    for size in (int(size) for size in options.sizes.split(",")):
        for step in STEPS:
            run_step(step, size, work)
        if not options.keep:
            shutil.rmtree(work / str(size), ignore_errors=True)
    rows = [json.loads(file.read_text()) for file in sorted(work.glob("size-*.json"))]
    rows.sort(key=lambda row: row["passages"])
    write_results("scale", {**about, "sizes": rows}, as_markdown(about, rows))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale", description="What an index of N passages costs."
    )
    parser.add_argument("--sizes", default="1000,10000,100000,1000000", help="passages, separated by commas")
    parser.add_argument("--corpus", default="seeds", help="real articles: whatever `citebot index add` takes")
    parser.add_argument(
        "--questions", help='JSON lines with "question", plain or .gz; default: 18 about the seeds'
    )
    parser.add_argument("--work", default="build/scale", help="where indexes and finished steps are kept")
    parser.add_argument("--keep", action="store_true", help="keep the indexes (1,000,000 passages: 4 GB)")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def run_step(step: str, size: int, work: Path) -> None:
    """Have a process of its own do the step, unless it is done; add its figures to the size's file."""
    kept = work / f"size-{size}.json"
    figures = json.loads(kept.read_text()) if kept.exists() else {"asked": size, "steps": []}
    if step in figures["steps"]:
        return
    print(f"{size} passages: {step}", file=sys.stderr, flush=True)
    measured_on = machine()
    command = [sys.executable, "-m", "bench.scale", *sys.argv[1:], "--step", step, str(size)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    figures |= json.loads(done.stdout) | {f"{step}_machine": measured_on}
    figures["steps"].append(step)
    kept.write_text(json.dumps(figures, indent=2) + "\n")


def prepare(options: argparse.Namespace, work: Path) -> Figures:
    """Embed sentences and questions once, for every size."""
    real = load_embedder()
    material = Material.of(options.corpus)
    _, likeness = fit_mixing_embedder(material, real, work / "sentences.npz")
    texts = read_questions(options.questions)
    np.save(work / "questions.npy", np.stack([real.embed_question(text) for text in texts]))
    (work / "questions.json").write_text(json.dumps(texts))
    return {
        "real_articles": len(material.titles),
        "real_sentences": sum(map(len, material.sentences)),
        "questions": len(texts),
        "cosine_of_mixed_vectors": likeness.with_error,
        "cosine_of_plain_means": likeness.of_the_mean,
    }


def read_questions(path: str | None) -> list[str]:
    if path is None:
        return list(QUESTIONS)
    import gzip

    with gzip.open(path, "rt") if path.endswith(".gz") else open(path) as lines:
        return [json.loads(line)["question"] for line in lines if line.strip()]


# The steps


def build(options: argparse.Namespace, work: Path, size: int) -> Figures:
    """Index time without embedding, memory and disk."""
    directory = work / str(size)
    shutil.rmtree(directory, ignore_errors=True)
    material = Material.of(options.corpus)
    mixer, _ = fit_mixing_embedder(material, CachedVectors(), work / "sentences.npz")
    timed = TimedMixingEmbedder(mixer)
    store = EmbeddedStore.open(directory, embedder_name=mixer.name, dimension=mixer.dimension)
    before = rss_mib()
    began = time.perf_counter()
    made = timed.articles(material, size)
    ingest(made, store, timed)
    stored_s = time.perf_counter() - began - timed.outside_s
    store_peak = peak_rss_mib()
    began = time.perf_counter()
    store.flush()
    derived_s = time.perf_counter() - began
    began = time.perf_counter()
    store.search(mixer.embed_question("convoy"), "convoy", PUBLIC_ONLY, K)
    first_search_s = time.perf_counter() - began
    after_write_ms = [measure_search_after_write(store, material, mixer, i) for i in range(5)]
    stats = store.stats()
    began = time.perf_counter()
    store.close()
    return {
        "passages": stats.count.passages,
        "articles": stats.count.articles,
        "cut_and_store_s": round(stored_s, 2),
        "derive_s": round(derived_s, 2),
        "flush_after_small_change_s": round(time.perf_counter() - began, 2),
        "first_search_of_the_writer_s": round(first_search_s, 3),
        "write_one_article_ms": round(float(np.median([w for w, _ in after_write_ms])), 1),
        "search_after_write_ms": round(float(np.median([s for _, s in after_write_ms])), 1),
        "search_after_write_max_ms": round(max(s for _, s in after_write_ms), 1),
        "rss_before_mib": before,
        "peak_storing_mib": store_peak,
        "peak_building_mib": peak_rss_mib(),
        "truth_mb": round(stats.truth_bytes / 1e6, 1),
        "dense_mb": round(stats.dense_bytes / 1e6, 1),
        "keyword_mb": round(stats.keyword_bytes / 1e6, 1),
    }


def measure_search_after_write(
    store: EmbeddedStore, material: Material, embedder: MixingEmbedder, i: int
) -> tuple[float, float]:
    """Milliseconds to put one more article in, and of the first search that sees it."""
    began = time.perf_counter()
    ingest([material.article(10_000_000 + i)], store, embedder)
    written = time.perf_counter()
    store.search(embedder.embed_question("convoy"), "convoy", PUBLIC_ONLY, K)
    return (written - began) * 1000, (time.perf_counter() - written) * 1000


def search(options: argparse.Namespace, work: Path, size: int) -> Figures:
    """Latency of `store.search` and memory of a process that only reads; then a whole answer's."""
    texts = json.loads((work / "questions.json").read_text())
    vectors = np.load(work / "questions.npy")
    narrow = SearchFilter(PUBLIC_ONLY.collections, published_from=FIRST_DAY, published_to=FIRST_DAY)
    broad = SearchFilter(PUBLIC_ONLY.collections, published_from=FIRST_DAY + timedelta(days=1))
    empty_mib = rss_mib()
    store = EmbeddedStore.open(work / str(size), read_only=True)
    began = time.perf_counter()
    store.search(vectors[0], texts[0], PUBLIC_ONLY, K)
    first_s = time.perf_counter() - began
    busy = time.process_time()
    everything = measure_latencies(store, vectors, texts, PUBLIC_ONLY)
    busy_ms = (time.process_time() - busy) * 1000 / len(everything)
    figures: Figures = {
        "open_and_first_search_s": round(first_s, 2),
        **percentiles("search", everything),
        "search_cpu_ms": round(busy_ms, 2),  # of all cores together; other work on the machine does not count
        **percentiles("search_1_percent", measure_latencies(store, vectors, texts, narrow)),
        **percentiles("search_99_percent", measure_latencies(store, vectors, texts, broad)),
        **percentiles("count", [timed_ms(store.count) for _ in range(20)]),
        "reader_empty_mib": empty_mib,
        "reader_mib": rss_mib(),
        "reader_own_mib": memory_mib("RssAnon"),  # without mapped files, which the system may take back
        "reader_peak_mib": peak_rss_mib(),
    }
    return figures | measure_answers(store, texts)


def measure_latencies(
    store: EmbeddedStore, vectors: Vectors, texts: list[str], where: SearchFilter
) -> list[float]:
    rounds = -(-SEARCHES // len(texts))
    store.search(vectors[0], texts[0], where, K)  # what a filter admits is found out once
    return [
        timed_ms(store.search, vector, text, where, K)
        for _ in range(rounds)
        for vector, text in zip(vectors, texts, strict=True)
    ]


def measure_answers(store: EmbeddedStore, texts: list[str]) -> Figures:
    from retrieval.answerer import Answerer
    from retrieval.reading.reader import load_reader

    answerer = Answerer(store, load_embedder(), load_reader())
    for text in texts[:3]:
        answerer.answer(text)
    took = [timed_ms(answerer.answer, text) for text in texts[:100]]
    return {**percentiles("answer", took), "answering_mib": rss_mib(), "answering_peak_mib": peak_rss_mib()}


def recall(options: argparse.Namespace, work: Path, size: int) -> Figures:
    """How much of what an exact search finds the store's dense search finds, and how near it all is."""
    texts = json.loads((work / "questions.json").read_text())[:EXACT_QUESTIONS]
    vectors = np.load(work / "questions.npy")[:EXACT_QUESTIONS]
    store = EmbeddedStore.open(work / str(size), read_only=True)
    exact = exact_cosines(work / str(size) / "truth.sqlite", vectors, K)
    found = [
        [hit.score for hit in store.search(v, t, PUBLIC_ONLY, K).dense]
        for v, t in zip(vectors, texts, strict=True)
    ]
    return {
        "recall_at_10": round(recall_share(found, exact, 10), 4),
        "recall_at_50": round(recall_share(found, exact, K), 4),
        **{f"cosine_of_{rank}": round(float(np.median(exact[:, rank - 1])), 3) for rank in (1, 10, K)},
    }


def exact_cosines(truth: Path, vectors: Vectors, k: int) -> Vectors:
    """The k highest cosines of each question, by comparing with every stored vector."""
    best = np.full((len(vectors), k), -2, dtype=np.float32)
    opened = ArticleDatabase.open(truth, read_only=True, wait_s=10)
    try:
        for _, rows in opened.vectors_since(0):
            both = np.concatenate([best, vectors @ rows.T], axis=1)
            best = -np.partition(-both, k - 1, axis=1)[:, :k]
    finally:
        opened.close()
    return -np.sort(-best, axis=1)


def recall_share(found: list[list[float]], exact: Vectors, k: int) -> float:
    """Share of the first k found that are as near as the k-th nearest: of equals, any counts."""
    nearest = [
        sum(score >= row[k - 1] - 1e-5 for score in scores[:k])
        for scores, row in zip(found, exact, strict=True)
    ]
    return sum(nearest) / (k * len(found))


# What they share


class CachedVectors:
    """Stands for the real embedder where the sentence vectors are cached."""

    name, dimension = "all-MiniLM-L6-v2", 384

    def embed_passages(self, texts: object) -> Vectors:
        raise RuntimeError("sentence vectors are missing: delete the working folder and start again")

    embed_question = embed_passages


class TimedMixingEmbedder:
    """A mixing embedder that counts passages and the seconds of making articles and vectors."""

    def __init__(self, embedder: MixingEmbedder) -> None:
        self._embedder = embedder
        self.name, self.dimension = embedder.name, embedder.dimension
        self.outside_s = 0.0
        self._passages = 0

    def embed_passages(self, texts: list[str]) -> Vectors:
        with self._outside():
            self._passages += len(texts)
            return self._embedder.embed_passages(texts)

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)

    def articles(self, material: Material, passages: int) -> Iterator[Article]:
        """Articles until as many passages have been embedded."""
        number = 0
        while self._passages < passages:
            with self._outside():
                article = material.article(number)
            yield article
            number += 1

    @contextmanager
    def _outside(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.outside_s += time.perf_counter() - began


def percentiles(name: str, took_ms: list[float]) -> Figures:
    p50, p95 = np.percentile(took_ms, [50, 95])
    return {f"{name}_p50_ms": round(float(p50), 2), f"{name}_p95_ms": round(float(p95), 2)}


def as_markdown(about: Figures, rows: Sequence[Figures]) -> str:
    machines = dict.fromkeys(describe(row["search_machine"]) for row in rows)  # type: ignore[arg-type]
    lines = [
        "# What an index of N passages costs",
        "",
        *(f"{one}.  " for one in machines),
        f"Articles recombined from {about['real_sentences']} sentences of {about['real_articles']} articles "
        f"({about['corpus']}); vectors mixed from the sentences' embeddings, cosine to a real embedding of "
        f"the same passage {about['cosine_of_mixed_vectors']} (median; "
        f"{about['cosine_of_plain_means']} before "
        "an error like that of mixing is added). "
        f"{about['questions']} questions, embedded for real; k = {about['k']} from each "
        "list. A search is dense and BM25 together with reading the passages; embedding is not in it. "
        "Recall: against exact search over the stored vectors, of equals any counts.",
        "",
        *table(
            ["passages", *(f"{row['passages']:,}" for row in rows)],
            [
                [
                    name,
                    *(f"{', '.join(str(row.get(key, '–')) for key in keys)} {unit}".strip() for row in rows),
                ]
                for name, unit, *keys in ROWS
            ],
        ),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
