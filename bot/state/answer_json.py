"""An Answer as JSON and back, with its passages: it does not depend on the index afterwards."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from index.types import Mark, MarkKind, Passage, Source
from retrieval.evidence.citations import stated
from retrieval.types import Answer, Citation, Outcome, Turn


def dump_answer(answer: Answer) -> str:
    """The answer as JSON, with every cited and retrieved passage; each passage and source is written once.

    Pure ASCII, because half a surrogate pair in a question cannot be stored as UTF-8.
    """
    passages = list(dict.fromkeys([*answer.passages, *(citation.passage for citation in answer.citations)]))
    copied = {passage: found for passage, found in answer.copies.items() if passage in passages}
    copied |= {citation.passage: citation.copies for citation in answer.citations if citation.copies}
    sources = list(
        dict.fromkeys(
            [*(one.source for one in passages), *(copy for found in copied.values() for copy in found)]
        )
    )
    return json.dumps(
        {
            "question": answer.question,
            "standalone": answer.standalone,
            "outcome": answer.outcome.value,
            "statements": [
                {
                    "text": statement.text,
                    "confidence": float(statement.confidence),
                    "is_worded": statement.is_worded,
                    "citations": [
                        _dump_citation(one, passages.index(one.passage)) for one in statement.citations
                    ],
                }
                for statement in answer.statements
            ],
            "passages": [_dump_passage(passage, sources.index(passage.source)) for passage in passages],
            "sources": [_dump_source(source) for source in sources],
            "looked_at": [passages.index(passage) for passage in answer.passages],
            "elapsed_ms": answer.elapsed_ms,
            "best": answer.best,
            "confidence": float(answer.confidence),
            "copies": [
                [passages.index(passage), [sources.index(copy) for copy in found]]
                for passage, found in copied.items()
            ],
            "asked_on": answer.asked_on and answer.asked_on.isoformat(),
            "worded_by": answer.worded_by,
        }
    )


def load_answer(written: str) -> Answer:
    """The answer from its JSON. Raises KeyError for rows of the version that stored no passages."""
    fields = json.loads(written)
    sources = [_load_source(source) for source in fields["sources"]]
    passages = [_load_passage(passage, sources) for passage in fields["passages"]]
    copies = {
        passages[number]: tuple(sources[copy] for copy in found) for number, found in fields.get("copies", [])
    }
    asked_on = fields.get("asked_on")
    # Answers stored by older versions may cite quotes that do not contain the statement.
    statements = [
        statement
        for one in fields["statements"]
        if (
            statement := stated(
                one["text"],
                [_load_citation(citation, passages, copies) for citation in one["citations"]],
                one["confidence"],
                is_worded=one.get("is_worded", False),
            )
        )
    ]
    return Answer(
        fields["question"],
        fields["standalone"],
        Outcome(fields["outcome"]) if statements else Outcome.NOT_FOUND,
        tuple(statements),
        tuple(passages[number] for number in fields["looked_at"]),
        fields["elapsed_ms"],
        fields["best"],
        fields["confidence"],
        copies,
        asked_on and date.fromisoformat(asked_on),
        fields.get("worded_by"),
    )


def load_turn(written: str) -> Turn:
    """The question and statements of a stored answer, as a turn of a conversation."""
    fields = json.loads(written)
    said = tuple(statement["text"] for statement in fields["statements"])
    return Turn(fields["question"], fields["standalone"], said)


def _dump_citation(citation: Citation, passage: int) -> dict[str, object]:
    return {
        "article_id": citation.source.article_id,  # bot/state/feedback.py reads no passages
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "origin": citation.origin,
        "passage": passage,
    }


def _load_citation(
    fields: dict[str, Any], passages: list[Passage], copies: dict[Passage, tuple[Source, ...]]
) -> Citation:
    passage = passages[fields["passage"]]
    span = fields["quote"], fields["start"], fields["end"]
    return Citation(passage, *span, fields["origin"], copies.get(passage, ()))


def _dump_passage(passage: Passage, source: int) -> dict[str, object]:
    return {
        "id": passage.id,
        "source": source,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "heading": passage.heading,
        "outline": [asdict(mark) for mark in passage.outline],
    }


def _load_passage(fields: dict[str, Any], sources: list[Source]) -> Passage:
    outline = tuple(Mark(**{**mark, "kind": MarkKind(mark["kind"])}) for mark in fields.get("outline", ()))
    return Passage(**{**fields, "source": sources[fields["source"]], "outline": outline})


def _dump_source(source: Source) -> dict[str, object]:
    return {
        **asdict(source),
        "published": source.published and source.published.isoformat(),
        "published_at": source.published_at and source.published_at.isoformat(),
    }


def _load_source(fields: dict[str, Any]) -> Source:
    published, published_at = fields["published"], fields.get("published_at")
    times = {
        "published": published and date.fromisoformat(published),
        "published_at": published_at and datetime.fromisoformat(published_at),
    }
    return Source(**{**fields, **times})
