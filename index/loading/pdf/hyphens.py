"""Whether a word broken at the end of a line has its hyphen, as `well-known`, or not, as `inhabi-tants`."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BEFORE = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)-$")
_AFTER = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESS = re.compile(
    r"(?<![^\s(\[<“\"])(?:[^\s(]*/|https?://\S*[.?&=_#-])$"
)  # of a file or page, broken by the line
ENGLISH_SHARE = (
    0.6  # of its long words in the list: 0.75 to 0.94 of nine English documents, 0.25 to 0.48 of seven French
)


class Hyphens:
    """Decides by what else the document writes, then by the case of the letters, then by a word list."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        broken = False
        for line in lines:
            words = _WORD.findall(line.lower())
            if broken:  # the halves of a broken word are none
                del words[:1]
            if broken := _BEFORE.search(line[-80:]) is not None:
                del words[-1:]
            self._words.update(words)
        long = {word for word in self._words if len(word) > 3}
        self._known = (
            english_words() if len(long & english_words()) > ENGLISH_SHARE * len(long) else frozenset()
        )

    def join(self, before: str, after: str) -> str | None:
        """`before` as it goes on with `after` without a blank; None where no word is broken."""
        address = _ADDRESS.search(before[-200:])
        if address is not None and (len(address[0]) > 1 or "/" in after.split()[0]):
            return before
        first, second = _BEFORE.search(before[-80:]), _AFTER.match(after)
        if first is None or second is None:
            return before if re.search(r"\w-$", before) and re.match(r"\w", after) else None
        return before if self._keeps_hyphen(first[1], second[0]) else before[:-1]

    def _keeps_hyphen(self, first: str, second: str) -> bool:
        capital, block = second[0].isupper(), first.isupper()
        first, second = first.lower(), second.lower()
        whole, parted = self._words[first + second], self._words[f"{first}-{second}"]
        if whole or parted:
            return parted > whole
        if capital:
            return not block  # "SAINT-" and "GERMAIN" apart from "Franco-" and "German"
        if first + second in english_words():
            return False
        return all(self._words[part] > 1 or part in self._known for part in (first, second))


@cache
def english_words() -> frozenset[str]:
    """The 82,765 commonest, from symspellpy (MIT)."""
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    return frozenset(line.split(" ")[0] for line in path.read_text(encoding="utf-8-sig").splitlines())
