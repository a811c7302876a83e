import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages.sentences import LONG_SENTENCE, split_sentences

DIRTY_TEXT = st.text(alphabet="aBc.?!… \n\t“”\"'«»();:,15•*éÉU|-。\u00a0\u2028", max_size=200)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["The convoy left Gao.", "It was attacked."],
        ["Who did it?", "Nobody knows!", "Really?!", "Yes."],
        ["He paused… and went on.", "Then he left...", "Nobody saw him."],
        ["Wait. . . .", "It is over."],
        ["the situation is dire.", "governments must act."],
    ],
)
def test_a_stop_and_a_space_end_a_sentence(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "the complex security challenges.The region is poor.",
            ["the complex security challenges.", "The region is poor."],
        ),
        ("attacks in the area.Key points include:", ["attacks in the area.", "Key points include:"]),
        ("She fled to Mali.The army followed.", ["She fled to Mali.", "The army followed."]),
        ("Elle vit au Mali.Les soldats aussi.", ["Elle vit au Mali.", "Les soldats aussi."]),
        (
            "power in 2021.While it ruled,nobody spoke.",
            ["power in 2021.", "While it ruled,nobody spoke."],
        ),
        ("“Enough.”Various meetings followed.", ["“Enough.”", "Various meetings followed."]),
    ],
)
def test_a_sentence_ends_where_the_space_after_its_stop_was_lost(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "AMISOM Support, U.S. Drone Strikes and U.S. forces.",
        "Mr. Smith met Dr. Jones, Gov. Lee, Gen. Diallo and J. K. Rowling in St. Louis.",
        "It came in at No. 5 on Jan. 6 in Vol. 2 after 7 a.m. on Monday.",
        "Apple Inc. said Martin Luther King Jr. was quoted, e.g. by Warner Bros. Pictures.",
        "Prices rose 3.5 percent, says moderntokyotimes.com, as Time.news and PowerOutage.US reported.",
        "Write to Jane.Doe@example.org or see www.OhioLottery.com/Home.Page for more.",
        "The United States (U.S.) Army trained them.",
        "A Ph.D. candidate from Washington, D.C. spoke.",
        "“Where are they?” he asked.",
        "M. Dupont et Mme. Le Gall, p. ex. au no. 5, av. J.-C., ont vu M. Le Pen.",
        "« Où sont-ils ? » demanda-t-il.",
        "Il rencontre le chef de l'O.R.A, le colonel Ollivier.",
        "14. Anthony Rizzo signed for two years.",
        "7.2.2. Mail is sent as section 7.2.2. of the manual (cf. 3.4.) says.",
        "Settings in postgresql.conf. are read by node.js and v2.1.3 (i.e. on db1.example.com.).",
        "The @reboot line of /etc/fstab, .bashrc, C++ and the . and .. of ./configure matter to DebConf23.",
        "A threading.Thread object, signal.SIGINT and ast.For(target) start a ssl.SSLContext.",
        "See Fig. 3, ch. 7, RFC 2822 sec. 3.4, L'ART. 5 and pp. 12-15, c. 1230 BC, of Wade v. Jacobs.",
        "Voir l'art. 5 du règlement, p. ex. c'est l'éd. de 2019 au IIe s. av. J.-C. en Gaule.",
    ],
)
def test_a_stop_inside_a_name_number_or_abbreviation_ends_nothing(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


def test_an_abbreviation_may_end_a_sentence_when_the_next_word_opens_one() -> None:
    assert sentences("It left at 5 a.m. The U.S. But he works at Acme Inc. They know.") == [
        "It left at 5 a.m.",
        "The U.S.",
        "But he works at Acme Inc.",
        "They know.",
    ]


def test_a_lower_case_abbreviation_or_letter_ends_a_sentence_before_a_capital() -> None:
    expected = [
        "It has files, etc.",
        "Python reads a, b and c.",
        "Emacs takes 5 min.",
        "Vi takes 1.5.",
        "Ed is",
    ]
    assert sentences(" ".join(expected)) == expected


def test_no_is_an_answer_unless_a_number_follows() -> None:
    assert sentences("Did he? No. He won No. 5.") == ["Did he?", "No.", "He won No. 5."]


def test_closing_quotes_and_brackets_belong_to_the_sentence_they_close() -> None:
    text = "Our community needs it once more.” Various meetings (two.) « Il part. » Puis rien. 'Go.' \""
    assert sentences(text) == [
        "Our community needs it once more.”",
        "Various meetings (two.)",
        "« Il part. »",
        "Puis rien.",
        "'Go.' \"",
    ]


def test_a_line_break_always_ends_a_sentence() -> None:
    assert sentences("A title\nA text that goes\r\n\r\n on. \u2028 End") == [
        "A title",
        "A text that goes",
        "on.",
        "End",
    ]


def test_bullets_in_one_line_begin_a_sentence_each() -> None:
    assert sentences("Needed: • water • bread\n• rest") == ["Needed:", "• water", "• bread", "• rest"]


def test_languages_without_spaces_or_capitals_are_split_too() -> None:
    assert sentences("他去了马里。他回来了！") == ["他去了马里。", "他回来了！"]
    assert sentences("هل عاد؟ نعم. عاد أمس.") == ["هل عاد؟", "نعم.", "عاد أمس."]


def test_a_run_on_may_end_at_semicolons() -> None:
    part = "word " * 40 + "end;"
    text = " ".join([part] * 4)
    assert sentences(text) == [part] * 4
    assert sentences(f"{part} {part}") == [f"{part} {part}"]
    assert len(part) * 2 < LONG_SENTENCE < len(text)


@given(st.one_of(st.text(), DIRTY_TEXT))
def test_sentences_hold_every_character_that_is_not_a_space_once_and_in_order(text: str) -> None:
    spans = split_sentences(text)
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(sentence == sentence.strip() and "\n" not in sentence for sentence in sentences(text))


@given(DIRTY_TEXT)
def test_a_sentence_alone_is_one_sentence(text: str) -> None:
    assert [sentences(sentence) for sentence in sentences(text)] == [[s] for s in sentences(text)]


@pytest.mark.parametrize(
    "pattern",
    ["a", ". ", "1. ", "(", "a.B", ".\"'", "A.", "•\t", " ", "“", "a; ", ".“", "?» ", "a.\u00a0", "-"],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(pattern: str) -> None:
    began = time.process_time()
    split_sentences("x. " + pattern * (300_000 // len(pattern)))
    assert time.process_time() - began < 5
