"""What a question made from a sentence is: of which sort, and what its answer must hold."""

from enum import StrEnum
from typing import NamedTuple


class Sort(StrEnum):
    """What a question asks for; of each sort one is enough."""

    WHO = "who"
    NUMBER = "number"
    WHEN = "when"
    WHERE = "where"
    WHAT_IS = "what is"
    HOLDER = "holder"
    STANDS_FOR = "stands for"
    WHAT_DID = "what did"
    TABLE = "table"


class Generated(NamedTuple):
    """A question, and words of which the answer must have one."""

    sort: Sort
    question: str
    expected: str
