"""The cost curves as a table and a plot."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.machine import describe

AIM_P95_MS, AIM_RECALL, AIM_MIB = 25, 0.99, 2560
_ROWS = (
    ("cut and store", "cut_and_store_s", "s"),
    ("derive both indexes", "derive_s", "s"),
    ("peak memory of building", "peak_building_mib", "MiB"),
    ("truth (SQLite)", "truth_mb", "MB"),
    ("dense (FAISS)", "dense_mb", "MB"),
    ("keyword (Tantivy)", "keyword_mb", "MB"),
    ("open and first search", "open_and_first_search_s", "s"),
    ("search, p50", "search_p50_ms", "ms"),
    (f"**search, p95** (aim {AIM_P95_MS})", "search_p95_ms", "ms"),
    ("search, mean of all cores' time", "search_cpu_ms", "ms"),
    ("search in 1 % of the articles, p95", "search_1_percent_p95_ms", "ms"),
    ("search in 99 % of the articles, p95", "search_99_percent_p95_ms", "ms"),
    (f"**recall@10** (aim {AIM_RECALL})", "recall_at_10", ""),
    ("recall@50", "recall_at_50", ""),
    ("memory of a reader, mapped files included", "reader_mib", "MiB"),
    ("its own, without mapped files", "reader_own_mib", "MiB"),
    (f"**with both models, peak** (aim {AIM_MIB})", "answering_peak_mib", "MiB"),
    ("whole answer, p50", "answer_p50_ms", "ms"),
    ("whole answer, p95", "answer_p95_ms", "ms"),
    ("write one article", "write_one_article_ms", "ms"),
    ("first search after it", "search_after_write_ms", "ms"),
    ("save a small change", "flush_after_small_change_s", "s"),
    ("cosine of the nearest, 10th, 50th", ("cosine_of_1", "cosine_of_10", "cosine_of_50"), ""),
)


def write_report(folder: Path, about: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> None:
    """scale.json, scale.md and scale.svg."""
    folder.mkdir(exist_ok=True)
    (folder / "scale.json").write_text(json.dumps({**about, "sizes": rows}, indent=2) + "\n")
    (folder / "scale.md").write_text(as_markdown(about, rows))
    plot(folder / "scale.svg", rows)


def as_markdown(about: Mapping[str, object], rows: Sequence[Mapping[str, object]]) -> str:
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
        "| passages | " + " | ".join(f"{row['passages']:,}" for row in rows) + " |",
        "|---|" + "---:|" * len(rows),
    ]
    for name, keys, unit in _ROWS:
        keys = (keys,) if isinstance(keys, str) else keys
        cells = [
            ", ".join(str(row.get(key, "–")) for key in keys) + (f" {unit}" if unit else "") for row in rows
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def plot(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    try:
        import matplotlib
    except ImportError:
        print(f"no plot in {path}: install matplotlib", file=sys.stderr)
        return
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "scale"
    from matplotlib import pyplot

    panels = (
        ("index time without embedding, s", ("cut_and_store_s", "derive_s"), None),
        ("memory, MiB", ("peak_building_mib", "reader_mib", "answering_peak_mib"), AIM_MIB),
        ("disk, MB", ("truth_mb", "dense_mb", "keyword_mb"), None),
        ("search, ms", ("search_p50_ms", "search_p95_ms", "search_1_percent_p95_ms"), AIM_P95_MS),
        ("recall against exact search", ("recall_at_10", "recall_at_50"), AIM_RECALL),
        ("whole answer, ms", ("answer_p50_ms", "answer_p95_ms"), None),
    )
    figure, axes = pyplot.subplots(2, 3, figsize=(13, 7), layout="constrained")
    passages = [row["passages"] for row in rows]
    for axis, (title, names, aim) in zip(axes.flat, panels, strict=True):
        for name in names:
            axis.plot(passages, [row[name] for row in rows], marker="o", label=name.replace("_", " "))
        if aim is not None:
            axis.axhline(aim, linestyle=":", color="grey", label=f"aim {aim}")
        axis.set(title=title, xscale="log", xlabel="passages")
        if "recall" in title:
            axis.set_ylim(0.9, 1.005)
        elif "memory" not in title:
            axis.set_yscale("log")
        axis.grid(alpha=0.3)
        axis.legend(fontsize="small")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
