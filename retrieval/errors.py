"""What can go wrong between a question and its answer.

RetrievalError
└── ReaderError   the reading model cannot be loaded

"I don't know" is an Answer, not an error.
"""


class RetrievalError(Exception):
    """Anything retrieval raises on purpose."""


class ReaderError(RetrievalError):
    """The reading model cannot be loaded; the message says which file and what to do."""
