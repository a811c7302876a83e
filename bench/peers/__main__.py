"""The same work done by the systems one would pick instead: python -m bench.peers DATA

DATA is a folder with corpus.jsonl(.gz) and questions.jsonl(.gz), as `citebot evaluate` reads them. Every
peer runs in its own environment, one after another; a step that is done is kept and not done again.
Writes peers.json and peers.md. See bench/peers/README.md for what is measured and how.
"""

import argparse
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from bench import RESULTS
from bench.peers.environments import HERE, EnvironmentFailed, PythonMissing, prepare_reader
from bench.peers.measuring import Competitor, PeerFailed, measure
from bench.peers.report import as_markdown
from bench.peers.sample import Sample, take_sample
from evaluation.machine import machine

WORK = HERE / ".work"
PEERS = (
    Competitor("citebot", "Citebot", ("hybrid", "reader")),
    Competitor("langchain", "LangChain (FAISS)", ("dense",)),
    Competitor("llamaindex", "LlamaIndex", ("dense",)),
    Competitor("haystack", "Haystack", ("dense", "hybrid", "reader")),
    Competitor("txtai", "txtai", ("dense", "hybrid", "reader")),
    Competitor("haiku", "haiku.rag (Python 3.12)", ("dense", "hybrid"), python_version="3.12"),
)


def main(arguments: list[str] | None = None) -> int:
    options = parse_arguments(arguments)
    measured_on = machine()
    try:
        corpus, questions = (find_file(options.data, name) for name in ("corpus", "questions"))
        sample = take_sample(
            corpus, questions, WORK / "sample", options.limit_articles, options.limit_questions
        )
    except (OSError, ValueError) as error:
        print(f"bench.peers: {error}", file=sys.stderr)
        return 2
    work = WORK / sample.digest
    if options.fresh:
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    figures: dict[str, dict[str, Any]] = {}
    not_measured: dict[str, str] = {}
    try:
        prepare_reader()
        for peer in PEERS:
            if peer.name not in options.peers:
                continue
            try:
                figures[peer.name] = measure_or_report(peer, sample, work)
            except PythonMissing as missing:
                print(f"{peer.name}: {missing}", file=sys.stderr)
                not_measured[peer.title] = str(missing)
    except EnvironmentFailed as error:
        print(f"bench.peers: {error}", file=sys.stderr)
        return 1
    results = {
        **measured_on,
        "articles": sample.articles,
        "questions": sample.asked,
        "sample": sample.digest,
        "peers": figures,
        "not_measured": not_measured,
    }
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "peers.json").write_text(json.dumps(results, indent=2) + "\n")
    (options.out / "peers.md").write_text(as_markdown(results))
    print(as_markdown(results))
    return 1 if any("error" in peer for peer in figures.values()) else 0


def measure_or_report(peer: Competitor, sample: Sample, work: Path) -> dict[str, Any]:
    """The peer's figures, or why there are none: one that fails does not stop the others."""
    try:
        return measure(peer, sample, work)
    except PeerFailed as error:
        print(f"{peer.name}: {error}", file=sys.stderr)
        return {"title": peer.title, "error": str(error)}


def find_file(data: Path, name: str) -> Path:
    """The file of this name in the folder, packed or not. Raises OSError."""
    found = next((f for end in ("jsonl", "jsonl.gz") if (f := data / f"{name}.{end}").is_file()), None)
    if not found:
        raise OSError(f"expected {name}.jsonl or {name}.jsonl.gz in {data}: give the folder of a data set")
    return found


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    names = [peer.name for peer in PEERS]
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("data", type=Path, help="folder with a corpus and its questions")
    parser.add_argument("--limit-articles", type=positive_int, metavar="N", help="not all articles")
    parser.add_argument("--limit-questions", type=positive_int, metavar="N", help="not all questions")
    parser.add_argument("--peers", nargs="+", choices=names, default=names, help="only these")
    parser.add_argument("--fresh", action="store_true", help="measure again what was measured")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results go")
    return parser.parse_args(arguments)


def positive_int(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number from 1, got {text!r}")
    return int(text)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("bench.peers: stopped; the same command goes on from here")
