import json
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from transformers import MPNetConfig, MPNetModel

from index.embedding.embedder import bundled_folder
from index.types import Passage, Source
from retrieval.reading.reader import MODEL_DIR, SpanReader
from retrieval.reading.span_models import OnnxModel
from tests.training.conftest import PASSAGES
from training import export as exporting
from training.__main__ import main
from training.examples import Context, Group
from training.export import MODEL, export
from training.model import SpanModel, collate, load_tokenizer
from training.restoring import restore
from training.sources import CLEAR, DataError, read_data
from training.squad import read_squad
from training.stages import LARGER, LARGER_FINISHING, Recipe, larger_stage

QUESTION = "Who built the lighthouse on Skerry Island?"
GROUPS = [
    Group(QUESTION, [Context(PASSAGES[1], 57, 66), Context(PASSAGES[3])]),
    Group("Where?", [Context("On Skerry Island.", 3, 16)]),
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder with MPNet's vocabulary: BERT's pieces by other numbers. Two random layers.

    As in all-mpnet-base-v2 one channel is far larger than the others.
    """
    folder = tmp_path_factory.mktemp("encoder")
    tokenizer = json.loads((bundled_folder() / "tokenizer.json").read_text("utf-8"))
    pieces = ["<s>", "<pad>", "</s>", "<unk>", *tokenizer["model"]["vocab"], "<mask>"]
    tokenizer["model"]["vocab"] = {piece: number for number, piece in enumerate(pieces)}
    tokenizer["added_tokens"] = []
    tokenizer["post_processor"] = {
        "type": "RobertaProcessing",
        "sep": ["</s>", 2],
        "cls": ["<s>", 0],
        "trim_offsets": True,
        "add_prefix_space": False,
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MPNetTokenizer"}))
    torch.manual_seed(0)
    config = MPNetConfig(
        vocab_size=len(pieces),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        initializer_range=0.2,
    )
    model = MPNetModel(config)
    for name, weight in model.state_dict().items():
        if name.endswith("LayerNorm.weight"):
            weight[7] *= 50
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def model(encoder: Path) -> SpanModel:
    torch.manual_seed(1)
    return SpanModel(encoder, load_tokenizer(bundled_folder()))


def logits(folder: Path) -> NDArray[np.float32]:
    """Of the first question and passage, as retrieval reads them: shape (2, tokens)."""
    reader = OnnxModel(folder, verified=True)
    return np.stack(reader.logits(reader.tokenizer.encode(QUESTION, PASSAGES[1])))


def test_the_exported_tokenizer_divides_a_pair_as_training_did(
    encoder: Path, model: SpanModel, tmp_path: Path
) -> None:
    given: list[Tensor] = []
    model.encoder.register_forward_pre_hook(
        lambda _, args, named: given.append(named["input_ids"]), with_kwargs=True
    )
    model(collate(GROUPS, load_tokenizer(bundled_folder())))

    export(model, encoder, tmp_path)

    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    encoding = tokenizer.encode("Where?", "On Skerry Island.")
    said = ["<s>", "where", "?", "</s>", "on", "sk", "##erry", "island", ".", "</s>"]
    assert encoding.tokens == said
    assert given[0][2].tolist()[: len(said) + 1] == [*encoding.ids, 1]  # <pad>


def test_an_export_without_calibration_is_not_smoothed_and_smoothing_saves_8_bits_from_outliers(
    encoder: Path, model: SpanModel, tmp_path: Path
) -> None:
    rough, smooth, whole = tmp_path / "rough", tmp_path / "smooth", tmp_path / "whole"
    export(model, encoder, rough)

    export(model, encoder, smooth, whole=whole, calibration=GROUPS)

    right = logits(whole)
    assert np.abs(logits(smooth) - right).mean() < np.abs(logits(rough) - right).mean() / 4
    assert products(rough)["smooth_0"] == 0


def test_query_key_and_value_share_one_multiplication_and_one_quantization(
    encoder: Path, model: SpanModel, tmp_path: Path
) -> None:
    export(model, encoder, tmp_path, calibration=GROUPS)

    graph = onnx.load(tmp_path / MODEL).graph
    scaled = [node for node in graph.node if node.op_type == "Mul" and node.name.startswith("smooth_")]
    quantized = [node.input[0] for node in graph.node if node.op_type == "DynamicQuantizeLinear"]
    assert sorted(products(tmp_path).values()) == [1, 1, 1, 1, 1, 1, 3, 3]  # of two layers
    assert len(scaled) == 8
    assert Counter(node.output[0] for node in scaled) <= Counter(quantized)
    assert len(set(quantized)) == len(quantized)


def products(folder: Path) -> Counter[str]:
    """How many integer products take the input that each multiplication of smoothing made."""
    graph = onnx.load(folder / MODEL).graph
    takers = [node.input[0] for node in graph.node if node.op_type == "MatMulInteger"]
    return Counter(name.partition("_out_")[0] for name in takers if name.startswith("smooth_"))


def test_the_weights_of_a_large_model_stand_in_files_of_a_size_that_can_be_published(
    encoder: Path, model: SpanModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, several = tmp_path / "one", tmp_path / "several"
    export(model, encoder, one, calibration=GROUPS)
    monkeypatch.setattr(exporting, "MAX_ONE_FILE_BYTES", 100_000)
    monkeypatch.setattr(exporting, "WEIGHTS_FILE_BYTES", 40_000)

    for _ in range(2):  # a second time over the files of the first
        export(model, encoder, several, calibration=GROUPS)

    assert {path.name for path in one.glob("*.bin")} == set()
    parts = {path.name: path.stat().st_size for path in several.glob("*.bin")}
    assert len(parts) > 2
    assert parts.keys() == {f"weights_{n}.bin" for n in range(1, len(parts) + 1)}
    own = 64 * len(json.loads((encoder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"])
    assert max(parts.values()) == own  # the words: one tensor is not divided
    assert sorted(parts.values())[-2] <= 40_000
    assert set(parts) < {line.split()[1] for line in (several / "SHA256SUMS").read_text().splitlines()}
    assert np.array_equal(logits(several), logits(one))


def taught(model: SpanModel) -> SpanModel:
    """The model with weights that all differ, as after training: alike ones share a constant in ONNX."""
    torch.manual_seed(3)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.requires_grad:
                weights.add_(torch.randn_like(weights) / 100)
    return model


def test_an_exported_reader_is_given_back_as_its_8_bits_keep_it(
    encoder: Path, model: SpanModel, tmp_path: Path
) -> None:
    export(taught(model), encoder, tmp_path / "smooth", calibration=GROUPS)
    export(model, encoder, tmp_path / "rough")
    batch = collate(GROUPS, load_tokenizer(bundled_folder()))
    readable, alike = batch.readable.numpy(), dict[str, float]()
    for made in ("smooth", "rough"):
        torch.manual_seed(2)
        other = SpanModel(encoder, load_tokenizer(bundled_folder()))
        for weights in other.parameters():
            if weights.requires_grad:
                torch.nn.init.normal_(weights)

        restore(other, tmp_path / made / MODEL)

        with torch.inference_mode():
            own, given = (np.stack([x.numpy()[readable] for x in one(batch)]) for one in (model, other))
        alike[made] = np.corrcoef(own.ravel(), given.ravel())[0, 1]
    assert alike["smooth"] > 0.98
    assert alike["rough"] > 0.9


def test_a_reader_of_another_encoder_is_not_gone_on_from(
    encoder: Path, model: SpanModel, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=r"made from another encoder: encoder.* differs or is missing"):
        restore(model, MODEL_DIR / MODEL)
    with pytest.raises(DataError, match="expected a reader that training has exported"):
        restore(model, tmp_path / MODEL)


def test_the_command_goes_on_from_a_reader_with_the_last_stage_alone(
    folder: Path, squad: Path, encoder: Path, model: SpanModel, tmp_path: Path
) -> None:
    start, work = tmp_path / "start", tmp_path / "work"
    export(taught(model), encoder, start, calibration=GROUPS)
    given = ["--squad", str(squad), "--encoder", str(encoder), "--start", str(start), "--work", str(work)]

    assert main([str(folder), *given]) == 0

    [stage] = json.loads((work / "run.json").read_text())["stages"]
    assert (stage["stage"], stage["step"]) == ("finishing", stage["steps"])
    assert stage["recipe"]["rate"] == LARGER_FINISHING.rate
    card = (work / "reader" / "README.md").read_text("utf-8")
    assert "`python -m training DATA --squad SQUAD --encoder ENCODER --start READER --seed 0`" in card
    assert "for each, it reads 1 drawn from the others" in card


def test_the_command_trains_a_larger_encoder_that_retrieval_reads_with(
    folder: Path, squad: Path, encoder: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"

    assert main([str(folder), "--squad", str(squad), "--encoder", str(encoder), "--work", str(work)]) == 0

    assert {path.name for path in work.glob("*.pt")} == {"larger.pt"}
    [stage] = json.loads((work / "run.json").read_text())["stages"]
    assert (stage["stage"], stage["step"]) == ("larger", stage["steps"])
    assert stage["recipe"]["rate"] == LARGER.rate
    model = OnnxModel(work / "reader", verified=True)
    text = PASSAGES[1]
    passage = Passage("a#0", Source("a", ""), 0, len(text), text)
    [readings] = SpanReader(model, "larger").read(QUESTION, [passage])
    assert readings
    assert all(reading.text in text for reading in readings)
    assert products(work / "reader")["smooth_0"] == 3
    card = (work / "reader" / "README.md").read_text("utf-8")
    assert card.startswith("# Citebot's second reader\n")
    assert f"{encoder.name} (2 layers, 2.1 million parameters) with two logits" in card
    assert "`python -m training DATA --squad SQUAD --encoder ENCODER --seed 0`" in card
    assert "| SQuAD 2.0, dev, three quarters of the articles | 2, 1 unanswerable | CC BY-SA 4.0" in card
    assert "Apache-2.0)" not in card
    assert "second stage" not in card
    assert str(tmp_path) not in card


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("config.json", "config.json is not there"),
        ("mpnet", "expected an encoder of the kind ('bert', 'mpnet'), not 'distilbert'"),
        ("##ly", "its vocabulary lacks '##ly'"),
    ],
)
def test_an_encoder_that_does_not_fit_is_told_before_anything_is_learned(
    folder: Path,
    squad: Path,
    encoder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    missing: str,
    told: str,
) -> None:
    unfit, work = tmp_path / "unfit", tmp_path / "work"
    shutil.copytree(encoder, unfit)
    if missing == "config.json":
        (unfit / missing).unlink()
    elif missing == "mpnet":
        config = (unfit / "config.json").read_text("utf-8")
        (unfit / "config.json").write_text(config.replace('"mpnet"', '"distilbert"'), "utf-8")
    else:
        tokenizer = json.loads((unfit / "tokenizer.json").read_text("utf-8"))
        tokenizer["model"]["vocab"]["##lyy"] = tokenizer["model"]["vocab"].pop(missing)
        (unfit / "tokenizer.json").write_text(json.dumps(tokenizer))

    assert main([str(folder), "--squad", str(squad), "--encoder", str(unfit), "--work", str(work)]) == 2

    [line] = [line for line in capsys.readouterr().err.splitlines() if line.startswith("training: ")]
    assert line.startswith(f"training: {unfit}: ")
    assert told in line
    assert list(work.iterdir()) == []


def test_a_larger_encoder_and_going_on_want_squad(
    folder: Path, encoder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for option in ("--encoder", "--start"):
        with pytest.raises(SystemExit):
            main([str(folder), option, str(encoder)])

        assert f"{option} needs --squad" in capsys.readouterr().err


def test_a_larger_encoder_learns_the_same_each_time_and_takes_only_the_seed_from_the_options(
    folder: Path, squad: Path
) -> None:
    data, asked = read_data(folder, CLEAR), read_squad(squad)

    stage = larger_stage(data, asked, Recipe(seed=5, passes=7))

    assert (stage.recipe.seed, stage.recipe.passes, stage.recipe.rate) == (5, 2, 4e-5)
    assert stage == larger_stage(data, asked, Recipe(seed=5))
    assert stage.plan != larger_stage(data, asked, Recipe(seed=6)).plan
    groups = [group for batch in stage.plan for group in batch]
    assert len(groups) == 2 * (2 + 4)  # 2.4 of the others for each of SQuAD's
