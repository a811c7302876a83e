"""The comparison with other systems: what they are given, and how what they give back is counted."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.peers import __main__ as command
from bench.peers import environments
from bench.peers.environments import PythonMissing, base_versions, find_python, installed_mib
from bench.peers.measuring import DRIVERS, Competitor
from bench.peers.report import as_markdown
from bench.peers.sample import Sample, take_sample
from bench.peers.scoring import chance_points, embed_figures, way_figures

TOY_PEER = """
from pathlib import Path
from harness import Found, Peer, articles, run

def build(corpus, folder):
    folder.mkdir()
    found = list(articles(corpus))
    (folder / "ids").write_text(" ".join(article.id for article in found))
    return len(found)

def find(folder):
    ids = (folder / "ids").read_text().split()
    return lambda question: Found(ids, question.upper())

run(Peer(("numpy",), build, {"dense": find}, lambda: lambda texts: [[len(t), 0.0] for t in texts]))
"""


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def data(tmp_path: Path) -> tuple[Path, Path]:
    """Thirty articles of 250 words; six questions, each about two of them, and one without an answer."""
    words = " ".join(["river"] * 250)
    corpus = [{"id": f"a{n}", "title": f"T{n}", "text": f"{words} {n}"} for n in range(30)]
    questions = [
        {
            "id": f"q{n}",
            "question": "?",
            "answers": [str(n)],
            "relevant": [f"a{n}", f"a{n + 10}"],
            "type": "factoid",
        }
        for n in range(6)
    ]
    questions.append({"id": "none", "question": "?", "answers": [], "relevant": [], "type": "null"})
    return write_rows(tmp_path / "corpus.jsonl.gz", corpus), write_rows(
        tmp_path / "questions.jsonl.gz", questions
    )


def taken(data: tuple[Path, Path], folder: Path, articles: int | None, questions: int | None) -> Sample:
    return take_sample(*data, folder, articles, questions)


def test_a_sample_always_holds_the_relevant_articles_of_its_questions(
    data: tuple[Path, Path], tmp_path: Path
) -> None:
    sample = taken(data, tmp_path / "s", 7, 3)

    articles = {row["id"] for row in rows_of(sample.corpus)}
    questions = rows_of(sample.questions)
    assert (sample.articles, sample.asked) == (len(articles), len(questions)) == (7, 3)
    assert {i for row in questions for i in row["relevant"]} <= articles


def test_a_sample_grows_rather_than_leave_out_a_relevant_article(
    data: tuple[Path, Path], tmp_path: Path
) -> None:
    assert taken(data, tmp_path / "s", 1, 3).articles == 6


def test_the_same_sample_is_taken_twice_and_a_larger_one_holds_it(
    data: tuple[Path, Path], tmp_path: Path
) -> None:
    small, again = (taken(data, tmp_path / name, 10, 2) for name in ("small", "again"))
    large = taken(data, tmp_path / "large", 30, 4)

    assert small.corpus.read_bytes() == again.corpus.read_bytes()
    assert small.digest == again.digest != large.digest
    assert [q["id"] for q in rows_of(small.questions)] == [q["id"] for q in rows_of(large.questions)][:2]


def test_only_questions_with_an_article_that_answers_are_asked(
    data: tuple[Path, Path], tmp_path: Path
) -> None:
    sample = taken(data, tmp_path / "s", None, None)

    assert {row["id"] for row in rows_of(sample.questions)} == {f"q{n}" for n in range(6)}


def test_passages_for_embedding_alone_are_stretches_of_110_words(
    data: tuple[Path, Path], tmp_path: Path
) -> None:
    passages = rows_of(taken(data, tmp_path / "s", None, None).passages)

    assert [len(row["text"].split()) for row in passages] == [110] * 60


def test_a_corpus_without_anything_to_ask_about_is_refused(data: tuple[Path, Path], tmp_path: Path) -> None:
    other = write_rows(tmp_path / "other.jsonl.gz", [{"id": "z", "title": "", "text": "words"}])

    with pytest.raises(ValueError, match="no question of type factoid"):
        take_sample(other, data[1], tmp_path / "s", None, None)


def test_hits_answers_and_times_are_counted_as_by_hand(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    asked = [{"id": f"q{n}", "relevant": ["right"], "answers": ["the Nile"]} for n in range(4)]
    questions.write_text("".join(json.dumps(row) + "\n" for row in asked))
    orders = [["right"], ["x", "right"], ["1", "2", "3", "4", "5", "right"], []]
    spoken = ["in the Nile.", "Niles", "", None]
    rows = [
        {"id": f"q{n}", "articles": orders[n], "answer": spoken[n], "took_s": (n + 1) / 1000}
        for n in range(4)
    ]
    printed = {"answers": rows, "peak_mib": 9}
    common = {"questions": 4, "p50_ms": 2.5, "p95_ms": 3.85, "cold_s": 2.0, "cold_runs_s": [1.0, 2.0, 9.0]}

    found = way_figures("dense", printed, questions, [1.0, 2.0, 9.0])
    read = way_figures("reader", printed, questions, [1.0, 2.0, 9.0])

    assert found == {**common, "peak_mib": 9, "hit1": 0.25, "hit5": 0.5}
    assert read == {**common, "peak_mib": 9, "answered": 0.5, "right": 0.25}


def test_vectors_are_compared_by_direction_and_not_by_length() -> None:
    reference = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    vectors = np.array([[7.0, 0.0], [0.6, 0.8]], dtype=np.float32)

    figures = embed_figures({"passages": 2, "took_s": [4.0, 1.0, 0.5]}, vectors, reference)

    assert figures == {"passages": 2, "passages_per_s": 2.0, "least_cosine": 0.8, "mean_cosine": 0.9}


def test_few_questions_leave_much_to_chance() -> None:
    assert (chance_points(100), chance_points(10_000)) == (14, 2)


def test_a_peers_script_indexes_asks_starts_and_embeds(data: tuple[Path, Path], tmp_path: Path) -> None:
    sample = taken(data, tmp_path / "s", 6, 3)
    script = tmp_path / "use_toy.py"
    script.write_text(f"import sys\nsys.path.insert(0, {str(DRIVERS)!r})\n{TOY_PEER}")

    def run(*arguments: object) -> list[str]:
        command = [sys.executable, script, *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()

    index, vectors = tmp_path / "index", tmp_path / "vectors.npy"
    built = json.loads(run("index", sample.corpus, index)[-1])
    answers = json.loads(run("ask", index, "dense", sample.questions)[-1])["answers"]
    started = run("cold", index, "dense", "why?")
    run("embed", sample.passages, vectors)

    ids = [row["id"] for row in rows_of(sample.corpus)]
    assert (built["passages"], built["versions"]) == (6, {"numpy": np.__version__})
    assert [(row["articles"], row["answer"]) for row in answers] == [(ids, "?")] * 3
    assert all(row["took_s"] > 0 for row in answers)
    assert started[0] == "answered"
    assert np.load(vectors)[0].tolist() == [len(rows_of(sample.passages)[0]["text"]), 0.0]


def test_the_report_shows_each_figure_beside_citebots_and_why_a_peer_is_missing() -> None:
    report = as_markdown(RESULTS)

    assert "| Toy | 20 | 30 s (3.00×) |" in report
    assert "| Toy, dense | 40.0% | 80.0% |  |  | 4 ms (2.00×) |" in report
    assert "Citebot embeds 4.00 times the passages a second of the fastest peer (Toy)." in report
    assert "- Broken: ImportError: no such thing" in report
    assert "No CPU build of PyTorch was in reach for Toy: " in report


def test_a_python_that_pyenv_starts_only_when_told_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shim = tmp_path / "python3.99"
    shim.write_text(f'#!/bin/sh\n[ "$PYENV_VERSION" = 3.99 ] && exec {sys.executable} "$@"\n')
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_python("3.99") == sys.executable


def test_a_python_that_does_not_start_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "python3.99"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(PythonMissing, match=r"no `python3\.99` with venv on the PATH"):
        find_python("3.99")


def test_a_peer_whose_python_is_missing_is_reported_and_is_no_failure(
    data: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "VENVS", tmp_path / "venvs")
    monkeypatch.setattr(command, "WORK", tmp_path / "work")
    monkeypatch.setattr(command, "prepare_reader", lambda: None)
    monkeypatch.setattr(command, "PEERS", [Competitor("haiku", "Haiku", ("dense",), "3.99")])

    assert command.main([str(data[0].parent), "--out", str(tmp_path / "out")]) == 0

    report = (tmp_path / "out" / "peers.md").read_text("utf-8")
    assert "- Haiku: it needs Python 3.99, and there is no `python3.99` with venv on the PATH" in report


def test_what_only_gpus_use_is_told_and_not_counted_as_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "VENVS", tmp_path)
    site = tmp_path / "peer" / "lib" / "python3.12" / "site-packages"
    for file, mib in {
        "nvidia/cublas/libcublas.so": 5,
        "torch/lib/libtorch_cuda.so": 3,
        "torch/lib/libtorch_cpu.so": 2,
        "torch-2.13.0.dist-info/RECORD": 0,
        "single_module.py": 1,
    }.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_bytes(bytes(mib * 2**20))

    assert installed_mib("peer") == 3
    assert base_versions("peer") == {"Python": "3.12", "torch": "2.13.0 for GPUs"}


def test_every_peers_versions_are_pinned_and_pytorch_is_left_to_all_alike() -> None:
    pins = [
        line.partition("==")
        for file in environments.HERE.glob("*.txt")
        for line in file.read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]

    assert [name for name, _, version in pins if not version] == []
    assert {"torch", "torchvision", "triton"}.isdisjoint({name for name, _, _ in pins})


def figures(title: str, factor: float) -> dict[str, Any]:
    """A peer that takes `factor` times what one taken as 1 takes."""
    way = {"p50_ms": 2 * factor, "p95_ms": 3 * factor, "cold_s": factor, "peak_mib": 100 * factor}
    return {
        "title": title,
        "versions": {"numpy": "2"},
        "installed_mib": 10,
        "index": {
            "wall_s": 10 * factor,
            "passages": 20,
            "passages_per_s": 2 / factor,
            "articles_per_s": 1 / factor,
            "peak_mib": 50,
            "size_mib": 5,
        },
        "ways": {"hybrid" if title == "Citebot" else "dense": {**way, "hit1": 0.4, "hit5": 0.8}},
        "embed": {"passages_per_s": 40 / factor**2, "least_cosine": 0.9995, "mean_cosine": 1.0},
    }


RESULTS = {
    "date": "2026-01-02",
    "commit": "abc",
    "cpu": "a processor",
    "cores": 2,
    "load_before": 0.1,
    "python": "3.11.7",
    "articles": 10,
    "questions": 100,
    "peers": {
        "citebot": figures("Citebot", 1),
        "toy": figures("Toy", 2),
        "broken": {"title": "Broken", "error": "ImportError: no such thing"},
    },
    "not_measured": {},
}
RESULTS["peers"]["toy"]["index"]["wall_s"] = 30  # type: ignore[index]
RESULTS["peers"]["toy"]["versions"]["torch"] = "2.13.0 for GPUs"  # type: ignore[index]
