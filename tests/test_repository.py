"""What lies in the repository, apart from what its code does."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MACHINE_PATH = re.compile(rb"/(?:home|Users|work|root)/[\w.-]")
TOKEN = re.compile(rb"\b(?!123456789:)\d{8,10}:AA[A-Za-z0-9_-]{33}\b")  # the examples begin with 123456789


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name.decode() for name in listed.stdout.split(b"\0") if name]


def texts() -> list[tuple[Path, bytes]]:
    contents = [(path, path.read_bytes()) for path in tracked() if path.is_file()]
    return [(path, content) for path, content in contents if b"\0" not in content]


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    assert [path.name for path, content in texts() if MACHINE_PATH.search(content)] == []


def test_no_file_holds_a_bot_token() -> None:
    assert [path.name for path, content in texts() if TOKEN.search(content)] == []


def test_every_package_and_its_version_in_the_lock_carries_a_hash() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.split(r"\n(?=\S)", lock)[1:]

    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert len(entries) > 50


def test_the_lock_holds_every_direct_dependency_but_torch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    direct = {re.split(r"[\[<>=~!]", requirement)[0] for requirement in wanted}
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))

    assert direct - locked == {"torch"}


def test_setup_installs_the_torch_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    script = (ROOT / "scripts" / "setup.py").read_text("utf-8")

    version = re.search(r'TORCH = "([\d.]+)"', script)

    assert version is not None
    assert f"torch=={version[1]}" in project["project"]["dependencies"]


def test_setup_has_nothing_to_do_when_it_was_done() -> None:
    if not (ROOT / ".venv" / ".citebot-setup").exists():
        pytest.skip("the environment was not made by make setup")

    done = subprocess.run(
        [sys.executable, "scripts/setup.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
