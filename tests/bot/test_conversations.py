"""Which answer a message is about, and what was said before it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.state.answers import QuestionContext, link_question_and_answer, mark_removed, prune, save_answer
from bot.state.conversations import (
    MAX_BELOW,
    Place,
    Role,
    answer_id_above,
    clear_latest_answer,
    latest_answer_id,
    link_message,
    load_conversation,
    move_conversations,
    set_latest_answer,
    with_selection,
)
from bot.state.database import Database
from bot.state.erasure import ErasureReport, erase_person
from index.types import PUBLIC_ONLY
from retrieval.conversation.follow_up import follow_up
from retrieval.conversation.topic import bundled_topic_model
from retrieval.types import MAX_TURNS, Answer, Conversation, Outcome

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
HERE, THERE = Place(1), Place(2)
ADA, BOB = 42, 43


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "bot.sqlite3")
    yield database
    database.close()


def say(
    database: Database, question: str, follows: str | None = None, place: Place = HERE, asker: int = ADA
) -> None:
    """A question and its answer, whose id is the question."""
    answer = Answer(question, question, Outcome.NOT_FOUND)
    asked = QuestionContext(place, asker, PUBLIC_ONLY, follows)
    database.transact(save_answer, question, answer, asked, NOON)


def told(database: Database, answer_id: str | None, chat_id: int = 1) -> list[str]:
    before = database.transact(load_conversation, chat_id, answer_id, PUBLIC_ONLY)
    return [turn.question for turn in before.turns]


def latest_of(database: Database, place: Place) -> str | None:
    return database.transact(latest_answer_id, place)


def test_a_conversation_is_what_led_to_its_last_answer(database: Database):
    say(database, "one")
    say(database, "two", "one")
    say(database, "two again", "one")
    assert (told(database, "two"), told(database, "two again")) == (["one", "two"], ["one", "two again"])
    assert (told(database, None), told(database, "unknown")) == ([], [])


def test_only_so_many_turns_are_told(database: Database):
    for number in range(12):
        say(database, str(number), str(number - 1))
    assert told(database, "11") == [str(number) for number in range(12 - MAX_TURNS, 12)]


def test_each_place_goes_on_from_its_own_latest_answer(database: Database):
    say(database, "here", place=Place(-5, 7))
    say(database, "there", place=Place(-5, 8))
    assert [latest_of(database, place) for place in (Place(-5, 7), Place(-5, 8), Place(-5))] == [
        "here",
        "there",
        None,
    ]


def test_a_place_begun_anew_follows_nothing_and_leaves_its_neighbours_alone(database: Database):
    say(database, "here")
    say(database, "there", place=THERE)
    database.transact(clear_latest_answer, HERE)
    assert (latest_of(database, HERE), latest_of(database, THERE)) == (None, "there")
    assert told(database, "here") == ["here"]


def test_what_was_asked_before_in_another_chat_is_not_told(database: Database):
    say(database, "secret", place=THERE)
    say(database, "shared", "secret", THERE)
    say(database, "opened by its link", "shared", HERE)
    assert told(database, "opened by its link") == ["shared", "opened by its link"]
    assert told(database, "shared", chat_id=1) == ["shared"]
    assert told(database, "shared", chat_id=2) == ["secret", "shared"]


def test_a_removed_answer_is_left_out(database: Database):
    for question, follows in (("one", None), ("two", "one"), ("three", "two")):
        say(database, question, follows)
    database.transact(mark_removed, "two", NOON)
    assert told(database, "three") == ["one", "three"]


def test_an_edit_of_the_last_question_is_where_the_conversation_goes_on(database: Database):
    say(database, "one")
    say(database, "two", "one")
    for edited, old, ends_with in (("two!", "two", "two!"), ("one!", "one", "two!")):
        answer = Answer(edited, edited, Outcome.NOT_FOUND)
        asked = QuestionContext(HERE, ADA, PUBLIC_ONLY, "one")
        database.transact(
            lambda db, e=edited, a=answer, q=asked, o=old: save_answer(db, e, a, q, NOON, instead_of=o)
        )
        assert latest_of(database, HERE) == ends_with
    assert told(database, "two!") == ["one", "two!"]


def test_a_reply_at_any_depth_stands_under_the_answer(database: Database):
    say(database, "one")
    database.transact(link_question_and_answer, "one", 1, 10, (11, 12))

    def above(*message_ids: int) -> str | None:
        return database.transact(answer_id_above, 1, *message_ids)

    database.transact(link_message, 1, 13, "one")
    assert [above(message_id) for message_id in (10, 11, 12, 13, 14)] == ["one"] * 4 + [None]
    assert (above(14, 10), database.transact(answer_id_above, 2, 11)) == ("one", None)


def test_a_thread_that_never_ends_is_not_remembered_for_ever(database: Database):
    say(database, "one")
    database.transact(
        lambda db: [link_message(db, 1, number, "one") for number in range(100, 101 + MAX_BELOW)]
    )
    below = [
        database.transact(lambda db, n=number: answer_id_above(db, 1, n))
        for number in (99 + MAX_BELOW, 100 + MAX_BELOW)
    ]
    assert below == ["one", None]


def test_a_conversation_follows_its_group(database: Database):
    group, supergroup = Place(-5), Place(-1005)
    say(database, "one", place=group)
    say(database, "meanwhile", place=supergroup)
    say(database, "two", "one", group)
    database.transact(move_conversations, -5, -1005)
    assert (latest_of(database, supergroup), latest_of(database, group)) == ("two", None)
    assert told(database, "two", chat_id=-1005) == ["one", "two"]


def test_forgetting_takes_a_persons_turns_and_leaves_the_others(database: Database):
    group = Place(-5)
    say(database, "ada's", place=group, asker=ADA)
    say(database, "bob's", "ada's", group, BOB)
    say(database, "ada's again", "bob's", group, ADA)
    assert database.transact(erase_person, ADA) == ErasureReport(answers=2, votes=0)
    assert told(database, "bob's", chat_id=-5) == ["bob's"]
    assert latest_of(database, group) is None
    assert database.transact(erase_person, ADA) == ErasureReport(0, 0)


def test_forgetting_empties_the_private_chat_of_answers_opened_there(database: Database):
    say(database, "bob's", place=Place(BOB), asker=BOB)
    database.transact(link_message, ADA, 7, "bob's", Role.COPY)
    database.transact(set_latest_answer, Place(ADA), "bob's")
    database.transact(erase_person, ADA)
    assert database.transact(lambda db: (answer_id_above(db, ADA, 7), latest_answer_id(db, Place(ADA)))) == (
        None,
        None,
    )
    assert told(database, "bob's", chat_id=BOB) == ["bob's"]


def test_forgetting_an_anonymous_admin_leaves_the_groups_conversations(database: Database):
    group = Place(-5)
    say(database, "bob's", place=group, asker=BOB)
    database.transact(link_question_and_answer, "bob's", -5, 10, (11,))
    database.transact(erase_person, -5)
    assert (
        database.transact(lambda db: (answer_id_above(db, -5, 11), latest_answer_id(db, group)))
        == ("bob's",) * 2
    )


async def test_what_is_forgotten_is_gone_from_the_disk(database: Database):
    say(database, "who stole the pink diamond?")
    written = [path.read_bytes() for path in database.path.parent.iterdir()]
    assert any(b"pink diamond" in content for content in written)
    database.transact(erase_person, ADA)
    await database.checkpoint_wal()
    written = [path.read_bytes() for path in database.path.parent.iterdir()]
    assert not any(b"pink diamond" in content for content in written)


def test_what_follows_a_pruned_answer_begins_there(database: Database):
    say(database, "one")
    answer = Answer("two", "two", Outcome.NOT_FOUND)
    later = NOON + timedelta(days=300)
    database.transact(save_answer, "two", answer, QuestionContext(HERE, ADA, PUBLIC_ONLY, "one"), later)
    database.transact(prune, NOON + timedelta(days=400))
    assert told(database, "two") == ["two"]


@pytest.mark.parametrize(
    ("selection", "question", "understood"),
    [
        ("Islamic State", "who leads it?", "who leads it (Islamic State)?"),
        ("the Wagner Group", "what do they do in Mali?", "what do they do in Mali (the Wagner Group)?"),
        ("Ansongo", "where is it?", "where is it (Ansongo)?"),
    ],
)
def test_the_next_question_is_about_what_was_selected(selection: str, question: str, understood: str):
    answer = Answer(
        "who attacked the convoy near Gao?", "who attacked the convoy near Gao?", Outcome.NOT_FOUND
    )
    before = with_selection(Conversation().after(answer), selection)
    assert follow_up(question, before, bundled_topic_model()).standalone == understood


def test_a_selection_takes_the_place_of_the_oldest_turn_in_a_long_conversation():
    before = Conversation()
    for number in range(MAX_TURNS):
        before = before.after(Answer(f"q{number}", f"q{number}", Outcome.NOT_FOUND))
    turns = with_selection(before, "the\nconvoy").turns
    assert (len(turns), turns[0].question, turns[-1].standalone) == (MAX_TURNS, "q1", "the convoy")
