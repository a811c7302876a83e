import gzip
import random
from pathlib import Path

import pytest

from tests.training.conftest import PASSAGES
from training.alterations import negate, remove_answer, swap_name
from training.examples import WORDS, epoch, held_out_groups
from training.sources import CLEAR, UNCLEAR, DataError, Question, read_data


def question(text: str, passage: int, answer: str) -> Question:
    return Question("nq", text, passage, PASSAGES[passage].index(answer), answer, (answer,), ())


def test_only_sources_with_a_clear_licence_are_read_unless_others_are_asked_for(folder: Path) -> None:
    clear, everything = read_data(folder, CLEAR), read_data(folder, {*CLEAR, *UNCLEAR})

    assert (len(clear.train), len(everything.train), len(clear.held_out)) == (6, 7, 1)


def test_an_answer_that_does_not_stand_where_it_should_is_refused(folder: Path) -> None:
    path = folder / "qa.jsonl.gz"
    moved = gzip.decompress(path.read_bytes()).replace(b'"p": 2', b'"p": 3')
    path.write_bytes(gzip.compress(moved))

    with pytest.raises(DataError, match="does not stand where it is said to"):
        read_data(folder, CLEAR)


def test_missing_data_is_told_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected passages\.jsonl\.gz"):
        read_data(tmp_path, CLEAR)


def test_a_pass_is_the_same_whenever_it_is_drawn_and_another_pass_differs(folder: Path) -> None:
    data = read_data(folder, CLEAR)

    assert epoch(data, 7, 0) == epoch(data, 7, 0) != epoch(data, 7, 1)


def test_only_the_first_passage_of_a_group_holds_the_answer(
    folder: Path,
) -> None:
    data = read_data(folder, CLEAR)
    answers = {q.text: q.answer for q in data.train}

    for group in [*epoch(data, 0, 0), *held_out_groups(data, 10)]:
        assert not any(context.answers for context in group.contexts[1:])
        first = group.contexts[0]
        if group.question in answers:
            told = first.text[first.start : first.end]
            assert told == (answers[group.question] if first.answers else "")
            assert first.answers or answers[group.question] not in first.text
        assert len(first.text.split()) <= WORDS * 2


def test_the_sentence_with_the_answer_is_taken_out() -> None:
    asked = question("Who kept the lighthouse?", 1, "Jonas Falk")

    left = remove_answer(asked, PASSAGES[1])

    assert left is not None
    assert "Jonas Falk" not in left
    assert left.startswith("The old lighthouse")


def test_a_question_is_asked_about_something_that_the_passage_does_not_hold() -> None:
    asked = question("When was the lighthouse on Skerry Island built?", 1, "1857")
    others = ["What is known about Cape Sorrow?", "Who wrote about Port Hale?"]

    for seed in range(20):
        other = swap_name(asked, PASSAGES[1], others, random.Random(seed))
        assert other in (
            "When was the lighthouse on Cape Sorrow built?",
            "When was the lighthouse on Port Hale built?",
        )


def test_a_question_that_names_nothing_cannot_be_asked_about_another() -> None:
    asked = question("Who kept the lighthouse?", 1, "Jonas Falk")

    assert swap_name(asked, PASSAGES[1], ["Who was in Port Hale?"], random.Random(0)) is None


def test_a_question_is_asked_about_the_opposite_where_the_passage_does_not_say_it() -> None:
    passage = "The first keeper of the lighthouse was Jonas Falk."
    asked = Question("nq", "Who was the first keeper?", 0, passage.index("Jonas"), "Jonas Falk", (), ())

    assert negate(asked, passage, random.Random(1)) == "Who was the last keeper?"
    also_last = f"{passage} The last keeper was Ada Quill."
    told = {negate(asked, also_last, random.Random(seed)) for seed in range(20)}
    assert told == {None, "Who was not the first keeper?", "Who was never the first keeper?"}
