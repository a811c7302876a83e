import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.store.keyword import KeywordDamaged, KeywordIndex, question_terms
from index.store.state import KeyRange, Stamp
from index.types import PUBLIC_ONLY, Passage, SearchFilter, Source

STAMP = Stamp("an index", 1, 1)


def passage(text: str, title: str = "Untitled", heading: str = "", **source: object) -> Passage:
    where = Source("a", title, **source)  # type: ignore[arg-type]
    return Passage("a#0", where, 0, len(text), text, heading)


def index_of(*passages: Passage | str) -> KeywordIndex:
    index = KeywordIndex(None)
    index.write([], enumerate(p if isinstance(p, Passage) else passage(p) for p in passages), STAMP)
    return index


def keys(index: KeywordIndex, text: str, where: SearchFilter | None = None) -> list[int]:
    return [key for key, _ in index.search(text, 10, where)]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("attacking convoys", "A convoy was attacked"),
        ("president of Cote d'Ivoire", "Côte d’Ivoire voted"),
        ("Élysée", "The ELYSEE said nothing"),
        ("B-52", "Two B-52 bombers"),
        ("covid 19", "COVID-19 spread"),
        ("in 2015?", "It was 2015"),
        ("Mali's army", "Mali has an army"),
        ("$1,500", "It cost $1,500"),
        ("1500 euros", "1500 francs"),
        ("Москва", "москва не сразу строилась"),
    ],
)
def test_words_are_found_whatever_their_form(question: str, text: str) -> None:
    assert keys(index_of("Something else entirely", text), question) == [1]


def test_the_exact_word_beats_its_relatives() -> None:
    index = index_of("The university reopened", "The universe reopened", "The universal reopened")

    assert keys(index, "universe")[0] == 1
    assert keys(index, "university")[0] == 0
    assert keys(index, "universal")[0] == 2


def test_a_whole_number_beats_its_pieces() -> None:
    index = index_of("On page 500 there was 1 picture", "There were 1,500 people", "500 saw 1 of 500")

    assert keys(index, "1,500")[0] == 1


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What does --assume-clean do?", "Pass --assume-clean."),
        ("@reboot", "The line (@reboot) runs once."),
        ("what is in /etc/fstab?", "It is in `/etc/fstab`: a table."),
        ("Which language is C++?", "Write C++, not C."),
        ("Where is .bashrc", "The files .bashrc and profile"),
        ("node.js?", "It needs node.js."),
        ("what serves text/html", "The type is “text/html”."),
        ("does ::1 work", "It listens on ::1"),
        ("What does POL-358 forbid?", "See POL-358."),
        ("--format", "Say --format=plain"),
        ("is 16.3 supported", "From 16.3 on"),
        ("DebConf23", "At DebConf23."),
        ("shared_buffers", "Set shared_buffers to 1GB"),
    ],
)
def test_an_identifier_beats_its_pieces(question: str, text: str) -> None:
    pieces = " ".join(re.findall(r"[A-Za-z]+|\d+", text))

    assert keys(index_of(pieces, text, "Something else"), question)[0] == 1


@pytest.mark.parametrize("written", ["1,234,567", "1234567", "1\u202f234\u00a0567"])
def test_a_number_is_found_with_and_without_separators(written: str) -> None:
    index = index_of(f"There were {written} people.", "There were 1 or 234 people and 567 more.")

    assert [keys(index, f"{asked} people?")[0] for asked in ("1234567", "1,234,567")] == [0, 0]


def test_title_and_heading_help_finding() -> None:
    index = index_of(
        passage("It fell by a tenth"),
        passage("It fell by a tenth", "Cocoa prices"),
        passage("It fell", "", "Coffee"),
    )

    assert keys(index, "cocoa") == [1]
    assert keys(index, "coffee") == [2]


