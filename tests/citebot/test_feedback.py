"""`citebot feedback export`: how voices are combined, and what the command does with files."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.state.answers import QuestionContext, save_answer
from bot.state.conversations import Place
from bot.state.database import Database
from bot.state.feedback import FrozenAnswer, FrozenCitation, FrozenStatement, Rating, Vote, toggle_vote
from citebot.cli.voted_questions import question_rows
from evaluation.questions import Expected, read_questions
from index.types import PUBLIC_ONLY, Passage, Source
from retrieval.types import Answer, Citation, Outcome, Statement
from tests.citebot.conftest import Citebot

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
QUOTE = "Bo Haugen opened the bridge."


def said(*texts: str, question: str = "Who opened the bridge?", asked: str | None = None) -> FrozenAnswer:
    """An answer of these statements, each from an article of its own; not found when there are none."""
    outcome = [Outcome.NOT_FOUND, Outcome.ANSWERED, Outcome.DISPUTED][min(len(texts), 2)]
    statements = tuple(
        FrozenStatement(text, 0.9, (FrozenCitation(f"article-{number}", QUOTE, 0, len(QUOTE)),))
        for number, text in enumerate(texts, 1)
    )
    return FrozenAnswer(asked or question, question, outcome, statements)


def votes(*given: tuple[FrozenAnswer, str, Rating]) -> list[Vote]:
    """Answer, voter and voice, one after another."""
    return [
        Vote(f"id{number}", answer, voter.encode(), rating, NOON + timedelta(minutes=number))
        for number, (answer, voter, rating) in enumerate(given)
    ]


def test_an_answer_found_right_becomes_the_accepted_one():
    (row,) = question_rows(votes((said("Bo Haugen"), "ada", Rating.UP)))
    assert row == {
        "id": row["id"],
        "question": "Who opened the bridge?",
        "date": "2025-03-01",
        "answers": ["Bo Haugen"],
        "relevant": ["article-1"],
        "type": "answered",
        "evidence": [QUOTE],
        "voices": {"up": 1},
    }


def test_a_dispute_found_right_names_its_values():
    (row,) = question_rows(votes((said("32", "50"), "ada", Rating.UP)))
    assert (row["answers"], row["values"], row["type"]) == (["32", "50"], [["32"], ["50"]], "disputed")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ([("a", Rating.UP)], "answered"),
        ([("a", Rating.UP), ("b", Rating.UP), ("c", Rating.WRONG)], "answered"),
        ([("a", Rating.UP), ("b", Rating.WRONG)], "undecided:clarification"),
        ([("a", Rating.UP), ("b", Rating.WRONG), ("c", Rating.OUTDATED)], "wrong:clarification"),
        ([("a", Rating.WRONG), ("b", Rating.OUTDATED), ("c", Rating.OUTDATED)], "outdated:clarification"),
        ([("a", Rating.NO_SOURCE)], "no_source:clarification"),
        ([("a", Rating.UP), ("a", Rating.WRONG)], "wrong:clarification"),  # asked twice, changed their mind
    ],
)
def test_the_majority_decides_and_a_tie_is_not_judged(given: list[tuple[str, Rating]], kind: str):
    (row,) = question_rows(votes(*((said("Bo"), voter, rating) for voter, rating in given)))
    assert (row["type"], "note" in row, "answers" in row) == (kind, ":" in kind, ":" not in kind)


def test_an_answer_that_came_later_and_is_right_outweighs_complaints_about_an_earlier_one():
    (row,) = question_rows(
        votes(
            (said("Bo"), "ada", Rating.WRONG),
            (said("Bo"), "eve", Rating.OUTDATED),
            (said("Ida Berle"), "ada", Rating.UP),
        )
    )
    assert (row["answers"], row["voices"]) == (["Ida Berle"], {"up": 1, "wrong": 1, "outdated": 1})


def test_an_answer_and_a_refusal_cannot_both_be_right():
    (row,) = question_rows(votes((said("Bo"), "ada", Rating.UP), (said(), "eve", Rating.UP)))
    assert row["type"] == "undecided:clarification"
    assert str(row["note"]).startswith("1 up: “Bo” (article-1). 1 up: not found. Fill in")


def test_follow_ups_are_exported_as_they_were_understood():
    first = said("Bo", asked="and who opened it?")
    second = said("Bo", question="who opened  the bridge")
    (row,) = question_rows(votes((first, "ada", Rating.UP), (second, "eve", Rating.UP)))
    assert (row["question"], row["asked"]) == ("Who opened the bridge?", ["and who opened it?"])


def test_a_question_keeps_its_id_from_export_to_export():
    first = votes((said("Bo"), "ada", Rating.UP))
    later = votes((said("Ida"), "eve", Rating.WRONG), (said("Bo", question="When?"), "eve", Rating.UP))
    (before,), (after, other) = question_rows(first), question_rows([*first, *later])
    assert (before["id"] == after["id"], before["id"] == other["id"]) == (True, False)


def test_evaluate_judges_what_was_found_right_and_asks_the_rest(tmp_path: Path):
    rows = question_rows(
        votes(
            (said("Bo", question="Who?"), "ada", Rating.UP),
            (said(question="When?"), "ada", Rating.UP),
            (said("Bo", question="Where?"), "ada", Rating.WRONG),
            (said(question="Why?"), "ada", Rating.WRONG),
        )
    )
    path = tmp_path / "votes.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    expected = [question.expected for question in read_questions(path)]
    assert expected == [Expected.ANSWER, Expected.REFUSAL, Expected.UNKNOWN, Expected.UNKNOWN]


def test_a_line_mended_as_its_note_says_is_judged(tmp_path: Path):
    (row,) = question_rows(votes((said("Bo"), "ada", Rating.WRONG)))
    del row["type"]
    path = tmp_path / "votes.jsonl"
    path.write_text(json.dumps({**row, "answers": ["Ida"], "relevant": ["article-2"]}), "utf-8")
    assert [question.expected for question in read_questions(path)] == [Expected.ANSWER]


def answered(question: str) -> Answer:
    passage = Passage("article-1#0", Source("article-1", "The bridge"), 0, len(QUOTE), QUOTE)
    statement = Statement("Bo", [Citation(passage, QUOTE, 0, len(QUOTE))], 0.9)
    return Answer(question, question, Outcome.ANSWERED, [statement], [passage])


@pytest.fixture
def voted(tmp_path: Path) -> Path:
    """The directory of an index whose bot was voted on twice."""
    database = Database(tmp_path / "index-bot.sqlite3")
    for number, rating in enumerate((Rating.UP, Rating.OUTDATED)):
        answer, asked = answered(f"Question {number}?"), QuestionContext(Place(1), 1, PUBLIC_ONLY)
        database.transact(lambda db, n=number, a=answer, q=asked: save_answer(db, str(n), a, q, NOON))
        database.transact(lambda db, n=number, v=rating: toggle_vote(db, str(n), 1, v, NOON))
    database.close()
    return tmp_path / "index"


def test_without_a_file_the_lines_are_printed(citebot: Citebot, voted: Path):
    ran = citebot("feedback", "export", "--index-dir", str(voted))
    assert [json.loads(line)["question"] for line in ran.stdout.splitlines()] == [
        "Question 0?",
        "Question 1?",
    ]
    assert (ran.returncode, ran.stderr) == (
        0,
        "citebot: 2 votes on 2 questions: 1 with accepted answers, 1 to be filled in\n",
    )


def test_a_file_is_written_once_and_never_over_another(citebot: Citebot, voted: Path, tmp_path: Path):
    arguments = ("feedback", "export", "--index-dir", str(voted), "--output", "votes.jsonl", "--json")
    ran = citebot(*arguments)
    assert json.loads(ran.stdout) == {"votes": 2, "judged": 1, "not_judged": 1, "output": "votes.jsonl"}
    written = (tmp_path / "votes.jsonl").read_bytes()
    again = citebot(*arguments)
    assert (again.returncode, (tmp_path / "votes.jsonl").read_bytes()) == (2, written)
    assert "votes.jsonl is there already" in again.stderr


def test_before_the_first_vote_there_is_nothing_to_export(citebot: Citebot, tmp_path: Path):
    ran = citebot("feedback", "export", "--output", "votes.jsonl", INDEX_DIR="index")
    assert (ran.returncode, ran.stdout) == (0, "")
    assert ran.stderr == "citebot: nobody has voted on an answer yet\n"
    assert list(tmp_path.iterdir()) == []
