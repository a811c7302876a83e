from pathlib import Path

import numpy as np
import pytest
import torch

from index.embedding import bundled_folder
from index.types import Passage, Source
from retrieval.reading import SpanReader
from retrieval.span_models import OnnxModel
from tests.training.conftest import PASSAGES, QUESTIONS
from training.__main__ import main
from training.examples import Context, Group
from training.learning import Recipe, train
from training.model import SpanModel, collate, loss, tokenizer_of
from training.sources import CLEAR, read

RECIPE = Recipe(passes=4, words=300, rate=2e-4, average=0.5)


@pytest.fixture(scope="module")
def encoder() -> Path:
    return bundled_folder()


def seeded(encoder: Path) -> SpanModel:
    torch.manual_seed(0)
    return SpanModel(encoder)


def test_tokens_of_the_answer_are_found_and_padding_and_question_cannot_answer(encoder: Path) -> None:
    text = PASSAGES[1]
    start = text.index("Anna Lind")
    groups = [
        Group("Who built it?", [Context(text, start, start + 9), Context(PASSAGES[3])]),
        Group("Who painted the old lighthouse red and white?", [Context("Nobody knows.")]),
    ]
    tokenizer = tokenizer_of(encoder)

    batch = collate(groups, tokenizer)

    row = batch.input_ids[0, batch.starts[0] : batch.ends[0] + 1].tolist()
    assert tokenizer.decode(row) == "anna lind"
    assert batch.starts.tolist()[1:] == [0, 0]
    assert batch.group.tolist() == [0, 0, 1]
    assert batch.answering.tolist() == [0, -1]
    assert batch.readable.sum(1).tolist() == [1 + n for n in _passage_tokens(groups, encoder)]


def _passage_tokens(groups: list[Group], encoder: Path) -> list[int]:
    tokenizer = tokenizer_of(encoder)
    return [len(tokenizer.encode(c.text, add_special_tokens=False)) for g in groups for c in g.contexts]


def test_the_loss_falls_when_the_answering_passage_outscores_the_other(encoder: Path) -> None:
    groups = [Group("Who?", [Context("Anna Lind built it.", 0, 9), Context("It rained.")])]
    batch = collate(groups, tokenizer_of(encoder))
    flat = torch.zeros(batch.input_ids.shape)
    right = flat.clone()
    right[0, batch.starts[0]] = right[0, batch.ends[0]] = 5.0
    wrong = flat.clone()
    wrong[1, batch.readable[1].nonzero()[-1]] = 5.0

    assert loss(right, right, batch) < loss(flat, flat, batch) < loss(wrong, wrong, batch)


def test_a_run_that_was_cut_off_goes_on_to_the_same_weights(
    folder: Path, encoder: Path, tmp_path: Path
) -> None:
    data, tokenizer = read(folder, CLEAR), tokenizer_of(encoder)
    whole, halves = seeded(encoder), seeded(encoder)
    (tmp_path / "whole").mkdir()
    (tmp_path / "halves").mkdir()

    run = train(whole, tokenizer, data, RECIPE, tmp_path / "whole")
    cut = train(halves, tokenizer, data, RECIPE, tmp_path / "halves", 0.01)
    resumed = seeded(encoder)
    rest = train(resumed, tokenizer, data, RECIPE, tmp_path / "halves")

    assert 0 < cut.step < rest.step == run.step
    for ours, theirs in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-3)


def test_the_command_makes_a_reader_that_has_learned_and_says_what_it_is(
    folder: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"

    assert main([str(folder), "--work", str(work), "--passes", "60"]) == 0

    for form in ("reader", "reader_fp32"):
        reader = SpanReader(OnnxModel(work / form, verified=True), form)
        right = [
            reader.read(question, [passage(number)])[0][0].text == answer
            for question, number, answer in QUESTIONS[1:-1]
        ]
        assert np.mean(right) > 0.8
    card = (work / "reader" / "README.md").read_text("utf-8")
    assert "`python -m training DATA --seed 0 --passes 60`" in card
    assert "| nq | 6 | MIT and CC BY-SA 3.0" in card
    assert str(tmp_path) not in card


def test_data_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none"), "--work", str(tmp_path)]) == 2

    assert capsys.readouterr().err.startswith("training: ")


def passage(number: int) -> Passage:
    source = Source(f"a{number}", "", "", "", None, "t")
    text = PASSAGES[number]
    return Passage(f"a{number}#0", source, 0, len(text), text, "")
