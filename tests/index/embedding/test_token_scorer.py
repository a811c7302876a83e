from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from index.embedding.embedder import bundled_folder
from index.embedding.token_scorer import (
    MAX_TOKENS,
    TokenScorer,
    pieces,
    read_scorer,
    stored_scorer,
)
from retrieval.conversation.context import MARKS
from retrieval.conversation.topic import MODEL_DIR, WEIGHTS


@pytest.fixture(scope="module")
def scorer() -> TokenScorer:
    return TokenScorer(MODEL_DIR / WEIGHTS)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    tokenizer: Tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer


def test_there_are_scores_for_the_whole_and_for_each_word(scorer: TokenScorer) -> None:
    words = ["who", "attacked", "Ménaka", "?"]
    scores = scorer.score(words, np.zeros((4, MARKS), np.float32))
    assert scores.shape == (5, 2)
    assert np.isfinite(scores).all()


def test_marks_change_the_scores(scorer: TokenScorer) -> None:
    words = ["who", "attacked", "Gao", "?"]
    marks = np.zeros((4, MARKS), np.float32)
    plain = scorer.score(words, marks)
    marks[2, 1] = 1
    assert not np.allclose(plain, scorer.score(words, marks))


def test_words_beyond_what_fits_are_not_scored(scorer: TokenScorer) -> None:
    words = ["word"] * (MAX_TOKENS + 10)
    scores = scorer.score(words, np.zeros((len(words), MARKS), np.float32))
    assert np.isfinite(scores[: MAX_TOKENS - 1]).all()
    assert np.isneginf(scores[MAX_TOKENS:]).all()


def test_each_word_has_its_pieces(tokenizer: Tokenizer) -> None:
    ids, places = pieces(tokenizer, ["Ansongo", "", "\ue000", "burns"])
    assert tokenizer.decode(ids[slice(*places[0])]) == "ansongo"
    assert len(places) == 4
    assert places[-1][1] == len(ids) - 1


def test_stored_weights_come_back_nearly_the_same(tmp_path: Path) -> None:
    matrix = np.random.default_rng(0).normal(size=(8, 64)).astype(np.float32)
    bias = np.arange(8, dtype=np.float32)
    save_file(stored_scorer({"encoder.a.weight": matrix, "encoder.a.bias": bias}), tmp_path / "w")
    found = read_scorer(tmp_path / "w")
    small = found["encoder.a.weight"]
    assert np.allclose((small.numbers * small.scales.astype(np.float32)).reshape(8, 64), matrix, atol=0.03)  # type: ignore[union-attr]
    assert np.array_equal(found["encoder.a.bias"], bias)  # type: ignore[arg-type]
