"""Which articles the readers were trained on, told by their titles, so that the others can measure them.

Of the sets of PARTLY_SEEN, training/ reads the questions about the other articles only.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from zlib import crc32

from evaluation.errors import CorpusError
from evaluation.questions import Question


@dataclass(frozen=True, slots=True)
class Article:
    title: str
    text: str


def seen_in_training(title: str) -> bool:
    """Whether training may read SQuAD's articles of this title: about three quarters of all titles."""
    return sha256(title.encode()).digest()[0] % 4 != 3


def seen_in_french_training(title: str) -> bool:
    """The same of PIAF's articles, for the multilingual reader: about four fifths of all titles."""
    return crc32(title.encode()) % 5 != 0


PARTLY_SEEN = {"squad2": seen_in_training, "piaf_fr": seen_in_french_training}  # by evaluation set


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


def unseen_in(
    articles: Mapping[str, Article], seen_by_title: Callable[[str], bool] = seen_in_training
) -> Callable[[Question], bool]:
    """Tells whether a question is about none of the articles that were seen in training."""
    seen = {name for name, article in articles.items() if seen_by_title(article.title)}
    return lambda question: seen.isdisjoint(question.relevant)
