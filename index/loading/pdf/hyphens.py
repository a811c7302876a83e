"""Whether a word broken at the end of a line has its hyphen, as `well-known`, or not, as `inhabi-tants`."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BEFORE = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_AFTER = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESS = re.compile(r"(?<!\S)(?:\S*/|https?://\S*[.?&=_-])$")  # of a file or on the web, broken by the line


class Hyphens:
    """Decides by what else the document writes, then by the letters' case, then by a list of words."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        for line in lines:
            self._words.update(_WORD.findall(line.lower()))

    def joined(self, before: str, after: str) -> str | None:
        """`before` as it goes on with `after` without a blank; None where no word is broken."""
        if (address := _ADDRESS.search(before[-200:])) and (len(address[0]) > 1 or "/" in after.split()[0]):
            return before
        first, second = _BEFORE.search(before[-80:]), _AFTER.match(after)
        if first is None or second is None:
            return before if re.search(r"\w-$", before) and re.match(r"\w", after) else None
        return before if self._keeps_hyphen(first[1], second[0]) else before[:-1]

    def _keeps_hyphen(self, first: str, second: str) -> bool:
        if second[0].isupper():
            return not first.isupper()  # "SAINT-" and "GERMAIN" apart from "Franco-" and "German"
        first, second = first.lower(), second.lower()
        whole, parted = self._words[first + second], self._words[f"{first}-{second}"]
        if whole or parted:
            return parted > whole
        if first + second in english_words():
            return False
        return all(self._words[part] > 1 or part in english_words() for part in (first, second))


@cache
def english_words() -> frozenset[str]:
    """The 82,765 commonest, from symspellpy (MIT)."""
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    return frozenset(line.split(" ")[0] for line in path.read_text(encoding="utf-8-sig").splitlines())
