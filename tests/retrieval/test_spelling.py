import pytest

from retrieval.spelling import respelled

HELD = {"convoy": 9, "gao": 12, "iraq": 3, "zelenskyy": 2, "ambushed": 4}


def vocabulary(prefix: str) -> dict[str, int]:
    return {word: count for word, count in HELD.items() if word.startswith(prefix)}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("who attaked the gao convoi??", "who attacked the gao convoy??"),
        ("who was ambuhsed?", "who was ambushed?"),
        ("what did zelensky say", "what did zelenskyy say"),
        ("what happened in iran", "what happened in iran"),  # a word of its own, not "iraq" misspelt
        ("who is Zelensky?", "who is Zelensky?"),  # written as a name
        ("combien de morts a gao ?", "combien de morts a gao ?"),  # another language, not English misspelt
        ("Who attacked the Gao convoy?", "Who attacked the Gao convoy?"),
    ],
)
def test_only_words_that_nobody_knows_are_respelled(question: str, expected: str) -> None:
    assert respelled(question, vocabulary) == expected
