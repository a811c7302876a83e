"""Embeds with plain sentence-transformers in float32: what every peer's vectors are compared with."""

from harness import Peer, run, weights_folder
from sentence_transformers import SentenceTransformer


def build(*_: object) -> int:
    raise NotImplementedError("only embeds")


if __name__ == "__main__":
    run(
        Peer(
            packages=("sentence-transformers",),
            build=build,
            ways={},
            embedder=lambda: SentenceTransformer(weights_folder(), device="cpu").encode,
        )
    )
