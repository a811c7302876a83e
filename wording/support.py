"""Whether a reader, asked for each name and number of a sentence in turn, finds it in the quotes.

"Rebels destroyed five trucks" becomes "what destroyed five trucks?" and "Rebels destroyed how many trucks?":
what the quotes do not say is answered otherwise or with a low score.
"""

import re

from index.types import Passage, Source
from retrieval.questions.kinds import FUNCTION_WORDS, words
from retrieval.reading.reader import Reader
from retrieval.values import numbers

ASKED = 3  # gaps of a sentence
SURE = 0.0  # score of a reading
_NAMES = r"[^\W\d_a-z][\w’'-]*(?: (?:(?:of|de|the|du|la|al) )?[^\W\d_a-z][\w’'-]*)*"
_GAP = re.compile(rf"(?:\d[\d.,\u00a0\u202f]*\d|\d)(?: {_NAMES})?|{_NAMES}")  # with "7" the month behind it
_ONLY = Source("quote", "")


def is_read(sentence: str, quoted: str, reader: Reader) -> bool:
    """Whether the reader finds each of the first names and numbers of the sentence in its place."""
    passage = Passage("quote#0", _ONLY, 0, len(quoted), quoted)
    asked = 0
    for gap in _GAP.finditer(sentence):
        told = _telling(gap[0])
        if not told or asked == ASKED:
            continue
        asked += 1
        asks = "how many" if gap[0][-1].isdigit() else "what"
        question = f"{sentence[: gap.start()]}{asks}{sentence[gap.end() :]}".rstrip(" .!") + "?"
        best = next(iter(reader.read(question, [passage])[0]), None)
        if best is None or best.score < SURE or not told & _telling(best.text):
            return False
    return True


def _telling(text: str) -> frozenset[object]:
    return frozenset(words(text)) - FUNCTION_WORDS | frozenset(numbers(text))
