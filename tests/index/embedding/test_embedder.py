import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from index.embedding import bert, minilm
from index.embedding import embedder as embedding
from index.embedding.embedder import load_embedder
from index.errors import EmbeddingError
from index.types import Embedder


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder()


def test_the_bundled_model_gives_unit_length_vectors_in_the_order_of_its_texts(
    embedder: Embedder,
) -> None:
    texts = [f"{'Long words about ports. ' * (i % 7)}Sentence number {i}." for i in range(150)]

    vectors = embedder.embed_passages(texts)

    assert (embedder.name, embedder.dimension) == ("all-MiniLM-L6-v2", 384)
    assert (vectors.shape, vectors.dtype) == ((150, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for i in (0, 6, 77, 149):
        assert vectors[i] @ embedder.embed_question(texts[i]) > 0.999


def test_a_question_is_nearest_to_the_passage_that_answers_it(embedder: Embedder) -> None:
    passages = ["The port reopened after a strike.", "Gunmen ambushed the lorries.", "Cocoa prices fell."]

    question = embedder.embed_question("Who attacked the convoy?")

    assert (question.shape, question.dtype) == ((384,), np.float32)
    assert int(np.argmax(embedder.embed_passages(passages) @ question)) == 1


def test_nothing_to_embed_is_no_error(embedder: Embedder) -> None:
    assert embedder.embed_passages([]).shape == (0, 384)
    assert embedder.embed_passages([""]).shape == (1, 384)


@pytest.mark.parametrize("amx", [False, True], ids=["8 bits", "bfloat16"])
def test_the_graph_of_the_bundled_model_is_the_one_that_sentence_transformers_computes(
    monkeypatch: pytest.MonkeyPatch, *, amx: bool
) -> None:
    import torch

    monkeypatch.setattr(embedding, "_dtype", lambda: torch.float32)
    for module in (bert, minilm):
        monkeypatch.setattr(module, "has_amx", lambda: amx)
    published = load_embedder(str(embedding.bundled_folder()))
    texts = [
        "Gunmen ambushed the lorries near Gao.",
        "Cocoa prices fell by 12.5 % in May 2023, ‘naïve’ observers said.",
        "",
        "A long report. " * 200,  # beyond what the model reads
    ]

    cosines = (published.embed_passages(texts) * load_embedder().embed_passages(texts)).sum(axis=1)

    assert cosines.min() > 0.998


def test_threads_get_the_vectors_of_their_own_texts(embedder: Embedder) -> None:
    texts = [f"Lorry {i} left for town {i * 7}." for i in range(24)]
    expected = embedder.embed_passages(texts)
    found: dict[int, float] = {}

    def embed(i: int) -> None:
        found[i] = float(embedder.embed_question(texts[i]) @ expected[i])

    threads = [threading.Thread(target=embed, args=(i,)) for i in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == list(range(24))
    assert min(found.values()) > 0.999


def test_a_model_in_a_folder_is_named_by_its_place(embedder: Embedder, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.symlink_to(embedding.bundled_folder())

    other = load_embedder(str(folder))

    assert other.name == str(folder.resolve())
    assert other.embed_question("convoy") @ embedder.embed_question("convoy") > 0.999


def test_bundled_weights_that_are_not_the_published_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "BUNDLED_SHA256", "0" * 64)

    with pytest.raises(EmbeddingError, match=r"expected 0{64}: reinstall"):
        load_embedder()


@pytest.mark.parametrize("name", ["/no/such/model", "./no-such-model"])
def test_a_path_without_a_model_is_named(name: str) -> None:
    with pytest.raises(EmbeddingError, match="there is no model at"):
        load_embedder(name)


def test_a_folder_that_holds_no_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        load_embedder(str(tmp_path))


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    """A model whose weights come as `pytorch_model.bin` could run code of its maker's choice."""
    import torch

    for file in embedding.bundled_folder().iterdir():
        if file.name != "model.safetensors":
            (tmp_path / file.name).symlink_to(file)
    torch.save({"weight": torch.zeros(1)}, tmp_path / "pytorch_model.bin")

    with pytest.raises(EmbeddingError, match="safetensors"):
        load_embedder(str(tmp_path))


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [("HF_ENDPOINT", "http://127.0.0.1:9", "does not answer"), ("HF_HUB_OFFLINE", "1", "forbids a download")],
)
def test_an_unreachable_hub_is_given_up_on_within_seconds(variable: str, value: str, reason: str) -> None:
    code = (
        "import os, sys, time\n"
        f"os.environ[{variable!r}] = {value!r}\n"
        "from index.embedding.embedder import load_embedder\n"
        "from index.errors import EmbeddingError\n"
        "import sentence_transformers\n"
        "start = time.monotonic()\n"
        "try:\n    load_embedder('nobody/no-such-model')\n"
        "except EmbeddingError as error:\n    print(time.monotonic() - start < 10, error)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )

    assert done.stdout.startswith("True nobody/no-such-model is not on this machine")
    assert reason in done.stdout
    assert done.stdout.count("\n") == 1


def test_importing_the_index_does_not_import_the_model_libraries() -> None:
    code = (
        "import sys, index.ingest; print([m for m in ('torch', 'sentence_transformers') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_bundled_model_needs_neither_pytorch_nor_seconds_of_imports() -> None:
    code = (
        "import sys; from index.embedding.embedder import load_embedder\n"
        "load_embedder().embed_question('a')\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_loading_says_nothing_on_the_terminal() -> None:
    code = "from index.embedding.embedder import load_embedder; load_embedder().embed_passages(['a'] * 99)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("", "")
