"""What the index says that went wrong, as far as somebody in Telegram can come to see it."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import index

MESSAGE_AT = {"LoadFailure": 1} | dict.fromkeys(
    (
        "Reason",
        "LoadError",
        "Disallowed",
        "PageGone",
        "UnexpectedKind",
        "SourceError",
        "StoreError",
        "StoreLocked",
        "StoreMismatch",
        "StoreDamaged",
    ),
    0,
)
OF_PATHS = {  # which no chat can name
    "expected an http or https address, a file or a folder",
    "no such file or folder: check the path, or begin a web address with https://",
    "expected a file or folder, got a device or pipe",
}


def templates() -> set[str]:
    """The messages in the index's modules, with {name} where a value stands."""
    return {message for name in _modules() for message in _messages(name)} - OF_PATHS


def _modules() -> Iterator[str]:
    root = Path(index.__path__[0])
    for room in ("loading", "sources", "store"):
        for path in sorted((root / room).rglob("*.py")):
            yield ".".join((index.__name__, *path.relative_to(root).with_suffix("").parts))
    yield f"{index.__name__}.ingest"


def _messages(name: str) -> set[str]:
    module = import_module(name)
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    found = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MESSAGE_AT:
            message = call.args[MESSAGE_AT[call.func.id]]
            if isinstance(message, ast.Constant):
                found.add(message.value)
            elif isinstance(message, ast.Name) and isinstance(getattr(module, message.id, None), str):
                found.add(getattr(module, message.id))
    return found
