"""A small valley newspaper, indexed once by the real models for all tests of evaluation."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from evaluation.asking import Respondent
from evaluation.session import respondent_over, throwaway_index
from index.types import Embedder
from retrieval.reading.reader import Reader

ARTICLES: tuple[Mapping[str, str], ...] = (
    {
        "id": "bridge",
        "title": "New bridge over the Arven",
        "text": "The Lindal Bridge was opened on 14 May 2021. Mayor Greta Solheim cut the ribbon in front of "
        "three thousand people. The bridge was designed by Anton Berle, an engineer from Torsvik. It is "
        "410 metres long and carries two lanes and a cycle path.",
    },
    {
        "id": "flood",
        "title": "Flood in Torsvik",
        "text": "The Arven burst its banks on 3 March 2022 and flooded the old town of Torsvik. About 240 "
        "houses were damaged by the flood. Fire chief Ole Brandt said that nobody drowned. The Red Cross "
        "opened a shelter in the Nordre School.",
    },
    {
        "id": "flood_later",
        "title": "Torsvik counts the damage",
        "text": "A year after the water came, the insurers have finished counting. In all 310 houses were "
        "damaged by the flood in Torsvik, and repairs cost 18 million crowns. The school was rebuilt first.",
    },
    {
        "id": "cheese",
        "title": "Cheese of the year",
        "text": "Brown cheese from the Haugen dairy won the gold medal at the fair in Lindal. The dairy was "
        "founded in 1954 by Ingrid Haugen. It makes nine tonnes of cheese a month from goat milk.",
    },
)
QUESTIONS: tuple[Mapping[str, object], ...] = (
    {
        "id": "q1",
        "question": "When was the Lindal Bridge opened?",
        "answers": ["14 May 2021"],
        "relevant": ["bridge"],
        "type": "factoid",
    },
    {
        "id": "q2",
        "question": "Who designed the Lindal Bridge?",
        "answers": ["Anton Berle"],
        "relevant": ["bridge"],
        "type": "factoid",
    },
    {
        "id": "q3",
        "question": "Who founded the Haugen dairy?",
        "answers": ["Solveig Haugen"],  # wrong on purpose: a report shows it
        "relevant": ["cheese"],
        "type": "factoid",
    },
    {
        "id": "q4",
        "question": "How many houses were damaged by the flood in Torsvik?",
        "answers": ["240", "310"],
        "values": [["240"], ["310"]],
        "relevant": ["flood", "flood_later"],
        "type": "conflict",
    },
    {"id": "q5", "question": "Who won the 2018 World Cup?", "type": "unanswerable"},
    {
        "id": "q6",
        "type": "talk",
        "turns": [
            {
                "question": "Who designed the Lindal Bridge?",
                "answers": ["Anton Berle"],
                "relevant": ["bridge"],
                "type": "talk",
            },
            {
                "question": "when was it opened?",
                "answers": ["14 May 2021"],
                "relevant": ["bridge"],
                "type": "talk",
            },
        ],
    },
)


def written(path: Path, rows: tuple[Mapping[str, object], ...]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("valley") / "corpus.jsonl", ARTICLES)


@pytest.fixture(scope="session")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("valley") / "questions.jsonl", QUESTIONS)


@pytest.fixture(scope="session")
def respondent(corpus: Path, embedder: Embedder, reader: Reader) -> Iterator[Respondent]:
    with throwaway_index([str(corpus)], embedder) as (store, report):
        assert not report.failed
        yield respondent_over(store, embedder, reader)
