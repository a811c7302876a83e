"""Every command of the README is run, and what it shows is what comes out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def transcripts() -> list[tuple[str, str]]:
    """Every `$ command` of a console block with the output that stands under it."""
    blocks = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    commands = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE) if part]
    return [(command, output) for command, _, output in (part.partition("\n") for part in commands)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The README's commands on the path, over an index of the seeds (made as `make run` does)."""
    found = {**os.environ, "INDEX_DIR": str(tmp_path_factory.mktemp("readme") / "index"), "COLUMNS": "80"}
    found["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{found['PATH']}"
    subprocess.run(
        ["citebot", "index", "add", "seeds/"], cwd=ROOT, env=found, check=True, capture_output=True
    )
    return found


@pytest.mark.parametrize(("command", "output"), transcripts())
def test_a_command_of_the_readme_prints_what_the_readme_shows(
    command: str, output: str, environment: dict[str, str], tmp_path: Path
) -> None:
    if command == "citebot index add seeds/":  # shown as it comes out the first time
        environment = {**environment, "INDEX_DIR": str(tmp_path / "index")}
    ran = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in ran.stderr
    assert [line.rstrip() for line in ran.stdout.splitlines()] == [
        line.rstrip() for line in output.splitlines()
    ]


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", README, re.MULTILINE)) <= targets


def test_every_file_the_readme_points_to_exists() -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
