import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from index.embedding.embedder import bundled_folder
from index.types import Passage, Source
from retrieval.reading.reader import SpanReader
from retrieval.reading.span_models import OnnxModel
from tests.training.conftest import PASSAGES, QUESTIONS
from training.__main__ import main
from training.examples import Context, Group
from training.export import MODEL
from training.learning import train
from training.model import SpanModel, collate, load_tokenizer, loss
from training.sources import CLEAR, read_data
from training.squad import read_squad
from training.stages import Recipe, finishing_stage, reading_stage

RECIPE = Recipe(passes=4, words=300, rate=2e-4, average=0.5)
SHORT = replace(RECIPE, passes=1)


@pytest.fixture(scope="module")
def encoder() -> Path:
    return bundled_folder()


def seeded(encoder: Path) -> SpanModel:
    torch.manual_seed(0)
    return SpanModel(encoder, load_tokenizer(encoder))


def test_tokens_of_the_answer_are_found_and_padding_and_question_cannot_answer(encoder: Path) -> None:
    text = PASSAGES[1]
    start = text.index("Anna Lind")
    groups = [
        Group("Who built it?", [Context(text, start, start + 9), Context(PASSAGES[3])]),
        Group("Who painted the old lighthouse red and white?", [Context("Nobody knows.")]),
    ]
    tokenizer = load_tokenizer(encoder)

    batch = collate(groups, tokenizer)

    row = batch.input_ids[0, batch.starts[0] : batch.ends[0] + 1].tolist()
    assert tokenizer.decode(row) == "anna lind"
    assert batch.starts.tolist()[1:] == [0, 0]
    assert batch.group.tolist() == [0, 0, 1]
    assert batch.answering.tolist() == [0, -1]
    assert batch.readable.sum(1).tolist() == [1 + n for n in _passage_tokens(groups, encoder)]


def _passage_tokens(groups: list[Group], encoder: Path) -> list[int]:
    tokenizer = load_tokenizer(encoder)
    return [len(tokenizer.encode(c.text, add_special_tokens=False)) for g in groups for c in g.contexts]


def test_the_loss_falls_when_the_answering_passage_outscores_the_other(encoder: Path) -> None:
    groups = [Group("Who?", [Context("Anna Lind built it.", 0, 9), Context("It rained.")])]
    batch = collate(groups, load_tokenizer(encoder))
    flat = torch.zeros(batch.input_ids.shape)
    right = flat.clone()
    right[0, batch.starts[0]] = right[0, batch.ends[0]] = 5.0
    wrong = flat.clone()
    wrong[1, batch.readable[1].nonzero()[-1]] = 5.0

    assert loss(right, right, batch) < loss(flat, flat, batch) < loss(wrong, wrong, batch)


def test_a_run_that_was_cut_off_goes_on_to_the_same_weights(
    folder: Path, encoder: Path, tmp_path: Path
) -> None:
    data, tokenizer = read_data(folder, CLEAR), load_tokenizer(encoder)
    whole, halves = seeded(encoder), seeded(encoder)
    (tmp_path / "whole").mkdir()
    (tmp_path / "halves").mkdir()

    stages = [reading_stage(data, SHORT)]

    [run] = train(whole, tokenizer, stages, data, tmp_path / "whole")
    [cut] = train(halves, tokenizer, stages, data, tmp_path / "halves", time.monotonic())
    resumed = seeded(encoder)
    [rest] = train(resumed, tokenizer, stages, data, tmp_path / "halves")

    assert 0 < cut.step < rest.step == run.step
    assert_alike(whole, resumed)


