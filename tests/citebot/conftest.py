import io
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from citebot.cli import main
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
def citebot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Citebot:
    """Runs the program in this process and an empty directory, so that nobody's .env counts."""

    def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2)]
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        with monkeypatch.context() as patch, warnings.catch_warnings():
            for name in (*NAMES, *NOT_YET):
                patch.delenv(name, raising=False)
            for name, value in {"PYTHONPATH": str(ROOT), **settings}.items():
                patch.setenv(name, value)
            patch.chdir(tmp_path)
            patch.setattr(sys, "argv", ["citebot", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            with pytest.raises(SystemExit) as ended:
                main()
        root.handlers[:], root.level = handlers, level
        told = [stream.buffer.getvalue().decode() for stream in streams]  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), *told)

    return run


@pytest.fixture
def citebot_process(tmp_path: Path) -> Citebot:
    """Runs the program in a process of its own and an empty directory."""

    def run(*arguments: str, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return run_citebot(*arguments, cwd=tmp_path, stdin=stdin, **settings)

    return run
