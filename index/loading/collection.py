"""Article collections: `.jsonl` and `.jsonl.gz`, one article a line."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from index.errors import LoadError
from index.loading.dates import read_date
from index.loading.document import LoadedDocument

MAX_LINE_BYTES = 50_000_000  # as for a file: one line is one article
EXAMPLE = '{"text": "..."}'


def collection_lines(path: Path) -> Iterator[tuple[int, bytes | LoadError]]:
    """The lines of a collection with their numbers from 1, empty ones left out, one in memory at a time.

    A line that is too long and a file that breaks off give a LoadError in place of the line.
    """
    number = 0
    try:
        with gzip.open(path) if path.name.endswith(".gz") else path.open("rb") as file:
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) <= MAX_LINE_BYTES:
                    if line.strip():
                        yield number, line
                    continue
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE_BYTES)
                yield (
                    number,
                    LoadError(
                        "the line is longer than {limit} MB: split the article",
                        limit=MAX_LINE_BYTES // 1_000_000,
                    ),
                )
    except (OSError, EOFError, zlib.error) as error:
        shown = str(error) or type(error).__name__
        yield (
            number + 1,
            LoadError(
                "the collection cannot be read from here on ({error}): copy or pack it again", error=shown
            ),
        )


def read_line(line: bytes) -> tuple[str | None, LoadedDocument]:
    """The given id, if any, and the article of one line. Raises LoadError."""
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LoadError("expected UTF-8, got other bytes: save the collection as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise LoadError(
            "expected one JSON object like {example}, got no JSON ({error})",
            example=EXAMPLE,
            error=str(error),
        ) from error
    if not isinstance(record, dict):
        came = type(record).__name__
        raise LoadError("expected one JSON object like {example}, got {came}", example=EXAMPLE, came=came)
    if not isinstance(record.get("text"), str):
        came = type(record["text"]).__name__ if "text" in record else "none"
        raise LoadError("expected {field} to be a string, got {came}", field='"text"', came=came)
    author = record.get("author", record.get("authors"))
    if isinstance(author, list):
        author = ", ".join(name for name in author if isinstance(name, str))
    return _text_field(record, "id"), LoadedDocument(
        text=record["text"],
        title=_text_field(record, "title"),
        author=author.strip() or None if isinstance(author, str) else None,
        publisher=_text_field(record, "source"),
        url=_text_field(record, "url"),
        dated=read_date(_text_field(record, "date")),
    )


def _text_field(record: dict[str, object], name: str) -> str | None:
    """A field as text, None where it is empty or absent."""
    value = record.get(name)
    if isinstance(value, dict | list):
        came = type(value).__name__
        raise LoadError("expected {field} to be a string, got {came}", field=f'"{name}"', came=came)
    return str(value).strip() or None if value is not None else None
