import pytest

from retrieval.questions.kinds import (
    Kind,
    asked,
    content_words,
    is_request,
    is_time,
    kind_of,
    marked,
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("who attacked the Gao convoy?", Kind.PERSON),
        ("How many minibuses were in the convoy?", Kind.NUMBER),
        ("What was the death toll in Gao?", Kind.NUMBER),
        ("When was Bamako International Airport attacked?", Kind.TIME),
        ("In what year did the junta take control?", Kind.TIME),
        ("Where was the convoy attacked?", Kind.PLACE),
        ("Was it attacked?", Kind.YES_NO),
        ("Was ist das für ein Konvoi?", Kind.THING),
        ("Est-ce que le convoi a été attaqué ?", Kind.YES_NO),
        ("Le groupe a-t-il revendiqué l'attaque ?", Kind.YES_NO),
        ("Quand le convoi a-t-il été attaqué ?", Kind.TIME),
        ("Which countries signed the Alliance?", Kind.THING),
        ("What does JNIM stand for?", Kind.THING),
        ("Why is Mali so unstable?", Kind.BROAD),
        ("How did the attack happen?", Kind.BROAD),
        ("What happened in Gao?", Kind.BROAD),
        ("What are the causes of the conflict?", Kind.BROAD),
        ("Did the Islamic State claim the attack?", Kind.YES_NO),
        ("Was the convoy guarded when it was hit?", Kind.YES_NO),
        ("Has there been a president who resigned?", Kind.YES_NO),
        ("Can you tell me about the ambush?", Kind.BROAD),
        ("Could you please tell me who attacked the convoy?", Kind.PERSON),
        ("Do you know when it happened?", Kind.TIME),
        ("Two coups shook Mali. Who leads it now?", Kind.PERSON),
        ("Which minister resigned when his party lost?", Kind.THING),
        ("Which state is home to the man whose bid failed?", Kind.PLACE),
        ("Fans cheered when the judges gave the prize to which singer?", Kind.THING),
        ("The rocket, which failed, was launched from where?", Kind.PLACE),
        ("Who was president when the wall fell?", Kind.PERSON),
        ("Qui a attaqué le convoi quand il partait ?", Kind.PERSON),
        ("Which brand changes its logo in the U.S. and Canada?", Kind.THING),
        ("What is the average rate for a mortgage?", Kind.NUMBER),
        ("What was the magnitude of the quake?", Kind.NUMBER),
        ("What is the number one ketchup?", Kind.THING),
        ("What did the captain say?", Kind.BROAD),
        ("What did the captain say about the ferry?", Kind.BROAD),
        ("Qu'a dit le capitaine sur le bac ?", Kind.BROAD),
        ("Résume l'article sur le bac", Kind.BROAD),
        ("convoy attack", Kind.BROAD),
        ("what about burkina faso", Kind.BROAD),
        ("and in Bamako?", Kind.BROAD),
        ("Alliance of Sahel States", Kind.BROAD),
        ("population of Gao", Kind.THING),
        ("Combien de camions ont été détruits ?", Kind.NUMBER),
    ],
)
def test_the_kind_of_a_question_is_told_from_its_words(question: str, kind: Kind) -> None:
    assert kind_of(question) is kind


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Tell me about the ferry", True),
        ("summarize the article about the ferry", True),
        ("What about the ferry?", True),
        ("Ferry strike", True),
        ("Why did the ferry stop?", False),
        ("Tell me why the ferry stopped", False),
        ("Who runs the ferry?", False),
    ],
)
def test_a_request_names_what_to_tell_of_and_asks_nothing(question: str, expected: bool) -> None:
    assert is_request(question) is expected


@pytest.mark.parametrize(
    ("question", "nouns"),
    [
        ("What kind of military installations do they attack?", {"military", "installation"}),
        ("Which militants carried it out?", {"militant", "carri"}),
        ("What did they attack?", set()),
        ("Who attacked?", set()),
    ],
)
def test_the_noun_after_the_word_that_asks_is_known(question: str, nouns: set[str]) -> None:
    assert asked(question).nouns == nouns


def test_states_have_short_names() -> None:
    assert content_words("the US, the U.S. and the U.S.A.") == ["united", "states"] * 3
    assert content_words("the UN and the E.U.") == ["united", "nations", "european", "union"]
    assert content_words("a USB stick for us") == ["usb", "stick"]


def test_function_words_say_nothing_about_the_subject() -> None:
    assert content_words("Who attacked the Gao convoy?") == ["attacked", "gao", "convoy"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who attacked it", "who attacked it?"),
        ("who attacked it??", "who attacked it??"),
        ("who hit “Gao”", "who hit “Gao”"),
        ("", ""),
    ],
)
def test_a_question_gets_the_mark_that_it_lacks(question: str, expected: str) -> None:
    assert marked(question) == expected


def test_a_time_is_told_from_its_words() -> None:
    assert [is_time(text) for text in ("last Sunday", "May 2020", "the convoy")] == [True, True, False]
