import gzip
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from evaluation.errors import QuestionsError
from evaluation.questions import Expected, Question, Said, read_questions, spread


def read(path: Path, *rows: Mapping[str, object]) -> list[Question]:
    file = path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return read_questions(file)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"answers": ["12"], "relevant": ["a"]}, Expected.ANSWER),
        ({"answers": ["12"], "sources": ["a"]}, Expected.ANSWER),
        ({"answers": ["12"]}, Expected.ANSWER),
        ({"answers": ["12"], "relevant": []}, Expected.UNKNOWN),
        ({"answers": ["so " * 16], "relevant": ["a"]}, Expected.PROSE),
        ({"answers": ["so " * 16, "so"], "relevant": ["a"]}, Expected.ANSWER),
        ({"sources": ["a"], "type": "descriptive"}, Expected.SOURCE),
        ({}, Expected.REFUSAL),
        ({"type": "null", "answers": [], "relevant": []}, Expected.REFUSAL),
        ({"type": "unanswerable", "relevant": ["a"]}, Expected.REFUSAL),
        ({"is_impossible": True, "relevant": ["a"]}, Expected.REFUSAL),
        ({"type": "mc_dependent", "answers": ["x"], "relevant": ["a"]}, Expected.RETRIEVAL),
        ({"type": "followup:clarification", "answers": ["x"], "relevant": ["a"]}, Expected.RETRIEVAL),
        ({"type": "first:noAnswerNoRelevantInfo", "answers": ["x"]}, Expected.REFUSAL),
        ({"type": "non_extractive", "answers": ["x"], "relevant": []}, Expected.UNKNOWN),
        ({"rewrite": "Is throat cancer curable?", "answers": [], "relevant": []}, Expected.REWRITE),
    ],
)
def test_what_would_be_right_follows_from_what_the_line_knows(
    tmp_path: Path, row: Mapping[str, object], expected: Expected
) -> None:
    [question] = read(tmp_path, {"id": 1, "question": "how many?", **row})
    assert question.expected is expected


def test_the_turns_of_a_conversation_become_questions_that_follow_each_other(tmp_path: Path) -> None:
    turns = [
        {"id": "a", "question": "who came?", "answers": ["Bo"]},
        {"question": "when?", "answers": ["1954"]},
    ]
    found = read(tmp_path, {"id": "talk", "type": "conversation", "turns": turns})
    assert [(q.id, q.text, q.follows) for q in found] == [("a", "who came?", None), ("talk.2", "when?", "a")]


def test_what_was_said_before_and_the_documents_of_a_question_are_read(tmp_path: Path) -> None:
    row = {
        "id": "x",
        "question": "and when?",
        "history": [{"role": "user", "text": "who came?"}, {"role": "assistant", "text": "Bo"}],
        "docs": [
            {"id": "d1", "answer": "1954"},
            {"id": "d2", "answer": "1957"},
            {"id": "d3", "answer": "unknown"},
        ],
        "answers": ["1954"],
        "date": "2024-05-13T10:00:00Z",
    }
    [question] = read(tmp_path, row)
    assert question.asked_on == date(2024, 5, 13)
    assert question.history == (Said(True, "who came?"), Said(False, "Bo"))
    assert question.documents == frozenset({"d1", "d2", "d3"})
    assert (question.values, question.disagree) == ((("1954",), ("1957",)), True)


def test_a_set_that_marks_one_dispute_says_of_all_others_that_they_are_none(tmp_path: Path) -> None:
    marked = {"id": 1, "question": "how many?", "answers": ["3", "4"], "values": [["3"], ["4", "four"]]}
    plain = {"id": 2, "question": "who?", "answers": ["Bo"]}
    assert [q.disagree for q in read(tmp_path, marked, plain)] == [True, False]
    assert [q.disagree for q in read(tmp_path, plain)] == [None]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1]", "expected a JSON object"),
        ("{", "expected one JSON object a line"),
        ('{"id": "a", "title": "T", "text": "A story."}', "give a file of articles as --corpus"),
        ('{"data": [], "version": "v2"}', "this layout is not understood"),
        ('{"question": "who?", "answers": "Bo"}', '"answers" to be a list'),
        ('{"question": "who?", "answers": {"text": ["Bo"]}}', '"answers" to be a list'),
        ('{"question": "who?", "docs": ["a text"]}', '"docs" to be a list'),
        ('{"question": "who?", "values": ["3"]}', '"values" to be a list'),
        ('{"turns": []}', '"turns" to be a list'),
    ],
)
def test_a_line_that_is_no_question_is_named_with_what_was_expected(
    tmp_path: Path, line: str, said: str
) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "who?"}\n\n' + line + "\n", "utf-8")
    with pytest.raises(QuestionsError, match=f"q.jsonl:3: .*{said}"):
        read_questions(file)


def test_an_empty_file_a_broken_archive_and_equal_ids_are_refused(tmp_path: Path) -> None:
    empty, broken = tmp_path / "e.jsonl", tmp_path / "b.jsonl.gz"
    empty.write_text("\n")
    broken.write_bytes(gzip.compress(b'{"question": "who?"}\n')[:-6])
    with pytest.raises(QuestionsError, match="is empty"):
        read_questions(empty)
    with pytest.raises(QuestionsError, match=r"expected JSON lines in UTF-8, plain or \.gz"):
        read_questions(broken)
    with pytest.raises(QuestionsError, match="'1' comes twice"):
        read(tmp_path, {"id": 1, "question": "who?"}, {"id": "1", "question": "when?"})


def test_a_limit_spreads_over_the_whole_file_and_keeps_conversations_whole() -> None:
    single = [Question(str(number), "who?") for number in range(100)]
    assert [q.id for q in spread(single, 4)] == ["0", "25", "50", "75"]
    talk = [
        Question("t1", "who?"),
        Question("t2", "when?", follows="t1"),
        Question("t3", "why?", follows="t2"),
    ]
    assert [q.id for q in spread([*talk, *single[:3]], 2)] == ["t1", "t2", "t3"]
    assert spread(single, 500) == single
