import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.peers.drivers import convert_reader
from index.types import Passage, Source
from retrieval.errors import ReaderError
from retrieval.reading.reader import (
    MODEL_DIR,
    MULTILINGUAL_DIR,
    SECOND_DIR,
    SMALL,
    LanguageReader,
    LateReader,
    Reader,
    load_reader,
)

SOURCE = Source("a", "Convoy")
TEXT = "The convoy had 22 minibuses and eight trucks. It was attacked near Kobe on February 7, 2025."


def passage(text: str, heading: str = "") -> Passage:
    return Passage("a#0", SOURCE, 0, len(text), text, heading)


def test_readings_are_spans_of_their_passage_best_first(reader: Reader) -> None:
    [found] = reader.read("How many minibuses were there?", [passage(TEXT)])
    assert found[0].text == "22"
    assert [r.score for r in found] == sorted((r.score for r in found), reverse=True)
    assert all(TEXT[r.start : r.end] == r.text for r in found)


def test_a_heading_helps_reading_and_is_never_read_out(reader: Reader) -> None:
    [found] = reader.read(
        "What was attacked?", [passage("It was attacked at dawn.", heading="The Gao convoy")]
    )
    assert all(r.text in "It was attacked at dawn." for r in found)


def test_a_passage_reads_the_same_alone_and_in_a_batch(reader: Reader) -> None:
    other = passage("Nothing of the kind is said in this much longer passage. " * 8)
    [alone] = reader.read("When was it attacked?", [passage(TEXT)])
    [batched, _] = reader.read("When was it attacked?", [passage(TEXT), other])
    assert alone[0].text == batched[0].text == "February 7, 2025"
    assert alone[0].score == pytest.approx(
        batched[0].score, abs=0.5
    )  # int8: padding moves the scales a little


@pytest.mark.parametrize("question", ["", "?", "who " * 3000, "\x00\ud7ff", "🙂" * 200])
def test_any_question_can_be_read(reader: Reader, question: str) -> None:
    assert len(reader.read(question, [passage(TEXT), passage(" ")])) == 2


ODD_WORDS = st.sampled_from(
    [
        "?",
        "!",
        ".",
        "wha-",
        "1,",
        "\u200b",
        "\u200d",
        "\u8f66",
        "\u0301",
        "\N{SLIGHTLY SMILING FACE}",
        "x",
        "\x00",
        "(",
        "Gao ",
    ]
)
ODD_QUESTIONS = st.one_of(
    st.text(max_size=400),
    st.builds(
        lambda word, times, end: word * times + end, ODD_WORDS, st.integers(1, 600), st.text(max_size=20)
    ),
)


@given(question=ODD_QUESTIONS)
@example("What does POL-358 forbid" + "?" * 280)
@example("wha-" * 150)
@example("1," * 140)
@example(f"https://example.org/{'path/' * 75} who wrote that page?")
@settings(max_examples=60)
def test_however_many_tokens_a_question_has_the_passage_is_read(reader: Reader, question: str) -> None:
    assert reader.second is not None
    for model in (reader, reader.second):
        [found] = model.read(question, [passage(TEXT)])
        assert all(TEXT[r.start : r.end] == r.text for r in found)


def test_a_long_question_is_read_by_its_beginning(reader: Reader) -> None:
    asked = "How many minibuses were there?"
    [found] = reader.read(f"{asked} {'?' * 1000}", [passage(TEXT)])
    assert found[0].text == "22"


def test_nothing_to_read_gives_nothing(reader: Reader) -> None:
    assert reader.read("who?", []) == []


