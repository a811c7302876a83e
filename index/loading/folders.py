"""The files of a folder, and what of it was passed over."""

import mimetypes
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

NAMED = 5  # unreadable folders and endings that are named one by one

_KINDS = {"image": "image", "video": "video", "audio": "sound file", "font": "font"}
_SUBTYPES = {
    "css": "style sheet",
    "javascript": "script",
    "zip": "archive",
    "x-tar": "archive",
    "x-7z-compressed": "archive",
    "vnd.rar": "archive",
    "java-archive": "archive",
}


class Folder:
    """All files below a folder that are `wanted`, and a count of the others by kind."""

    def __init__(self, folder: Path, wanted: Callable[[Path], bool]) -> None:
        self._folder = folder
        self._wanted = wanted
        self._passed: Counter[str] = Counter()
        self._endings: Counter[str] = Counter()
        self._unreadable: list[str] = []
        self._entered: set[Path] = set()

    def files(self) -> Iterator[Path]:
        """In the order of names, without hidden ones; each folder once, however links lead back to it."""
        yield from self._below(self._folder)

    def passed_over(self) -> str | None:
        """What `files` left out: `passed over: 117 images, 7 style sheets, 2 of other kinds (.xyz)`."""
        parts = [f"{count:,} {_plural(kind, count)}" for kind, count in self._passed.most_common()]
        if self._endings:
            shown = [ending for ending, _ in self._endings.most_common(NAMED)]
            more = ", …" if len(self._endings) > NAMED else ""
            parts.append(f"{self._endings.total():,} of other kinds ({', '.join(shown)}{more})")
        if self._unreadable:
            more = ", …" if len(self._unreadable) > NAMED else ""
            parts.append(
                f"{len(self._unreadable):,} {_plural('folder', len(self._unreadable))} that cannot be read "
                f"({', '.join(self._unreadable[:NAMED])}{more})"
            )
        return f"passed over: {', '.join(parts)}" if parts else None

    def _below(self, folder: Path) -> Iterator[Path]:
        real = folder.resolve()
        if real in self._entered:
            return
        self._entered.add(real)
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            self._unreadable.append(str(folder))
            return
        for name in names:
            path = folder / name
            if name.startswith("."):
                self._passed["hidden file or folder"] += 1
            elif path.is_dir():
                yield from self._below(path)
            elif path.is_file() and self._wanted(path):
                yield path
            else:
                self._pass_over(path)

    def _pass_over(self, path: Path) -> None:
        if not path.is_file():
            self._passed["broken link" if path.is_symlink() else "device or pipe"] += 1
            return
        kind, packed = mimetypes.guess_type(path.name)
        main, _, sub = (kind or "").partition("/")
        if packed:
            self._passed["archive"] += 1
        elif known := _KINDS.get(main) or _SUBTYPES.get(sub):
            self._passed[known] += 1
        else:
            self._endings[path.suffix.lower() or "without ending"] += 1


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    return {
        "hidden file or folder": "hidden files or folders",
        "device or pipe": "devices or pipes",
    }.get(kind, f"{kind}s")
