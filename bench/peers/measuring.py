"""Runs one peer's script, each step in a process of its own; what is done is kept and not done again."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from bench.peers.environments import (
    CITEBOT,
    DRIVERS,
    OWN_PACKAGES,
    ROOT,
    base_versions,
    installed_mib,
    prepare_environment,
    size_bytes,
)
from bench.peers.sample import Sample
from bench.peers.scoring import embed_figures, index_figures, way_figures

COLD_STARTS = 3
REFERENCE = "embed_reference.py"


class PeerFailed(Exception):
    """A peer's script stopped; the message is the last that it said."""


@dataclass(frozen=True, slots=True)
class Competitor:
    """A peer, as the tables name it, its ways of asking, and the Python it needs if not the one here."""

    name: str
    title: str
    ways: Sequence[str]
    python_version: str | None = None

    @property
    def driver(self) -> Path:
        return DRIVERS / f"use_{self.name}.py"


def measure(peer: Competitor, sample: Sample, work: Path) -> dict[str, Any]:
    """All figures of one peer on the sample. Raises PeerFailed, PythonMissing and EnvironmentFailed."""
    python = prepare_environment(peer.name, peer.python_version)
    folder = work / f"{peer.name}-{_fingerprint(peer)}"
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / "index"
    script = [str(python), str(peer.driver)]

    def built() -> dict[str, Any]:
        shutil.rmtree(index, ignore_errors=True)
        return _run([*script, "index", str(sample.corpus), str(index)])

    indexed = _cached(folder / "index.json", built)
    ways = {}
    for way in peer.ways:
        asking = [*script, "ask", str(index), way, str(sample.questions)]
        asked = _cached(folder / f"{way}.json", partial(_run, asking))
        cold = _cached(folder / f"{way}-cold.json", partial(_measure_cold_starts, script, index, way, sample))
        ways[way] = way_figures(way, asked, sample.questions, cold["cold_s"])
    vectors = folder / "vectors.npy"
    embedding = [*script, "embed", str(sample.passages), str(vectors)]
    embedded = _cached(folder / "embed.json", partial(_run, embedding))
    return {
        "title": peer.title,
        "versions": {**indexed["versions"], **base_versions(peer.name)},
        "installed_mib": installed_mib(peer.name),
        "index": index_figures(indexed, sample.articles, size_bytes([index])),
        "ways": ways,
        "embed": embed_figures(embedded, _load(vectors), _load(_reference_vectors(sample, work))),
    }


def _reference_vectors(sample: Sample, work: Path) -> Path:
    """The float32 vectors of the sample's passages."""
    vectors = work / "reference.npy"
    if not vectors.exists():
        script = [str(prepare_environment(CITEBOT)), str(DRIVERS / REFERENCE)]
        _run([*script, "embed", str(sample.passages), str(vectors)])
    return vectors


def _fingerprint(peer: Competitor) -> str:
    """Changes with the scripts, the versions and, for Citebot, with its code: then all is measured anew."""
    files = [peer.driver, DRIVERS / "harness.py"]
    if peer.name == CITEBOT:
        files += sorted(file for package in OWN_PACKAGES for file in (ROOT / package).rglob("*.py"))
    installed = prepare_environment(peer.name, peer.python_version).parent.parent / ".installed"
    digest = sha256(installed.read_bytes())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _cached(file: Path, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the step gave when it was last done, or gives now."""
    if not file.exists():
        print(f"{file.parent.name.rpartition('-')[0]}: {file.stem} ...", file=sys.stderr, flush=True)
        figures = step()
        unfinished = file.with_suffix(".part")
        unfinished.write_text(json.dumps(figures))
        unfinished.replace(file)
    done: dict[str, Any] = json.loads(file.read_text())
    return done


def _run(command: list[str]) -> dict[str, Any]:
    """What the script prints last, and how long it took from start to end."""
    began = time.perf_counter()
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True)
    wall_s = time.perf_counter() - began
    if done.returncode:
        raise PeerFailed(_last_line(done.stderr))
    return {**json.loads(done.stdout.splitlines()[-1]), "wall_s": wall_s}


def _measure_cold_starts(script: list[str], index: Path, way: str, sample: Sample) -> dict[str, Any]:
    """Seconds from starting the program to its first answer, several times."""
    with sample.questions.open(encoding="utf-8") as lines:
        question = json.loads(next(lines))["question"]
    command = [*script, "cold", str(index), way, question]
    return {"cold_s": [_first_answer_s(command) for _ in range(COLD_STARTS)]}


def _first_answer_s(command: list[str]) -> float:
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for line in process.stdout or ():
            if line.strip() == "answered":
                took_s = time.perf_counter() - began
                process.communicate()
                return took_s
    raise PeerFailed(f"{' '.join(command[1:4])} ended without an answer")


def _environment() -> dict[str, str]:
    """The same threads for everyone, no hub, nothing sent home."""
    cores = str(os.cpu_count())
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {
        **inherited,
        "OMP_NUM_THREADS": cores,
        "MKL_NUM_THREADS": cores,
        "RAYON_NUM_THREADS": cores,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
    }


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "it said nothing")


def _load(vectors: Path) -> Any:
    import numpy as np

    return np.load(vectors)
