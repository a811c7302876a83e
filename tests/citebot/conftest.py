import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from citebot.settings import NAMES, NOT_YET

ROOT = Path(__file__).parents[2]
Citebot = Callable[..., subprocess.CompletedProcess[str]]


def run_citebot(
    *arguments: str, cwd: Path, stdin: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own, with no other settings than these."""
    environment = {name: value for name, value in os.environ.items() if name not in {*NAMES, *NOT_YET}}
    return subprocess.run(
        [sys.executable, "-m", "citebot", *arguments],
        cwd=cwd,
        env={**environment, "PYTHONPATH": str(ROOT), **settings},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seed articles, made once by the real command; tests only read it."""
    directory = tmp_path_factory.mktemp("seeded") / "index"
    added = run_citebot("index", "add", "seeds/", cwd=ROOT, INDEX_DIR=str(directory))
    assert (added.returncode, added.stdout) == (0, "added     5\n"), added.stderr
    return directory


@pytest.fixture
def citebot(tmp_path: Path) -> Citebot:
    """Runs the program in an empty directory, so that nobody's .env counts."""

    def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return run_citebot(*arguments, cwd=tmp_path, stdin=stdin, **settings)

    return run
