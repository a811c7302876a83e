"""What an abbreviation stands for, where an article spells it out: "Long Form (LF)", "LF (Long Form)".

Schwartz and Hearst 2003, "A simple algorithm for identifying abbreviation definitions in biomedical text".
"""

import re
from collections.abc import Sequence

_CAPITALS = re.compile(r"(?<![\w.])[A-Z][A-Z\d]{2,7}(?!\w)")
_IN_BRACKETS = re.compile(r"\(([^()\n]{2,120})\)")


def spelled_out_in(text: str) -> list[tuple[str, str]]:
    """Each abbreviation in capitals that the text spells out, with its long form."""
    shorts = dict.fromkeys(_CAPITALS.findall(text))
    return [(short, text[slice(*span)]) for short in shorts for span in _long_forms(short, text)[:1]]


def _long_forms(short: str, text: str) -> list[tuple[int, int]]:
    letters = [c for c in short.lower() if c.isalnum()]
    found = []
    for match in _IN_BRACKETS.finditer(text):
        inside = match.group(1).strip()
        before = text[: match.start()].rstrip()
        if inside.lower() == short.lower():
            words = list(re.finditer(r"\S+", before))[-2 * len(letters) - 2 :]
            begin = words[0].start() if words else 0
            span = _matching(letters, text, begin, len(before))
        elif re.search(rf"(?<!\w){re.escape(short)}$", before, re.IGNORECASE):
            span = _matching(letters, text, match.start(1), match.end(1))
        else:
            span = None
        if span:
            found.append(span)
    return found


def _matching(letters: Sequence[str], text: str, begin: int, end: int) -> tuple[int, int] | None:
    """The shortest stretch ending at `end` that has the letters in order, the first one beginning a word."""
    at = end
    for position in range(len(letters) - 1, -1, -1):
        at -= 1
        while at >= begin and (
            text[at].lower() != letters[position] or (position == 0 and at > begin and text[at - 1].isalnum())
        ):
            at -= 1
        if at < begin:
            return None
    return (at, end) if " " in text[at:end] else None
