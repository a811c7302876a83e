"""The figures of all peers as tables, each beside Citebot's."""

from collections.abc import Callable, Iterator
from typing import Any

from bench import table
from bench.peers.environments import FOR_GPUS
from bench.peers.scoring import READER, chance_points
from evaluation.machine import describe

BASE = "citebot"
FIND = "hybrid"  # Citebot's way of asking that finds and does not read
COMPARED = 0.999  # vectors further from float32 are not the same work

Row = list[str]


def as_markdown(results: dict[str, Any]) -> str:
    """Three tables: indexing, asking, embedding alone."""
    peers = {name: peer for name, peer in results["peers"].items() if "error" not in peer}
    lines = [
        f"# Beside other systems: {results['articles']} articles, {results['questions']} questions",
        "",
        f"{describe(results)}. Same articles, questions, embedding weights and number of threads; one "
        "process at a time. In brackets: how many times Citebot's figure.",
        "",
        "## Indexing",
        "",
        *table(
            ["", "passages", "time", "passages/s", "articles/s", "peak memory", "index", "installed"],
            [indexing_row(peers, name) for name in peers],
        ),
        "",
        *gpu_build_note(peers),
        "## Asking",
        "",
        "hit@1, hit@5: an article known to be relevant is first, among the first five. Right: the answer "
        f"holds an accepted one. With {results['questions']} questions, shares less than "
        f"{chance_points(results['questions'])} points apart may differ by chance.",
        "",
        *table(
            ["", "hit@1", "hit@5", "answered", "right", "p50", "p95", "cold start", "peak memory"],
            list(asking_rows(peers)),
        ),
        "",
        "## Embedding alone",
        "",
        *table(
            ["", "passages/s", "least cosine to float32", "mean"],
            [embedding_row(peers, name) for name in peers],
        ),
        "",
        *fastest_peer(peers),
        "## Versions",
        "",
        *(
            f"- {p['title']}: {', '.join(f'{n} {v}' for n, v in p['versions'].items())}"
            for p in peers.values()
        ),
        *failure_lines(results),
    ]
    return "\n".join(lines) + "\n"


def indexing_row(peers: dict[str, Any], name: str) -> Row:
    index = peers[name]["index"]

    def beside(figure: str, unit: str) -> str:
        return with_ratio(index[figure], unit, base_figure(peers, lambda peer: peer["index"][figure]))

    installed = base_figure(peers, lambda peer: peer["installed_mib"])
    return [
        peers[name]["title"],
        f"{index['passages']:,}",
        beside("wall_s", " s"),
        beside("passages_per_s", ""),
        beside("articles_per_s", ""),
        beside("peak_mib", " MiB"),
        beside("size_mib", " MiB"),
        with_ratio(peers[name]["installed_mib"], " MiB", installed),
    ]


def asking_rows(peers: dict[str, Any]) -> Iterator[Row]:
    """First everyone's ways of finding, then of reading, each compared with Citebot's of that kind."""
    for reading in (False, True):
        for peer in peers.values():
            for way, figures in peer["ways"].items():
                if (way == READER) == reading:
                    yield asking_row(peers, f"{peer['title']}, {way}", figures, READER if reading else FIND)


def asking_row(peers: dict[str, Any], title: str, figures: dict[str, Any], base: str) -> Row:
    def beside(figure: str, unit: str) -> str:
        return with_ratio(figures[figure], unit, base_figure(peers, lambda peer: peer["ways"][base][figure]))

    shares = [f"{figures[k]:.1%}" if k in figures else "" for k in ("hit1", "hit5", "answered", "right")]
    times = [beside("p50_ms", " ms"), beside("p95_ms", " ms"), beside("cold_s", " s")]
    return [title, *shares, *times, beside("peak_mib", " MiB")]


def embedding_row(peers: dict[str, Any], name: str) -> Row:
    embed = peers[name]["embed"]
    base = base_figure(peers, lambda peer: peer["embed"]["passages_per_s"])
    return [
        peers[name]["title"],
        with_ratio(embed["passages_per_s"], "", base),
        f"{embed['least_cosine']:.5f}",
        f"{embed['mean_cosine']:.5f}",
    ]


def fastest_peer(peers: dict[str, Any]) -> list[str]:
    """One sentence: Citebot's embedder against the fastest peer's that does the same work."""
    same = {n: p["embed"] for n, p in peers.items() if p["embed"]["least_cosine"] >= COMPARED}
    others = [name for name in same if name != BASE]
    if BASE not in same or not others:
        return []
    fastest = max(others, key=lambda name: same[name]["passages_per_s"])
    times = same[BASE]["passages_per_s"] / same[fastest]["passages_per_s"]
    return [
        f"At a cosine of at least {COMPARED}, Citebot embeds {times:.2f} times the passages a second of the "
        f"fastest peer ({peers[fastest]['title']}).",
        "",
    ]


def gpu_build_note(peers: dict[str, Any]) -> list[str]:
    """Who has PyTorch as it comes for GPUs, so that nobody takes its weight for the peer's."""
    titles = [
        peer["title"] for peer in peers.values() if peer["versions"].get("torch", "").endswith(FOR_GPUS)
    ]
    if not titles:
        return []
    return [
        f"No CPU build of PyTorch was in reach for {', '.join(titles)}: its build for GPUs, used without "
        "one, takes more memory and longer to start. What only GPUs use is not counted as installed.",
        "",
    ]


def failure_lines(results: dict[str, Any]) -> list[str]:
    failed = {peer["title"]: peer["error"] for peer in results["peers"].values() if "error" in peer}
    reasons = {**results["not_measured"], **failed}
    return (
        ["", "## Not measured", "", *(f"- {name}: {reason}" for name, reason in reasons.items())]
        if reasons
        else []
    )


def base_figure(peers: dict[str, Any], figure: Callable[[dict[str, Any]], float]) -> float | None:
    return figure(peers[BASE]) if BASE in peers else None


def with_ratio(value: float, unit: str, base: float | None) -> str:
    """`12 ms (2.4×)`: the value and how many times Citebot's it is."""
    precise = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{precise}{unit} ({value / base:.2f}×)" if base else f"{precise}{unit}"
