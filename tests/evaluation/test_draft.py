import json
from pathlib import Path

import pytest

from evaluation.asking import Respondent
from evaluation.draft import clear_questions, draft
from evaluation.questions import Expected, read_questions
from evaluation.session import evaluate, question_sets, respondent_over, throwaway_index
from index.types import Embedder
from retrieval.reading.reader import Reader
from tests.evaluation.test_command import citebot


@pytest.mark.parametrize(
    "sentence",
    [
        "He was born in Torsvik in 1954.",  # who?
        "It was opened on 14 May 2021.",
        "The bridge was opened in 2021.",  # which bridge?
        "Greta Solheim opened it on Tuesday.",
        "“About 240 houses were damaged in Torsvik,” she said.",
        "Were 240 houses damaged by the flood in Torsvik?",
        "About 240 houses were damaged and 18 people were hurt in Torsvik.",
        "The Water Board (AVWB) raised its fees.",
        "The fair was held in March.",
    ],
)
def test_a_sentence_that_would_make_an_unclear_question_makes_none(sentence: str) -> None:
    assert clear_questions(sentence) == []


def test_drafted_questions_come_back_from_the_article_they_were_made_of(respondent: Respondent) -> None:
    made = list(draft(respondent, 10))
    assert ("When was the Lindal Bridge opened?", ["bridge"]) in [
        (one["question"], one["relevant"]) for one in made
    ]
    for one in made:
        answers, evidence = one["answers"], one["evidence"]
        assert isinstance(answers, list)
        assert isinstance(evidence, list)
        assert answers[0] in evidence[0]
    assert list(draft(respondent, 10)) == made
    assert list(draft(respondent, 1)) == made[:1]
    assert list(draft(respondent, 10, budget_s=-1.0)) == []


def test_a_question_on_which_two_articles_disagree_is_not_kept(
    tmp_path: Path, embedder: Embedder, reader: Reader
) -> None:
    lines = [
        {"id": "a", "text": "The Lindal Bridge was designed by Anton Berle."},
        {"id": "b", "text": "The Nordre School was opened in 1987. Nobody remembers by whom."},
        {"id": "c", "text": "When was the Nordre School opened? The Nordre School was opened on 3 May 1962."},
    ]
    corpus = tmp_path / "c.jsonl"
    corpus.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    with throwaway_index([str(corpus)], embedder) as (store, _):
        made = list(draft(respondent_over(store, embedder, reader), 5))
    assert [one["question"] for one in made] == ["Who designed the Lindal Bridge?"]


def test_the_command_writes_a_question_set_that_can_be_evaluated_at_once(
    corpus: Path, respondent: Respondent, tmp_path: Path
) -> None:
    ran = citebot("--draft", "2", "--corpus", str(corpus), cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
    (tmp_path / "mine.jsonl").write_text(ran.stdout, "utf-8")
    questions = read_questions(tmp_path / "mine.jsonl")
    assert 1 <= len(questions) <= 2  # of the two flood articles, which disagree, none is made
    assert {question.expected for question in questions} == {Expected.ANSWER}
    found = evaluate(question_sets([tmp_path / "mine.jsonl"]), respondent, {})
    assert found.total["right"].value == 1.0
