"""Whether a model that comes with the installation is whole."""

from hashlib import sha256
from pathlib import Path

from retrieval.errors import ReaderError


def check_sums(folder: Path) -> None:
    """Raises ReaderError when a file is not as the folder's SHA256SUMS says."""
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        expected, name = line.split()
        if sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise ReaderError(
                f"{folder / name} is damaged (its checksum differs from SHA256SUMS): install Citebot again"
            )