@pytest.mark.parametrize(
    ("setting", "folder", "file"),
    [
        ("MODEL_DIR", MODEL_DIR, "tokenizer.json"),
        ("SECOND_DIR", SECOND_DIR, "weights_3.bin"),
        ("MULTILINGUAL_DIR", MULTILINGUAL_DIR, "weights.safetensors"),
    ],
)
def test_a_damaged_model_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, folder: Path, file: str
) -> None:
    copy = tmp_path / "reader"
    shutil.copytree(folder, copy)
    with (copy / file).open("a") as damaged:
        damaged.write(" ")
    monkeypatch.setattr(f"retrieval.reading.reader.{setting}", copy)
    with pytest.raises(ReaderError, match=rf"{file} is damaged"):
        load_reader()


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Qui a attaqué le convoi près de Kobé ?",
            "Le convoi comptait 22 minibus. Des hommes armés l’ont attaqué près de Kobé le 7 février 2025.",
            "hommes",
        ),
        ("Combien de minibus comptait le convoi ?", TEXT, "22"),  # in English
        ("¿Cuántos autobuses tenía el convoy?", "El convoy tenía 22 autobuses y ocho camiones.", "22"),
        ("Wie viele Busse hatte der Konvoi?", "Der Konvoi hatte 22 Busse und acht Lastwagen.", "22"),
        ("How many minibuses were there?", "Le convoi comptait 22 minibus et huit camions.", "22"),
    ],
)
def test_questions_and_passages_may_be_in_other_languages(
    reader: Reader, question: str, text: str, answer: str
) -> None:
    english = passage("The weather was fine all day long, and nobody stayed at home.")

    [found, other] = reader.read(question, [passage(text), english])

    assert answer in found[0].text
    assert not other or found[0].score > other[0].score


def test_english_is_read_as_without_the_other_languages(reader: Reader) -> None:
    passages = [passage(TEXT), passage("Le convoi comptait 22 minibus et huit camions.")]

    assert reader.read("How many minibuses were there?", passages)[:1] == load_reader(SMALL).read(
        "How many minibuses were there?", passages[:1]
    )


def test_only_the_bundled_reader_has_a_second(reader: Reader) -> None:
    assert reader.second is not None
    assert reader.second.second is None
    assert load_reader(SMALL).second is None


def test_a_setting_that_names_no_model_is_refused_with_what_was_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ReaderError, match="no-such-model is not on this machine and HF_HUB_OFFLINE forbids"):
        load_reader("no-such-model")
    with pytest.raises(ReaderError, match=r"there is no folder \./gone: READER_MODEL is"):
        load_reader("./gone")
    with pytest.raises(ReaderError, match=r"cannot be loaded .* READER_MODEL is"):
        load_reader(str(tmp_path))


def test_a_model_of_the_transformers_library_reads_from_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "their-reader"
    convert_reader.main(MODEL_DIR, folder)
    theirs = load_reader(str(folder))
    assert theirs.name == "their-reader"
    assert theirs.read("How many minibuses were there?", [passage(TEXT)])[0][0].text == "22"


def test_another_folder_with_an_onnx_reader_is_taken(tmp_path: Path) -> None:
    copy = tmp_path / "my-reader"
    shutil.copytree(MODEL_DIR, copy)
    mine = load_reader(str(copy))
    assert mine.name == "my-reader"
    assert mine.read("How many minibuses were there?", [passage(TEXT)])[0][0].text == "22"


def test_a_question_without_its_mark_reads_like_the_one_with_it(reader: Reader) -> None:
    [bare, whole] = (
        reader.read(question, [passage(TEXT)])[0][0]
        for question in ("how many minibuses were there", "how many minibuses were there?")
    )
    assert bare == whole


def test_a_reader_that_is_expected_is_loaded_once_before_it_is_asked(reader: Reader) -> None:
    loading, loaded = threading.Event(), list[Reader]()

    def load() -> Reader:
        loaded.append(reader)
        loading.set()
        return reader

    languages = LanguageReader(reader, LateReader(load))
    assert languages.read("How many minibuses were there?", [passage(TEXT)])[0][0].text == "22"
    assert not loaded
    languages.expect_other_languages()
    assert loading.wait(10)
    languages.expect_other_languages()
    assert languages.read("Combien de minibus y avait-il dans le convoi ?", [passage(TEXT)])[0]
    assert len(loaded) == 1


def test_a_reader_that_cannot_be_loaded_ahead_fails_when_it_is_asked(reader: Reader) -> None:
    tried = threading.Event()

    def load() -> Reader:
        tried.set()
        raise ReaderError("damaged")

    languages = LanguageReader(reader, LateReader(load))
    languages.expect_other_languages()
    assert tried.wait(10)
    with pytest.raises(ReaderError, match="damaged"):
        languages.read("Combien de minibus y avait-il dans le convoi ?", [passage(TEXT)])
