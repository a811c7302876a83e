"""Whether a quote says what a statement does: in its words, or with the same numbers in another form."""

import re
import unicodedata
from functools import lru_cache

from retrieval.questions.kinds import FUNCTION_WORDS, MONTHS_AND_DAYS, words
from retrieval.values import numbers

_ALIKE = str.maketrans(dict.fromkeys("‘’‚", "'") | dict.fromkeys("“”„«»", '"') | dict.fromkeys("‐‑‒–—−", "-"))


def says(quote: str, text: str) -> bool:
    """Whether all numbers of `text` stand in `quote`, and so does the text itself or each of its words.

    Numbers are compared by value ("1,234" and "1234", "five" and "5"); beside them only months and days of
    the week must be the same: "at least 32 people" is said by "32 civilians".
    """
    counted = numbers(text)
    if not counted <= numbers(quote):
        return False
    if _stands_in(_folded(text), _folded(quote)):
        return True
    said = frozenset(words(text)) - FUNCTION_WORDS
    if counted:
        said = frozenset(filter(MONTHS_AND_DAYS.fullmatch, said))
        return said <= frozenset(words(quote))
    return bool(said) and said <= frozenset(words(quote))


@lru_cache(maxsize=1024)
def _folded(text: str) -> str:
    """The text in one case, with one kind of quotation mark, dash and blank."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_ALIKE).split())


def _stands_in(text: str, quote: str) -> bool:
    """Whether the text stands there, and not within a longer word or number: "Mali" in "Malian"."""
    return bool(text) and any(
        not (
            _continues(quote[: found.start()][-1:], text[0]) or _continues(text[-1], quote[found.end() :][:1])
        )
        for found in re.finditer(re.escape(text), quote)
    )


def _continues(left: str, right: str) -> bool:
    """Whether two neighbours belong to one number, or to one word of a script with blanks between words."""
    both = f"{left}{right}"
    return len(both) == 2 and (both.isdecimal() or all(one.upper() != one.lower() for one in both))
