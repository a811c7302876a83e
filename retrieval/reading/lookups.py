"""Readings that need no model: what a table's cell or a spelled-out abbreviation answers."""

from collections.abc import Sequence, Set

from index.types import Passage
from retrieval.reading.abbreviations import asked_abbreviation, could_spell_out, spelled_out
from retrieval.reading.reader import Reading
from retrieval.reading.tables import looked_up, with_whole_deeds


def with_lookups(
    question: str,
    passages: Sequence[Passage],
    readings: Sequence[list[Reading]],
    disabled: Set[str] = frozenset(),
) -> Sequence[list[Reading]]:
    """For each passage its readings that may answer, after those that are looked up in it."""
    deeds = [with_whole_deeds(question, one) for one in readings]
    if deeds != list(readings) and "tables.deeds" not in disabled:
        readings = deeds
    found = looked_up(question, passages)
    if any(found) and "tables" not in disabled:
        readings = [a + b for a, b in zip(found, readings, strict=True)]
    short = asked_abbreviation(question)
    if short and "abbreviations" not in disabled:
        if " stand" in question:  # "what does it mean?" has other answers
            readings = [[one for one in spans if could_spell_out(short, one.text)] for spans in readings]
        readings = [a + b for a, b in zip(spelled_out(short, passages), readings, strict=True)]
    return readings
