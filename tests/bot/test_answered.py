"""Answers are frozen with all their evidence, found by their buttons and their links, and not for ever."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.deep_links import answer_link, is_answer_link, parse_answer_id
from bot.rendering.keyboards import Action, CallbackData, parse_callback_data
from bot.state.answer_json import dump_answer, load_answer
from bot.state.answers import (
    QuestionContext,
    answer_by_button,
    answer_by_id,
    answer_by_message,
    link_question_and_answer,
    mark_removed,
    message_ids,
    new_id,
    prune,
    save_answer,
)
from bot.state.conversations import Place, Role, link_message
from bot.state.database import _MIGRATIONS, Database
from bot.state.feedback import Rating, load_votes, toggle_vote
from index.types import PUBLIC_ONLY, Mark, MarkKind, Passage, Source
from retrieval.types import Answer, Citation, Conversation, Outcome, Statement
from tests.bot.seeds import SeedAnswerer, SeedShelf

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
ANSWERER = SeedAnswerer(SeedShelf())
QUESTIONS = ("how many trucks?", "how many were killed?", "tell me everything", "who won the world cup?")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "bot.sqlite3")
    yield database
    database.close()


def answered(question: str = QUESTIONS[0]) -> Answer:
    return ANSWERER.answer(question, Conversation(), None)  # type: ignore[arg-type]


def kept(
    database: Database, answer_id: str, chat_id: int = 1, at: datetime = NOON, follows: str | None = None
) -> None:
    """An answer to message 5 of the chat, shown in its messages 6 and 7."""
    asked = QuestionContext(Place(chat_id), 1, PUBLIC_ONLY, follows)
    database.transact(save_answer, answer_id, answered(), asked, at)
    database.transact(link_question_and_answer, answer_id, chat_id, 5, (6, 7))


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_thawed_is_what_was_frozen(question: str):
    answer = answered(question)
    thawed = load_answer(dump_answer(answer))
    assert (thawed.question, thawed.standalone, thawed.outcome) == (question, question, answer.outcome)
    assert thawed.citations == answer.citations
    assert [(s.text, s.confidence) for s in thawed.statements] == [
        (s.text, s.confidence) for s in answer.statements
    ]
    assert list(thawed.passages) == list(answer.passages)


@given(st.text(st.characters()))
def test_any_question_can_be_frozen(question: str):
    answer = Answer(question, question, Outcome.NOT_FOUND)
    assert (load_answer(dump_answer(answer)), dump_answer(answer).isascii()) == (answer, True)


def test_times_pages_copies_and_the_day_of_the_question_are_kept():
    moment = datetime.fromisoformat("2026-03-01T23:30:00-05:00")
    source = Source("a", "Ferry", published=moment.date(), published_at=moment)
    passage = Passage(
        "a#0", source, 0, 8, "It sails", outline=(Mark(0, MarkKind.PAGE, 1), Mark(4, MarkKind.PAGE, 2))
    )
    copies = (Source("b", "Copy"),)
    statement = Statement("It sails", (Citation(passage, "It sails", 0, 8, 1, copies),), 0.9)
    answer = Answer(
        "q", "q", Outcome.ANSWERED, (statement,), (passage,), 5, "", 0.9, {passage: copies}, NOON.date()
    )
    assert load_answer(dump_answer(answer)) == answer


def test_of_an_answer_kept_before_a_quote_that_does_not_say_it_is_dropped():
    written = json.loads(dump_answer(answered(QUESTIONS[0])))
    written["statements"] = [{**one, "text": "nothing of the kind"} for one in written["statements"]]
    assert load_answer(json.dumps(written)).outcome is Outcome.NOT_FOUND


def test_each_passage_and_source_is_frozen_once():
    written = json.loads(dump_answer(answered("tell me everything")))
    texts = [passage["text"] for passage in written["passages"]]
    assert len(texts) == len(set(texts))
    assert [source["article_id"] for source in written["sources"]] == ["airport", "convoy"]


def test_an_answer_is_found_by_the_messages_that_show_it(database: Database):
    kept(database, "abc")
    found = database.transact(
        lambda db: [answer_by_message(db, 1, message_id) for message_id in (5, 6, 7, 8)]
    )
    assert [one and (one.id, one.role) for one in found] == [
        ("abc", Role.QUESTION),
        ("abc", Role.ANSWER),
        ("abc", Role.ANSWER),
        None,
    ]
    assert database.transact(message_ids, "abc", 1) == (6, 7)


def test_a_button_opens_the_answer_of_its_message_and_no_other(database: Database):
    kept(database, "abc")
    kept(database, "def", chat_id=-2)

    def opened(chat_id: int, message_id: int, answer_id: str) -> str | None:
        found = database.transact(answer_by_button, chat_id, message_id, answer_id)
        return found.role if found else None

    assert opened(1, 6, "abc") is Role.ANSWER
    assert opened(1, 6, "def") is None  # the message shows another answer
    assert opened(1, 5, "abc") is None  # the message asks
    assert opened(-2, 6, "abc") is None
    assert opened(-2, 99, "abc") is None  # a group does not open what was said elsewhere
    assert opened(-2, 99, "def") is Role.ANSWER  # just sent
    assert opened(1, 99, "def") is Role.COPY  # who knows the id has the link
    assert opened(1, 99, "ghi") is None


def test_an_answer_that_is_shown_anew_is_shown_only_there(database: Database):
    kept(database, "abc")
    database.transact(link_question_and_answer, "abc", 1, 5, (6,))
    assert database.transact(message_ids, "abc", 1) == (6,)


def test_a_removed_answer_says_so_and_keeps_its_votes(database: Database):
    kept(database, "abc")
    database.transact(toggle_vote, "abc", 1, Rating.WRONG, NOON)
    database.transact(mark_removed, "abc", NOON)
    found = database.transact(answer_by_id, "abc")
    assert found is not None
    assert (found.removed, len(database.transact(load_votes))) == (True, 1)


def test_old_answers_are_forgotten_and_those_with_votes_are_not(database: Database):
    for answer_id in ("old", "old and voted on", "new"):
        kept(database, answer_id, at=NOON + timedelta(days=300 * answer_id.startswith("new")))
    database.transact(toggle_vote, "old and voted on", 1, Rating.UP, NOON)
    database.transact(prune, NOON + timedelta(days=400))
    assert remembered(database) == ["new", "old and voted on"]


def test_only_so_many_answers_are_kept_and_those_with_votes_longest(database: Database):
    for number in range(6):
        kept(database, str(number), at=NOON + timedelta(minutes=number))
    database.transact(toggle_vote, "0", 1, Rating.UP, NOON)
    database.transact(prune, NOON, max_answers=3)
    assert remembered(database) == ["0", "4", "5"]
    database.transact(prune, NOON, max_answers=0)
    counts = database.transact(lambda db: [len(db.execute(all_of).fetchall()) for all_of in EVERYTHING])
    assert counts == [0, 0, 0, 0]


EVERYTHING = (
    "SELECT 1 FROM answer",
    "SELECT 1 FROM message",
    "SELECT 1 FROM place",
    "SELECT 1 FROM voice",
)


def remembered(database: Database) -> list[str]:
    rows = database.transact(lambda db: db.execute("SELECT id FROM answer ORDER BY id").fetchall())
    return [answer_id for (answer_id,) in rows]


def test_an_answer_forgotten_while_it_was_followed_breaks_nothing(database: Database):
    kept(database, "abc", follows="gone")
    database.transact(link_message, 1, 9, "gone")
    found = database.transact(lambda db: (answer_by_id(db, "abc"), answer_by_message(db, 1, 9)))
    assert (found[0] and found[0].follows, found[1]) == (None, None)


def test_a_file_of_the_version_before_opens_with_its_votes(tmp_path: Path):
    path = tmp_path / "bot.sqlite3"
    written = {
        "question": "who?",
        "standalone": "who came?",
        "outcome": "answered",
        "statements": [
            {
                "text": "Bo",
                "confidence": 0.5,
                "citations": [{"article_id": "a", "quote": "Bo came.", "start": 3, "end": 11}],
            }
        ],
    }
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in _MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO answer VALUES ('abc', ?, ?)", (json.dumps(written), NOON.isoformat()))
        connection.execute("INSERT INTO voice VALUES ('abc', x'00', 'up', ?)", (NOON.isoformat(),))
    database = Database(path)
    (vote,) = database.transact(load_votes)
    kept(database, "def", at=NOON + timedelta(days=1))
    found = database.transact(lambda db: [answer_by_id(db, answer_id) for answer_id in ("abc", "def")])
    assert remembered(database) == ["abc", "def"]
    database.transact(lambda db: db.execute("DELETE FROM voice"))
    database.transact(prune, NOON)
    assert remembered(database) == ["def"]
    database.close()
    assert (vote.answer.standalone, vote.answer.statements[0].citations[0].quote) == ("who came?", "Bo came.")
    assert [one and one.id for one in found] == [None, "def"]  # without its evidence there is no opening it


def test_the_file_names_nobody_and_no_chat(database: Database):
    asked = QuestionContext(Place(9876543210), 9876543210, PUBLIC_ONLY)
    database.transact(save_answer, "abc", answered(), asked, NOON)
    database.transact(link_question_and_answer, "abc", 9876543210, 5, (6,))
    written = b"".join(path.read_bytes() for path in database.path.parent.iterdir())
    assert b"how many trucks?" in written
    assert b"9876543210" not in written
    assert (9876543210).to_bytes(5) not in written


@pytest.mark.skipif(os.name != "posix", reason="other systems have other rights")
def test_the_file_is_for_its_owner_alone(database: Database):
    kept(database, "abc")
    assert {path.stat().st_mode & 0o777 for path in database.path.parent.iterdir()} == {0o600}


def test_callback_data_reads_back_as_what_it_was_and_fits_telegrams_64_bytes():
    for action in Action:
        press = CallbackData(action, new_id(), 9999)
        assert (parse_callback_data(press.data), len(press.data) <= 64) == (press, True)


def test_a_link_reads_back_as_the_id_and_fits_telegrams_64_characters():
    answer_id = new_id()
    address, parameter = answer_link("Citebot", answer_id).split("?start=")
    assert (address, parse_answer_id(parameter), len(parameter) <= 64) == (
        "https://t.me/Citebot",
        answer_id,
        True,
    )


@pytest.mark.parametrize("parameter", ["a_", "a_../../etc", "a_" + "x" * 60, "a_é", "a_a b", "a_abc\n\n1"])
def test_a_forged_link_names_no_answer(parameter: str):
    assert (is_answer_link(parameter), parse_answer_id(parameter)) == (True, "")


def test_ids_do_not_repeat():
    assert len({new_id() for _ in range(1000)}) == 1000
