"""Draws the rooms of the packages and which import which, as Mermaid, into docs/architecture.md.

`python scripts/draw_architecture.py` rewrites the drawing; `--check` exits with 1 when it is out of date.
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
PACKAGES = ("citebot", "bot", "wording", "retrieval", "index")
BEGIN, END = "<!-- drawn by scripts/draw_architecture.py -->\n", "<!-- end of drawing -->"


def drawing() -> str:
    """A box for each package, in it its rooms; an arrow from a room to each room that it imports."""
    modules = {module for package in PACKAGES for module in (ROOT / package).rglob("*.py")}
    rooms = sorted({room_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in modules})
    arrows = sorted(
        {
            (source, target)
            for path in modules
            for target in map(room_of, imports(path))
            if (source := room_of(".".join(path.relative_to(ROOT).with_suffix("").parts))) != target
        }
    )
    lines = ["```mermaid", "flowchart TD"]
    for package in PACKAGES:
        lines.append(f"    subgraph {package}")
        lines += [f"        {box(room)}" for room in rooms if room.split(".")[0] == package]
        lines.append("    end")
    lines += [f"    {name(source)} --> {name(target)}" for source, target in arrows]
    return "\n".join((*lines, "```", ""))


def imports(path: Path) -> set[str]:
    """The modules of our packages that the module imports, with full names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(
                f"{node.module}.{alias.name}" if is_package(node.module) else node.module
                for alias in node.names
            )
    return {module for module in found if module.split(".")[0] in PACKAGES}


def is_package(module: str) -> bool:
    return (ROOT / module.replace(".", "/")).is_dir()


def room_of(module: str) -> str:
    """`bot.handlers` for `bot.handlers.messages`; the package itself for its own modules."""
    package, *rest = module.split(".")
    return f"{package}.{rest[0]}" if rest and is_package(f"{package}.{rest[0]}") else package


def box(room: str) -> str:
    package, _, inner = room.partition(".")
    if inner:
        return f"{name(room)}[{inner}]"
    own = sorted(
        path.stem for path in (ROOT / package).glob("*.py") if path.stem not in {"__init__", "__main__"}
    )
    shown = own if len(own) <= 10 else [f"{len(own)} modules"]
    return f'{name(room)}["{"<br>".join(shown)}"]'


def name(room: str) -> str:
    return room.replace(".", "_") if "." in room else f"{room}_itself"


def main() -> int:
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    drawn = f"{before}{BEGIN}{drawing()}{END}{after}"
    if "--check" in sys.argv:
        return int(drawn != page)
    PAGE.write_text(drawn, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
