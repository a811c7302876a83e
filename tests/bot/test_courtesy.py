import pytest

from bot.i18n import texts
from bot.updates.greetings import courtesy_reply


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("hello", texts.GREETED),
        ("Hi there!", texts.GREETED),
        ("Good morning 😀", texts.GREETED),
        ("bonjour", texts.GREETED),
        ("thanks!", texts.THANKED),
        ("OK, thank you very much.", texts.THANKED),
        ("merci beaucoup", texts.THANKED),
        ("bye", texts.LEFT),
    ],
)
def test_a_polite_word_gets_a_kind_word(text: str, reply: str) -> None:
    assert courtesy_reply(text) == reply


@pytest.mark.parametrize(
    "text", ["hello, who attacked the convoy?", "thanks to whom did it end?", "hi-fi prices", "who?", "?!"]
)
def test_a_question_is_no_courtesy(text: str) -> None:
    assert courtesy_reply(text) is None
