"""Which articles the bundled reader was trained on, told by their titles, so that the others can measure it.

Of the sets of PARTLY_SEEN, training/ reads three quarters of the articles.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from evaluation.errors import CorpusError
from evaluation.questions import Question

PARTLY_SEEN = ("squad2",)  # names of evaluation sets


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    text: str


def seen_in_training(title: str) -> bool:
    """Whether training may read the articles of this title: about three quarters of all titles."""
    return sha256(title.encode()).digest()[0] % 4 != 3


def read_corpus(path: Path) -> dict[str, Article]:
    """The articles by id, of JSON lines with id, title and text, plain or .gz.

    Raises CorpusError, OSError.
    """
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        try:
            rows = [json.loads(line) for line in file]
            return {str(row["id"]): Article(str(row.get("title") or ""), str(row["text"])) for row in rows}
        except (ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            raise CorpusError(
                f"{path}: expected JSON lines with id, title and text, plain or .gz: {error}"
            ) from None


def unseen_in(articles: Mapping[str, Article]) -> Callable[[Question], bool]:
    """Tells whether a question is about none of the articles that were seen in training."""
    seen = {name for name, article in articles.items() if seen_in_training(article.title)}
    return lambda question: seen.isdisjoint(question.relevant)
