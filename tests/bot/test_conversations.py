"""Which answer a message is about, and what was said before it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.state.answers import Asked, keep, mark_removed, prune, show
from bot.state.conversations import (
    MAX_BELOW,
    Place,
    Role,
    about,
    answer_above,
    begin_anew,
    conversation,
    go_on,
    latest,
    link,
    move,
)
from bot.state.database import Memory
from bot.state.erasure import Forgotten, forget
from retrieval.standalone import make_standalone
from retrieval.types import MAX_TURNS, Answer, Conversation, Outcome

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
HERE, THERE = Place(1), Place(2)
ADA, BOB = 42, 43


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(tmp_path / "bot.sqlite3")
    yield memory
    memory.close()


def say(
    memory: Memory, question: str, follows: str | None = None, place: Place = HERE, asker: int = ADA
) -> None:
    """A question and its answer, whose id is the question."""
    answer = Answer(question, question, Outcome.NOT_FOUND)
    memory.do(lambda notes: keep(notes, question, answer, Asked(place, asker, follows), NOON))


def told(memory: Memory, answer_id: str | None, chat_id: int = 1) -> list[str]:
    before = memory.do(lambda notes: conversation(notes, chat_id, answer_id))
    return [turn.question for turn in before.turns]


def latest_of(memory: Memory, place: Place) -> str | None:
    return memory.do(lambda notes: latest(notes, place))


def test_a_conversation_is_what_led_to_its_last_answer(memory: Memory):
    say(memory, "one")
    say(memory, "two", "one")
    say(memory, "two again", "one")
    assert (told(memory, "two"), told(memory, "two again")) == (["one", "two"], ["one", "two again"])
    assert (told(memory, None), told(memory, "unknown")) == ([], [])


def test_only_so_many_turns_are_told(memory: Memory):
    for number in range(12):
        say(memory, str(number), str(number - 1))
    assert told(memory, "11") == [str(number) for number in range(12 - MAX_TURNS, 12)]


def test_each_place_goes_on_from_its_own_latest_answer(memory: Memory):
    say(memory, "here", place=Place(-5, 7))
    say(memory, "there", place=Place(-5, 8))
    assert [latest_of(memory, place) for place in (Place(-5, 7), Place(-5, 8), Place(-5))] == [
        "here",
        "there",
        None,
    ]


def test_a_place_begun_anew_follows_nothing_and_leaves_its_neighbours_alone(memory: Memory):
    say(memory, "here")
    say(memory, "there", place=THERE)
    memory.do(lambda notes: begin_anew(notes, HERE))
    assert (latest_of(memory, HERE), latest_of(memory, THERE)) == (None, "there")
    assert told(memory, "here") == ["here"]


def test_what_was_asked_before_in_another_chat_is_not_told(memory: Memory):
    say(memory, "secret", place=THERE)
    say(memory, "shared", "secret", THERE)
    say(memory, "opened by its link", "shared", HERE)
    assert told(memory, "opened by its link") == ["shared", "opened by its link"]
    assert told(memory, "shared", chat_id=1) == ["shared"]
    assert told(memory, "shared", chat_id=2) == ["secret", "shared"]


def test_a_removed_answer_is_left_out(memory: Memory):
    for question, follows in (("one", None), ("two", "one"), ("three", "two")):
        say(memory, question, follows)
    memory.do(lambda notes: mark_removed(notes, "two", NOON))
    assert told(memory, "three") == ["one", "three"]


def test_an_edit_of_the_last_question_is_where_the_conversation_goes_on(memory: Memory):
    say(memory, "one")
    say(memory, "two", "one")
    for edited, old, ends_with in (("two!", "two", "two!"), ("one!", "one", "two!")):
        answer, asked = Answer(edited, edited, Outcome.NOT_FOUND), Asked(HERE, ADA, "one")
        memory.do(lambda notes, e=edited, a=answer, q=asked, o=old: keep(notes, e, a, q, NOON, instead_of=o))
        assert latest_of(memory, HERE) == ends_with
    assert told(memory, "two!") == ["one", "two!"]


def test_a_reply_at_any_depth_stands_under_the_answer(memory: Memory):
    say(memory, "one")
    memory.do(lambda notes: show(notes, "one", 1, 10, (11, 12)))

    def above(*message_ids: int) -> str | None:
        return memory.do(lambda notes: answer_above(notes, 1, *message_ids))

    memory.do(lambda notes: link(notes, 1, 13, "one"))
    assert [above(message_id) for message_id in (10, 11, 12, 13, 14)] == ["one"] * 4 + [None]
    assert (above(14, 10), memory.do(lambda notes: answer_above(notes, 2, 11))) == ("one", None)


def test_a_thread_that_never_ends_is_not_remembered_for_ever(memory: Memory):
    say(memory, "one")
    memory.do(lambda notes: [link(notes, 1, number, "one") for number in range(100, 101 + MAX_BELOW)])
    below = [
        memory.do(lambda notes, n=number: answer_above(notes, 1, n))
        for number in (99 + MAX_BELOW, 100 + MAX_BELOW)
    ]
    assert below == ["one", None]


def test_a_conversation_follows_its_group(memory: Memory):
    group, supergroup = Place(-5), Place(-1005)
    say(memory, "one", place=group)
    say(memory, "meanwhile", place=supergroup)
    say(memory, "two", "one", group)
    memory.do(lambda notes: move(notes, -5, -1005))
    assert (latest_of(memory, supergroup), latest_of(memory, group)) == ("two", None)
    assert told(memory, "two", chat_id=-1005) == ["one", "two"]


def test_forgetting_takes_a_persons_turns_and_leaves_the_others(memory: Memory):
    group = Place(-5)
    say(memory, "ada's", place=group, asker=ADA)
    say(memory, "bob's", "ada's", group, BOB)
    say(memory, "ada's again", "bob's", group, ADA)
    assert memory.do(lambda notes: forget(notes, ADA)) == Forgotten(answers=2, votes=0)
    assert told(memory, "bob's", chat_id=-5) == ["bob's"]
    assert latest_of(memory, group) is None
    assert memory.do(lambda notes: forget(notes, ADA)) == Forgotten(0, 0)


def test_forgetting_empties_the_private_chat_of_answers_opened_there(memory: Memory):
    say(memory, "bob's", place=Place(BOB), asker=BOB)
    memory.do(lambda notes: link(notes, ADA, 7, "bob's", Role.COPY))
    memory.do(lambda notes: go_on(notes, Place(ADA), "bob's"))
    memory.do(lambda notes: forget(notes, ADA))
    assert memory.do(lambda notes: (answer_above(notes, ADA, 7), latest(notes, Place(ADA)))) == (None, None)
    assert told(memory, "bob's", chat_id=BOB) == ["bob's"]


def test_forgetting_an_anonymous_admin_leaves_the_groups_conversations(memory: Memory):
    group = Place(-5)
    say(memory, "bob's", place=group, asker=BOB)
    memory.do(lambda notes: show(notes, "bob's", -5, 10, (11,)))
    memory.do(lambda notes: forget(notes, -5))
    assert memory.do(lambda notes: (answer_above(notes, -5, 11), latest(notes, group))) == ("bob's",) * 2


async def test_what_is_forgotten_is_gone_from_the_disk(memory: Memory):
    say(memory, "who stole the pink diamond?")
    written = [path.read_bytes() for path in memory.path.parent.iterdir()]
    assert any(b"pink diamond" in content for content in written)
    memory.do(lambda notes: forget(notes, ADA))
    await memory.scrub()
    written = [path.read_bytes() for path in memory.path.parent.iterdir()]
    assert not any(b"pink diamond" in content for content in written)


def test_what_follows_a_pruned_answer_begins_there(memory: Memory):
    say(memory, "one")
    answer = Answer("two", "two", Outcome.NOT_FOUND)
    later = NOON + timedelta(days=300)
    memory.do(lambda notes: keep(notes, "two", answer, Asked(HERE, ADA, "one"), later))
    memory.do(lambda notes: prune(notes, NOON + timedelta(days=400)))
    assert told(memory, "two") == ["two"]


@pytest.mark.parametrize(
    ("selection", "question", "understood"),
    [
        ("Islamic State", "who leads it?", "who leads Islamic State?"),
        ("the Wagner Group", "what do they do in Mali?", "what do the Wagner Group do in Mali?"),
        ("Ansongo", "where is it?", "where is Ansongo?"),
    ],
)
def test_the_next_question_is_about_what_was_selected(selection: str, question: str, understood: str):
    answer = Answer(
        "who attacked the convoy near Gao?", "who attacked the convoy near Gao?", Outcome.NOT_FOUND
    )
    assert make_standalone(question, about(Conversation().after(answer), selection)) == understood


def test_a_selection_takes_the_place_of_the_oldest_turn_in_a_long_conversation():
    before = Conversation()
    for number in range(MAX_TURNS):
        before = before.after(Answer(f"q{number}", f"q{number}", Outcome.NOT_FOUND))
    turns = about(before, "the\nconvoy").turns
    assert (len(turns), turns[0].question, turns[-1].standalone) == (MAX_TURNS, "q1", "what is the convoy?")
