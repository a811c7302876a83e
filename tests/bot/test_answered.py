"""Answers are found by the id in their buttons, in their own chat and nowhere else."""

from bot.answered import Answered, AnsweredQuestions
from bot.conversations import Place
from bot.keyboards import Action, Pressed, pressed
from retrieval.types import Answer, Conversation, Outcome


def an_answer(answer_id: str, question_id: int) -> Answered:
    answer = Answer("q", "q", Outcome.NOT_FOUND)
    return Answered(answer_id, Place(1), question_id, (7,), Conversation(), answer)


def test_an_id_from_another_chat_opens_nothing():
    answered = AnsweredQuestions()
    answered.put(an_answer("abc", 5))
    assert answered.by_id("abc", 1) == an_answer("abc", 5)
    assert answered.by_id("abc", 2) is None


def test_a_second_answer_to_a_message_takes_the_place_of_the_first():
    answered = AnsweredQuestions()
    answered.put(an_answer("abc", 5))
    answered.put(an_answer("def", 5))
    assert (answered.by_id("abc", 1), answered.to_question(1, 5)) == (None, an_answer("def", 5))


def test_only_so_many_answers_are_kept():
    answered = AnsweredQuestions(capacity=2)
    for number in range(3):
        answered.put(an_answer(str(number), number))
    assert [answered.to_question(1, number) is None for number in range(3)] == [True, False, False]


def test_callback_data_reads_back_as_what_it_was_and_fits_telegrams_64_bytes():
    for action in Action:
        press = Pressed(action, AnsweredQuestions.new_id(), 9999)
        assert (pressed(press.data), len(press.data) <= 64) == (press, True)
