"""Every command of docs/evaluation.md runs, in the order in which it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from evaluation.questions import read_questions

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "evaluation.md").read_text("utf-8")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    (folder / "seeds").symlink_to(ROOT / "seeds")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment["PATH"] = f"{folder / 'bin'}{os.pathsep}{environment['PATH']}"
    (folder / "bin").mkdir()
    for name, module in (("citebot", "-m citebot"), ("python", "")):
        program = folder / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n')
        program.chmod(0o755)
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        done = subprocess.run(
            ["sh", "-e", "-c", block],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, block + done.stderr
    return folder


def test_the_commands_of_the_page_leave_what_the_page_says(ran: Path) -> None:
    left = {
        str(path.relative_to(ran)) for path in ran.rglob("*") if path.is_file() and "seeds" not in path.parts
    }
    assert left == {
        "bin/citebot",
        "bin/python",
        "questions.jsonl",
        "draft.jsonl",
        "before/report.html",
        "before/figures.json",
        "after/report.html",
        "after/figures.json",
        "figures.json",
    }
    assert [question.id for question in read_questions(ran / "questions.jsonl")] == [
        "1",
        "2",
        "3",
        "4",
        "5.1",
        "5.2",
    ]
