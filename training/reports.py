"""Synthetic reports of events, with questions for each role: who did it, to whom, guarded by whom.

Readers confuse roles, because in most training data only one entity of a passage has the type of the answer.
Here several do. Events, sentences and questions are in reports.txt, names in names.txt. A role that the
report leaves out gives an unanswerable question. The same events are also written as tables.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from training.names import COUNTRIES, make_value

REPORTS = Path(__file__).with_name("reports.txt")
_SLOT = re.compile(r"\{(\w+)\}")
_ANSWER = re.compile(r"\[(.+?)\]")

_CONFUSABLE_KINDS = frozenset(
    {"fighters", "group", "guards", "person", "country", "company", "team"}
)  # easily confused


@dataclass(frozen=True, slots=True)
class Event:
    """A block of reports.txt: kinds by role, sentences, and (role, question) pairs."""

    kinds: Mapping[str, str]
    sentences: Sequence[str]
    questions: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SyntheticPassage:
    """A passage with questions and their answers as (start, end); None where it does not say."""

    text: str
    asked: Sequence[tuple[str, tuple[int, int] | None]]


@cache
def read_events() -> Sequence[Event]:
    blocks = re.split(r"\n\s*\n", re.sub(r"(?m)^#.*\n", "", REPORTS.read_text("utf-8")).strip())
    return [_parse_event(block.splitlines()) for block in blocks]


def _parse_event(lines: Sequence[str]) -> Event:
    kinds = dict(pair.split(":") for pair in lines[0].split()[1:])
    asked = [line[2:].split(": ", 1) for line in lines[1:] if line.startswith("?")]
    return Event(
        kinds, [line[2:] for line in lines if line.startswith("+")], [(role, q) for role, q in asked]
    )


def make_report(chance: random.Random, filler: Sequence[str]) -> SyntheticPassage:
    """One event in three to six sentences among others of `filler`, with up to four questions."""
    event = chance.choice(read_events())
    values = _draw_values(event, chance)
    chosen = chance.sample(event.sentences, min(len(event.sentences), chance.randint(3, 6)))
    around = [
        *chosen,
        *(chance.choice(filler).replace("{", "").replace("}", "") for _ in range(chance.randint(0, 4))),
    ]
    chance.shuffle(around)
    text = ""
    spans: dict[str, tuple[int, int]] = {}  # where each role is first told
    for sentence in around:
        text += " " if text else ""
        begin, last = len(text), 0
        for slot in _SLOT.finditer(sentence):
            text += sentence[last : slot.start()]
            value, first, end = _strip_brackets(values[slot[1]])
            spans.setdefault(slot[1], (len(text) + first, len(text) + end))
            text += value
            last = slot.end()
        text += sentence[last:]
        text = text[:begin] + text[begin : begin + 1].upper() + text[begin + 1 :]
    return SyntheticPassage(text, _choose_questions(event, values, spans, chance))


def make_table(chance: random.Random) -> SyntheticPassage:
    """Four to eight events of one kind as a table with a header row, and questions across its columns."""
    event = chance.choice(read_events())
    roles = chance.sample(sorted(event.kinds), min(len(event.kinds), chance.randint(3, 5)))
    size = chance.randint(4, 8)
    rows = [{role: _cell_text(make_value(event.kinds[role], chance)) for role in roles} for _ in range(size)]
    named = chance.sample(COUNTRIES, size)
    text = " | ".join(("Country", *(role.capitalize() for role in roles))) + " |"
    asked: list[tuple[str, tuple[int, int] | None]] = []
    spans: list[dict[str, tuple[int, int]]] = []
    for name, row in zip(named, rows, strict=True):
        text += f"\n{name} | "
        places = {}
        for role in roles:
            places[role] = (len(text), len(text) + len(row[role]))
            text += row[role] + " | "
        text = text.rstrip()
        spans.append(places)
    for i in chance.sample(range(size), 2):
        role = chance.choice(roles)
        asked.append((chance.choice(_TABLE_QUESTIONS).format(role=role, name=named[i]), spans[i][role]))
    missing = chance.choice([country for country in COUNTRIES if country not in named])
    if chance.random() < 0.4:
        asked.append((chance.choice(_TABLE_QUESTIONS).format(role=chance.choice(roles), name=missing), None))
    return SyntheticPassage(text, asked)


_TABLE_QUESTIONS = (
    "What was the {role} in {name}?",
    "what is the {role} for {name}",
    "Which {role} is given for {name}?",
    "{role} {name}",
    "What does the table say about the {role} in {name}?",
)


def _choose_questions(
    event: Event,
    values: Mapping[str, str],
    spans: Mapping[str, tuple[int, int]],
    chance: random.Random,
) -> list[tuple[str, tuple[int, int] | None]]:
    """Up to three answered questions and one that is not, each about what the report is about."""
    told = [(role, q) for role, q in event.questions if role in spans and _is_answerable_about(q, spans)]
    untold = [
        (role, q) for role, q in event.questions if role not in spans and _is_answerable_about(q, spans)
    ]
    misleading = [pair for pair in untold if event.kinds[pair[0]] in _CONFUSABLE_KINDS] or untold
    pairs = chance.sample(told, min(len(told), 3)) + chance.sample(misleading, min(len(misleading), 1))
    bare = {role: _strip_brackets(value)[0] for role, value in values.items()}
    return [(q.format_map(bare), spans.get(role)) for role, q in pairs]


def _is_answerable_about(question: str, spans: Mapping[str, tuple[int, int]]) -> bool:
    return all(role in spans for role in _SLOT.findall(question))


def _strip_brackets(value: str) -> tuple[str, int, int]:
    """A value without its brackets, and where the answer stands in it: all of it when there are none."""
    marked = _ANSWER.search(value)
    if marked is None:
        return value, 0, len(value)
    return value[: marked.start()] + marked[1] + value[marked.end() :], marked.start(), marked.end() - 2


def _cell_text(value: str) -> str:
    """The answer alone, as a cell of a table says it."""
    bare, start, end = _strip_brackets(value)
    return bare[start].upper() + bare[start + 1 : end]


def _draw_values(event: Event, chance: random.Random) -> dict[str, str]:
    values: dict[str, str] = {}
    for role, kind in event.kinds.items():
        while (value := make_value(kind, chance)) in values.values():
            pass
        values[role] = value
    return values
