"""Every command of the README and of the pages of docs/ is run, and what they show is what comes out."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = {
    path: path.read_text("utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}


def transcripts() -> list[tuple[str, str]]:
    """Every `$ command` of a console block with the output that stands under it."""
    blocks = re.findall(r"^```console\n(.*?)^```", "\n".join(PAGES.values()), re.MULTILINE | re.DOTALL)
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


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {target for page in PAGES.values() for target in re.findall(r"(?:^|`)make ([a-z-]+)", page, re.M)}

    assert {"run", "test"} <= named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_file_that_a_page_points_to_exists(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", PAGES[page])

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_fits_on_a_screen_and_leads_to_every_page() -> None:
    readme = PAGES[ROOT / "README.md"]

    assert len(readme.splitlines()) <= 70
    assert [path.name for path in PAGES if path.parent != ROOT and f"docs/{path.name}" not in readme] == [
        "performance.md"
    ]
