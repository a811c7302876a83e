"""What can go wrong while Citebot is measured.

EvaluationError
├── QuestionsError   a question set is not laid out as expected
├── CorpusError      no article could be loaded to ask about
├── MissingExtra     a package that only evaluation needs is not installed
└── ReportError      an earlier report cannot be read

Every message names what was expected, what came and what to do next.
"""


class EvaluationError(Exception):
    """Anything the evaluation raises on purpose."""


class QuestionsError(EvaluationError, ValueError):
    """A line of a question set is not a question, or the file is no question set."""


class CorpusError(EvaluationError):
    """Nothing that was given as articles could be loaded."""


class MissingExtra(EvaluationError):
    """The extra `evaluate` is not installed."""


class ReportError(EvaluationError):
    """A file of figures to compare with is not one."""
