"""Which strategies, what are the factors: answered by the list that the question's noun announces.

Key strategies that should be considered include:       what are the key strategies?
- Regional partnerships: Neighbours can work together.
- Local funding: Money for training.
"""

import re
from collections.abc import Sequence

from index.passages.structure import Kind, parse, quote_span
from index.types import Passage
from retrieval.fusion import Candidate
from retrieval.questions import FUNCTION_WORDS, stem, stems
from retrieval.sentences import Sentence

MAX_LISTED = 6  # so many are read at a glance
ON_SUBJECT = 0.6  # share of the question that the lines above say; less may ask about one of the list
_PLURAL = re.compile(
    r"^(?:and |but |so )?(?:which|what)(?: (?:are|were)(?: the)?)? "
    r"(?P<nouns>(?:[\w’'-]+ ){0,3}?[\w’'-]{3,}[^\Ws])s\b",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[^\W\d_]")  # behind the bullet or number
_LABEL = re.compile(r"[^:.]{3,80}(?=: )")


class Listed(Sentence):
    """The first sentence of one of a list, told by its label where it has one."""

    __slots__ = ()

    @property
    def text(self) -> str:
        said = self.passage.text[self.start : self.end]
        label = _LABEL.match(said)
        return label[0] if label else said


def listed(question: str, candidates: Sequence[Candidate]) -> list[Listed]:
    """The items of the first list that is announced as what the question asks for; mostly none."""
    asked = _PLURAL.match(question.strip())
    nouns = asked["nouns"].lower().split() if asked else []
    if not nouns or not FUNCTION_WORDS.isdisjoint(nouns):
        return []
    for candidate in candidates:
        passage = candidate.passage
        lead = f"{passage.heading}\n" if passage.heading else ""  # may end in what announces the list
        announced = [
            block
            for block in parse(lead + passage.text, passage.marks(len(lead)))
            if block.kind is Kind.LIST_ITEM
            and block.start >= len(lead)
            and _announces(block.lead_in, nouns[-1], question, passage)
        ]
        if len(announced) > 1:
            firsts = [_LETTER.search(lead + passage.text, block.start) for block in announced[:MAX_LISTED]]
            begins = [first.start() - len(lead) for first in firsts if first]
            spans = [quote_span(passage.text, begin, begin + 1) for begin in begins]
            return [Listed(passage, *span, candidate.cosine) for span in spans]
    return []


def _announces(lead_in: str, noun: str, question: str, passage: Passage) -> bool:
    """Whether the line above a list announces several of these, and speaks of what the question does."""
    plural = stem(f"{noun}s")
    if not any(stem(word) == plural and word.endswith("s") for word in re.findall(r"\w+", lead_in.lower())):
        return False
    subject = stems(question)
    said = stems(f"{passage.source.title} {passage.heading} {lead_in}")
    return len(subject & said) >= ON_SUBJECT * len(subject)
