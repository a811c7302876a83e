import json
import shutil
from pathlib import Path

import pytest
import torch
from torch import Tensor
from transformers import MPNetConfig, MPNetModel

from index.embedding import bundled_folder
from retrieval.span_models import TransformersModel
from tests.training.conftest import PASSAGES
from training.__main__ import main
from training.examples import Context, Group
from training.learning import train
from training.model import Batch, SpanModel, collate, taught, tokenizer_of
from training.sources import CLEAR, read
from training.squad import read_squad
from training.stages import Recipe, Stage, being_taught

Logits = tuple[Tensor, Tensor]

RECIPE = Recipe(passes=12, words=300, rate=2e-4, average=0.5)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder with MPNet's vocabulary: BERT's pieces by other numbers. Two random layers."""
    folder = tmp_path_factory.mktemp("larger")
    tokenizer = json.loads((bundled_folder() / "tokenizer.json").read_text("utf-8"))
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *tokenizer["model"]["vocab"], "<mask>"]
    tokenizer["model"]["vocab"] = {piece: number for number, piece in enumerate(pieces)}
    tokenizer["added_tokens"], tokenizer["post_processor"] = [], None
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MPNetTokenizer"}))
    torch.manual_seed(0)
    config = MPNetConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
    )
    MPNetModel(config).save_pretrained(folder)
    return folder


GROUPS = [
    Group("Who built it?", [Context(PASSAGES[1], 57, 66), Context(PASSAGES[3])]),
    Group("Where?", [Context("On Skerry Island.", 3, 16)]),
]


@pytest.fixture
def batch() -> Batch:
    return collate(GROUPS, tokenizer_of(bundled_folder()))


class Told(SpanModel):
    """A teacher that always says the same."""

    def __init__(self, said: Logits) -> None:
        super().__init__(bundled_folder(), tokenizer_of(bundled_folder()))
        self._said = said

    def forward(self, batch: Batch) -> Logits:
        return self._said


def test_a_teacher_of_another_vocabulary_is_given_the_same_pieces(larger: Path, batch: Batch) -> None:
    teacher = SpanModel(larger, tokenizer_of(bundled_folder()))
    given: list[Tensor] = []
    teacher.encoder.register_forward_pre_hook(
        lambda _, args, named: given.append(named["input_ids"]), with_kwargs=True
    )

    teacher(batch)

    own = tokenizer_of(larger)
    pieces = [own.id_to_token(number) for number in given[0][2].tolist()]
    said = ["<s>", "where", "?", "</s>", "on", "sk", "##erry", "island", ".", "</s>"]
    assert pieces[:11] == [*said, "<pad>"]


def test_a_reader_comes_to_say_what_its_teacher_says(folder: Path, batch: Batch, tmp_path: Path) -> None:
    data, tokenizer = read(folder, CLEAR), tokenizer_of(bundled_folder())
    torch.manual_seed(1)
    reader = SpanModel(bundled_folder(), tokenizer)
    likely = torch.zeros(batch.input_ids.shape).masked_fill(~batch.readable, -1e4)
    for row, readable in enumerate(batch.readable):
        likely[row, readable.nonzero()[2]] = 6.0  # not where the answers are
    stage = Stage("taught", RECIPE, [GROUPS] * 30, teacher=Told((likely, likely)))

    def far() -> float:
        with torch.inference_mode():
            start, end = reader(batch)
            return taught(start, end, (likely, likely)).item()

    before = far()
    train(reader, tokenizer, [stage], data, tmp_path)

    assert far() < before / 3


def test_the_command_teaches_a_teacher_and_is_taught_by_it(
    folder: Path, squad: Path, larger: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    given = [str(folder), "--squad", str(squad), "--teacher", str(larger), "--work", str(work)]

    assert main([*given, "--passes", "1"]) == 0

    made = {path.name for path in work.glob("*.pt")}
    assert made == {"checkpoint.pt", "finishing.pt", "teacher.pt", "taught.pt"}
    stages = json.loads((work / "run.json").read_text())["stages"]
    assert [stage["step"] > 0 for stage in stages] == [True] * 3
    assert TransformersModel(str(work / "teacher"), local=True).tokenizer.get_vocab_size() > 30_000
    card = (work / "reader" / "README.md").read_text("utf-8")
    assert "`python -m training DATA --squad SQUAD --teacher TEACHER --seed 0 --passes 1`" in card


def test_a_teacher_that_was_cut_off_does_not_teach_yet(
    folder: Path, squad: Path, larger: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    given = [str(folder), "--squad", str(squad), "--work", str(work), "--passes", "1"]
    assert main(given) == 0

    assert main([*given, "--teacher", str(larger), "--minutes", "0"]) == 0

    assert {path.name for path in work.glob("*.pt")} == {"checkpoint.pt", "finishing.pt", "teacher.pt"}


def test_what_is_cut_off_early_begins_no_later_stage(
    folder: Path, squad: Path, larger: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    given = [str(folder), "--squad", str(squad), "--teacher", str(larger), "--work", str(work)]

    assert main([*given, "--passes", "60", "--minutes", "0"]) == 0

    assert {path.name for path in work.glob("*.pt")} == {"checkpoint.pt"}


@pytest.mark.parametrize(
    ("missing", "told"),
    [("config.json", "config.json is not there"), ("##ly", "its vocabulary lacks '##ly'")],
)
def test_an_encoder_that_cannot_teach_is_told_before_anything_is_learned(
    folder: Path,
    squad: Path,
    larger: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    missing: str,
    told: str,
) -> None:
    unfit, work = tmp_path / "unfit", tmp_path / "work"
    shutil.copytree(larger, unfit)
    if missing == "config.json":
        (unfit / missing).unlink()
    else:
        tokenizer = json.loads((unfit / "tokenizer.json").read_text("utf-8"))
        tokenizer["model"]["vocab"]["##lyy"] = tokenizer["model"]["vocab"].pop(missing)
        (unfit / "tokenizer.json").write_text(json.dumps(tokenizer))

    assert main([str(folder), "--squad", str(squad), "--teacher", str(unfit), "--work", str(work)]) == 2

    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith(f"training: {unfit}: ")
    assert told in lines[-1]
    assert list(work.glob("*.pt")) == []


def test_a_teacher_wants_squad(folder: Path, larger: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(folder), "--teacher", str(larger)])

    assert "--teacher needs --squad" in capsys.readouterr().err


def test_what_is_taught_is_the_same_each_time(folder: Path, squad: Path) -> None:
    data, asked = read(folder, CLEAR), read_squad(squad)
    teacher = SpanModel(bundled_folder(), tokenizer_of(bundled_folder()))

    def plan() -> object:
        return being_taught(data, asked, Recipe(), teacher).plan

    assert plan() == plan()
