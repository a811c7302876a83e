"""Who may import whom; the rooms are drawn in docs/architecture.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import draw_architecture

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "index": set(),
    "retrieval": {"index"},
    "bot": {"retrieval", "index"},
    "evaluation": {"retrieval", "index", "wording"},
    "wording": {"retrieval", "index"},
    "training": {"retrieval", "index", "evaluation"},
    "citebot": {"bot", "retrieval", "index", "evaluation", "wording"},
}
ONLY_IN = {
    "telegram": "bot",
    "faiss": "index",
    "tantivy": "index",
    "openvino": "index",
    "sentence_transformers": "index",
    "pydantic_settings": "citebot",
    "typer": "citebot",
    "openai": "wording",
}

ROOMS = {  # each imports only from those before it
    "bot": (
        "errors",
        "i18n",
        "state",
        "rendering",
        "transport",
        "updates",
        "handlers",
        "admin",
        "application",
    ),
    "retrieval": (
        "errors questions values containment types search reading evidence conversation suggestions answerer"
    ).split(),
    "index": "errors types loading passages embedding store ingest sources".split(),
}


def modules() -> list[Path]:
    return sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def package_of(module: Path) -> str:
    return module.relative_to(ROOT).parts[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """The top-level package of every import, those inside functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0] if node.module and not node.level else "."


def reads_environment(tree: ast.AST) -> bool:
    """Whether it reads os.environ or os.getenv; setting a default for a library is not reading."""
    allowed = {
        id(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setdefault"
    }
    return any(
        (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and id(node) not in allowed)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and names(node) & {"environ", "getenv"})
        for node in ast.walk(tree)
    )


def names(node: ast.ImportFrom) -> set[str]:
    return {alias.name for alias in node.names}


@pytest.mark.parametrize("module", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_package_may(module: Path) -> None:
    package = package_of(module)
    tree = ast.parse(module.read_text("utf-8"))
    found = set(imported(tree))

    strangers = (found & set(MAY_IMPORT)) - MAY_IMPORT[package] - {package}
    misplaced = {name for name in found & set(ONLY_IN) if ONLY_IN[name] != package}

    assert strangers == set(), f"{package} may import {sorted(MAY_IMPORT[package])}"
    assert misplaced == set(), "belongs elsewhere: " + ", ".join(f"{n} in {ONLY_IN[n]}" for n in misplaced)
    assert "." not in found, "imports are absolute here"
    assert package == "citebot" or not reads_environment(tree), "only citebot reads the environment"


def test_the_import_rules_see_imports_inside_functions_and_from_imports() -> None:
    tree = ast.parse("def f():\n    import faiss.contrib\n    from telegram.ext import Application\n")

    assert set(imported(tree)) == {"faiss", "telegram"}


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("import os\nos.environ['A']", True),
        ("import os\nos.getenv('A')", True),
        ("from os import environ", True),
        ("import os\nos.environ.setdefault('A', 'b')", False),
    ],
)
def test_reading_the_environment_is_told_from_setting_a_default(code: str, reads: bool) -> None:
    assert reads_environment(ast.parse(code)) == reads


@pytest.mark.parametrize("package", ROOMS)
def test_no_room_imports_from_a_room_above_it(package: str) -> None:
    order = {room: i for i, room in enumerate(ROOMS[package])}
    upward = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in (ROOT / package).rglob("*.py")
        for module in draw_architecture.imports(path)
        if (source := order.get(path.relative_to(ROOT / package).with_suffix("").parts[0])) is not None
        and module.split(".")[0] == package
        and order.get(module.split(".")[1], -1) > source
    }

    assert upward - {"index/loading/isolated.py imports index.passages.chunking"} == set()  # reads and cuts


def test_every_room_says_what_belongs_there() -> None:
    rooms = [path for package in MAY_IMPORT for path in (ROOT / package).glob("*/__init__.py")]
    silent = [path for path in rooms if ast.get_docstring(ast.parse(path.read_text("utf-8"))) is None]

    assert silent == []


def test_the_drawing_in_the_docs_is_the_one_made_from_the_imports() -> None:
    page = draw_architecture.PAGE.read_text("utf-8")

    assert draw_architecture.drawing() in page, "run: python scripts/draw_architecture.py"


def test_every_module_that_the_walks_of_the_docs_name_exists() -> None:
    page = draw_architecture.PAGE.read_text("utf-8")
    named = re.findall(r"`((?:bot|index|retrieval|citebot)/[\w/]+\.py)`", page)

    assert len(named) > 15
    assert [path for path in named if not (ROOT / path).exists()] == []
