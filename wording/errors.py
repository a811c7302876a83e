"""What can go wrong between passages and a worded answer.

WordingError        no usable reply; the message says why, and never holds the key
├── ServerError     the server cannot be reached, refuses, breaks off or takes too long
└── BudgetSpent     the tokens of this day are used up
"""


class WordingError(Exception):
    """Anything wording raises on purpose. The extractive answer is shown then."""


class ServerError(WordingError):
    """The server gave no complete reply in time."""


class BudgetSpent(WordingError):
    """LLM_DAILY_TOKENS is used up until midnight UTC."""