FRENCH = "Les camions du convoi humanitaire ont été détruits mardi près de la ville, a dit le gouverneur."
ENGLISH = "The lorries of the relief convoy were destroyed on Tuesday near the town, the governor said."
OTHERS = (
    "The president of the council spoke about cocoa prices, which have fallen since the spring.",
    "Le président du conseil a parlé des prix du cacao, qui sont en baisse depuis le printemps.",
)


def test_each_article_is_searched_by_its_own_language() -> None:
    passages = [
        replace(passage(text), source=Source(str(number), "x"))
        for number, text in enumerate((FRENCH, ENGLISH, *OTHERS))
    ]

    index = index_of(*passages)

    assert set(index.languages) == {"en", "fr"}
    assert keys(index, "destruction du camion") == [0]
    assert keys(index, "destroying a lorry") == [1]
    assert keys(index, "Où en est le prix du cacao ?")[0] == 3
    assert keys(index, "What is the price of cocoa?")[0] == 2


def test_the_common_words_of_a_question_do_not_decide() -> None:
    index = index_of("Who did what to whom, and how did they do it when there was no one?", "The Gao convoy")

    assert keys(index, "who did attack the convoy and how many were there?") == [1]


def test_a_question_of_common_words_alone_is_still_searched() -> None:
    assert keys(index_of("To be or not to be", "Something"), "to be or not to be?") == [0]


def test_an_acronym_is_not_a_common_word() -> None:
    assert "who" in question_terms("What did the WHO say?")["exact"]
    assert "who" not in question_terms("Who said so? Nobody.")["exact"]
    assert "is" in question_terms("Did IS claim the attack?")["stemmed"]
    assert question_terms("WHO ATTACKED IT?") == {"stemmed": ["attack"], "exact": ["attacked"], "whole": []}


def test_an_endless_question_is_cut() -> None:
    terms = question_terms(" ".join(f"word-{i}" for i in range(5000)))

    assert {name: len(cut) for name, cut in terms.items()} == {"stemmed": 64, "exact": 64, "whole": 64}


def test_a_filter_changes_what_is_seen_and_no_score() -> None:
    index = index_of(
        passage("A convoy left", collection="private", published=date(2020, 1, 1)),
        passage("A convoy left", published=date(2021, 1, 1)),
        passage("A convoy left"),
    )

    free = dict(index.search("convoy", 10, None))
    public = dict(index.search("convoy", 10, PUBLIC_ONLY))
    dated = dict(index.search("convoy", 10, replace(PUBLIC_ONLY, published_from=date(2020, 6, 1))))

    assert public == pytest.approx({1: free[1], 2: free[2]})
    assert dated == pytest.approx({1: free[1]})


def test_a_directory_keeps_passages_and_stamp_together(tmp_path: Path) -> None:
    index = KeywordIndex(tmp_path)
    assert index.stamp is None
    index.write([], enumerate(passage(f"Lorry {i}") for i in range(10)), STAMP)
    index.write([KeyRange(2, 4), KeyRange(6, 5)], [(20, passage("Camel"))], Stamp("an index", 9, 9))

    again = KeywordIndex(tmp_path)

    assert again.stamp == Stamp("an index", 9, 9)
    assert again.keys() == [0, 1, 5, 6, 7, 8, 9, 20]
    assert len(again) == 8
    assert keys(again, "camel") == [20]


def test_an_open_index_sees_another_ones_writes_after_reloading(tmp_path: Path) -> None:
    writer, reader = KeywordIndex(tmp_path), KeywordIndex(tmp_path)
    writer.write([], [(1, passage("Camel"))], STAMP)

    reader.reload()

    assert keys(reader, "camel") == [1]


def test_damage_is_told(tmp_path: Path) -> None:
    KeywordIndex(tmp_path).write([], [(1, passage("Camel"))], STAMP)
    for file in tmp_path.glob("*.term"):
        file.write_bytes(b"torn")

    with pytest.raises(KeywordDamaged):
        KeywordIndex(tmp_path).search("camel", 1, None)
