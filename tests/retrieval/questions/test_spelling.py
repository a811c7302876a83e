import pytest

from retrieval.questions.spelling import corrections, respelled

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
        ("¿quién atacó el convoi?", "¿quién atacó el convoi?"),
        ("Who attacked the Gao convoy?", "Who attacked the Gao convoy?"),
        ("how mny trucks in teh convoy", "how many trucks in the convoy"),
        ("wich degre was it becuase of", "which degree was it because of"),
        ("is it tru that buildngs were hit", "is it true that buildings were hit"),
        ("Wich town was it?", "which town was it?"),
        ("who isnt in gao", "who isn't in gao"),
        ("is it 30kn or the b52x there?", "is it 30kn or the b52x there?"),
        ("who shot rolen in gelt", "who shot rolen in gelt"),  # rather names than English misspelt
    ],
)
def test_only_words_that_nobody_knows_are_respelled(question: str, expected: str) -> None:
    assert respelled(question, vocabulary) == expected


@pytest.mark.parametrize(
    "word",
    ["ambush", "ambushes", "ambushing", "convoys", "iraqis", "apologised", "flavored", "massacred", "isn't"],
)
def test_a_word_that_is_right_is_no_other_word_misspelt(word: str) -> None:
    question = f"what was {word} there"
    assert respelled(question, vocabulary) == question


@pytest.mark.parametrize(
    "typed", ["ambused", "ambushedd", "abmushed", "amvushed", "ambishd", "maubshed", "mabushed", "anbushed"]
)
def test_one_slip_of_the_finger_is_mended_wherever_it_stands(typed: str) -> None:
    meant = typed if typed in {"ambishd", "maubshed"} else "ambushed"  # two slips
    assert respelled(f"who was {typed} there", vocabulary) == f"who was {meant} there"


@pytest.mark.parametrize(
    ("question", "understood", "expected"),
    [
        (
            "who attaked the gao convoi??",
            "who attacked the gao convoy??",
            [("attaked", "attacked"), ("convoi", "convoy")],
        ),
        ("who attacked it?", "who attacked the Gao convoy?", []),
        ("whats the alliance", "what's the alliance", []),
        ("how many trucks did they destroy?", "how many trucks did the destroyers of Gao destroy?", []),
        (
            "wich peopel in teh convoi",
            "which people in the convoy",
            [("peopel", "people"), ("convoi", "convoy")],
        ),
        ("and the wounded?", "How many people were wounded?", []),
        ("combien de morts a gao ?", "combien de morts a gao ?", []),
    ],
)
def test_what_was_read_as_another_word_can_be_told(
    question: str, understood: str, expected: list[tuple[str, str]]
) -> None:
    assert corrections(question, understood) == expected


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wat happened?", "what happened?"),
        ("and whos to blame?", "and who's to blame?"),
        ("Wat Pho", "Wat Pho"),
        ("who is hw bush?", "who is hw bush?"),
    ],
)
def test_a_question_word_written_in_a_hurry_is_understood(typed: str, meant: str) -> None:
    assert respelled(typed, lambda prefix: {}) == meant