@pytest.mark.slow
def test_a_run_that_was_cut_off_in_the_second_stage_goes_on_there(
    folder: Path, squad: Path, encoder: Path, tmp_path: Path
) -> None:
    data, tokenizer = read_data(folder, CLEAR), load_tokenizer(encoder)
    stages = [reading_stage(data, SHORT), finishing_stage(data, read_squad(squad), SHORT, RECIPE)]
    whole, begun, resumed = seeded(encoder), seeded(encoder), seeded(encoder)
    (tmp_path / "whole").mkdir()
    (tmp_path / "parts").mkdir()

    all_of = train(whole, tokenizer, stages, data, tmp_path / "whole")
    train(begun, tokenizer, stages[:1], data, tmp_path / "parts")
    first, cut = train(seeded(encoder), tokenizer, stages, data, tmp_path / "parts", time.monotonic())
    rest = train(resumed, tokenizer, stages, data, tmp_path / "parts")

    assert first.step == first.steps == len(stages[0].plan)
    assert 0 < cut.step < cut.steps == len(stages[1].plan)
    assert [run.step for run in rest] == [run.step for run in all_of] == [first.steps, cut.steps]
    assert rest[1].curve[-1]["step"] == cut.steps
    assert_alike(whole, resumed)
    assert any(
        not torch.equal(before, after)
        for before, after in zip(begun.parameters(), resumed.parameters(), strict=True)
    )


def test_a_second_stage_begins_anew_after_another_first_one(
    folder: Path, squad: Path, encoder: Path, tmp_path: Path
) -> None:
    data, tokenizer = read_data(folder, CLEAR), load_tokenizer(encoder)
    last = finishing_stage(data, read_squad(squad), SHORT, SHORT)
    train(seeded(encoder), tokenizer, [reading_stage(data, SHORT), last], data, tmp_path)
    other = [reading_stage(data, replace(SHORT, rate=1e-4))]
    train(seeded(encoder), tokenizer, other, data, tmp_path)

    _, again = train(seeded(encoder), tokenizer, [*other, last], data, tmp_path, time.monotonic())

    assert again.step == 1


@pytest.mark.slow
def test_the_command_makes_a_reader_that_has_learned_and_says_what_it_is(
    folder: Path, squad: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"

    assert main([str(folder), "--squad", str(squad), "--work", str(work), "--passes", "60"]) == 0

    for form in ("reader", "reader_fp32"):
        reader = SpanReader(OnnxModel(work / form, verified=True), form)
        right = [
            reader.read(question, [passage(number)])[0][0].text == answer
            for question, number, answer in QUESTIONS[1:-1]
        ]
        assert np.mean(right) > 0.8
    assert b"smooth_" not in (work / "reader" / MODEL).read_bytes()
    card = (work / "reader" / "README.md").read_text("utf-8")
    assert "all-MiniLM-L6-v2 (6 layers, 22.6 million parameters, Apache-2.0) with" in card
    assert "Of what the second stage changed, half is kept." in card
    assert "`python -m training DATA --squad SQUAD --seed 0 --passes 60`" in card
    assert "| nq | 6 | MIT and CC BY-SA 3.0" in card
    assert "| SQuAD 2.0, dev, three quarters of the articles | 2, 1 unanswerable | CC BY-SA 4.0" in card
    assert "| SQuAD 2.0, dev, the other articles | 1 |" in card
    assert {path.name for path in work.glob("*.pt")} == {"checkpoint.pt", "finishing.pt"}
    assert str(tmp_path) not in card


def test_what_is_cut_off_early_begins_no_later_stage(folder: Path, squad: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    given = [str(folder), "--squad", str(squad), "--work", str(work), "--passes", "60"]

    assert main([*given, "--minutes", "0"]) == 0

    assert {path.name for path in work.glob("*.pt")} == {"checkpoint.pt"}


def test_data_that_is_not_there_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none"), "--work", str(tmp_path)]) == 2

    assert capsys.readouterr().err.startswith("training: ")


def assert_alike(one: SpanModel, other: SpanModel) -> None:
    for ours, theirs in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-3)


def passage(number: int) -> Passage:
    source = Source(f"a{number}", "", "", "", None, "t")
    text = PASSAGES[number]
    return Passage(f"a{number}#0", source, 0, len(text), text, "")
